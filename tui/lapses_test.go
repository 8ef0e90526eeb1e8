package tui

import (
	"strings"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
	"weir/lag/state"
)

// lapsed is a calm cluster in whose last sweep broker 1 did not answer, though it had 5 s before.
func lapsed(at time.Time) engine.Cluster {
	out := healthy(at)
	out.Swept = at.Add(-100 * time.Millisecond)
	before := lag.ShardTime{Sent: at.Add(-5 * time.Second), Answered: at.Add(-5 * time.Second)}
	r := out.Reading
	r.StartAt[0], r.EndAt[0], r.CommittedAt[0] = before, before, before
	for i := range r.Groups {
		if r.Groups[i].Coordinator == 0 {
			r.Gaps = append(r.Gaps, lag.Gap{Ref: lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: r.Groups[i].Name}, Reason: lag.Unreachable, Detail: "committed offsets: b1 refuses the connection", Since: at})
		}
	}
	r.Complete = false
	return out
}

// TestWhatABrokerDidNotTellIsOldAtOnce and not only once two refreshes are over: the records that came in since are no lag.
func TestWhatABrokerDidNotTellIsOldAtOnce(t *testing.T) {
	c := open(t, nil, 120, 40, 1, lapsed)
	c.reads("1 trouble", "b1 does not answer. No trouble among 13 of 16 groups; 3 last told of at 03:14:03.").lacks("slowest to answer: b1")
	c.press("2", "/").write("ad-attrib").press("enter")
	if got := c.under(); !strings.Contains(got, "~") {
		t.Errorf("a group of a broker that did not answer looks fresh: %q", got)
	}
	c.press("/", "ctrl+u").write("billing-export").press("enter")
	if got := c.under(); strings.Contains(got, "~") {
		t.Errorf("a group of another broker looks old: %q", got)
	}
	c.press("4").reads("silent 5s")
}

// TestABrokerThatWasNotAskedIsNotSilent: that it told nothing in the last sweep proves nothing without a gap.
func TestABrokerThatWasNotAskedIsNotSilent(t *testing.T) {
	c := open(t, nil, 120, 40, 1, func(at time.Time) engine.Cluster {
		out := lapsed(at)
		out.Reading.Gaps = nil
		return out
	})
	c.reads("no trouble", "6 brokers fine").lacks("does not answer")
}

// TestGroupsThatAreNotSeenForOneBrokerAreOneSentence.
func TestGroupsThatAreNotSeenForOneBrokerAreOneSentence(t *testing.T) {
	c := open(t, nil, 80, 24, 1, func(at time.Time) engine.Cluster {
		out := lapsed(at)
		for i := range out.Verdicts.Groups {
			if v := &out.Verdicts.Groups[i]; out.Reading.Groups[i].Coordinator == 0 {
				v.State, v.Severity, v.Why = state.NotVisible, state.Warning, "Its commits were last read 5s ago (unreachable): what is told of it is as of then."
			}
		}
		return out
	})
	said := strings.Join(strings.Fields(c.plain()), " ")
	for _, want := range []string{"3 groups can't be seen. b1 does not answer.", "price-cache, geo-enrich, ad-attrib: b1, which coordinates them, does not answer; what is told of them is of 03:14:03."} {
		if !strings.Contains(said, want) {
			t.Errorf("the screen doesn't read %q:\n%s", want, c.plain())
		}
	}
	c.lacks("last read 5s ago")
	c.press("enter")
	if said := strings.Join(strings.Fields(c.plain()), " "); !strings.Contains(said, "Committed offsets: b1 refuses the connection.") {
		t.Errorf("the page does not say why:\n%s", c.plain())
	}
}

// TestHowLateDataIs: by its age, by what came of the sweeps since, and sooner where one is known to be overdue.
func TestHowLateDataIs(t *testing.T) {
	for name, tt := range map[string]struct {
		age     time.Duration
		failed  int
		overdue bool
		want    lateness
	}{
		"just read":                                                {time.Second, 0, false, live},
		"a refresh, and its answers are coming":                    {7 * time.Second, 0, false, live},
		"two refreshes, and their answers are coming":              {11 * time.Second, 0, false, live},
		"two refreshes and a half":                                 {13 * time.Second, 0, false, late},
		"the sweep is overdue, and what it was to replace is old":  {10 * time.Second, 0, true, late},
		"the sweep is overdue, and what it is to replace is young": {6 * time.Second, 0, true, live},
		"nothing answered once":                                    {6 * time.Second, 1, false, late},
		"nothing answered once, for long":                          {13 * time.Second, 1, false, unanswered},
		"nothing answered twice":                                   {10 * time.Second, 2, false, unanswered},
	} {
		c := open(t, nil, 80, 24, 1, func(at time.Time) engine.Cluster {
			out := healthy(at)
			out.Failed, out.Swept = tt.failed, at.Add(-20*time.Millisecond)
			if tt.overdue {
				r := *out.Reading
				r.Tick, r.Cost = at.Add(5*time.Second), lag.Cost{}
				r.Gaps = []lag.Gap{{Ref: lag.Ref{Cluster: "prod-eu", Kind: lag.KindCluster}, Reason: lag.Timeout, Detail: "the sweep is late", Since: at}}
				out.Reading = &r
			}
			return out
		})
		c.send(tickMsg(night.Add(tt.age)))
		if got := c.m.snap().late; got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}
