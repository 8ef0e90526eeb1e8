package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// application is a program of the cast that stands behind a group, as one that an operator stops and starts.
type application struct {
	mu    sync.Mutex
	start func() (stop func(), err error)
	stop  func() // nil: it doesn't run
}

// runs starts the program behind a group, which can then be stopped and started.
func (s *stage) runs(group string, start func() (stop func(), err error)) error {
	a := &application{start: start}
	if s.apps == nil {
		s.apps = map[string]*application{}
	}
	s.apps[group] = a
	return a.set(true)
}

// set stops or starts it; what is so already stays so.
func (a *application) set(running bool) (err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case running && a.stop == nil:
		a.stop, err = a.start()
	case !running && a.stop != nil:
		a.stop()
		a.stop = nil
	}
	return err
}

// together calls them all at once, and waits.
func together(all []func()) {
	var wg sync.WaitGroup
	for _, each := range all {
		wg.Go(each)
	}
	wg.Wait()
}

// Applications names the groups whose programs can be stopped and started, by [Call] on the socket of Control.
func (c *Cluster) Applications() []string {
	var out []string
	for group := range c.stage.apps {
		out = append(out, group)
	}
	slices.Sort(out)
	return out
}

// Control takes the words of [Call] on a Unix socket at that path, until the cluster is closed.
func (c *Cluster) Control(path string) error {
	ln, err := net.Listen("unix", path)
	if err != nil {
		return fmt.Errorf("control the embedded cluster: %w", err)
	}
	c.stage.spawn(func(ctx context.Context) {
		defer context.AfterFunc(ctx, func() { _ = ln.Close() })()
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			c.answer(ctx, conn)
		}
	})
	return nil
}

// answer does what one caller asks for: a line with a verb and a group, answered by ok or what is wrong.
func (c *Cluster) answer(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })()
	asked, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return // whoever called has gone
	}
	verb, group, _ := strings.Cut(strings.TrimSpace(asked), " ")
	said := "ok"
	switch a := c.stage.apps[group]; {
	case a == nil:
		said = "no application stands behind group " + group
	case verb != "stop" && verb != "start":
		said = "an application is stopped or started"
	default:
		if err := a.set(verb == "start"); err != nil {
			said = err.Error()
		}
	}
	_, _ = fmt.Fprintln(conn, said) // a caller that has gone hears nothing
}

// Call stops or starts the program behind a group of the embedded cluster that listens on a socket, and returns once that
// is done.
func Call(ctx context.Context, socket, verb, group string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return fmt.Errorf("call the embedded cluster: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })()
	if _, err := fmt.Fprintln(conn, verb, group); err != nil {
		return fmt.Errorf("call the embedded cluster: %w", err)
	}
	said, err := bufio.NewReader(conn).ReadString('\n')
	switch said = strings.TrimSpace(said); {
	case err != nil:
		return fmt.Errorf("call the embedded cluster: no answer: %w", err)
	case said != "ok":
		return errors.New("call the embedded cluster: " + said)
	}
	return nil
}
