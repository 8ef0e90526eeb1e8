package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"weir/internal/demo"
	"weir/internal/screentest"
)

// TestStoryOverSSH is a night over a real ssh line: the console opens, the group in trouble is found, and then the line is
// gone. Nothing is left behind at the other end, and the next console opens as if nothing had been.
func TestStoryOverSSH(t *testing.T) {
	if testing.Short() {
		t.Skip("a group's state takes its time")
	}
	t.Parallel()
	l := newLines(t)
	box := newOpsBox(t)

	p, client, pid := box.open(t, l)
	p.Await("audit-archive", "stopped")
	p.Type("2")
	p.Await("groups", "1 of ")
	p.Type("/audit\r")
	p.Await("filter audit (Esc)")
	p.Type("\r")
	p.Await("STOPPED", "audit-archive", "no members")
	if err := client.Process.Kill(); err != nil { // the line drops
		t.Fatal(err)
	}
	if code := box.told(t, "exit"); code != 129 {
		t.Errorf("after its line was dropped weir exits %d", code)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is still there: %v", pid, err)
	}

	p, client, pid = box.open(t, l)
	p.Await("audit-archive")
	if err := syscall.Kill(pid, syscall.SIGHUP); err != nil { // a hangup while the line is there
		t.Fatal(err)
	}
	if told, code := box.told(t, "exit"), client.Wait(); told != 129 || code != 129 {
		t.Errorf("after a hangup weir exits %d and ssh %d", told, code)
	}
	p.Restored()

	p, client, _ = box.open(t, l)
	p.Await("audit-archive")
	p.Type("q")
	if told, code := box.told(t, "exit"), client.Wait(); told != 0 || code != 0 {
		t.Errorf("after q weir exits %d and ssh %d", told, code)
	}
	p.Restored()
}

// opsBox is the machine at the other end: a weir, its configuration, its state, and a cluster that it reaches.
type opsBox struct {
	dir     string
	brokers []string
	gate    *gate    // between weir and the brokers
	pipe    *os.File // on which weir's life is told
	tale    *bufio.Reader
}

func newOpsBox(t *testing.T) *opsBox {
	t.Helper()
	b := &opsBox{dir: t.TempDir(), gate: &gate{kept: make(chan struct{}, 100)}}
	weir, err := exec.LookPath("weir")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(weir, filepath.Join(b.dir, "weir")); err != nil {
		t.Fatal(err)
	}
	c, err := demo.Start(context.Background(), demo.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	b.brokers = c.Brokers()
	conf, err := b.gate.before(b.brokers, t.Cleanup)
	if err != nil {
		t.Fatal(err)
	}
	conf = "[clusters.night]\nenvironment = \"stage\"\n" + conf
	if err := os.WriteFile(filepath.Join(b.dir, "config.toml"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(b.dir, "told")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	b.pipe, err = os.OpenFile(fifo, os.O_RDWR|syscall.O_NONBLOCK, 0) // read and write, so that no open waits for the other end
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.pipe.Close() })
	b.tale = bufio.NewReader(b.pipe)
	return b
}

// console is the line that a person would run, told of on a pipe: who runs, and how it ended. The shell around it outlives
// a hangup; weir gets it.
func (b *opsBox) console() string {
	return fmt.Sprintf(`cd %s && export LANG=C.UTF-8 XDG_STATE_HOME=$PWD/state; trap : HUP; `+
		`sh -c 'echo pid $$ >told; exec ./weir --config config.toml --utc'; code=$?; echo exit $code >told; exit $code`, b.dir)
}

// told waits for the next word on weir's life and returns the number in it.
func (b *opsBox) told(t *testing.T, what string) int {
	t.Helper()
	if err := b.pipe.SetReadDeadline(time.Now().Add(screentest.Patience)); err != nil {
		t.Fatal(err)
	}
	var n int
	s, err := b.tale.ReadString('\n')
	if err != nil {
		t.Fatalf("no word of %s: %v", what, err)
	}
	if _, err := fmt.Sscanf(s, what+" %d\n", &n); err != nil {
		t.Fatalf("told %q instead of %s", s, what)
	}
	return n
}

// open has a person open the console over the line.
func (b *opsBox) open(t *testing.T, l *lines) (p *screentest.Terminal, client *screentest.Program, pid int) {
	t.Helper()
	p = screentest.New(t, screentest.Options{Width: 110, Height: 36})
	client = p.Start(l.command(t, b.console()))
	return p, client, b.told(t, "pid")
}
