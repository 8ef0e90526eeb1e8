package actions

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// TestDoubtIsNotForgotten has the first try of a step end in doubt, and the second in every way there is: what a later try
// says of itself doesn't clear up an earlier one.
func TestDoubtIsNotForgotten(t *testing.T) {
	lag := &Retriable{errors.New("the replicas don't follow")}
	unheard := func(context.Context, Step, func()) (Done, error) { return Done{}, lag }
	for name, tt := range map[string]struct {
		then   func(context.Context, Step, func()) (Done, error)
		unsure bool // settling can't tell
		exit   int
		stages string
	}{
		"done": {func(_ context.Context, _ Step, set func()) (Done, error) {
			set()
			return Done{Outcome: OutcomeApplied}, nil
		}, true, 0, "progress consent, intent a, result a unknown, intent a, result a ok, verdict  ok"},
		"refused for good": {func(context.Context, Step, func()) (Done, error) {
			return Done{Outcome: OutcomeNot}, Fail(ErrGuard, "no", "")
		}, true, 13, "progress consent, intent a, result a unknown, intent a, result a unknown"},
		"in doubt again": {unheard, true, 13, "progress consent, intent a, result a unknown, intent a, result a unknown, intent a, result a unknown"},
		"settled as not done": {func(_ context.Context, _ Step, set func()) (Done, error) {
			set()
			return Done{Outcome: OutcomeApplied}, nil
		}, false, 0, "progress consent, intent a, result a failed, intent a, result a ok, verdict  ok"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, l, _ := bench(t)
				p, c := planOf(t, x, ledgerTarget, map[string]string{"a": "1"})
				first := true
				l.do = func(ctx context.Context, s Step, set func()) (Done, error) {
					if first {
						first = false
						return unheard(ctx, s, set)
					}
					return tt.then(ctx, s, set)
				}
				if tt.unsure {
					l.settle = func() (Done, error) { return Done{}, nil }
				}
				rep, err := x.Apply(t.Context(), p, c)
				if got := stages(t, x, rep.Run); ExitCode(err) != tt.exit || got != tt.stages {
					t.Errorf("%v (exit %d)\n%s, want\n%s", err, ExitCode(err), got, tt.stages)
				}
				if (rep.Status == StatusUnknown) != (tt.exit == 13) {
					t.Errorf("%+v", rep)
				}
			})
		})
	}
}

// TestDoubtAtTheEnd has a run in doubt ended by what it meets next: a guard, a signal, a log that is full.
func TestDoubtAtTheEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(context.CancelFunc, *Executor, *ledger)
		exit int
	}{
		"a guard": {func(_ context.CancelFunc, _ *Executor, l *ledger) {
			l.next = func(int) error { return Fail(ErrGuard, "no", "") }
		}, 13},
		"unseen": {func(_ context.CancelFunc, _ *Executor, l *ledger) {
			l.next = func(int) error { return errors.New("no broker") }
		}, 13},
		"a signal":   {func(cancel context.CancelFunc, _ *Executor, _ *ledger) { cancel() }, 13},
		"a full log": {func(_ context.CancelFunc, x *Executor, _ *ledger) { x.Log = &failing{x.Log, 1} }, 11},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, l, log := bench(t)
				p, c := planOf(t, x, ledgerTarget, map[string]string{"a": "1"})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				l.settle = func() (Done, error) { return Done{}, nil }
				l.do = func(context.Context, Step, func()) (Done, error) {
					tt.end(cancel, x, l)
					return Done{}, &Retriable{errors.New("the replicas don't follow")}
				}
				rep, err := x.Apply(ctx, p, c)
				if ExitCode(err) != tt.exit || rep.Status != StatusUnknown {
					t.Errorf("%v (exit %d), %+v", err, ExitCode(err), rep)
				}
				open, err := log.Unfinished(context.WithoutCancel(ctx))
				if err != nil || len(open) != 1 || len(open[0].Pending) != 1 {
					t.Errorf("%+v, %v", open, err)
				}
			})
		})
	}
}
