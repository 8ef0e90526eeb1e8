package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/internal/screentest"
)

// gate stands before every broker of a cluster and can keep one kind of request, or its replies, from passing: so a
// command can be cut off at a point that is known, with the change made or not.
type gate struct {
	mu      sync.Mutex
	key     int16
	replies bool
	shut    chan struct{} // closed when it opens again; nil: it is open
	drop    bool          // what was kept is thrown away
	kept    chan struct{} // one for each that was kept
}

// close has the gate keep requests, or replies to them.
func (g *gate) close(name string, replies bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key := range int16(100) {
		if kmsg.NameForKey(key) == name {
			g.key, g.replies, g.shut, g.drop = key, replies, make(chan struct{}), false
			for len(g.kept) > 0 {
				<-g.kept // of an earlier time
			}
			return nil
		}
	}
	return fmt.Errorf("there is no request %s", name)
}

// open lets what was kept pass, or throws it away with its connection.
func (g *gate) open(drop bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		g.drop = drop
		close(g.shut)
		g.shut = nil
	}
}

// pass waits as long as the gate keeps such a frame; false when it is thrown away.
func (g *gate) pass(key int16, reply bool) bool {
	g.mu.Lock()
	shut := g.shut
	if shut == nil || key != g.key || reply != g.replies {
		g.mu.Unlock()
		return true
	}
	g.mu.Unlock()
	g.kept <- struct{}{}
	<-shut
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.drop
}

// before puts the gate before brokers, until the end that after is told of, and returns what a configuration says of a
// cluster behind it.
func (g *gate) before(brokers []string, after func(func())) (string, error) {
	var lines, first []string
	for _, broker := range brokers {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		after(func() { _ = l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go g.serve(c, broker)
			}
		}()
		lines = append(lines, fmt.Sprintf("%q = %q", broker, l.Addr()))
		first = append(first, fmt.Sprintf("%q", l.Addr()))
	}
	after(func() { g.open(true) })
	return "brokers = [" + strings.Join(first, ", ") + "]\naddresses = { " + strings.Join(lines, ", ") + " }\n" +
		"timeout = \"10m\"\n", nil // what is kept at the gate is late by as long as the test takes
}

// link carries frames between a client and its broker.
type link struct {
	g    *gate
	mu   sync.Mutex
	asks map[int32]int16 // by correlation id
}

func (g *gate) serve(client net.Conn, broker string) {
	defer client.Close()
	server, err := net.Dial("tcp", broker)
	if err != nil {
		return
	}
	defer server.Close()
	l := &link{g: g, asks: map[int32]int16{}}
	done := make(chan struct{}, 2)
	go func() { l.carry(server, client, false); done <- struct{}{} }()
	go func() { l.carry(client, server, true); done <- struct{}{} }()
	<-done
}

func (l *link) carry(to io.Writer, from io.Reader, reply bool) {
	for {
		head := make([]byte, 4)
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		frame := make([]byte, binary.BigEndian.Uint32(head))
		if _, err := io.ReadFull(from, frame); err != nil || len(frame) < 8 {
			return
		}
		if !l.g.pass(l.keyOf(frame, reply), reply) {
			return
		}
		if _, err := to.Write(append(head, frame...)); err != nil {
			return
		}
	}
}

func (l *link) keyOf(frame []byte, reply bool) int16 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if reply {
		id := int32(binary.BigEndian.Uint32(frame))
		key := l.asks[id]
		delete(l.asks, id)
		return key
	}
	key := int16(binary.BigEndian.Uint16(frame))
	l.asks[int32(binary.BigEndian.Uint32(frame[4:]))] = key
	return key
}

// keeps waits until the gate keeps something of the program on a terminal.
func (g *gate) keeps(t *testing.T, p *screentest.Terminal) {
	t.Helper()
	select {
	case <-g.kept:
	case <-time.After(screentest.Patience):
		t.Fatalf("nothing came to the gate; the screen reads\n%s", p.Screen())
	}
}

// stage is what a script of acts cut short has besides the usual.
type stage struct {
	gate *gate
	runs map[string]*exec.Cmd
	said map[string]*speech
}

// speech is what a command says on stderr.
type speech struct {
	mu   sync.Mutex
	file *os.File
	text string
	more chan struct{} // closed when text has grown
}

func (s *speech) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text += string(b)
	close(s.more)
	s.more = make(chan struct{})
	return s.file.Write(b)
}

// has tells whether a text was said, and what to wait for if it wasn't.
func (s *speech) has(text string) (bool, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.text, text), s.more
}

type stageKey struct{}

func onStage(ts *testscript.TestScript) *stage {
	s, ok := ts.Value(stageKey{}).(*stage)
	if !ok {
		ts.Fatalf("begin with gated")
	}
	return s
}

// gated puts a gate before the brokers of $SERVED and writes a configuration, weir.toml, of the cluster live behind it.
func gated(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: gated")
	}
	s := onStage(ts)
	conf, err := s.gate.before(strings.Split(ts.Getenv("SERVEDALL"), ","), ts.Defer)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("weir.toml"), []byte("[clusters.live]\n"+conf), 0o600))
	ts.Setenv("WEIR_CONFIG", ts.MkAbs("weir.toml"))
}

// shut has the gate keep requests, or the replies to them; passing lets them pass again, and with drop throws away what
// was kept.
func shut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || args[0] != "request" && args[0] != "reply" {
		ts.Fatalf("usage: shut request|reply NAME")
	}
	ts.Check(onStage(ts).gate.close(args[1], args[0] == "reply"))
}

func passing(ts *testscript.TestScript, neg bool, args []string) {
	onStage(ts).gate.open(len(args) == 1 && args[0] == "drop")
}

// kept waits until the gate keeps something.
func kept(ts *testscript.TestScript, neg bool, args []string) {
	select {
	case <-onStage(ts).gate.kept:
	case <-time.After(patience):
		ts.Fatalf("nothing came to the gate\n%s", onStage(ts).words())
	}
}

// words is what all commands that were started have said on stderr.
func (s *stage) words() string {
	var all strings.Builder
	for name, said := range s.said {
		said.mu.Lock()
		fmt.Fprintf(&all, "%s has said:\n%s", name, said.text)
		said.mu.Unlock()
	}
	return all.String()
}

// start begins a weir beside the script; its output goes to NAME.out and NAME.err. signalled sends it a signal, and ended
// wants it to end with a code. Of a NAME that was not started the newest run's own process is signalled.
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME ARGUMENT…")
	}
	s := onStage(ts)
	cmd := exec.Command(os.Args[0], args[1:]...)
	cmd.Args[0], cmd.Dir = "weir", ts.MkAbs(".")
	for _, name := range []string{"HOME", "LANG", "WEIR_CONFIG", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	defer out.Close()
	errs, err := os.Create(ts.MkAbs(args[0] + ".err"))
	ts.Check(err)
	s.said[args[0]] = &speech{file: errs, more: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, s.said[args[0]]
	ts.Check(cmd.Start())
	s.runs[args[0]] = cmd
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		_ = errs.Close()
	})
}

// spoken waits until a command that was started has said something on stderr.
func spoken(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: said NAME TEXT")
	}
	late := time.After(patience)
	for {
		yes, more := onStage(ts).said[args[0]].has(args[1])
		if yes {
			return
		}
		select {
		case <-more:
		case <-late:
			ts.Fatalf("%s doesn't say %q\n%s", args[0], args[1], onStage(ts).words())
		}
	}
}

func signalled(ts *testscript.TestScript, neg bool, args []string) {
	sig := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}[args[0]]
	if neg || sig == 0 || len(args) != 2 {
		ts.Fatalf("usage: signalled INT|TERM|HUP|KILL NAME|RUN")
	}
	if cmd := onStage(ts).runs[args[1]]; cmd != nil {
		ts.Check(cmd.Process.Signal(sig))
		return
	}
	names, err := filepath.Glob(filepath.Join(ts.Getenv("XDG_STATE_HOME"), "weir", "locks", "run_"+args[1]+"-*.lock"))
	ts.Check(err)
	if len(names) != 1 {
		ts.Fatalf("run %s has %d locks", args[1], len(names))
	}
	raw, err := os.ReadFile(names[0])
	ts.Check(err)
	var holder struct{ PID int }
	ts.Check(json.Unmarshal(raw, &holder))
	ts.Check(syscall.Kill(holder.PID, sig))
}

func ended(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ended NAME CODE")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	cmd := onStage(ts).runs[args[0]]
	if cmd == nil {
		ts.Fatalf("%s was not started", args[0])
	}
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	if got := exitCode(cmd.Wait()); got != want {
		ts.Fatalf("%s ended with %d, want %d (-1: a signal, or it did not end within %s)\n%s", args[0], got, want, patience, ts.ReadFile(args[0]+".err"))
	}
}

// dropped deletes a topic of $SERVED, as somebody might in the middle.
func dropped(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: dropped TOPIC")
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(ts.Getenv("SERVED")))
	ts.Check(err)
	defer cl.Close()
	_, err = kadm.NewClient(cl).DeleteTopic(context.Background(), args[0])
	ts.Check(err)
}
