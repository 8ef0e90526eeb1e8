package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/internal/engine"
	"weir/lag"
	"weir/lag/state"
)

// TestFromTheSentenceToTheMemberInThreeKeys: woken up, an engineer finds the stalled partition, its member and its host.
func TestFromTheSentenceToTheMemberInThreeKeys(t *testing.T) {
	c := open(t, nil, 80, 24, 45, troubled)
	c.reads("1 group is losing data, 1 is stalled, 1 can't be seen", "3 troubles", "PROD", "read-only", "03:14:08 CET")
	c.press("j").reads("> ■ stalled         payments-settle")
	c.press("enter").reads("■ STALLED", "p7 of payments.events has not moved for 23m", "7■72.8k", "10.4.2.13")
	if got := c.under(); !strings.Contains(got, "settle-2") {
		t.Errorf("the member with the stalled partition is not under the cursor: %q", got)
	}
	c.press("tab").reads("p7: ■ stalled 23m, lag 72,836, settle-2 on 10.4.2.13").lacks("comm…")
	c.press("enter").reads("partitions of payments-settle")
	if got := c.under(); !strings.Contains(got, "stalled") || !strings.Contains(got, "38,841,214") {
		t.Errorf("partition 7 is not under the cursor: %q", got)
	}
	c.press("esc", "esc").reads("worst groups")
	c.press("esc").reads("this is the top; q quits")
}

func TestAFilterIsTheShells(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("2", "/").write("lag>10k").press("enter")
	c.reads("audit-sink", "payments-settle", "filter lag>10k (Esc)", "1 hidden: a value they are filtered by is not known").lacks("ad-attrib")
	c.press("@").reads("copied: weir get groups -c prod-eu --window 20s --filter 'lag>10k'")
	c.press("esc").reads("ad-attrib")
	c.press("/").write("lag>>").press("enter").reads("/lag>>", "column")
	c.press("esc").reads("ad-attrib")
	c.press("/").write("nosuchgroup").press("enter").reads("nothing matches nosuchgroup; Esc clears the filter", "none of 19")
}

// TestABareWordLooksAtAllNamesOfAPartition: at its topic, and at who reads it, by all that the member is called.
func TestABareWordLooksAtAllNamesOfAPartition(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("2", "j", "enter", "tab", "enter").reads("partitions of payments-settle", "of 24")
	for word, rows := range map[string]string{"settle-2": "of 3", "SETTLE/1.42": "of 24", "10.4.2.13": "of 3", "!10.4.2.13": "of 21", "events": "of 24", "nobody": "none of 24",
		"~^/10[.]4[.]2[.]1[12]$": "of 6", "host=/10.4.2.11": "of 3", "client_id!=x": "of 24"} {
		c.press("/").write(word).press("enter").reads(rows).lacks("is not known").press("esc")
	}
	c.press("/").write("10.4.2.13").press("enter", "@").reads("copied: weir get positions -g payments-settle -c prod-eu --window 20s --filter 10.4.2.13")

	c = open(t, nil, 120, 40, 2, troubled)
	c.press("2", "enter", "tab", "enter").reads("partitions of audit-sink", "of 48") // nobody reads it
	c.press("/").write("10.4.2.13").press("enter").reads("none of 48").lacks("is not known")
	c.press("esc", "/").write("!10.4.2.13").press("enter").reads("of 48").lacks("is not known")
}

func TestOnlyTroubles(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("2", "!").reads("only troubles (!)", "fraud-shadow", "1 of 3").lacks("ad-attrib")
	c.press("esc").reads("ad-attrib", "of 19")
}

func TestFoldedGroupsAreCountedAndShownOnAsking(t *testing.T) {
	c := open(t, nil, 120, 40, 2, healthy)
	c.press("2").reads("1 of 15, 1 folded").lacks("◌ abandoned")
	c.press("f").reads("2 of 16", "◌ abandoned").press("f").reads("1 of 15, 1 folded")
}

// shuffled is troubled with the lags and states moved about.
func shuffled(at time.Time) engine.Cluster {
	out := troubled(at)
	v := *out.Verdicts
	v.Groups = append([]state.Verdict(nil), v.Groups...)
	v.Groups[12].State, v.Groups[12].Severity, v.Groups[12].Lag = state.LosingData, state.Critical, 9_000_000
	v.Groups[0].State, v.Groups[0].Severity = state.KeepingUp, state.Calm
	out.Verdicts = &v
	return out
}

func TestNothingSlidesUnderTheCursor(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("2", "j", "j", "j", "j")
	before, line := c.under(), c.lineOf("ad-attrib")
	if !strings.Contains(before, "ad-attrib") {
		t.Fatalf("under the cursor: %q", before)
	}
	c.tick(night.Add(5*time.Second), shuffled)
	if !strings.Contains(c.under(), "ad-attrib") || c.lineOf("ad-attrib") != line {
		t.Errorf("the cursor's row went from line %d to %d: %q", line, c.lineOf("ad-attrib"), c.under())
	}
	c.reads("order held since 03:14:13; O sorts again")
	c.press("E").lacks("order held")
	if !strings.Contains(c.under(), "ad-attrib") {
		t.Errorf("sorting took the cursor off its row: %q", c.under())
	}
	if c.lineOf("kyc-screen") != c.lineOf("STATE")+1 {
		t.Error("the group that now loses data is not the first after sorting")
	}
	// A row above that goes must not move the one under the cursor.
	line = c.lineOf("ad-attrib")
	c.tick(night.Add(10*time.Second), func(at time.Time) engine.Cluster {
		out := shuffled(at)
		topo := *out.Reading.Topology
		topo.Groups = append([]lag.Group(nil), topo.Groups...)
		topo.Groups[1].Gone = true
		r := *out.Reading
		r.Topology, out.Reading = &topo, &r
		return out
	})
	c.lacks("payments-settle")
	if !strings.Contains(c.under(), "ad-attrib") || c.lineOf("ad-attrib") > line {
		t.Errorf("the cursor's row went from line %d to %d: %q", line, c.lineOf("ad-attrib"), c.under())
	}
}

func TestSorting(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("2", "N")
	if c.lineOf("ad-attrib") != c.lineOf("GROUP")+1 {
		t.Error("N does not order by name")
	}
	c.press("L", "g")
	if c.lineOf("audit-sink") != c.lineOf("GROUP")+1 || c.lineOf("fraud-shadow") < c.lineOf("risk-features") {
		t.Errorf("L does not order by lag with the unknown last:\n%s", c.plain())
	}
	c.press("L")
	if c.lineOf("audit-sink") < c.lineOf("orders-index") {
		t.Error("L again does not turn the order round")
	}
}

func TestWhatIsOldNeverLooksFresh(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("2").reads("CET live").lacks("~")
	// The clock goes on and no state comes.
	c.send(tickMsg(night.Add(46 * time.Second)))
	c.reads("03:14:08", "LATE 46s", "177M~").lacks("live")
	// The cluster stops answering.
	c.tick(night.Add(3*time.Minute), func(at time.Time) engine.Cluster { return gaps(night.Add(3 * time.Minute)) })
	c.reads("NO ANSWER 3m", "177M~").lacks("live")
	c.press("1").reads("prod-eu does not answer since 03:14:08: no broker answers within 10 s. All numbers are of then.")
}

func TestOneSilentCoordinatorMarksItsGroups(t *testing.T) {
	c := open(t, nil, 120, 40, 2, func(at time.Time) engine.Cluster {
		out := troubled(at)
		if at.Equal(night) {
			old := lag.ShardTime{Sent: at.Add(-time.Minute), Answered: at.Add(-time.Minute)}
			out.Reading.CommittedAt[1] = old
		}
		return out
	})
	c.press("2").reads("73.4k~", "CET live").lacks("177M~")
	c.press("j").reads("~ as of 03:13:08.")
}

func TestNothingSeenYet(t *testing.T) {
	c := open(t, nil, 80, 24, 0, func(at time.Time) engine.Cluster {
		return engine.Cluster{Name: "prod-eu", Reading: &lag.Reading{Topology: &lag.Topology{Cluster: "prod-eu", Controller: lag.Nowhere}, Tick: at,
			Gaps: []lag.Gap{{Ref: lag.Ref{Cluster: "prod-eu", Kind: lag.KindCluster}, Reason: lag.Unreachable, Detail: "connection refused"}}}}
	})
	c.reads("Nothing of prod-eu is known: connection refused.", "? troubles", "NO ANSWER").lacks("no trouble", "0 groups", "fine")
	for _, key := range []string{"2", "3", "4", "5"} {
		c.press(key).lacks("there is no ")
	}
	c.press("1")
	c.send(progressMsg{"prod-eu", "committed offsets", 3, 6})
	c.reads("reading committed offsets: 3 of 6 brokers")
}

func TestBeforeTheFirstAnswer(t *testing.T) {
	for _, env := range []map[string]string{nil, {"NO_COLOR": "1"}} {
		m := newModel(Options{Getenv: func(k string) string { return env[k] }, Clusters: []Cluster{{Name: "prod-eu", Environment: "prod"}}}, outside{})
		c := &console{t, m}
		c.size(80, 24)
		c.reads("Reading prod-eu for the first time.", "asking the brokers who they are", "? troubles", "nothing read yet").lacks("NO ANSWER", "no trouble")
		c.send(progressMsg{"prod-eu", "log ends", 2, 3})
		c.reads("reading log ends: 2 of 3 brokers")
		for i := range bindings {
			for _, view := range []string{"1", "2", "3", "4", "5"} {
				c.m.prompt = nil
				c.press(view)
				if b := &bindings[i]; b.works(c.m.top().place()) && b.verb != vSuspend {
					c.m.do(b.verb)
				}
				sound(t, c)
			}
		}
		c.m.prompt, c.m.stack = nil, []view{newGroupPage("x")}
		c.m.sync()
		c.reads("nothing of prod-eu was seen yet")
		sound(t, c)
	}
}

func TestABrokerThatIsDownIsATrouble(t *testing.T) {
	c := open(t, nil, 120, 40, 1, func(at time.Time) engine.Cluster {
		out := healthy(at)
		topo := *out.Reading.Topology
		topo.Nodes = append([]lag.Node(nil), topo.Nodes...)
		topo.Nodes[3].Gone = true
		out.Reading.Topology = &topo
		return out
	})
	c.reads("b4 is down.", "1 trouble", "b4    down").lacks("no trouble ", "Brokers are fine")
	c.press("4").reads("b4 is down.")
}

func TestFreeze(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("2", "p")
	c.tick(night.Add(2*time.Minute), healthy)
	c.reads("FROZEN 2m", "audit-sink", "177M").lacks("177M~")
	c.press("p").lacks("FROZEN", "audit-sink").reads("All partitions")
}

// TestAPageTellsAtOnceWhatIsKnown: the engine works the numbers of a group's partitions out when its page is opened. They
// are of the same reading, and are shown as soon as they come; also on a frozen screen.
func TestAPageTellsAtOnceWhatIsKnown(t *testing.T) {
	for _, frozen := range []bool{false, true} {
		c := open(t, nil, 120, 40, 2, healthy)
		all, late := healthy(night), healthy(night)
		late.Reading, late.Verdicts = all.Reading, all.Verdicts
		all.Positions = nil
		c.tick(night, func(time.Time) engine.Cluster { return all })
		if frozen {
			c.press("p")
		}
		c.press("2", "j", "j", "j", "enter")
		if c.reads("cdc-orders", "12 unknown"); !strings.Contains(c.plain(), " ?  ") {
			t.Fatalf("rates that nobody worked out:\n%s", c.plain())
		}
		if frozen {
			c.reads("rates are worked out once p lets the screen go on")
		}
		c.tick(night.Add(time.Second), func(time.Time) engine.Cluster { return late })
		c.reads("12 keeping up", " 157 ").lacks(" ?  ", "once p lets")
		if frozen {
			c.reads("FROZEN")
		}
		c.press("enter").reads("52.4").lacks(" ?  ")
	}
}

func TestEscAndBack(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.press("3", "enter").reads("differs from the default")
	c.press("-").reads("TOPIC", "KEPT").press("-").reads("differs from the default")
	c.press("esc").reads("KEPT").press("esc").reads("worst groups")
}

func TestThePalette(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.press(":").write("gro").press("tab").write(" /state=stalled").press("enter").reads("payments-settle", "1 of 1").lacks("audit-sink  ")
	c.press(":").write("nowhere").press("enter").reads("no view is named nowhere")
	c.press(":").write("ctx nope").press("enter").reads("no cluster nope is open; there is prod-eu")
	c.press(":").press("up").reads(":ctx nope").press("esc")
}

func TestAKeyThatCannotWorkSaysWhy(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	for key, why := range map[string]string{"L": "there is no lag here to order by", "tab": "there is one panel here", "a": "this console can't change anything",
		"X": "X does nothing here; ? lists the keys", "7": "7 is kept for replication flows, which weir doesn't watch yet", "6": "jobs of Connect and Flink", "z": "this console can't change anything", "space": "only partitions are marked"} {
		c.press("1", key).reads(why)
	}
	c.press("j").lacks("are marked")
}

func TestAPasteIsNeverKeys(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.send(tea.PasteMsg{Content: "q\nqqq"})
	c.reads("a paste does nothing here")
	c.press("2", "/")
	c.send(tea.PasteMsg{Content: strings.Repeat("x", 100_000)})
	c.reads("too long: 500 characters at most")
	c.send(tea.PasteMsg{Content: "pay\r\n\x1b[31mments"})
	c.press("enter").reads("pay[31mments")
}

func TestChangesThatFollowFromOthersDoNotCrowdTheOverview(t *testing.T) {
	c := open(t, nil, 120, 40, 1, func(at time.Time) engine.Cluster {
		out := troubled(at)
		for range 200 {
			out.Events = append(out.Events, lag.Event{At: at, Subject: lag.Ref{Cluster: "prod-eu", Kind: lag.KindPartition, Name: "orders.v2", Sub: "1"}, Kind: lag.LeaderMoved, Before: "b1", After: "b2"})
		}
		return out
	})
	c.reads("orders-index offsets set back", "201 moves of leaders and copies more: 5").lacks("p1 leader")
	c.press("5").reads("p1 leader b1 → b2", "of 204")
}

func TestUTC(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.reads("03:14:08 CET").press("t").reads("02:14:08 UTC").lacks("CET")
}

func TestHelpDoesWhatItLists(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.press("2", "?").reads("Keys that work on groups", "losing data")
	c.press("/").write("only troubles").press("enter", "enter").reads("only troubles (!)", "1 of 3")
}

func TestTooSmallGoesOnByItself(t *testing.T) {
	c := open(t, nil, 64, 18, 1, troubled)
	c.reads("weir draws its screens from 80×24; this is 64×18.", "1 group is losing data", "weir get groups -c prod-eu", "q quit")
	c.press("2").size(80, 24)
	c.reads("worst groups")
}

func TestMarkdownCarriesClusterAndStamp(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	if got := c.press("2").m.markdown(); !strings.HasPrefix(got, "**prod-eu** groups, as of 2026-11-21 03:14:08 CET\n") || !strings.Contains(got, "| payments-settle |") {
		t.Errorf("the table as Markdown:\n%s", got)
	}
	c.press("1", "enter")
	if got := c.m.markdown(); !strings.Contains(got, "```\n") || !strings.Contains(got, "audit-sink") {
		t.Errorf("the page as Markdown:\n%s", got)
	}
	c.send(tickMsg(night.Add(10 * time.Minute)))
	if got := c.m.markdown(); !strings.Contains(got, "10m old") {
		t.Errorf("old data copied without its age:\n%s", got)
	}
}

// TestACopyTellsTheBoundThatTheScreenTells: what was so when the console began to watch may have been so for longer.
func TestACopyTellsTheBoundThatTheScreenTells(t *testing.T) {
	c := open(t, nil, 120, 40, 23, troubled) // payments-settle stalled as the console began
	c.press("2").reads("≥23m")
	if got := c.m.markdown(); !strings.Contains(got, "≤02:51:08") || strings.Contains(got, "| ≤02:43:08") {
		t.Errorf("the copy tells no bound, or one that isn't there:\n%s", got)
	}
	c.press("j", "y").reads(`"state_since_bound": "at_latest"`).press("esc", "enter")
	c.reads("p7 stalled ≥23m").press("tab", "enter").reads("partitions of payments-settle")
	if got := c.m.markdown(); !strings.Contains(got, "≤02:51:08") {
		t.Errorf("the copy of the partitions tells no bound:\n%s", got)
	}
}

func TestFocusFollowsThePage(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	if len(c.m.looked) != 0 {
		t.Errorf("looked at on the overview: %v", c.m.looked)
	}
	c.press("j", "enter")
	if len(c.m.looked) != 1 || c.m.looked[0].String() != "prod-eu/group/payments-settle" {
		t.Errorf("looked at on a group's page: %v", c.m.looked)
	}
	c.press("1")
	if len(c.m.looked) != 0 {
		t.Errorf("still looked at: %v", c.m.looked)
	}
}
