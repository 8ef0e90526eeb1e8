package actions

import (
	"context"
	"fmt"
	"testing"
	"time"

	"weir/actions/audit"
)

func TestArmingStandsInTheLogAndIsNoRun(t *testing.T) {
	x, _, log := bench(t)
	x.Policy.ReadOnly = true
	a, err := x.Arm(t.Context(), "test", 15*time.Minute, "me", "INC-1")
	must(t, err)
	if left := time.Until(a.Until); left < 14*time.Minute || left > 15*time.Minute {
		t.Errorf("armed for %s", left)
	}
	must(t, x.Disarm(t.Context(), "test", "me"))
	var said []string
	for e, err := range log.Entries(t.Context(), audit.Filter{}) {
		must(t, err)
		said = append(said, e.Kind+" "+e.Reason+" "+string(e.Data))
	}
	if len(said) != 2 || said[0] != fmt.Sprintf(`weir.arm INC-1 {"cluster":"test","until":"%s","who":"me"}`, a.Until.Format(stampForm)) ||
		said[1] != `weir.arm  {"cluster":"test","until":null,"who":"me"}` {
		t.Errorf("the log tells %q", said)
	}
	all, err := x.Runs(t.Context())
	must(t, err)
	if len(all) != 0 {
		t.Errorf("runs: %+v", all)
	}
}

func TestArmingIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		policy Policy
		d      time.Duration
		reason string
		want   Kind
	}{
		"not read-only": {Policy{}, time.Minute, "why", ErrUsage},
		"forbidden":     {Policy{ReadOnly: true, NoArming: true}, time.Minute, "why", ErrRefused},
		"no reason":     {Policy{ReadOnly: true}, time.Minute, " ", ErrRefused},
		"too long":      {Policy{ReadOnly: true}, 9 * time.Hour, "why", ErrUsage},
		"no time":       {Policy{ReadOnly: true}, 0, "why", ErrUsage},
	} {
		x, _, log := bench(t)
		x.Policy = tt.policy
		_, err := x.Arm(t.Context(), "test", tt.d, "me", tt.reason)
		wantKind(t, err, tt.want)
		for range log.Entries(t.Context(), audit.Filter{}) {
			t.Errorf("%s: something stands in the log", name)
		}
	}
	x, _, _ := bench(t)
	x.Policy.ReadOnly = true
	x.Log = &failing{Journal: x.Log}
	_, err := x.Arm(t.Context(), "test", time.Minute, "me", "why")
	wantKind(t, err, ErrAudit)
}

// TestALineThatDropsLeavesTheRunOpen: nobody decided to stop, so nobody has decided what becomes of the rest.
func TestALineThatDropsLeavesTheRunOpen(t *testing.T) {
	x, l, _ := bench(t)
	p, c := planned(t, x)
	ctx, cancel := context.WithCancelCause(t.Context())
	l.do = func(_ context.Context, _ Step, set func()) (Done, error) {
		cancel(fmt.Errorf("%w: hangup", ErrDropped))
		set()
		return Done{Outcome: OutcomeApplied}, nil
	}
	rep, err := x.Apply(ctx, p, c)
	wantKind(t, err, ErrPartial)
	if rep.Status != StatusPaused || l.get("a") != "1" || l.get("b") != "0" || l.closed.Load() != 1 {
		t.Errorf("%+v, %v", rep, l.values)
	}
	info, _, err := x.Show(t.Context(), rep.Run)
	must(t, err)
	if info.Status != StatusPaused || !info.Unfinished() {
		t.Errorf("the journal tells %+v", info)
	}
	kept, err := x.PlanOf(t.Context(), rep.Run)
	must(t, err)
	if kept.Digest != p.Digest || kept.ID != p.ID {
		t.Errorf("the run's plan is %+v", kept)
	}
	l.do = nil
	rep, err = x.Resume(t.Context(), rep.Run, c)
	must(t, err)
	if rep.Status != StatusDone || l.get("c") != "1" {
		t.Errorf("%+v, %v", rep, l.values)
	}
}

// TestALineThatDropsBeforeAnythingChangedCancels: there is nothing that a person has to decide.
func TestALineThatDropsBeforeAnythingChangedCancels(t *testing.T) {
	x, l, _ := bench(t)
	p, c := planned(t, x)
	ctx, cancel := context.WithCancelCause(t.Context())
	l.next = func(int) error { cancel(ErrDropped); return &Wait{For: "nothing", Again: time.Minute, Left: time.Hour} }
	rep, err := x.Apply(ctx, p, c)
	wantKind(t, err, ErrStopped)
	if rep.Status != StatusCancelled || l.get("a") != "0" {
		t.Errorf("%+v, %v", rep, l.values)
	}
}
