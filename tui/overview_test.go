package tui

import (
	"strings"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag/state"
)

// calmed is troubled with nothing wrong yet but one thing.
func calmed(at time.Time) engine.Cluster {
	out := troubled(at)
	v := *out.Verdicts
	v.Groups = append([]state.Verdict(nil), v.Groups...)
	for i := range 3 {
		v.Groups[i].State, v.Groups[i].Severity = state.KeepingUp, state.Calm
	}
	out.Verdicts = &v
	return out
}

func TestATroubleStandsAboveWhatIsOnlyWatched(t *testing.T) {
	c := open(t, nil, 120, 40, 2, calmed)
	c.reads("worst groups").lacks("stalled  ")
	if c.lineOf("ad-attrib") > 0 && c.lineOf("audit-sink") > c.lineOf("ad-attrib") {
		t.Errorf("the group furthest behind is not the first:\n%s", c.plain())
	}
	c.tick(night.Add(5*time.Second), troubled)
	if !strings.Contains(c.under(), "audit-sink") || c.lineOf("> ✗ losing") < 0 {
		t.Errorf("untouched, the cursor does not stand on the gravest: %q", c.under())
	}
	// Once it was moved it keeps to its row; what comes new stands above what is only watched.
	c = open(t, nil, 120, 40, 2, calmed)
	c.press("j", "j", "j")
	held := strings.Fields(c.under())[3]
	c.tick(night.Add(5*time.Second), troubled)
	if !strings.Contains(c.under(), held) {
		t.Errorf("the cursor went from %s to %q", held, c.under())
	}
	if c.lineOf("■ stalled         payments-settle") > c.lineOf("· keeping up") {
		t.Errorf("a trouble stands below what is well:\n%s", c.plain())
	}
}

func TestWhatIsWatchedHoldsItsOrder(t *testing.T) {
	c := open(t, nil, 120, 40, 2, healthy)
	before := c.lineOf("kyc-screen")
	c.tick(night.Add(5*time.Second), func(at time.Time) engine.Cluster {
		out := healthy(at)
		v := *out.Verdicts
		v.Groups = append([]state.Verdict(nil), v.Groups...)
		for i := range v.Groups {
			v.Groups[i].Lag, v.Groups[i].TimeLag = int64(1000-i), time.Duration(1000-i)*time.Millisecond
		}
		out.Verdicts = &v
		return out
	})
	if now := c.lineOf("kyc-screen"); now != before {
		t.Errorf("a row went from line %d to %d because lags changed", before, now)
	}
	c.press("O")
	if now := c.lineOf("ad-attrib"); now != c.lineOf("STATE")+1 {
		t.Errorf("O does not order anew:\n%s", c.plain())
	}
}

func TestTheTallOverviewDrawsTheHour(t *testing.T) {
	c := open(t, nil, 150, 50, 45, healthy)
	c.reads("all groups", "errors ?: no source of metrics; 1 column a minute, CET", "in/s 1.85k", "out/s 11.5k", "lag 4.02k", "02:40", "03:00",
		"most written to", "orders.v2", "RACK", "LEADERS")
	sound(t, c)
	c.size(120, 60)
	c.reads("all groups", "02:40", "03:00")
	c.size(80, 24)
	c.reads("errors ?  no source of metrics").lacks("all groups")
}

func TestTrafficKeepsGapsAndTheNewest(t *testing.T) {
	tr := newTrail()
	now := time.Date(2026, 11, 21, 3, 14, 30, 0, cet)
	for i := range columns {
		if i == 50 {
			continue
		}
		tr.take(now.Add(-time.Duration(columns-1-i)*time.Minute), now.Add(-time.Duration(columns-1-i)*time.Minute), int64(i), 100, 50)
	}
	s := &snap{theme: theme{}, now: now, judged: now}
	points := tr.minute.upTo(now)
	for _, tt := range []struct {
		w    int
		want string // the last row of the columns, from its end
	}{{70, "█ █████████"}, {55, "█ █████████"}, {40, "████"}} { // at 40 a column is two minutes, and no gap
		lines := traffic{theme: theme{}, series: &tr.minute, now: now, height: 2}.draw(s, []trace{{name: "lag", value: "59", role: strong, in: lags(points), most: true}}, tt.w)
		if len(lines) != 5 {
			t.Fatalf("%d lines", len(lines))
		}
		got := strings.TrimRight(lines[2].text(), " ")
		if !strings.HasSuffix(got, tt.want) {
			t.Errorf("%d cells wide: %q", tt.w, got)
		}
		for _, l := range lines {
			if l.width() > tt.w {
				t.Errorf("%d cells, of %d: %q", l.width(), tt.w, l.text())
			}
		}
	}
}
