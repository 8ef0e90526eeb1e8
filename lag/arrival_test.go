package lag

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The time lag is told from rings of different steps; it must agree with a list of all ends as far as the steps allow,
// and never pretend to know what came before the watch.
func TestArrivalAgainstAllEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newRig(1)
		step := time.Duration(rapid.IntRange(1, 20).Draw(t, "step")) * time.Second
		g.ends[0] = rapid.Int64Range(0, 1<<40).Draw(t, "first")
		first := g.ends[0]
		type row struct {
			at  Moment
			end int64
		}
		var all []row
		n := rapid.IntRange(2, 300).Draw(t, "readings")
		burst := rapid.IntRange(1, 2000).Draw(t, "burst")
		for k := range n {
			if g.failed = k > 0 && rapid.IntRange(0, 9).Draw(t, "fail") == 0; !g.failed && k > 0 {
				g.ends[0] += int64(rapid.IntRange(0, burst).Draw(t, "came"))
			}
			g.commits[0] = first
			g.tick(step)
			if !g.failed {
				all = append(all, row{g.h.Now(), g.ends[0]})
			}
		}
		e := &g.h.Ends()[0]
		c := rapid.Int64Range(first-100, e.End-1).Draw(t, "offset")
		if e.End <= first {
			t.Skip("nothing came")
		}
		got, exact := g.h.arrival(0, e, c)
		if c < first {
			if exact || got > all[0].at {
				t.Fatalf("offset %d from before the watch arrived at %d, exactly: %v", c, got, exact)
			}
			return
		}
		k := 0
		for all[k].end <= c {
			k++
		}
		age, lo, hi := g.h.Now()-got, g.h.Now()-all[k].at, g.h.Now()-all[k-1].at
		slack := max(Moments(step)+1, age/4) // rings of older rows have wider steps
		if !exact || age < lo-slack || age > hi+slack {
			t.Fatalf("offset %d is %d tenths old, exactly: %v; it came between %d and %d", c, age, exact, hi, lo)
		}
	})
}

func TestFarEndsDoNotOverflow(t *testing.T) {
	g := newRig(1)
	for _, end := range []int64{5, 1 << 33, 1 << 34, 1<<34 + 10} {
		g.ends[0], g.commits[0] = end, 5
		g.tick(time.Second)
	}
	e := &g.h.Ends()[0]
	if at, exact := g.h.arrival(0, e, 1<<34); !exact || g.h.Now()-at > 10 {
		t.Errorf("arrived %d tenths ago, exact: %v", g.h.Now()-at, exact)
	}
	if v, ok := g.h.EndAt(0, g.h.Now()-5); !ok || v < 1<<34 || v > 1<<34+10 {
		t.Errorf("end %d, %v", v, ok)
	}
}

func TestTimeLagCountsFromArrival(t *testing.T) {
	g := newRig(1)
	for n := range 60 {
		if g.ends[0] += 10; n < 30 {
			g.commits[0] = g.ends[0]
		}
		g.tick(time.Second)
	}
	tr := g.h.Tracks()[0]
	if age := g.h.Now() - tr.Unread; age < 290 || age > 310 {
		t.Errorf("the oldest unread record is %d tenths old, want 300", age)
	}
	if tr.Told&Older != 0 {
		t.Error("told as a bound")
	}
	if tr.Third < tr.Unread {
		t.Errorf("the third came at %d, before the first at %d", tr.Third, tr.Unread)
	}
	g.commits[0] = g.ends[0] - 55
	g.tick(time.Second)
	if age := g.h.Now() - g.h.Tracks()[0].Unread; age < 50 || age > 75 {
		t.Errorf("after a commit the oldest unread record is %d tenths old, want about 65", age)
	}
}

func TestSeeds(t *testing.T) {
	g := newRig(2)
	g.cleanup("delete")
	g.ends, g.commits = []int64{1000, 50}, []int64{400, 50}
	g.tick(time.Second)
	g.tick(time.Second)
	if g.h.Tracks()[0].Told&Older == 0 {
		t.Fatal("the age of what came before the watch is told as exact")
	}
	plan := g.h.SeedPlan(g.last, 10)
	if len(plan) != 1 || plan[0].Partition != 0 || len(plan[0].At) != len(ladder) {
		t.Fatalf("plan %+v, want one of partition 0", plan)
	}
	g.h.Seed(0, 990, g.at.Add(-time.Minute))
	g.h.Seed(0, 700, g.at.Add(-time.Hour))
	g.tick(time.Second)
	tr := g.h.Tracks()[0]
	if age := g.h.Now().Duration(tr.Unread); tr.Told&Older == 0 || age < time.Hour || age > time.Hour+5*time.Second {
		t.Errorf("%v old, a bound: %v; want at least an hour", age, tr.Told&Older != 0)
	}
	g.h.Seed(0, 100, g.at.Add(-6*time.Hour))
	g.tick(time.Second)
	tr = g.h.Tracks()[0]
	if age := g.h.Now().Duration(tr.Unread); tr.Told&Older == 0 || age < time.Hour || age > time.Hour+5*time.Second {
		t.Errorf("%v old, a bound: %v; want at least an hour: it may be one or six", age, tr.Told&Older != 0)
	}
	plan = g.h.SeedPlan(g.last, 10)
	if len(plan) != 1 || len(plan[0].At) != inside || g.at.Sub(plan[0].At[0]) < time.Hour || g.at.Sub(plan[0].At[inside-1]) > 6*time.Hour {
		t.Fatalf("plan %+v, want some moments between one hour ago and six", plan)
	}
	g.h.Seed(0, 390, g.at.Add(-70*time.Minute))
	g.tick(time.Second)
	tr = g.h.Tracks()[0]
	if age := g.h.Now().Duration(tr.Unread); tr.Told&Older == 0 || age < time.Hour {
		t.Errorf("%v old, a bound: %v; want at least an hour still", age, tr.Told&Older != 0)
	}
	g.h.Seed(0, 410, g.at.Add(-66*time.Minute))
	g.tick(time.Second)
	tr = g.h.Tracks()[0]
	if age := g.h.Now().Duration(tr.Unread); tr.Told&Older != 0 || age < 66*time.Minute || age > 71*time.Minute {
		t.Errorf("%v old, a bound: %v; want between 66 and 70 minutes", age, tr.Told&Older != 0)
	}
	if plan := g.h.SeedPlan(g.last, 10); len(plan) != 0 {
		t.Errorf("asks again: %+v", plan)
	}
	// What can't be is ignored.
	g.h.Seed(0, 5000, g.at.Add(-2*time.Hour))
	g.h.Seed(99, 5, g.at)
	g.h.Seed(0, Unknown, g.at.Add(-2*time.Hour))
	g.h.Seed(0, 3, g.at.Add(time.Hour))
	if n := len(g.h.seeds[0]); n != 5 {
		t.Errorf("%d seeds, want 5", n)
	}
}

// However unevenly records came in before the watch began, looking up a few times tells the age of the oldest unread one to
// an eighth, or a bound that is true.
func TestLookupsTellTheAge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newRig(1)
		g.cleanup("delete")
		var came []time.Duration // ages of the records when the watch began, oldest first
		for range rapid.IntRange(5, 60).Draw(t, "records") {
			came = append(came, time.Duration(rapid.Float64Range(10, 40*3600).Draw(t, "age")*float64(time.Second)))
		}
		slices.SortFunc(came, func(a, b time.Duration) int { return int(b/time.Millisecond - a/time.Millisecond) })
		g.ends[0] = int64(len(came))
		g.commits[0] = int64(rapid.IntRange(0, len(came)-3).Draw(t, "committed"))
		g.tick(time.Second)
		begun := g.at
		for range 4 {
			g.tick(time.Second)
			for _, a := range g.h.SeedPlan(g.last, 1) {
				for _, at := range a.At {
					o := 0
					for o < len(came) && begun.Add(-came[o]).Before(at) {
						o++
					}
					g.h.Seed(0, int64(o), at)
				}
			}
		}
		g.tick(time.Second)
		tr := g.h.Tracks()[0]
		age, truth := g.h.Now().Duration(tr.Unread), came[g.commits[0]]+g.at.Sub(begun)
		switch {
		case age > truth+truth/8+6*time.Second:
			t.Fatalf("told %v old, it is %v", age, truth)
		case tr.Told&Older != 0 && truth < 24*time.Hour:
			t.Fatalf("told as at least %v, it is %v", age, truth)
		case tr.Told&Older != 0 && age > truth:
			t.Fatalf("at least %v is not true of %v", age, truth)
		case tr.Told&Older == 0 && age < truth-truth/8-6*time.Second:
			t.Fatalf("told %v old, it is %v", age, truth)
		}
		if plan := g.h.SeedPlan(g.last, 1); len(plan) != 0 {
			t.Fatalf("asks again: %+v", plan)
		}
	})
}

// Of a compacted log only the records that look-ups found are known to be there: what lies between a commit and them may
// not, so that it can't be called a day old.
func TestSeedsOfACompactedLog(t *testing.T) {
	for _, policy := range []string{"compact", "compact,delete", ""} {
		g := newRig(1)
		if policy != "" {
			g.cleanup(policy)
		}
		g.ends, g.commits = []int64{1000}, []int64{20}
		g.tick(time.Second)
		g.tick(time.Second)
		for _, s := range []struct {
			offset int64
			ago    time.Duration
		}{{1000, time.Minute}, {990, 5 * time.Minute}, {990, 15 * time.Minute}, {990, 24 * time.Hour}} {
			g.h.Seed(0, s.offset, g.at.Add(-s.ago))
		}
		g.tick(time.Second)
		tr := g.h.Tracks()[0]
		if age := g.h.Now().Duration(tr.Unread); tr.Told&Older == 0 || age < time.Minute || age > time.Minute+5*time.Second {
			t.Errorf("cleanup %q: %v old, a bound: %v; want at least a minute", policy, age, tr.Told&Older != 0)
		}
		g.commits[0] = 995 // the record found last is read: nothing is known of the others
		g.tick(time.Second)
		tr = g.h.Tracks()[0]
		if age := g.h.Now().Duration(tr.Unread); tr.Told&Older == 0 || age < time.Minute || age > time.Minute+5*time.Second {
			t.Errorf("cleanup %q: %v old, a bound: %v; want at least a minute", policy, age, tr.Told&Older != 0)
		}
	}
}

// What was deleted waits for nobody: the oldest unread record is the first that is still there.
func TestTimeLagCountsFromTheLogStart(t *testing.T) {
	g := newRig(1)
	for range 60 {
		g.ends[0] += 10
		g.tick(time.Second)
	}
	g.starts[0] = 400
	g.tick(time.Second)
	tr := g.h.Tracks()[0]
	if age := g.h.Now() - tr.Unread; age < 190 || age > 220 || tr.Told&Older != 0 {
		t.Errorf("the oldest unread record is %d tenths old, a bound: %v; want 200", age, tr.Told&Older != 0)
	}
	g.starts[0] = 500
	g.tick(time.Second)
	if age := g.h.Now() - g.h.Tracks()[0].Unread; age < 90 || age > 130 {
		t.Errorf("after another deletion it is %d tenths old, want 110", age)
	}
	g.starts[0] = 600
	g.tick(time.Second)
	if tr := g.h.Tracks()[0]; tr.Unread != Never || tr.Third != Never {
		t.Errorf("all is deleted, and something waits since %d, %d", tr.Unread, tr.Third)
	}
	if plan := g.h.SeedPlan(g.last, 10); len(plan) != 0 {
		t.Errorf("asks for the age of what is deleted: %+v", plan)
	}
}

func TestSeedPlanIsWorstFirstAndCapped(t *testing.T) {
	g := newRig(5)
	g.ends, g.commits = []int64{100, 900, 500, 30, 7}, []int64{0, 0, 0, 0, 5}
	g.tick(time.Second)
	var got []PartitionIx
	for _, a := range g.h.SeedPlan(g.last, 3) {
		got = append(got, a.Partition)
	}
	if len(got) != 3 || got[0] != 1 || got[1] != 2 || got[2] != 0 {
		t.Errorf("asks for %v, want 1, 2, 0", got)
	}
	if g.h.SeedPlan(g.last, 0) != nil || g.h.SeedPlan(g.last, -1) != nil {
		t.Error("asks though nothing is allowed")
	}
}
