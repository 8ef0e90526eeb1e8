package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"weir/internal/demo"
)

func TestMain(m *testing.M) {
	// Scripts wait most of the time, for states that time alone brings. What -parallel says still counts.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"weir": main})
}

// TestScripts runs the scripts of internal/cli/testdata over the real main. They know these addresses:
//
//	$BROKER   an embedded cluster that is up
//	$NOBODY   nothing listens there
//	$SILENT   connections are taken and never answered
//	$HTTP     a server that speaks HTTP
//	$OPS      an embedded cluster with the topics weir-audit and weir-claims
//	$TOMORROW a time that is not yet
//
// and, besides the usual commands, exits CODE COMMAND…, which wants that very exit code; eventually CODE COMMAND…, which
// repeats the command until it ends with that code; until PATTERN… -- COMMAND…, which lets the command go on until each
// pattern has matched a line of its output; and interrupted SIGNAL CODE COMMAND…, which sends the signal once the command
// has said something or has reached $SILENT.
func TestScripts(t *testing.T) {
	h := newHarness(t)
	testscript.Run(t, testscript.Params{
		Dir: "internal/cli/testdata", Setup: h.setup, RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "eventually": eventually, "until": until, "interrupted": h.interrupted, "served": served, "digest": digest, "newestrun": newestRun,
			"reseal": reseal, "gated": gated, "shut": shut, "passing": passing, "kept": kept, "dropped": dropped, "start": start, "said": spoken, "signalled": signalled, "ended": ended,
			"claimed": h.ops.claimed, "leap": h.ops.leap,
		},
	})
}

// harness holds what the scripts can talk to.
type harness struct {
	broker, nobody, silent, http string
	ops                          *opsCluster
	reached                      chan struct{} // a connection to silent
}

func newHarness(t *testing.T) *harness {
	h := &harness{reached: make(chan struct{}, 1)}
	cluster, err := demo.Start(context.Background(), demo.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	h.broker = cluster.Brokers()[0]
	h.ops = newOps(t)
	h.silent = serve(t, func(c net.Conn) {
		select {
		case h.reached <- struct{}{}:
		default:
		}
	})
	h.http = serve(t, func(c net.Conn) {
		defer c.Close()
		if _, err := bufio.NewReader(c).ReadByte(); err == nil {
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
		}
	})
	h.nobody = nobody(t)
	return h
}

// nobody is an address that refuses connections, and that nobody else gets meanwhile.
func nobody(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	at, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(at.(*unix.SockaddrInet4).Port))
}

func listen(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// serve takes connections until the test ends; do is called for each, and they stay open unless it closes them.
func serve(t *testing.T, do func(net.Conn)) string {
	l := listen(t)
	var open []net.Conn
	var taken sync.WaitGroup
	taken.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open = append(open, c)
			taken.Go(func() { do(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		taken.Wait()
		for _, c := range open {
			_ = c.Close()
		}
	})
	return l.Addr().String()
}

func (h *harness) setup(e *testscript.Env) error {
	e.Setenv("BROKER", h.broker)
	e.Setenv("NOBODY", h.nobody)
	e.Setenv("OPS", h.ops.addr)
	e.Setenv("SILENT", h.silent)
	e.Setenv("HTTP", h.http)
	e.Setenv("TOMORROW", time.Now().Add(24*time.Hour).UTC().Format(time.RFC3339))
	e.Setenv("LANG", "C.UTF-8")
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("XDG_CONFIG_HOME", e.WorkDir+"/none")
	e.Values[stageKey{}] = &stage{gate: &gate{kept: make(chan struct{}, 100)}, runs: map[string]*exec.Cmd{}, said: map[string]*speech{}}
	return nil
}

// exits wants a command to end with that very code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	if got := exitCode(ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// patience is how long a script waits for what must come: a slow machine takes its time.
const patience = 3 * time.Minute

// eventually wants a command to end with that very code, at once or when it is run again.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg || len(args) < 2 {
		ts.Fatalf("usage: eventually CODE COMMAND…")
	}
	for end := time.Now().Add(patience); ; {
		got := exitCode(ts.Exec(args[1], args[2:]...))
		switch {
		case got == want:
			return
		case time.Now().After(end):
			ts.Fatalf("exit code %d, want %d", got, want)
		}
	}
}

// until lets a command that goes on by itself go on until each pattern has matched a line of its output.
func until(ts *testscript.TestScript, neg bool, args []string) {
	cut := slices.Index(args, "--")
	if neg || cut < 1 || len(args) < cut+2 {
		ts.Fatalf("usage: until PATTERN… -- COMMAND…")
	}
	var wanted []*regexp.Regexp
	for _, p := range args[:cut] {
		re, err := regexp.Compile(p)
		ts.Check(err)
		wanted = append(wanted, re)
	}
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	cmd := exec.CommandContext(ctx, os.Args[0], args[cut+2:]...)
	cmd.Args[0], cmd.Dir = args[cut+1], ts.MkAbs(".")
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), "LANG=C.UTF-8"}
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	var said strings.Builder
	for lines := bufio.NewScanner(stdout); len(wanted) > 0 && lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		wanted = slices.DeleteFunc(wanted, func(re *regexp.Regexp) bool { return re.MatchString(lines.Text()) })
	}
	stop()
	_ = cmd.Wait() // it was stopped
	if len(wanted) > 0 {
		ts.Fatalf("no line matches %v in\n%s", wanted, &said)
	}
}

func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

// interrupted sends a signal to a command that is under way and wants it to end with that code, soon.
func (h *harness) interrupted(ts *testscript.TestScript, neg bool, args []string) {
	sig := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM}[args[0]]
	want, err := strconv.Atoi(args[1])
	if err != nil || sig == 0 || neg || len(args) < 3 {
		ts.Fatalf("usage: interrupted INT|TERM CODE COMMAND…")
	}
	select {
	case <-h.reached: // of an earlier command
	default:
	}
	cmd := exec.Command(os.Args[0], args[3:]...)
	cmd.Args[0] = args[2]
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), "LANG=C.UTF-8"}
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	spoke := make(chan error, 1)
	go func() { _, err := stdout.Read(make([]byte, 1)); spoke <- err }()
	select {
	case <-spoke:
	case <-h.reached:
	}
	begin := time.Now()
	ts.Check(cmd.Process.Signal(sig))
	if got := exitCode(cmd.Wait()); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	if took := time.Since(begin); took > 5*time.Second {
		ts.Fatalf("it took %s to end, and the time-out of a request is 10s", took)
	}
}
