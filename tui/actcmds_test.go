package tui

import (
	"context"
	"errors"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"weir/actions"
	"weir/lag"
)

// TestTheEndWaitsForWhatIsUnderWay: a run is told why it is to stop, and the console ends after it.
func TestTheEndWaitsForWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stand{t: t}
		o := outside{jobs: newJobs(t.Context())}
		var cause error
		ended := false
		s.block = func(ctx context.Context) {
			<-ctx.Done()
			cause = context.Cause(ctx)
			time.Sleep(3 * time.Second) // the step in hand
			ended = true
		}
		cmd, _ := o.carry(s, applyNow{plan: s.planOf("test.reset", lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: "audit-sink"})})
		go cmd()
		synctest.Wait()
		begun := time.Now()
		o.jobs.close(leaving(Hangup{syscall.SIGHUP}))
		if !ended || time.Since(begun) < 3*time.Second {
			t.Error("the console ended before the run did")
		}
		if !errors.Is(cause, actions.ErrDropped) {
			t.Errorf("the run was told %v", cause)
		}
		cmd, _ = o.carry(s, applyNow{})
		if msg := cmd(); msg != nil || len(s.consents) != 1 {
			t.Errorf("a run began after the end: %v", msg)
		}
	})
}

func TestWhoLeavesDecidesToStop(t *testing.T) {
	if err := leaving(nil); errors.Is(err, actions.ErrDropped) {
		t.Errorf("leaving is told as %v", err)
	}
}

func TestRunsAreReadAgainWhileTheyAreLookedAt(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.keys("8").reads("nothing was changed from this host yet")
	x.stand.record(x.stand.planOf("test.reset", lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: "audit-sink"}), actions.StatusDone, 2)
	x.send(tickMsg(night.Add(10 * time.Second)))
	x.settle().reads("nothing was changed")
	x.send(tickMsg(night.Add(31 * time.Second)))
	x.settle().reads("1 run in the log", "done, verified")
}

// TestLeavingTellsWhatARunLeavesBehind: an application that a run has stopped stays stopped when the console is left in the
// middle, and the terminal is all that is left to say so.
func TestLeavingTellsWhatARunLeavesBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stand{t: t}
		s.carry = func(actions.Plan, func(actions.Event)) (actions.Report, error) {
			return actions.Report{Run: testRun, Status: actions.StatusCancelled, Done: 1, Total: 4, Notes: []string{"THE APPLICATION MAY BE STOPPED"}}, nil
		}
		s.block = func(ctx context.Context) { <-ctx.Done() }
		x := openActing(t, nil, 80, 24, troubled)
		p := s.planOf("test.reset", lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: "audit-sink"})
		x.m.out.jobs, x.m.out.collect = newJobs(t.Context()), nil
		x.m.acts.work = &work{plan: p, run: testRun}
		cmd, _ := x.m.out.carry(s, applyNow{plan: p})
		go cmd()
		synctest.Wait()
		var told []string
		leave(x.m, Options{Waiting: func(run string) { told = append(told, "waiting for "+run) },
			Left: func(r actions.Report) { told = append(told, string(r.Status), r.Notes[0]) }}, nil)
		if want := []string{"waiting for " + testRun, "cancelled", "THE APPLICATION MAY BE STOPPED"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}
