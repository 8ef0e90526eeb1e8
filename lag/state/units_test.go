package state

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weir/lag"
)

// learn takes in one wait of a group with so many positions, seen at now.
func learn(y *rhythm, wait lag.Moment, positions int, now lag.Moment) {
	y.fade(positions)
	y.add(wait)
	y.saw(now)
}

// The order of the contract, gravest first, with the forms that are trouble before those that are calm.
func TestPrecedence(t *testing.T) {
	want := strings.Fields("losing_data stalled blocked stopped ahead falling_behind rewinding never_committed rebalancing " +
		"not_visible draining rebalancing never_committed empty abandoned keeping_up idle unknown")
	if len(want) != int(numCodes) {
		t.Fatalf("%d codes, want %d", numCodes, len(want))
	}
	for k, name := range want {
		c := numCodes - 1 - code(k)
		if c.state().String() != name {
			t.Errorf("place %d is %s, want %s", k, c.state(), name)
		}
		sev := Calm
		switch {
		case k < 4:
			sev = Critical
		case k < 10:
			sev = Warning
		}
		if c.severity() != sev {
			t.Errorf("%s is %v, want %v", name, c.severity(), sev)
		}
	}
	seen := map[State]bool{}
	for _, s := range States() {
		back, ok := Parse(s.String())
		if !ok || back != s || seen[s] {
			t.Errorf("%v", s)
		}
		seen[s] = true
		if sentences[s] == nil {
			t.Errorf("%v has no sentence", s)
		}
	}
	if _, ok := Parse("fine"); ok || State(99).String() != "" || Severity(9).String() != "" || Critical.String() != "critical" {
		t.Error("words that don't exist")
	}
	for k := 1; k < len(rules); k++ {
		if rules[k].code > rules[k-1].code && rules[k].code.severity() > Calm {
			t.Errorf("%v is asked after %v", rules[k].code.state(), rules[k-1].code.state())
		}
	}
}

func TestRhythm(t *testing.T) {
	var y rhythm
	if y.told() != 0 {
		t.Error("a rhythm from nothing")
	}
	for k := range 20 {
		learn(&y, seconds(5), 1, lag.Moment(k/20))
	}
	if y.told() != 0 {
		t.Error("a rhythm from commits at one moment")
	}
	for k := range 100 {
		learn(&y, seconds(5), 1, lag.Moment(k))
	}
	if r := y.told(); r < 5*time.Second || r > 6*time.Second {
		t.Errorf("%v, want 5 s", r)
	}
	learn(&y, seconds(300), 1, 900) // one long wait is no rhythm
	if r := y.told(); r > 6*time.Second {
		t.Errorf("%v after one long wait", r)
	}
	for range 200 {
		learn(&y, seconds(60), 1, 901)
	}
	if r := y.told(); r < 60*time.Second || r > 72*time.Second {
		t.Errorf("%v after the rhythm has changed, want 60 s", r)
	}
	y = rhythm{}
	for k := range 10 {
		learn(&y, 0, 1, lag.Moment(k))
	}
	if y.told() != leastWait {
		t.Errorf("%v for commits without a wait, want %v", y.told(), leastWait)
	}
}

func TestRhythmCoversWhatWasLearned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var y rhythm
		waits := rapid.SliceOfN(rapid.IntRange(0, 2_000_000), 3, 60).Draw(t, "tenths")
		longest := time.Duration(0)
		for k, w := range waits {
			learn(&y, lag.Moment(w), len(waits), lag.Moment(k))
			longest = max(longest, lag.Moment(w).Duration(0))
		}
		if len(waits) < 20 && y.told() < min(longest, upTo(buckets-1)) {
			t.Fatalf("%v does not cover %v", y.told(), longest)
		}
		if y.told() > max(leastWait, longest*5/4) {
			t.Fatalf("%v from waits up to %v", y.told(), longest)
		}
	})
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{{"*", "", true}, {"", "", true}, {"", "a", false}, {"a*", "abc", true}, {"*c", "abc", true}, {"a?c", "abc", true}, {"a?c", "ac", false},
		{"*b*", "abc", true}, {"a*b*c", "aXXbYYc", true}, {"a*b*c", "aXXbYY", false}, {"pay*-v?", "payments-v2", true}, {"**", "x", true}} {
		if got := glob(c.pattern, c.s); got != c.want {
			t.Errorf("glob(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Fuzz(func(t *testing.T, p, s string) {
		if !glob("*", s) || !glob(strings.NewReplacer("*", "?", "?", "?").Replace(s), s) {
			t.Fatalf("%q does not match itself", s)
		}
		if glob(p, s) && !glob("*"+p+"*", "x"+s+"y") {
			t.Fatalf("%q matches %q, and not within", p, s)
		}
	})
}

func TestPolicies(t *testing.T) {
	ps := Policies{{Group: "pay*", TimeLag: time.Minute}, {Topic: "orders*", Owner: "sales", TimeLag: time.Hour, Links: []string{"l"}},
		{Cron: time.Hour, Abandoned: time.Minute, MuteUntil: time.Unix(9, 0)}}
	got := ps.For("payments", []string{"x", "orders.eu"})
	if got.TimeLag != time.Minute || got.Owner != "sales" || got.Cron != time.Hour || got.Abandoned != time.Minute || len(got.Links) != 1 {
		t.Errorf("%+v", got)
	}
	if ps[0].Owner != "" {
		t.Error("a policy was written over")
	}
	if got := ps[:1].For("billing", nil); got != nil {
		t.Errorf("%+v for a group nobody spoke of", got)
	}
	if !got.mutedAt(time.Unix(8, 0)) || got.mutedAt(time.Unix(9, 0)) {
		t.Error("mute has the wrong end")
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0s", 59 * time.Second: "59s", 227 * time.Second: "3m47s", 23 * time.Minute: "23m",
		6*time.Hour + 4*time.Minute: "6h04m", 6*24*time.Hour + 23*time.Hour: "6d23h", -time.Second: "0s"} {
		if got := span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 38841207: "38,841,207", -1234: "-1,234"} {
		if got := exact(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0 records/s", 52.4: "52.4 records/s", 812: "812 records/s", 1210: "1.21k records/s",
		999.7: "1.00k records/s", 2.5: "2.50 records/s", 7: "7 records/s"} {
		if got := rateOf(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
	if plural(1, "record") != "1 record" || plural(2, "record") != "2 records" || about(time.Minute, true) != "≥1m00s" {
		t.Error("words")
	}
}

func TestExplain(t *testing.T) {
	s := warm(t, 4)
	s.reads[2] = false
	s.within(30, Stalled)
	for _, ref := range []lag.Ref{{Cluster: "sim", Kind: lag.KindGroup, Name: "billing"},
		{Cluster: "sim", Kind: lag.KindPosition, Name: "billing", Sub: "orders:2"}} {
		out, err := s.j.Explain(s.r, s.h, ref)
		if err != nil {
			t.Fatal(err)
		}
		rules := map[string]bool{}
		for _, e := range out {
			rules[e.Rule] = true
			if e.Because == "" || len(e.Inputs) == 0 || e.Subject.Cluster != "sim" {
				t.Errorf("%+v", e)
			}
			if e.Rule == "stalled" && (!e.Speaks || e.Severity != Critical || e.Subject.Sub != "orders:2") {
				t.Errorf("%+v", e)
			}
			if e.Speaks && e.Severity > Calm && e.Rule != "stalled" {
				t.Errorf("speaks too: %+v", e)
			}
		}
		for _, st := range States() {
			if !rules[st.String()] {
				t.Errorf("nothing is said of %v", st)
			}
		}
	}
	for _, ref := range []lag.Ref{{Kind: lag.KindGroup, Name: "nobody"}, {Kind: lag.KindTopic, Name: "orders"},
		{Kind: lag.KindPosition, Name: "billing", Sub: "orders:77"}, {Kind: lag.KindPosition, Name: "billing", Sub: "orders"}} {
		if out, err := s.j.Explain(s.r, s.h, ref); err == nil {
			t.Errorf("%s is explained: %+v", ref, out)
		}
	}
	if _, err := New(nil).Explain(s.r, s.h, lag.Ref{Kind: lag.KindGroup, Name: "billing"}); err == nil {
		t.Error("explained before it was judged")
	}
}

func TestPositions(t *testing.T) {
	s := warm(t, 3)
	s.topo.Topics[0].Settings = &lag.Settings{Cleanup: "delete", Retention: time.Hour}
	s.reads[1] = false
	s.within(30, Stalled)
	ps := s.j.Positions(s.r, s.h, 0)
	if len(ps) != 3 {
		t.Fatalf("%d positions", len(ps))
	}
	p := ps[1]
	if p.State != Stalled || p.Lag < 100 || p.TimeLag < 10*time.Second || p.TimeLagBound != lag.Exact || p.CatchUp != Never ||
		p.Produce < 9 || p.Produce > 11 || p.Member != 0 || p.RetentionLeft < 50*time.Minute || p.RetentionLeft > time.Hour {
		t.Errorf("%+v", p)
	}
	if p := ps[0]; p.State != KeepingUp || p.CatchUp != 0 || p.Consume < 8 || p.Consume > 12 || p.Unknown["catch_up_seconds"] != lag.NoReason {
		t.Errorf("%+v", p)
	}
	if ps := s.j.Positions(s.r, s.h, 9); ps != nil {
		t.Errorf("positions of a group that does not exist: %v", ps)
	}
	if st, _, _ := s.res.PositionState(0, 99); st != Unknown || s.res.Of(7) != nil {
		t.Error("states of what does not exist")
	}
}

// A result is not changed by the readings after it.
func TestResultsAreImmutable(t *testing.T) {
	s := warm(t, 3)
	old := s.res
	was, _, since := old.PositionState(0, 1)
	why := old.Of(0).Why
	s.reads[1] = false
	s.within(30, Stalled)
	if st, _, at := old.PositionState(0, 1); st != was || !at.Equal(since) || old.Of(0).Why != why || old.Of(0).State != KeepingUp {
		t.Errorf("%v since %v was %v since %v", st, at, was, since)
	}
}

// Whatever a cluster does, judging it neither panics nor tells what can't be.
func TestAnyLife(t *testing.T) {
	words := []string{"Stable", "Empty", "PreparingRebalance", "CompletingRebalance", "Dead", "", "Assigning"}
	rapid.Check(t, func(rt *rapid.T) {
		s := newSim(t, rapid.IntRange(0, 4).Draw(rt, "partitions"))
		for range rapid.IntRange(1, 30).Draw(rt, "acts") {
			n := len(s.end)
			switch rapid.IntRange(0, 10).Draw(rt, "act") {
			case 0:
				s.topo.Groups[0].State = rapid.SampledFrom(words).Draw(rt, "state")
			case 1:
				s.down = !s.down
			case 2:
				s.topo.Topics[0].ID[0]++
				s.topo.Gen++
			case 3:
				s.topo.Groups[0].Gone = !s.topo.Groups[0].Gone
			case 4:
				s.skew = time.Duration(rapid.IntRange(-9999, 9999).Draw(rt, "skew")) * time.Second
			case 5:
				s.add(1, 5)
			case 6:
				s.topo.Topics[0].Settings = &lag.Settings{Cleanup: "delete", Retention: time.Minute}
			default:
				if n == 0 {
					break
				}
				p := rapid.IntRange(0, n-1).Draw(rt, "partition")
				v := rapid.SampledFrom([]int64{lag.None, lag.Unknown, 0, -1, 50, 1000, 1 << 40}).Draw(rt, "value")
				switch rapid.IntRange(0, 4).Draw(rt, "column") {
				case 0:
					s.commit[p] = v
				case 1:
					s.end[p] = v
				case 2:
					s.start[p] = v
				case 3:
					s.stable[p] = v
				default:
					s.reads[p] = !s.reads[p]
				}
			}
			for p := range s.end {
				if !lag.Known(s.end[p]) {
					s.rate[p] = 0
				}
			}
			s.pass(rapid.IntRange(1, 40).Draw(rt, "seconds"))
			if s.res == nil {
				continue
			}
			v := s.res.Of(0)
			if v.Why == "" || lag.Known(v.Lag) && v.Lag < 0 || v.TimeLag < NotKnown || v.Since.After(s.r.Tick.Add(time.Second)) {
				rt.Fatalf("%+v", v)
			}
			if _, err := s.j.Explain(s.r, s.h, lag.Ref{Cluster: "sim", Kind: lag.KindGroup, Name: "billing"}); err != nil {
				rt.Fatal(err)
			}
			for _, p := range s.j.Positions(s.r, s.h, 0) {
				if p.TimeLag < NotKnown || lag.Known(p.Lost) && p.Lost < 0 {
					rt.Fatalf("%+v", p)
				}
			}
		}
	})
}
