package realkafka

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	startLimit = 3 * time.Minute // for a start or a restart on a busy machine
	dumpPorts  = portBase + allSlots*portSpan
)

// core is a running cluster, whichever test holds it.
type core struct {
	jars    Jars
	options Options
	slot    *slot
	id      string
	nodes   []*node // brokers by id from 1, then the separate controller
	pki     *PKI    // nil without TLS
}

// launch starts a cluster in a slot and waits until all its brokers answer and know each other. Flags are given to each JVM in place of
// the class data archive.
func launch(ctx context.Context, j Jars, o Options, s *slot, flags ...string) (*core, error) {
	for try := 1; ; try++ {
		c, err := launchOnce(ctx, j, o, s, flags)
		if err == nil || try == 2 || !errors.Is(err, errPortTaken) {
			return c, err
		}
		if err := emptied(s.dir); err != nil {
			return nil, err
		}
	}
}

func launchOnce(ctx context.Context, j Jars, o Options, s *slot, flags []string) (*core, error) {
	c := &core{jars: j, options: o, slot: s, id: newID()}
	if err := c.layOut(); err != nil {
		return nil, err
	}
	for _, n := range c.nodes {
		if err := c.startNode(n, flags...); err != nil {
			c.kill()
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := c.ready(ctx, c.brokers()...); err != nil {
		c.kill()
		return nil, c.explain(err)
	}
	return c, nil
}

func (c *core) startNode(n *node, flags ...string) error {
	args := append(append([]string{}, flags...), "kafka.Kafka", n.config())
	return n.start(c.jars.command(len(flags) == 0, args...))
}

// layOut makes the nodes, their ports, keys, storage folders and settings.
func (c *core) layOut() error {
	c.plan()
	ports, err := c.slot.ports(4 * len(c.nodes))
	if err != nil {
		return err
	}
	if c.options.TLS {
		if c.pki, err = newPKI(filepath.Join(c.slot.dir, "pki"), c.options.ExpiredTLS); err != nil {
			return err
		}
	}
	for i, n := range c.nodes {
		p := ports[4*i:]
		n.ports.plain, n.ports.controller, n.ports.sasl, n.ports.tls = p[0], p[1], p[2], p[3]
	}
	for _, n := range c.nodes {
		if err := c.jars.unpack(n.data(), c.id, n.id); err != nil {
			return err
		}
		if err := os.WriteFile(n.config(), c.properties(n), 0o644); err != nil {
			return fmt.Errorf("configure node %d: %w", n.id, err)
		}
	}
	return nil
}

func (c *core) plan() {
	total := c.options.Nodes
	if c.options.SeparateController {
		total++
	}
	for id := 1; id <= total; id++ {
		n := &node{id: id, dir: filepath.Join(c.slot.dir, fmt.Sprintf("node-%d", id))}
		n.broker = id <= c.options.Nodes
		n.controller = !c.options.SeparateController || !n.broker
		c.nodes = append(c.nodes, n)
	}
}

// brokers lists the nodes that serve clients.
func (c *core) brokers() []*node {
	return c.nodes[:c.options.Nodes]
}

func (c *core) kill() {
	for _, n := range c.nodes {
		n.kill()
	}
}

// stop kills all nodes, since the last of three combined ones would hang on a clean end for want of a quorum, and gives the slot back.
func (c *core) stop() error {
	c.kill()
	return c.slot.release()
}

// explain adds what the nodes logged to an error.
func (c *core) explain(err error) error {
	logs := c.tails(make([]int64, len(c.nodes)))
	if strings.Contains(logs, "BindException") || strings.Contains(logs, "Address already in use") {
		err = errors.Join(errPortTaken, err)
	}
	return fmt.Errorf("start kafka %s: %w\n%s", c.jars.Version, err, logs)
}

var errPortTaken = errors.New("a port was taken meanwhile")

// tails joins the ends of all logs, each from its offset on; nodes that logged nothing since are left out.
func (c *core) tails(from []int64) string {
	var b strings.Builder
	for i, n := range c.nodes {
		if text := n.tail(from[i]); text != "" {
			fmt.Fprintf(&b, "--- log of node %d\n%s\n", n.id, text)
		}
	}
	return b.String()
}

func (c *core) logged() []int64 {
	var at []int64
	for _, n := range c.nodes {
		at = append(at, n.logged())
	}
	return at
}
