package tui

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"go.uber.org/goleak"

	"weir/internal/engine"
	"weir/probes"
)

// still is a probe of a cluster in which nothing changes.
type still struct{}

func (still) Name() string { return "still" }
func (still) Close() error { return nil }
func (still) Observe(context.Context, probes.Want) (probes.Part, error) {
	return probes.Part{Reading: healthy(time.Now()).Reading}, nil
}

// terminal is a pty, with what was written to it and the screen that makes.
type terminal struct {
	t       *testing.T
	tty     *os.File
	keys    *os.File
	mu      sync.Mutex
	changed *sync.Cond
	raw     bytes.Buffer
	screen  vt10x.Terminal
	reading sync.WaitGroup
}

// drain lets go of the terminal, and waits until all that was written to it is read.
func (p *terminal) drain() {
	p.tty.Close()
	p.reading.Wait()
}

func newTerminal(t *testing.T, w, h int) *terminal {
	t.Helper()
	keys, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pty: %v", err)
	}
	if err := pty.Setsize(keys, &pty.Winsize{Cols: uint16(w), Rows: uint16(h)}); err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, tty: tty, keys: keys, screen: vt10x.New(vt10x.WithSize(w, h))}
	term.changed = sync.NewCond(&term.mu)
	term.reading.Go(term.read)
	t.Cleanup(func() {
		term.drain()
		keys.Close()
	})
	return term
}

func (p *terminal) read() {
	buf := make([]byte, 4096)
	for {
		n, err := p.keys.Read(buf)
		p.mu.Lock()
		p.raw.Write(buf[:n])
		_, _ = p.screen.Write(buf[:n])
		p.changed.Broadcast()
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// await waits until the screen reads a text.
func (p *terminal) await(want string) {
	p.t.Helper()
	stop := time.AfterFunc(20*time.Second, func() {
		p.t.Errorf("the screen never read %q:\n%s", want, p.screen.String())
		p.tty.Close()
		p.keys.Close()
	})
	defer stop.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for !strings.Contains(p.screen.String(), want) && !p.t.Failed() {
		p.changed.Wait()
	}
}

// run runs the console on the terminal.
func (p *terminal) run(ctx context.Context) <-chan error {
	e := engine.New([]engine.Source{{Name: "prod-eu", Environment: "prod", Open: func(context.Context) (probes.Probe, error) { return still{}, nil }}}, engine.Options{})
	env := map[string]string{"TERM": "xterm-256color", "LANG": "C.UTF-8", "SSH_TTY": "/dev/pts/0"}
	out := make(chan error, 1)
	go func() {
		out <- Run(ctx, Options{Engine: e, Clusters: []Cluster{{Name: "prod-eu", Environment: "prod"}}, In: p.tty, Out: p.tty, UTC: true,
			Getenv: func(k string) string { return env[k] }})
	}()
	return out
}

// left checks that the terminal is as it was.
func (p *terminal) left() {
	p.t.Helper()
	p.drain()
	raw := p.raw.String()
	for on, off := range map[string]string{"\x1b[?1049h": "\x1b[?1049l", "\x1b[?25l": "\x1b[?25h", "\x1b[?2004h": "\x1b[?2004l"} {
		if strings.LastIndex(raw, on) > strings.LastIndex(raw, off) || !strings.Contains(raw, off) {
			p.t.Errorf("the terminal was left with %q on", on)
		}
	}
	if !strings.Contains(raw, "\x1b[?2026h") {
		p.t.Error("frames are not synchronized over SSH")
	}
}

func TestOnATerminalItOpensAndLeavesNothingBehind(t *testing.T) {
	started := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, started) })
	for _, tt := range []struct {
		name string
		end  func(p *terminal, cancel context.CancelCauseFunc)
		want error
	}{
		{"q", func(p *terminal, _ context.CancelCauseFunc) { _, _ = p.keys.WriteString("q") }, nil},
		{"ctrl+c", func(p *terminal, _ context.CancelCauseFunc) { _, _ = p.keys.WriteString("\x03") }, nil},
		{"context", func(_ *terminal, cancel context.CancelCauseFunc) { cancel(context.DeadlineExceeded) }, context.DeadlineExceeded},
		{"hangup", func(*terminal, context.CancelCauseFunc) { _ = syscall.Kill(os.Getpid(), syscall.SIGHUP) }, Hangup{syscall.SIGHUP}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newTerminal(t, 100, 30)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			ended := p.run(ctx)
			p.await("worst groups")
			_, _ = p.keys.WriteString("2")
			p.await("ad-attrib")
			tt.end(p, cancel)
			if err := <-ended; !errors.Is(err, tt.want) {
				t.Errorf("Run returned %v, want %v", err, tt.want)
			}
			p.left()
		})
	}
}

func TestADefectRestoresTheTerminal(t *testing.T) {
	started := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, started) })
	p := newTerminal(t, 100, 30)
	env := func(k string) string { return map[string]string{"TERM": "xterm", "LANG": "C.UTF-8"}[k] }
	m := newModel(Options{Getenv: env, Clusters: []Cluster{{Name: "prod-eu"}}}, outside{})
	m.stack = []view{broken{newOverview()}}
	err := show(t.Context(), m, p.tty, p.tty, env)
	var d *Defect
	if !errors.As(err, &d) || d.Value != "a view broke" || !bytes.Contains(d.Stack, []byte("draw")) {
		t.Errorf("show returned %v", err)
	}
	p.drain()
	if raw := p.raw.String(); strings.Contains(raw, "\x1b[?1049h") && !strings.Contains(raw, "\x1b[?1049l") {
		t.Errorf("the terminal was left in the alternate screen: %q", raw)
	}
}

// broken is a view that panics when it is drawn.
type broken struct{ *overview }

func (broken) draw(*snap, int, int) ([]line, string) { panic("a view broke") }

func TestWithoutATerminalItRefuses(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, term := range []string{"dumb", "", "xterm"} {
		err := Run(t.Context(), Options{Engine: engine.New(nil, engine.Options{}), In: f, Out: f, Getenv: func(k string) string { return map[string]string{"TERM": term}[k] }})
		if !errors.Is(err, ErrNoTerminal) {
			t.Errorf("TERM=%q: %v", term, err)
		}
	}
}
