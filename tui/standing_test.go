package tui

import (
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag/state"
)

// TestTheStuckRecordIsSkippedFromTheGroup: nobody has to find the partition that a stalled group stands on first.
func TestTheStuckRecordIsSkippedFromTheGroup(t *testing.T) {
	for name, keys := range map[string][]string{"overview": {"j", "a"}, "groups": {"2", "E", "j", "a"}, "page": {"j", "enter", "j", "j", "j", "j", "a"}} {
		x := openActing(t, nil, 120, 40, troubled)
		x.keys(keys...)
		if menu, ok := x.m.top().(*actMenu); !ok || menu.rows[menu.at].spec.Verb != "record-skip" {
			t.Errorf("%s: what mends the state is not in hand:\n%s", name, x.plain())
			continue
		}
		x.reads("what can be done to payments-settle", "p7 of payments.events: step over the one record", "About p7 of payments.events, on which the group stands")
		x.keys("enter").reads("payments.events:7@38841214", "weir plan record-skip payments-settle payments.events:7@38841214 -c prod-eu")
		x.keys("enter")
		if got := x.stand.asked[0]; got.Target.Sub != "payments.events:7@38841214" {
			t.Errorf("%s: asked for %+v", name, got)
		}
	}
}

// TestARebalancingGroupIsMendedAsAStalledOne: a reader that dies of a record is restarted, so that its group rebalances for
// most of the time. What mends it is offered all the while.
func TestARebalancingGroupIsMendedAsAStalledOne(t *testing.T) {
	x := openActing(t, nil, 80, 24, func(at time.Time) engine.Cluster {
		out := troubled(at)
		for i := range out.Verdicts.Groups {
			if v := &out.Verdicts.Groups[i]; v.State == state.Stalled {
				v.State, v.Severity = state.Rebalancing, state.Calm
			}
		}
		return out
	})
	x.press("2", "/").write("payments-settle").press("enter")
	x.keys("a").reads("record-skip", "p7 of payments.events: step over")
	if menu := x.m.top().(*actMenu); menu.at != 0 || menu.rows[0].spec.Verb != "record-skip" {
		t.Errorf("what mends it is not first and in hand:\n%s", x.plain())
	}
	// Other actions on the group are about all of it, as before.
	x.choose("offset-reset")
	x.keys("enter").reads("(•) in trouble").lacks("in hand")
}

func TestTheMenuTellsAllOfTheActionInHand(t *testing.T) {
	x := openActing(t, nil, 80, 24, troubled)
	long := "move the committed offsets of a consumer group that has no members, and see to it that none comes back while that is done"
	old := testSpecs
	t.Cleanup(func() { testSpecs = old })
	testSpecs = append(testSpecs[:0:0], old...)
	for i := range testSpecs {
		testSpecs[i].Summary = long
	}
	x.keys("a")
	for range testSpecs {
		x.reads("that has no members, and see", "to it that none comes back while that is done", "weir plan")
		x.keys("down")
	}
}

// TestWhatAnActionNeedsIsAskedFor: "all" is no answer to it.
func TestWhatAnActionNeedsIsAskedFor(t *testing.T) {
	old := testSpecs
	t.Cleanup(func() { testSpecs = old })
	testSpecs = append(testSpecs[:0:0], old...)
	for i := range testSpecs {
		params := append(testSpecs[i].Params[:0:0], testSpecs[i].Params...)
		for k := range params {
			params[k].Needed = params[k].Name == "topic"
		}
		testSpecs[i].Params = params
	}
	x := openActing(t, nil, 80, 24, troubled)
	x.keys("2", "/")
	x.write("billing-export").press("enter")
	x.keys("a")
	x.choose("offset-reset")
	x.keys("enter").lacks("all that the action finds")
	x.keys("enter").reads("needed here: only this topic, or these partitions of it")
	if len(x.stand.asked) != 0 {
		t.Errorf("asked for %+v", x.stand.asked)
	}
}
