package state

import (
	"fmt"
	"io"
	"testing"
	"time"
)

// nights are the recording as it might have been on other nights. Quick ones are judged in each run, others with -all.
var nights = []struct {
	name  string
	quick bool
	make  func(n night) night
}{
	{"each poll", false, func(n night) night { return n }},
	{"every 2nd", false, func(n night) night { return n.every(2, 1) }},
	{"every 3rd from 0", false, func(n night) night { return n.every(3, 0) }},
	{"every 3rd from 2", false, func(n night) night { return n.every(3, 2) }},
	{"every 5th from 4", false, func(n night) night { return n.every(5, 4) }},
	{"every 7th", false, func(n night) night { return n.every(7, 3) }},
	{"every 10th", true, func(n night) night { return n.every(10, 3) }},
	{"1 to 3 polls apart", false, func(n night) night { return n.jittered(1, 3, 7) }},
	{"3 to 7 polls apart", true, func(n night) night { return n.jittered(3, 7, 7) }},
	{"1 to 12 polls apart", false, func(n night) night { return n.jittered(1, 12, 7) }},
	{"lost in runs of 5, each poll", false, func(n night) night { return n.lossy(0.1, 5, false, 7) }},
	{"unanswered in runs of 5, each poll", false, func(n night) night { return n.lossy(0.1, 5, true, 7) }},
	{"lost in runs of 2, every 5th", false, func(n night) night { return n.every(5, 1).lossy(0.1, 2, false, 7) }},
	{"unanswered in runs of 2, every 5th", true, func(n night) night { return n.every(5, 1).lossy(0.1, 2, true, 7) }},
	{"unanswered in runs of 5, every 5th", false, func(n night) night { return n.every(5, 1).lossy(0.1, 5, true, 7) }},
	{"as a live probe, each 2 s", false, func(n night) night { return n.every(2, 0).seldom(3) }},
	{"as a live probe, each 5 s", true, func(n night) night { return n.every(5, 0).seldom(1) }},
	{"groups seldom, each 5 s", false, func(n night) night { return n.every(5, 0).seldom(3) }},
	{"10 × the records", false, func(n night) night { return n.scaled(10, 1) }},
	{"10 × the records, every 5th", true, func(n night) night { return n.scaled(10, 1).every(5, 2) }},
	{"1000 × the records, every 5th", false, func(n night) night { return n.scaled(1000, 1).every(5, 2) }},
	{"a third of the records", false, func(n night) night { return n.scaled(1, 3) }},
	{"a tenth of the records", false, func(n night) night { return n.scaled(1, 10) }},
	{"a tenth of the records, every 5th", true, func(n night) night { return n.scaled(1, 10).every(5, 2) }},
	{"a year later", false, func(n night) night { return n.shifted(365*24*time.Hour+1234*time.Millisecond).every(5, 2) }},
	{"a quarter slower", true, func(n night) night { return n.stretched(1.25, 0).every(5, 2) }},
	{"a fifth faster", false, func(n night) night { return n.stretched(0.8, 0).every(5, 2) }},
	{"a quarter slower, each poll", false, func(n night) night { return n.stretched(1.25, 0) }},
	{"a fifth faster, each poll", false, func(n night) night { return n.stretched(0.8, 0) }},
	{"commits each 15 s", false, func(n night) night { return n.rare(15 * time.Second) }},
	{"commits each 15 s, every 5th", true, func(n night) night { return n.rare(15*time.Second).every(5, 2) }},
	{"commits each 30 s", false, func(n night) night { return n.rare(30 * time.Second) }},
	{"commits each 30 s, every 5th", false, func(n night) night { return n.rare(30*time.Second).every(5, 2) }},
	{"even partitions", false, func(n night) night { return n.thinned(func(k int32) bool { return k%2 == 0 }) }},
	{"odd partitions", false, func(n night) night { return n.thinned(func(k int32) bool { return k%2 == 1 }) }},
	{"the first 2 partitions, every 5th", true, func(n night) night { return n.thinned(func(k int32) bool { return k < 2 }).every(5, 2) }},
	{"2 to 8 polls apart", true, func(n night) night { return n.jittered(2, 8, 11) }},
	{"each broker silent for 30 s now and then", false, func(n night) night { return n.brokers(30*time.Second, false, 11) }},
	{"each broker silent for 30 s now and then, every 5th", true, func(n night) night { return n.every(5, 3).brokers(30*time.Second, false, 11) }},
	{"each coordinator silent for 20 s now and then, every 5th", false, func(n night) night { return n.every(5, 3).brokers(20*time.Second, true, 11) }},
	{"commits each 10, 20 or 45 s, by group, every 5th", true, func(n night) night {
		return n.rareBy(func(group, _ int) (time.Duration, time.Duration) {
			return []time.Duration{10 * time.Second, 20 * time.Second, 45 * time.Second}[group%3], time.Duration(group) * time.Second
		}).every(5, 1)
	}},
	{"commits each 45 s, every 3rd", false, func(n night) night { return n.rare(45*time.Second).every(3, 1) }},
	{"commits each 20 s, a partition after the other, every 2nd", false, func(n night) night {
		return n.rareBy(func(group, partition int) (time.Duration, time.Duration) {
			return 20 * time.Second, time.Duration(group+partition*7) * time.Second
		}).every(2, 1)
	}},
	{"producers that flush each 7 s", false, func(n night) night { return n.bursts(7 * time.Second) }},
	{"six tenths of the records, in bursts of 12 s, every 5th", true, func(n night) night { return n.scaled(6, 10).bursts(12*time.Second).every(5, 1) }},
	{"a hundredth of the records, every 3rd", false, func(n night) night { return n.scaled(1, 100).every(3, 1) }},
	{"commits read 3 s before ends, every 5th", false, func(n night) night { return n.skewed(3).every(5, 1) }},
	{"renamed", true, func(n night) night { return n.renamed("x.").every(5, 3) }},
}

// namedLeast is the share of incident seconds that must be named on nights on which more than usual can't be seen, or not yet:
// who commits each 45 s is silent for a minute before that means anything.
var namedLeast = map[string]float64{
	"commits each 30 s": 0.86, "commits each 30 s, every 5th": 0.86, "commits each 45 s, every 3rd": 0.82,
	"commits each 20 s, a partition after the other, every 2nd": 0.88, "six tenths of the records, in bursts of 12 s, every 5th": 0.87,
	"a hundredth of the records, every 3rd": 0.84, "each broker silent for 30 s now and then, every 5th": 0.88,
}

func recorded(t *testing.T) night {
	t.Helper()
	l, err := readLabels(recordings())
	if err != nil {
		t.Fatal(err)
	}
	rs, err := readings(recordings())
	if err != nil {
		t.Fatal(err)
	}
	return night{rs: rs, l: l}
}

// The rules must be right on nights that they were not made for.
func TestOtherNights(t *testing.T) {
	t.Parallel()
	n := recorded(t)
	for _, v := range nights {
		if !v.quick && !*all {
			continue
		}
		sc := v.make(n).score()
		sc.line(t.Output(), v.name)
		found, _ := sc.counts()
		least := 0.89
		if v, any := namedLeast[v.name]; any {
			least = v
		}
		if float64(found) < 0.94*float64(len(sc.outcomes)) || sc.false_ > 0.0005*sc.normal || sc.named < least {
			t.Errorf("%s: the rules do not hold on such a night", v.name)
		}
	}
}

// line prints a score on one line.
func (sc *score) line(w io.Writer, name string) {
	found, in := sc.counts()
	fmt.Fprintf(w, "%-58s found %2d, in window %2d of %2d; %.3f %% false in %2d episodes; named %.1f %%, %.1f %% once found\n",
		name, found, in, len(sc.outcomes), 100*sc.false_/max(sc.normal, 1), len(sc.episodes), 100*sc.named, 100*sc.namedAft)
	if testing.Verbose() {
		for _, o := range sc.outcomes {
			if !o.found || !o.inWindow {
				fmt.Fprintf(w, "      late or missed: %s %s %s: found %v after %v, window %v\n", o.id, o.kind, o.group, o.found, o.delay, o.window)
			}
		}
		for _, e := range sc.episodes {
			fmt.Fprintf(w, "      false: %s %v for %v: %s\n", e.group, e.state, e.to.Sub(e.from), e.why)
		}
	}
}

// A watch that begins in the middle of a night knows no rhythms, and meets incidents that are under way: it may not call a
// healthy group trouble, and finds what it has time to.
func TestWatchBeginsInTheMiddle(t *testing.T) {
	t.Parallel()
	n := recorded(t)
	for _, g := range n.l.Groups {
		if g.Kind == "batch" { // nobody can tell that it comes and goes by design before it did
			delete(n.l.States, g.Group)
		}
	}
	for _, minutes := range []int{5, 8, 11, 14, 18, 20, 23, 26, 28, 31} {
		if !*all && minutes != 20 && minutes != 26 {
			continue
		}
		begin := time.Duration(minutes) * time.Minute
		from := n.from(begin).every(5, 0)
		sc := from.score()
		at := time.UnixMilli(n.l.Begin).Add(begin)
		met, found := 0, 0
		for _, o := range sc.outcomes {
			if o.seconds < 120 {
				continue // over before, or too soon after
			}
			met++
			if o.found {
				found++
			} else {
				t.Logf("from %v: %s %s %s is missed", at.Sub(time.UnixMilli(n.l.Begin)), o.id, o.kind, o.group)
			}
		}
		t.Logf("from minute %d: found %d of %d; %.3f %% false in %d episodes; named %.1f %%", minutes, found, met,
			100*sc.false_/sc.normal, len(sc.episodes), 100*sc.named)
		for _, e := range sc.episodes {
			t.Logf("      false: %s %v for %v: %s", e.group, e.state, e.to.Sub(e.from), e.why)
		}
		if float64(found) < 0.9*float64(met) || sc.false_ > 0.002*sc.normal {
			t.Errorf("from minute %d: the rules do not hold", minutes)
		}
	}
}

// What is told of a group does not hang on what else there is.
func TestGroupsAlone(t *testing.T) {
	if !*all {
		t.Skip("replays the recording once for each group")
	}
	t.Parallel()
	n := recorded(t).every(5, 3)
	said := replay(n.rs, standard)
	for g := range n.l.States {
		alone := replay(n.alone(g).rs, standard)[g]
		for k, s := range alone {
			if w := said[g][k]; w.state != s.state || w.flagged != s.flagged {
				t.Errorf("%s is %v alone, and %v among others: %s; %s", g, s.state, w.state, s.why, w.why)
				break
			}
		}
	}
}
