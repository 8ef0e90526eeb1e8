package actions

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// TestPanics has the action, or who listens, panic at each point: the journal tells how far it came, the run is named,
// and everything is given back, so that a second operator can begin.
func TestPanics(t *testing.T) {
	for name, tt := range map[string]struct {
		where  func(*Executor, *ledger)
		status Status
		left   string // of a
	}{
		"do, before": {func(_ *Executor, l *ledger) {
			l.do = func(context.Context, Step, func()) (Done, error) { panic("boom") }
		}, StatusUnknown, "0"},
		"do, after": {func(_ *Executor, l *ledger) {
			l.do = func(_ context.Context, _ Step, set func()) (Done, error) { set(); panic("boom") }
		}, StatusUnknown, "1"},
		"next": {func(_ *Executor, l *ledger) { l.next = func(int) error { panic("boom") } }, StatusFailed, "0"},
		"next of the second": {func(_ *Executor, l *ledger) {
			l.next = func(i int) error {
				if i == 1 {
					panic("boom")
				}
				return nil
			}
		}, StatusFailed, "1"},
		"verify": {func(_ *Executor, l *ledger) { l.verify = func() (Verdict, error) { panic("boom") } }, StatusUnverified, "1"},
		"a listener": {func(x *Executor, _ *ledger) {
			x.Tell = func(e Event) {
				if e.State == OutcomeApplied {
					panic("boom")
				}
			}
		}, StatusPaused, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			x, l, log := bench(t)
			p, c := planned(t, x)
			tt.where(x, l)
			rep, err := x.Apply(t.Context(), p, c)
			wantKind(t, err, ErrDefect)
			if _, ok := errors.AsType[*Panic](err); !ok || !strings.Contains(err.Error(), rep.Run) || rep.Run == "" || !strings.Contains(err.Error(), "boom") {
				t.Errorf("it names neither the run nor the panic: %v", err)
			}
			if l.get("a") != tt.left || l.closed.Load() != 1 {
				t.Errorf("a is %s, closed %d times", l.get("a"), l.closed.Load())
			}
			y := &Executor{Log: log, Registry: x.Registry, Dir: x.Dir}
			info, _, err := y.Show(t.Context(), rep.Run)
			must(t, err)
			if info.Status != tt.status {
				t.Errorf("it is %s, want %s: %s", info.Status, tt.status, stages(t, y, rep.Run))
			}
			l.do, l.next, l.verify = nil, nil, nil
			if !info.Unfinished() {
				return
			}
			open, err := y.Unfinished(t.Context())
			must(t, err)
			if len(open) != 1 || open[0].Run != rep.Run {
				t.Errorf("unfinished: %+v", open)
			}
			if _, err := y.Resume(t.Context(), rep.Run, c); err != nil || l.get("c") != "1" {
				t.Errorf("gone on with: %v, c is %s", err, l.get("c"))
			}
		})
	}
}
