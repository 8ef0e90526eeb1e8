package tui

import (
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/internal/engine"
	"weir/lag"
)

// TestTheCommandLineShowsWhatTheViewDoes: it looks on for as long as states and rates need, reaches the cluster by the way
// the console did, and narrows as the view is narrowed.
func TestTheCommandLineShowsWhatTheViewDoes(t *testing.T) {
	const bad = "state=losing_data|state=stalled|state=blocked|state=stopped|state=ahead|state=falling_behind|state=rewinding|state=not_visible"
	for _, tt := range []struct {
		keys []string
		want string
	}{
		{nil, "weir get groups --config /etc/w.toml -c prod-eu --window 20s"},
		{[]string{"!"}, "weir get groups --config /etc/w.toml -c prod-eu --window 20s --filter '" + bad + "'"},
		{[]string{"2", "L"}, "weir get groups --config /etc/w.toml -c prod-eu --window 20s --sort '-lag'"},
		{[]string{"3"}, "weir get topics --config /etc/w.toml -c prod-eu --window 20s"},
		{[]string{"4"}, "weir get brokers --config /etc/w.toml -c prod-eu"},
		{[]string{"5"}, "weir get events --config /etc/w.toml -c prod-eu"},
		{[]string{"2", "j", "enter"}, "weir describe group payments-settle --config /etc/w.toml -c prod-eu --window 20s"},
		{[]string{"0"}, "weir get clusters --config /etc/w.toml -c prod-eu --window 20s"},
	} {
		c := open(t, nil, 120, 40, 2, troubled)
		c.m.clusters[0].Flags = []string{"--config", "/etc/w.toml"}
		c.press(tt.keys...)
		if got := shellLine(c.m.top().command(c.m.snap())); got != tt.want {
			t.Errorf("after %v: %s\nwant %s", tt.keys, got, tt.want)
		}
	}
	c := open(t, nil, 120, 40, 2, troubled)
	c.m.clusters[0].Flags, c.m.clusters[0].Unnamed = []string{"--brokers", "10.4.0.1:9092"}, true
	c.press("2", "/").write("lag>10k|pay").press("enter", "!", "@")
	want := "--brokers 10.4.0.1:9092 --window 20s --filter 'state=losing_data,lag>10k|state=losing_data,pay|state=stalled,lag>10k|"
	if got := shellLine(c.m.top().command(c.m.snap())); !strings.Contains(got, want) || strings.Contains(got, "-c ") {
		t.Errorf("%s\nwant %s", got, want)
	}
	// The partitions of one member, of which some are in trouble.
	c = open(t, nil, 120, 40, 2, troubled)
	c.m.open(newPositions("payments-settle").of("payments-settle-2-9f1c2b3a"))
	c.m.sync()
	c.press("!")
	if got := shellLine(c.m.top().command(c.m.snap())); !strings.Contains(got, `weir get positions -g payments-settle -c prod-eu --window 20s --filter 'state=losing_data,member_id="payments-settle-2-9f1c2b3a"|`) {
		t.Error(got)
	}
	// A topic's page that is filtered is a list.
	c.m.open(newTopicPage("payments.events", 0))
	c.m.sync()
	c.press("/").write("leader=2").press("enter")
	if got := shellLine(c.m.top().command(c.m.snap())); got != "weir get partitions -t payments.events -c prod-eu --window 20s --filter leader=2" {
		t.Error(got)
	}
}

// TestACopyIsWhole: what is left out of it is said, pages bring what stands over their tables, and each is Markdown.
func TestACopyIsWhole(t *testing.T) {
	copied := func(c *console) string { return c.m.markdown() }
	holds := func(what, got string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s doesn't hold %q:\n%s", what, w, got)
			}
		}
	}
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("2", "!", "/").write("lag>10k").press("enter")
	holds("a filtered copy", copied(c), "2 rows of 19: only troubles; filter lag>10k; 1 hidden: a value they are filtered by is not known\n\n| STATE | GROUP |", "| payments-settle |")
	c.press("/").write(",nosuch").press("enter")
	holds("a copy of nothing", copied(c), "0 rows of 19: only troubles; filter lag>10k,nosuch", "\n\nnone\n")

	c = open(t, nil, 120, 40, 2, healthy)
	holds("a copy with folded groups", c.press("2").m.markdown(), "1 folded away\n\n| STATE | GROUP |")

	c = open(t, nil, 80, 24, 2, troubled)
	c.press("5")
	holds("the changes", copied(c), "| AT CET | WHAT | REF | BEFORE | AFTER |\n", "| 02:51:38 | state\\_changed | prod-eu/group/payments-settle | keeping\\_up | stalled |")
	c.m.open(newTopicPage("payments.events", 0))
	c.m.sync()
	holds("a topic", copied(c), "payments.events: 24 partitions, 3 copies each, all in sync.", "differs from the default", "who reads it", "settle-2", "```\n\n| TOPIC |", "| payments.events | 23 |")
	c.m.open(newBrokerPage(2))
	c.m.sync()
	holds("a broker", copied(c), "b2 leads ", "KAFKA_STORAGE_ERROR", "num.io.threads", "```\n\n| TOPIC |")
	c.m.open(newPositions("payments-settle").of("payments-settle-2-9f1c2b3a"))
	c.m.sync()
	holds("a member's partitions", copied(c), "only those of payments-settle-2-9f1c2b3a\n")
}

// TestAWordBehindAViewIsNotDropped: who types :groups pay wants those of pay.
func TestAWordBehindAViewIsNotDropped(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press(":").write("groups pay").press("enter").reads(":groups takes a filter behind a slash: :groups /pay", "worst groups")
	c.press(":").write("groups /pay").press("enter").reads("1 of 1", "payments-settle")
}

// TestRawEventsAreThoseOfTheShell: the keys of weir.event/v1, no others.
func TestRawEventsAreThoseOfTheShell(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.m.version = "1.2.3"
	c.press("5", "j", "y").reads(`"weir": "1.2.3"`, `"schema": "weir.event/v1"`, `"ref": "prod-eu/group/payments-settle"`, `"cluster": "prod-eu"`, `"kind": "state_changed"`, `"before": "keeping_up"`, `"after": "stalled"`).lacks("seq", "subject")
}

// TestNothingIsCalledCalmBeforeItWasWatched: what stands still shows by its silence, which takes a while.
func TestNothingIsCalledCalmBeforeItWasWatched(t *testing.T) {
	c := open(t, nil, 80, 24, 0, healthy)
	c.reads("No trouble yet among 16 groups, watched for less than 30s; 6 brokers fine.").lacks("keep up or rest")
	c.tick(night.Add(29*time.Second), healthy)
	c.reads("No trouble yet")
	c.tick(night.Add(31*time.Second), healthy)
	c.reads("All 16 groups keep up or rest; 6 brokers fine.").lacks("yet")
	c = open(t, nil, 80, 24, 0, func(at time.Time) engine.Cluster { return troubled(at) })
	c.reads("1 group is losing data").lacks("yet")
}

// TestACopyOfAChangeIsWhole: of a plan all that it is beside every change, of a run all that its journal tells.
func TestACopyOfAChangeIsWhole(t *testing.T) {
	x := openActing(t, nil, 80, 24, troubled)
	x.stand.changes = 40
	toPlan(x)
	got := x.m.markdown()
	for _, want := range []string{"40 changes", "digest   7f3c91e204bd", "checked again before every write", "holds  the group has no members: Empty", "204,993 offsets were deleted", "| audit.log:0 | 118234170 | 118439163 |", "| audit.log:39 |"} {
		if !strings.Contains(got, want) {
			t.Errorf("the plan's copy doesn't hold %q:\n%s", want, got)
		}
	}
	x = openActing(t, nil, 80, 24, troubled)
	toConsent(x).slowly("audit-sink").keys("enter")
	x.reads("done and verified")
	got = x.m.markdown()
	for _, want := range []string{"done and verified", testRun, "INC-4711", "ENTRIES", "commit-1"} {
		if !strings.Contains(got, want) {
			t.Errorf("the run's copy doesn't hold %q:\n%s", want, got)
		}
	}
}

// TestAGuardThatFailsIsAlwaysShown: where there is no room for all, those that hold are left out.
func TestAGuardThatFailsIsAlwaysShown(t *testing.T) {
	x := openActing(t, nil, 80, 24, troubled)
	p := x.stand.planOf("test.reset", lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: "audit-sink"})
	for range 6 {
		p.Guards = append([]actions.Guard{{Name: "g", Want: "it is well", OK: true}}, p.Guards...)
	}
	p.Guards = append(p.Guards, actions.Guard{Name: "last", Want: "nobody is there", Now: "2 members", OK: false})
	x.m.open(newPlanView(x.m.snap(), p, planSource{}))
	x.reads("✗ nobody is there: 2 members")
}
