package tui

import (
	"strings"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
)

// joins is a troubled cluster with a busy feed of members that come.
func joins(at time.Time) engine.Cluster {
	out := troubled(at)
	for i := range 60 {
		out.Events = append(out.Events, lag.Event{At: at.Add(time.Duration(i-60) * time.Second), Kind: lag.MembersJoined, Before: "0 members", After: "settle-" + itoa(i),
			Subject: lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: "payments-settle"}})
	}
	return out
}

// TestAHugeScreenShowsTheCourseOfTheWorst also where changes would fill it.
func TestAHugeScreenShowsTheCourseOfTheWorst(t *testing.T) {
	c := open(t, nil, 400, 120, 1, joins)
	c.reads("lag of the worst groups", "audit-sink ✗ 177M", "payments-settle ■ 73.4k", "fraud-shadow ? ?", "settle-59", "settle-40")
	sound(t, c)
	empty := 0
	for l := range strings.SplitSeq(c.plain(), "\n") {
		if strings.TrimSpace(l) == "" {
			empty++
		}
	}
	if empty > 30 {
		t.Errorf("%d of 120 rows are empty:\n%s", empty, c.plain())
	}
	c.size(200, 60)
	c.lacks("lag of the worst groups")
}

// TestASmallScreenFillsItsRowsWithChanges.
func TestASmallScreenFillsItsRowsWithChanges(t *testing.T) {
	c := open(t, nil, 80, 24, 1, func(at time.Time) engine.Cluster {
		out := healthy(at)
		out.Events = joins(at).Events
		return out
	})
	if n := strings.Count(c.plain(), "payments-settle joined"); n < 4 {
		t.Errorf("%d changes are shown:\n%s", n, c.plain())
	}
}

// TestAHighPageOfAGroupListsItsPartitionsGravestFirst.
func TestAHighPageOfAGroupListsItsPartitionsGravestFirst(t *testing.T) {
	c := open(t, nil, 160, 60, 1, troubled)
	c.press("j", "enter").reads("offsets ", "38,841,214", "COMMITTED")
	if c.lineOf("38,841,214") > c.lineOf("38,914,041") {
		t.Errorf("the stalled partition does not stand first:\n%s", c.plain())
	}
	sound(t, c)
	c.size(80, 24)
	c.lacks("COMMITTED")
}

// TestABrokerThatLeadsNothingIsTold as after a restart: no trouble, and worth to know.
func TestABrokerThatLeadsNothingIsTold(t *testing.T) {
	restarted := func(at time.Time) engine.Cluster {
		out := healthy(at)
		for i := range out.Reading.Partitions {
			if p := &out.Reading.Partitions[i]; p.Leader == 0 {
				p.Leader = p.Replicas[1]
			}
		}
		return out
	}
	for _, size := range sizes {
		c := open(t, nil, size[0], size[1], 1, restarted)
		c.reads("no trouble", "brokers fine")
		if said := strings.Join(strings.Fields(strings.ReplaceAll(c.plain(), "none since 03:13:08", "")), " "); !strings.Contains(said, "b1 leads nothing, and 6 partitions prefer it; a on 4") {
			t.Errorf("it is not told:\n%s", c.plain())
		}
		c.press("4").reads("b1 leads nothing")
		sound(t, c)
	}
	c := open(t, nil, 80, 24, 1, func(at time.Time) engine.Cluster {
		out := restarted(at)
		for i := range out.Reading.Partitions {
			p := &out.Reading.Partitions[i]
			p.ISR = []lag.NodeIx{p.Leader}
		}
		return out
	})
	c.lacks("leads nothing")
}

// TestAgesAgreeWhereverTheyStand: a group within a refresh of the end is so on every view.
func TestAgesAgreeWhereverTheyStand(t *testing.T) {
	c := open(t, nil, 120, 40, 1, healthy)
	if got := c.under(); !strings.Contains(got, "<5s") {
		t.Errorf("on the overview: %q", got)
	}
	c.press("enter").reads("<5s")
	c.press("2")
	if got := c.under(); !strings.Contains(got, "<5s") {
		t.Errorf("among the groups: %q", got)
	}
}

// TestTheHelpOfTheFieldInHandIsWhole and the field with all its rows on the screen.
func TestTheHelpOfTheFieldInHandIsWhole(t *testing.T) {
	old := testSpecs
	t.Cleanup(func() { testSpecs = old })
	testSpecs = append(testSpecs[:0:0], old...)
	long := "an offset, or a time with its zone such as 2026-11-21T03:00:00+01:00, or what the file of an earlier run of Apache's tool says"
	for i := range testSpecs {
		testSpecs[i].Params = append(testSpecs[i].Params[:0:0], testSpecs[i].Params...)
		for k := range testSpecs[i].Params {
			testSpecs[i].Params[k].Help = long
		}
	}
	x := openActing(t, nil, 80, 24, troubled)
	x.keys("a")
	x.choose("offset-reset")
	x.keys("enter")
	form := x.m.top().(*actForm)
	told := 0
	for range form.rows {
		if form.rows[form.at].help == long {
			told++
			if said := strings.Join(strings.Fields(x.plain()), " "); !strings.Contains(said, long) {
				t.Errorf("field %d is not told whole:\n%s", form.at, x.plain())
			}
		}
		sound(t, x.console)
		x.keys("down")
	}
	if told < 3 {
		t.Errorf("%d fields were looked at", told)
	}
}

// TestThePlanUsesTheRowsThatItsChangesLeave for what is checked and what is to be minded, whole.
func TestThePlanUsesTheRowsThatItsChangesLeave(t *testing.T) {
	x := openActing(t, nil, 80, 24, troubled)
	toPlan(x)
	v := x.m.top().(*planView)
	v.plan.Guards[0].Now = "Stable, 2 members: settle-0 on 10.4.2.11, settle-1 on 10.4.2.12, which count until their sessions end"
	v.plan.Warnings = []string{"the first thing to mind", "the second", "the third", "the fourth, which stood under d alone"}
	x.send(tickMsg(night.Add(time.Second)))
	said := strings.Join(strings.Fields(x.plain()), " ")
	for _, want := range []string{"which count until their sessions end", "The fourth, which stood under d alone.", "118,234,170"} {
		if !strings.Contains(said, want) {
			t.Errorf("the plan doesn't read %q:\n%s", want, x.plain())
		}
	}
	sound(t, x.console)
}
