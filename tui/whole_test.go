package tui

import (
	"strings"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
	"weir/lag/state"
)

// changed is the troubled cluster with something else in it.
func changed(change func(*engine.Cluster)) func(time.Time) engine.Cluster {
	return func(at time.Time) engine.Cluster {
		c := troubled(at)
		change(&c)
		return c
	}
}

// groupCalled finds a group.
func groupCalled(c *engine.Cluster, name string) lag.GroupIx {
	for i := range c.Reading.Groups {
		if c.Reading.Groups[i].Name == name {
			return lag.GroupIx(i)
		}
	}
	return lag.Nowhere
}

// What a key does is told in whole words, however little room there is beside it.
func TestHelpIsToldInWholeWords(t *testing.T) {
	for _, w := range []int{80, 120, 150, 200} {
		c := open(t, nil, w, 60, 1, troubled)
		c.press("2", "?").reads("Keys that work on groups", "overview, groups, topics", "filter")
		for _, l := range strings.Split(c.plain(), "\n")[1:] {
			if strings.Contains(l, "…") && !strings.Contains(l, "─") {
				t.Errorf("at %d columns: %q", w, l)
			}
		}
		c.lacks("next panel; of a record ", "the chart: an hour ")
	}
}

// A sentence of what is wrong is whole at 80×24, though changes and members want its rows.
func TestTheSentenceOfATroubleIsWholeOnASmallScreen(t *testing.T) {
	why := "p7 of payments.events has not moved for 23m: its reader stays at 38,841,207; 52.4 records/s pile up behind it; 3 more partitions stand. " +
		"The other 20 partitions keep up. Nothing is lost; retention reaches the oldest unread record in about 26m."
	c := open(t, nil, 80, 24, 45, changed(func(c *engine.Cluster) {
		for i := range c.Verdicts.Groups {
			v := &c.Verdicts.Groups[i]
			if v.Severity > state.Calm && v.Group != groupCalled(c, "payments-settle") {
				v.State, v.Severity = state.KeepingUp, state.Calm
			}
		}
		c.Verdicts.Of(groupCalled(c, "payments-settle")).Why = why
	}))
	c.reads("about 26m.")
	c.press("enter").reads("■ STALLED", "about 26m.")
}

// The sentence of a calm group is not what lasts since the time told beside it.
func TestACalmGroupsSentenceStandsByItself(t *testing.T) {
	c := open(t, nil, 120, 40, 1, changed(func(c *engine.Cluster) {
		c.Verdicts.Of(groupCalled(c, "orders-index")).Why = "It works off what waits: 4,210,000 records unread."
	}))
	c.press("2", "/").write("orders-index").press("enter", "enter")
	c.reads("↘ DRAINING  orders-index, since 02:43:08.", "   It works off what waits: 4,210,000 records unread.")
}

// A member without partitions says so, and the time to catch up of a group that isn't behind is none, as in the list.
func TestWhatDoesNotApplyIsSaid(t *testing.T) {
	c := open(t, nil, 120, 40, 1, changed(func(c *engine.Cluster) {
		g := groupCalled(c, "payments-settle")
		c.Reading.Groups[g].Members[0].Assigned = nil
		v := c.Verdicts.Of(g)
		v.CatchUp = 0
	}))
	c.press("2", "/").write("payments-settle").press("enter", "enter")
	c.reads("none now")
	l := strings.Split(c.plain(), "\n")
	at := c.lineOf("CATCH UP")
	if at < 0 || !strings.Contains(l[at+1], "–") {
		t.Errorf("the time to catch up:\n%s", c.plain())
	}
	c.press("4").reads("brokers")
}

// Of a broker that is down nothing is told that it would have to answer for.
func TestABrokerThatIsDownAnswersForNothing(t *testing.T) {
	c := open(t, nil, 120, 40, 1, changed(func(c *engine.Cluster) { c.Reading.Nodes[1].Gone = true }))
	c.press("4").reads("down")
	l := strings.Split(c.plain(), "\n")[c.lineOf(" down")]
	if strings.Contains(l, "0s") {
		t.Errorf("a throttle of a broker that is down: %q", l)
	}
}

// What hides rows on the overview is told there.
func TestOnlyTroublesIsTold(t *testing.T) {
	open(t, nil, 80, 24, 1, troubled).lacks("only troubles (!)").press("!").reads("only troubles (!); 3 troubles")
}

// A word that can't be done is told whole, and how to lift it.
func TestHowToArmIsToldWhole(t *testing.T) {
	x := openActing(t, nil, 80, 24, troubled)
	x.m.clusters[0].ReadOnly, x.stand.policy.ReadOnly = true, true
	x.keys("a")
	if said := strings.Join(strings.Fields(x.plain()), " "); !strings.Contains(said, "arm with :arm 15m REASON") {
		t.Errorf("it isn't told how to arm:\n%s", x.plain())
	}
}

// The name of what is looked at is whole before weir's own cost is told in many words.
func TestTheCostGivesWayToWhatIsLookedAt(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.reads("costs ")
	c.press("2", "/").write("payments-settle").press("enter", "enter", "tab", "enter").reads("prod-eu ▸ payments-settle partitions")
}

// Where no shell waits below the console, ctrl+z says so and stops nothing.
func TestSuspendNeedsAShell(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	if cmd := c.send(keyMsg("ctrl+z")); cmd != nil {
		t.Error("it is suspended, and nobody can wake it")
	}
	c.reads("no shell waits for this terminal")
	c.m.shell = true
	if cmd := c.send(keyMsg("ctrl+z")); cmd == nil {
		t.Error("it is not suspended though a shell waits")
	}
}

func TestASentenceAfterANameBeginsSmall(t *testing.T) {
	for in, want := range map[string]string{"The oldest": "the oldest", "p6 of orders": "p6 of orders", "ISR shrank": "ISR shrank", "Ä": "Ä", "Älteste": "Älteste", "A": "A", "": ""} {
		if got := lowerFirst(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
