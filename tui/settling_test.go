package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	"weir/actions"
)

// TestSettlingTellsWhatItWaitsFor: it looks again by itself for a while, and says what for and until when, wherever the run
// is looked at.
func TestSettlingTellsWhatItWaitsFor(t *testing.T) {
	x := unknownRun(t, nil, 80, 24)
	x.stand.doubt = func(ctx context.Context, run string, tell func(actions.Event)) ([]actions.Settled, error) {
		tell(actions.Event{Run: run, What: "not heard: it has ended by now", Wait: &actions.Wait{}})
		return []actions.Settled{{Step: "commit-1", Outcome: actions.OutcomeApplied}}, nil
	}
	x.keys("8", "enter").reads("s settle", "you choose")
	x.press("s").reads("Settling, for 0s: it asks the cluster what became of the run").lacks("you choose", "next: s")
	x.m.heard([]actions.Event{{Run: testRun, What: "what became of step commit-1 can't be told yet: broker 1 does not answer", Wait: &actions.Wait{}, Until: night.Add(30 * time.Second)}})
	x.send(tickMsg(night.Add(4 * time.Second)))
	x.reads("Settling, for 4s: waiting until 03:14:38 at the longest:", "what became of", "broker 1 does not answer. x stops looking")
	x.press("s").reads("is being settled; x stops that")
	x.press("o").reads("is being settled; x stops that")
	x.press("1").reads("offset-reset of audit-sink. Being settled until 03:14:38.")
	x.press("8").reads("waiting until 03:14:38")
	x.settle().reads("step commit-1: it took effect").lacks("Settling", "being settled")
	if x.m.acts.work != nil {
		t.Error("what is settled is taken for a run that is driven from here")
	}
}

func TestSettlingCanBeStopped(t *testing.T) {
	x := unknownRun(t, nil, 80, 24)
	x.stand.doubt = func(ctx context.Context, _ string, _ func(actions.Event)) ([]actions.Settled, error) {
		return nil, ctx.Err()
	}
	x.keys("8", "enter").press("s").reads("x stop").press("x").reads("asked to stop looking")
	x.settle().reads("no longer looked; run "+testRun+" is as it was", "? OUTCOME UNKNOWN", "s settle")
}

// TestARunThatWaitsTellsUntilWhen is the same of a run under way.
func TestARunThatWaitsTellsUntilWhen(t *testing.T) {
	x := toConsent(openActing(t, nil, 120, 40, troubled)).slowly("audit-sink")
	x.press("enter")
	x.m.heard([]actions.Event{{Run: testRun, What: "group audit-sink has 2 members", Wait: &actions.Wait{}, Until: night.Add(90 * time.Second)}})
	x.send(tickMsg(night.Add(time.Second)))
	x.reads("Waiting until 03:15:38 at the longest: group audit-sink has 2 members.")
}

// TestWhatIsSaidOnAKeyIsNeverCut: the reason of a refused undo is long, and its end says what to do.
func TestWhatIsSaidOnAKeyIsNeverCut(t *testing.T) {
	x := unknownRun(t, nil, 80, 24)
	x.stand.journal[0].Status, x.stand.journal[0].Pending = actions.StatusDone, nil
	x.keys("8", "r").reads("the journal is read again")
	x.keys("j").reads("z undo")
	x.stand.refuse = actions.Fail(actions.ErrGuard, "group audit-sink moved on since run "+testRun+": 7 of 12 offsets are no longer those that it wrote, by members that came back at 03:13:52",
		"make a reset by hand, from the before values: weir run show "+testRun)
	x.keys("z")
	said := strings.Join(strings.Fields(x.plain()), " ")
	for _, want := range []string{"any key takes this away", "Group audit-sink moved on since run " + testRun + ": 7 of 12 offsets are no longer those that it wrote, by members that came back at 03:13:52",
		"weir run show " + testRun, "Nothing changed."} {
		if !strings.Contains(said, want) {
			t.Errorf("the screen doesn't read %q:\n%s", want, x.plain())
		}
	}
	sound(t, x.console)
	x.press("k").lacks("any key takes this away", "Nothing changed").reads("z undo")
}

// TestTheFooterTellsTheUndoWhereItWorks and not where a step is in doubt, or nothing was done.
func TestTheFooterTellsTheUndoWhereItWorks(t *testing.T) {
	for status, want := range map[actions.Status]bool{actions.StatusDone: true, actions.StatusFailed: true, actions.StatusPaused: true,
		actions.StatusUnknown: false, actions.StatusUndone: false, actions.StatusSettled: false} {
		x := unknownRun(t, nil, 80, 24)
		x.stand.journal[0].Status = status
		x.keys("8", "r", "enter")
		last := x.plain()[strings.LastIndex(x.plain(), "\n")+1:]
		if got := strings.Contains(last, "z undo"); got != want {
			t.Errorf("%s: the footer has z: %v, want %v:\n%s", status, got, want, x.plain())
		}
	}
}
