package tui

import (
	"bytes"
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"weir/internal/engine"
	"weir/internal/screentest"
	"weir/probes"
)

// still is a probe of a cluster in which nothing changes.
type still struct{}

func (still) Name() string { return "still" }
func (still) Close() error { return nil }
func (still) Observe(context.Context, probes.Want) (probes.Part, error) {
	return probes.Part{Reading: healthy(time.Now()).Reading}, nil
}

// run runs the console on the terminal.
func runOn(ctx context.Context, p *screentest.Terminal) <-chan error {
	e := engine.New([]engine.Source{{Name: "prod-eu", Environment: "prod", Open: func(context.Context) (probes.Probe, error) { return still{}, nil }}}, engine.Options{})
	env := map[string]string{"TERM": "xterm-256color", "LANG": "C.UTF-8", "SSH_TTY": "/dev/pts/0"}
	out := make(chan error, 1)
	go func() {
		out <- Run(ctx, Options{Engine: e, Clusters: []Cluster{{Name: "prod-eu", Environment: "prod"}}, In: p.TTY(), Out: p.TTY(), UTC: true,
			Getenv: func(k string) string { return env[k] }})
	}()
	return out
}

func TestOnATerminalItOpensAndLeavesNothingBehind(t *testing.T) {
	started := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, started) })
	for _, tt := range []struct {
		name string
		end  func(p *screentest.Terminal, cancel context.CancelCauseFunc)
		want error
	}{
		{"q", func(p *screentest.Terminal, _ context.CancelCauseFunc) { p.Type("q") }, nil},
		{"ctrl+c", func(p *screentest.Terminal, _ context.CancelCauseFunc) { p.Type("\x03") }, nil},
		{"context", func(_ *screentest.Terminal, cancel context.CancelCauseFunc) { cancel(context.DeadlineExceeded) }, context.DeadlineExceeded},
		{"hangup", func(*screentest.Terminal, context.CancelCauseFunc) { _ = syscall.Kill(os.Getpid(), syscall.SIGHUP) }, Hangup{syscall.SIGHUP}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := screentest.New(t, screentest.Options{Width: 100, Height: 30, Mute: true})
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			ended := runOn(ctx, p)
			p.Await("worst groups")
			p.Type("2")
			p.Await("▸ groups", "ad-attrib")
			tt.end(p, cancel)
			if err := <-ended; !errors.Is(err, tt.want) {
				t.Errorf("Run returned %v, want %v", err, tt.want)
			}
			p.Restored()
			if raw, _ := p.Written(); !bytes.Contains(raw, []byte("\x1b[?2026h")) {
				t.Error("frames are not synchronized over SSH")
			}
		})
	}
}

// TestWithoutItsTerminalItEnds: a line drops, and the signal that should tell goes to a shell that keeps it.
func TestWithoutItsTerminalItEnds(t *testing.T) {
	p := screentest.New(t, screentest.Options{Width: 100, Height: 30, Mute: true})
	ended := runOn(t.Context(), p)
	p.Await("worst groups")
	p.HangUp()
	if err := <-ended; !errors.Is(err, Hangup{syscall.SIGHUP}) {
		t.Errorf("Run returned %v", err)
	}
}

func TestADefectRestoresTheTerminal(t *testing.T) {
	started := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, started) })
	p := screentest.New(t, screentest.Options{Width: 100, Height: 30, Mute: true})
	env := func(k string) string { return map[string]string{"TERM": "xterm", "LANG": "C.UTF-8"}[k] }
	m := newModel(Options{Getenv: env, Clusters: []Cluster{{Name: "prod-eu"}}}, outside{})
	m.stack = []view{broken{newOverview()}}
	err := show(t.Context(), m, p.TTY(), p.TTY(), env)
	var d *Defect
	if !errors.As(err, &d) || d.Value != "a view broke" || !bytes.Contains(d.Stack, []byte("draw")) {
		t.Errorf("show returned %v", err)
	}
	p.Drain()
	if raw, _ := p.Written(); bytes.Contains(raw, []byte("\x1b[?1049h")) && !bytes.Contains(raw, []byte("\x1b[?1049l")) {
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
