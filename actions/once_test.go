package actions

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"weir/lag"
)

// planOf plans the ledger's action on some target.
func planOf(t *testing.T, x *Executor, ref lag.Ref, params map[string]string) (Plan, Consent) {
	t.Helper()
	p, err := x.Registry.Plan(t.Context(), Request{Kind: ledgerKind, Target: ref, Params: params})
	must(t, err)
	return p, Consent{Digest: p.Digest, Yes: true, Name: p.Target.Cluster + "/" + p.Target.Name, Who: "me", Reason: "why", At: time.Now()}
}

// TestConsentIsForOnce applies a plan a second time, after the world has come to stand again as the plan saw it.
func TestConsentIsForOnce(t *testing.T) {
	x, l, _ := bench(t)
	p, c := planned(t, x)
	l.next = func(int) error { return Fail(ErrGuard, "2 members", "") }
	_, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrGuard)
	l.next = nil
	rep, err := x.Apply(t.Context(), p, c) // nothing was changed: the consent still holds
	must(t, err)
	l.values["a"], l.values["b"], l.values["c"] = "0", "0", "0"
	_, err = x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrStale)
	if !strings.Contains(err.Error(), "carried out already, by run "+rep.Run) || l.get("a") != "0" {
		t.Errorf("%v, %v", err, l.values)
	}
	again := p
	again.MadeAt, again.Expires = p.MadeAt.Add(time.Millisecond), p.Expires.Add(time.Millisecond)
	again.ID = planID(again)
	_, err = x.Apply(t.Context(), again, c) // the same was planned anew
	must(t, err)
}

// TestUnfinishedUnderAnotherName leaves a run in doubt and comes by another name to what it works on.
func TestUnfinishedUnderAnotherName(t *testing.T) {
	ref := func(cluster, name string) lag.Ref {
		return lag.Ref{Cluster: cluster, Kind: lag.KindTopic, Name: name}
	}
	for name, tt := range map[string]struct {
		ref  lag.Ref
		part func(*Plan)
		want Kind
	}{
		"the cluster has two names":      {ref("alias", "t"), func(*Plan) {}, ErrUnknown},
		"another target of the resource": {ref("test", "t:1"), func(p *Plan) { p.Locks = []string{"topic/u", "topic/t"} }, ErrUnknown},
		"the whole cluster":              {ref("test", "all"), func(p *Plan) { p.Locks = []string{WholeCluster} }, ErrUnknown},
		"another resource":               {ref("test", "u"), func(*Plan) {}, 0},
		"another cluster":                {ref("other", "t"), func(p *Plan) { p.ClusterID = "other" }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			x, l, _ := bench(t)
			l.do = func(context.Context, Step, func()) (Done, error) { panic("cut off") }
			p, c := planOf(t, x, ref("test", "t"), map[string]string{"a": "1"})
			_, err := x.Apply(t.Context(), p, c)
			wantKind(t, err, ErrDefect)
			l.do = nil
			p, c = planOf(t, x, tt.ref, map[string]string{"b": "1"})
			tt.part(&p)
			p.Digest, err = p.ComputeDigest()
			must(t, err)
			c.Digest = p.Digest
			_, err = x.Apply(t.Context(), p, c)
			if ExitCode(err) != int(tt.want) || (l.get("b") == "1") != (tt.want == 0) {
				t.Errorf("%v, %v", err, l.values)
			}
		})
	}
}

// TestFreezeBeginsWhileWaiting: what hasn't begun when a freeze does is not begun; what has is ended.
func TestFreezeBeginsWhileWaiting(t *testing.T) {
	for name, steps := range map[string]int{"before the first step": 0, "after it": 1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, l, _ := bench(t)
				p, c := planned(t, x)
				begin := time.Now().Add(time.Minute)
				x.Policy.Freezes = []Freeze{{From: begin, Until: begin.Add(time.Hour), Why: "sale"}}
				l.next = func(i int) error {
					if i == steps && time.Now().Before(begin) {
						return &Wait{For: "2 members", Again: time.Second, Left: time.Hour, Else: Fail(ErrGuard, "2 members", "")}
					}
					return nil
				}
				rep, err := x.Apply(t.Context(), p, c)
				if steps > 0 {
					must(t, err)
					return
				}
				wantKind(t, err, ErrRefused)
				if rep.Status != StatusFailed || l.get("a") != "0" || !strings.Contains(err.Error(), "frozen") {
					t.Errorf("%v, %+v, %v", err, rep, l.values)
				}
			})
		})
	}
}

// TestNoResumeOfWhatIsUndone has the undo of a paused run cut off right before it ends that run.
func TestNoResumeOfWhatIsUndone(t *testing.T) {
	x, l, log := bench(t)
	p, c := planned(t, x)
	x.Tell = func(e Event) {
		if e.Step.ID == "a" && e.State == OutcomeApplied {
			must(t, x.Pause(e.Run))
		}
	}
	paused, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrPartial)
	x.Tell = nil
	req, err := x.Undo(t.Context(), paused.Run)
	must(t, err)
	back, err := x.Registry.Plan(t.Context(), req)
	must(t, err)
	x.Log = &failing{log, 4} // consent, intent, result, verdict
	if _, err = x.Apply(t.Context(), back, Consent{Digest: back.Digest}); !errors.Is(err, ErrAudit) || l.get("a") != "0" {
		t.Fatalf("%v, %v", err, l.values)
	}
	x.Log = log
	_, err = x.Resume(t.Context(), paused.Run, c)
	wantKind(t, err, ErrUsage)
	if !strings.Contains(err.Error(), "was undone by run") || l.get("b") != "0" {
		t.Errorf("%v, %v", err, l.values)
	}
	must(t, x.Dismiss(t.Context(), paused.Run, "undone"))
}

// TestUndoOfARunThatWentOn plans the undo of a paused run, has the run go on to its end, and applies the undo then.
func TestUndoOfARunThatWentOn(t *testing.T) { synctest.Test(t, undoOfARunThatWentOn) }

func undoOfARunThatWentOn(t *testing.T) {
	x, l, _ := bench(t)
	p, c := planned(t, x)
	x.Tell = func(e Event) {
		if e.Step.ID == "a" && e.State == OutcomeApplied {
			must(t, x.Pause(e.Run))
		}
	}
	paused, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrPartial)
	x.Tell = nil
	req, err := x.Undo(t.Context(), paused.Run)
	must(t, err)
	back, err := x.Registry.Plan(t.Context(), req)
	must(t, err)
	_, err = x.Resume(t.Context(), paused.Run, c) // in the same moment: no clock tells which was first
	must(t, err)
	_, err = x.Apply(t.Context(), back, Consent{Digest: back.Digest})
	wantKind(t, err, ErrStale)
	if !strings.Contains(err.Error(), "went on after the plan that undoes it was made") || l.get("a") != "1" || l.get("c") != "1" {
		t.Errorf("%v, %v", err, l.values)
	}
}

// TestSettledTooSoon: what reads as before right after a crash may yet come, and that is said; later it isn't.
func TestSettledTooSoon(t *testing.T) {
	for name, age := range map[string]time.Duration{"soon": 2 * time.Second, "late": 2 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			x, l, _ := bench(t)
			p, c := planned(t, x)
			l.do = func(context.Context, Step, func()) (Done, error) { panic("cut off") }
			rep, err := x.Apply(t.Context(), p, c)
			wantKind(t, err, ErrDefect)
			x.Now = func() time.Time { return time.Now().Add(age) }
			found, err := x.Settle(t.Context(), rep.Run)
			must(t, err)
			if len(found) != 1 || found[0].Outcome != OutcomeNot || strings.Contains(found[0].Note, "may come") != (name == "soon") {
				t.Errorf("%+v", found)
			}
		})
	}
}
