package actions

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// blind has nobody tell what became of a step for the next looks.
func blind(l *ledger, looks int, d Done, err error) {
	l.settle = func() (Done, error) {
		if looks--; looks <= 0 {
			l.settle = nil // by the values from here on
		}
		return d, err
	}
}

var unseenYet = Fail(ErrUnseen, "the coordinator is not there", "")

// TestARunLooksAgain has a reply lost after the write took effect, and nobody to tell for a while.
func TestARunLooksAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		looks  int // in vain
		err    error
		during func(*Executor, string)
		exit   int
		took   time.Duration
		stages string
	}{
		"it shows in time": {3, unseenYet, nil, 0, 4 * time.Second,
			"progress consent, intent a, result a unknown, settle a ok, intent b, result b ok, intent c, result c ok, verdict  ok"},
		"told to be in doubt, then it shows": {3, nil, nil, 0, 4 * time.Second,
			"progress consent, intent a, result a unknown, settle a ok, intent b, result b ok, intent c, result c ok, verdict  ok"},
		"it never shows": {1000, unseenYet, nil, 13, 30 * time.Second, "progress consent, intent a, result a unknown"},
		"it won't pass":  {1000, Fail(ErrRefused, "another cluster", ""), nil, 13, 0, "progress consent, intent a, result a unknown"},
		"it is asked to stop": {1000, unseenYet, func(x *Executor, run string) {
			if err := x.Cancel(run); err != nil {
				panic(err)
			}
		}, 13, 2 * time.Second, "progress consent, intent a, result a unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, l, _ := bench(t)
				x.Patience = DefaultPatience
				var waited []string
				x.Tell = func(e Event) {
					if e.Wait != nil {
						waited = append(waited, e.What)
						if tt.during != nil {
							tt.during(x, e.Run)
						}
					}
				}
				p, c := planned(t, x)
				l.do = func(_ context.Context, s Step, set func()) (Done, error) {
					set()
					if s.ID == "a" {
						blind(l, tt.looks, Done{Note: "as before"}, tt.err)
						return Done{}, errors.New("the reply is lost")
					}
					return Done{Outcome: OutcomeApplied}, nil
				}
				begun := time.Now()
				rep, err := x.Apply(t.Context(), p, c)
				if got := stages(t, x, rep.Run); ExitCode(err) != tt.exit || got != tt.stages {
					t.Errorf("%v (exit %d)\n%s, want\n%s", err, ExitCode(err), got, tt.stages)
				}
				if took := time.Since(begun); took != tt.took {
					t.Errorf("it took %s, want %s", took, tt.took)
				}
				if tt.took > 0 && (len(waited) == 0 || !strings.Contains(waited[0], "what became of step a can't be told yet")) {
					t.Errorf("what is waited for is not said: %q", waited)
				}
				if x.waitsFor(rep.Run) != "" {
					t.Error("the run still says that it waits")
				}
			})
		})
	}
}

// TestSettleLooksAgain has a person settle a run while the cluster can't be seen yet.
func TestSettleLooksAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		looks int
		exit  int
		took  time.Duration
	}{
		"at once":     {0, 0, 0},
		"in time":     {4, 0, 8 * time.Second},
		"not in time": {1000, 13, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, l, _ := bench(t)
				p, c := planned(t, x)
				l.do = func(_ context.Context, _ Step, set func()) (Done, error) {
					set()
					blind(l, 1, Done{}, unseenYet)
					return Done{}, errors.New("the reply is lost")
				}
				rep, err := x.Apply(t.Context(), p, c)
				wantKind(t, err, ErrUnknown)
				x.Patience = DefaultPatience
				if tt.looks > 0 {
					blind(l, tt.looks, Done{}, unseenYet)
				}
				begun := time.Now()
				x.Tell = func(e Event) {
					if e.Wait != nil && !e.Until.Equal(begun.Add(30*time.Second)) {
						t.Errorf("it waits until %s after it began", e.Until.Sub(begun))
					}
				}
				found, err := x.Settle(t.Context(), rep.Run)
				if ExitCode(err) != tt.exit || len(found) != 1 || (found[0].Outcome == OutcomeApplied) != (tt.exit == 0) {
					t.Errorf("%+v, %v", found, err)
				}
				if took := time.Since(begun); took != tt.took {
					t.Errorf("it took %s, want %s", took, tt.took)
				}
			})
		})
	}
}
