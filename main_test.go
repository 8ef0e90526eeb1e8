package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
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
	programs := map[string]func(){"weir": func() { go endWithTheTests(); main() }, "quietcluster": beQuiet}
	_, started := programs[filepath.Base(os.Args[0])] // by these tests
	if signal.Ignored(syscall.SIGHUP) && !started {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // these tests run under nohup; the weirs that they start don't
	}
	if !started {
		layLifeline()
	}
	testscript.Main(m, programs)
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
// and, besides the usual commands, exits CODE COMMAND…, which wants that very exit code; eventually CODE
// [stdout|stderr PATTERN… --] COMMAND…, which repeats the command while it can't see enough to end with that code, or its output doesn't match; until PATTERN… -- COMMAND…, which lets the command go on until each
// pattern has matched a line of its output; and interrupted SIGNAL CODE COMMAND…, which sends the signal once the command
// has said something or has reached $SILENT.
func TestScripts(t *testing.T) {
	h := newHarness(t)
	testscript.Run(t, testscript.Params{
		Dir: "internal/cli/testdata", Setup: h.setup, RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "eventually": eventually, "until": until, "interrupted": interrupted, "served": served, "digest": digest, "newestrun": newestRun,
			"reseal": reseal, "gated": gated, "shut": shut, "passing": passing, "kept": kept, "dropped": dropped, "start": start, "said": spoken, "signalled": signalled, "ended": ended,
			"claimed": h.ops.claimed, "leap": h.ops.leap,
		},
	})
}

// harness holds what the scripts can talk to.
type harness struct {
	broker, nobody, silent, http string
	ops                          *opsCluster
}

func newHarness(t *testing.T) *harness {
	h := &harness{}
	cluster, err := demo.Start(context.Background(), demo.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	h.broker = cluster.Brokers()[0]
	h.ops = newOps(t)
	if h.silent, _, err = silence(t.Cleanup); err != nil {
		t.Fatal(err)
	}
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

// silence is an address where connections are taken and never answered, until the end that after is told of; reached is
// closed with the first.
func silence(after func(func())) (addr string, reached <-chan struct{}, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	first, once := make(chan struct{}), sync.Once{}
	after(taking(l, func(net.Conn) { once.Do(func() { close(first) }) }))
	return l.Addr().String(), first, nil
}

// serve takes connections until the test ends; do is called for each, and they stay open unless it closes them.
func serve(t *testing.T, do func(net.Conn)) string {
	l := listen(t)
	t.Cleanup(taking(l, do))
	return l.Addr().String()
}

// taking takes connections until the function that it returns is called.
func taking(l net.Listener, do func(net.Conn)) (end func()) {
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
	return func() {
		_ = l.Close()
		taken.Wait()
		for _, c := range open {
			_ = c.Close()
		}
	}
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

// eventually wants a command to end with that very code and, where patterns are given, each to match a line of its stdout
// or stderr; at once or when it is run again. What a command makes of a cluster that it looks at for seconds depends on how
// far the cluster, and it, got in them: it may say otherwise, or that it could not see (3) or had not the time to (12), which
// it then may do again. To end with any other code is wrong the first time.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	code, args := args[0], args[1:]
	wanted := map[string][]*regexp.Regexp{}
	if cut := slices.Index(args, "--"); cut > 0 && cut%2 == 0 {
		for pair := range slices.Chunk(args[:cut], 2) {
			wanted[pair[0]] = append(wanted[pair[0]], patterns(ts, pair[1:])...)
		}
		args = args[cut+1:]
	}
	want, err := strconv.Atoi(code)
	if err != nil || neg || len(args) == 0 {
		ts.Fatalf("usage: eventually CODE [stdout|stderr PATTERN… --] COMMAND…")
	}
	for end := time.Now().Add(patience); ; {
		got := exitCode(ts.Exec(args[0], args[1:]...))
		missing := ""
		for stream, all := range wanted {
			said := ts.ReadFile(stream)
			for _, re := range all {
				if !re.MatchString(said) {
					missing += fmt.Sprintf("; no line of %s matches %s", stream, re)
				}
			}
		}
		switch {
		case got == want && missing == "":
			return
		case got != want && got != 3 && got != 12:
			ts.Fatalf("exit code %d, want %d, or 3 or 12 before it; it said\n%s\nand on stderr\n%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
		case time.Now().After(end):
			ts.Fatalf("exit code %d, want %d%s", got, want, missing)
		}
	}
}

// patterns are matched with lines.
func patterns(ts *testscript.TestScript, all []string) (out []*regexp.Regexp) {
	for _, p := range all {
		re, err := regexp.Compile("(?m)" + p)
		ts.Check(err)
		out = append(out, re)
	}
	return out
}

// until lets a command that goes on by itself go on until each pattern has matched a line of its output.
func until(ts *testscript.TestScript, neg bool, args []string) {
	cut := slices.Index(args, "--")
	if neg || cut < 1 || len(args) < cut+2 {
		ts.Fatalf("usage: until PATTERN… -- COMMAND…")
	}
	wanted := patterns(ts, args[:cut])
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	cmd := exec.CommandContext(ctx, os.Args[0], args[cut+2:]...)
	cmd.Args[0], cmd.Dir = args[cut+1], ts.MkAbs(".")
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), "LANG=C.UTF-8"}
	var told bytes.Buffer // on stderr
	cmd.Stderr = &told
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
		ts.Fatalf("no line matches %v in\n%s\nand on stderr it said\n%s", wanted, &said, &told)
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

// interrupted sends a signal to a command that is under way and wants it to end with that code; what it would otherwise
// wait for never comes. $SILENT stands for an address of this command's own, so that nobody else's connection is taken for its.
func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	sig := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM}[args[0]]
	want, err := strconv.Atoi(args[1])
	if err != nil || sig == 0 || neg || len(args) < 3 {
		ts.Fatalf("usage: interrupted INT|TERM CODE COMMAND…")
	}
	silent, reached, err := silence(ts.Defer)
	ts.Check(err)
	args = slices.Clone(args)
	for i, a := range args {
		if a == ts.Getenv("SILENT") {
			args[i] = silent
		}
	}
	cmd := exec.Command(os.Args[0], args[3:]...)
	cmd.Args[0] = args[2]
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), "LANG=C.UTF-8"}
	var said bytes.Buffer
	cmd.Stderr = &said
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	spoke := make(chan struct{})
	go func() { _, _ = stdout.Read(make([]byte, 1)); close(spoke) }()
	select {
	case <-spoke:
	case <-reached:
	}
	ts.Check(cmd.Process.Signal(sig))
	if got := exitCode(cmd.Wait()); got != want {
		ts.Fatalf("exit code %d, want %d (-1: a signal, or it did not end within %s)\n%s", got, want, patience, &said)
	}
}
