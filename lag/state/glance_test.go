package state

import (
	"reflect"
	"testing"

	"weir/lag"
)

// TestAGlanceTellsWhatALookDoes: most positions are judged at a glance. Over the recordings that tells of every position, at
// every reading, what the rules do.
func TestAGlanceTellsWhatALookDoes(t *testing.T) {
	t.Parallel()
	rs, err := readings(recordings())
	if err != nil {
		t.Fatal(err)
	}
	h, quick, slow := lag.NewHistory(), New(nil), New(nil)
	apart, counted := lag.NewHistory(), New(nil) // judging sets over what time a history takes rates
	counted.oneByOne, slow.thorough = true, true
	told, glances := 0, 0
	for _, r := range rs {
		h.Fold(r)
		apart.Fold(r)
		a, one, b := quick.Judge(r, h), counted.Judge(r, apart), slow.Judge(r, h)
		for g := range r.Groups {
			ix, name := lag.GroupIx(g), r.Groups[g].Name
			if va, vb := a.Of(ix), b.Of(ix); va.State != vb.State || va.Severity != vb.Severity || va.Lag != vb.Lag || va.TimeLag != vb.TimeLag {
				t.Errorf("%s at %s: %s %s at a glance, %s %s at a look", name, r.Tick, va.State, va.Why, vb.State, vb.Why)
			}
			if v1, v2 := a.Of(ix), one.Of(ix); !reflect.DeepEqual(v1, v2) {
				t.Fatalf("%s at %s: %+v at a glance, %+v one by one", name, r.Tick, v1, v2)
			}
			for k := range r.Groups[g].Positions {
				sa, _, _ := a.PositionState(ix, k)
				sb, _, _ := b.PositionState(ix, k)
				told++
				if sa != sb {
					glances++
					if glances < 10 {
						t.Logf("%s position %d at %s: %s at a glance, %s at a look", name, k, r.Tick, sa, sb)
					}
				}
			}
		}
	}
	if told == 0 || glances > 0 {
		t.Errorf("%d of %d positions are told otherwise at a glance", glances, told)
	}
}

// TestAGlanceLeavesTheRest: a position that keeps up is taken; one that differs in any way that could matter is left to a
// closer look.
func TestAGlanceLeavesTheRest(t *testing.T) {
	t.Parallel()
	type position struct {
		was                mark
		t                  lag.Track
		e                  lag.EndTrack
		start, end, stable int64
	}
	for _, c := range []struct {
		name   string
		taken  bool
		change func(*glance, *position)
	}{
		{"as it is", true, func(*glance, *position) {}},
		{"behind an open transaction that is young", true, func(_ *glance, p *position) { p.stable, p.e.Stable = 95, 95 }},
		{"nobody may glance", false, func(g *glance, _ *position) { g.on = false }},
		{"it did otherwise before", false, func(_ *glance, p *position) { p.was.code = cIdle }},
		{"nothing waits for certain", false, func(_ *glance, p *position) { p.t.Third = lag.Never }},
		{"what waits has no age", false, func(_ *glance, p *position) { p.t.Unread = lag.Never }},
		{"what waits has waited too long", false, func(_ *glance, p *position) { p.t.Unread, p.t.Third = 849, 849 }},
		{"too long behind a transaction", false, func(_ *glance, p *position) { p.stable, p.e.Stable, p.t.Unread, p.t.Third = 95, 95, 919, 919 }},
		{"its age is a bound", false, func(_ *glance, p *position) { p.t.Told |= lag.Older }},
		{"it went back", false, func(_ *glance, p *position) { p.t.Told |= lag.WentBack }},
		{"it never moved", false, func(_ *glance, p *position) { p.t.Moved = lag.Never }},
		{"what it has to read was deleted", false, func(_ *glance, p *position) { p.start = 91 }},
		{"the log start is not known", false, func(_ *glance, p *position) { p.start = lag.Unknown }},
		{"the stable end is not known", false, func(_ *glance, p *position) { p.stable = lag.Unknown }},
		{"the stable end was read before the commit", false, func(_ *glance, p *position) { p.stable = 89 }},
		{"the end is not known", false, func(_ *glance, p *position) { p.end = lag.Unknown }},
		{"the end was read before the commit", false, func(_ *glance, p *position) { p.end = 80 }},
		{"the rest may be markers", false, func(_ *glance, p *position) { p.t.Commit = 98 }},
		{"it is further behind than sums bear", false, func(_ *glance, p *position) { p.end, p.stable, p.e.End, p.e.Stable = 1<<41, 1<<41, 1<<41, 1<<41 }},
	} {
		g := glance{on: true, now: 1000, limit: 200, shut: 150, open: 80, rest: 6000}
		p := position{mark{cKeepingUp, 10}, lag.Track{Commit: 90, Moved: 990, Unread: 980, Third: 985}, lag.EndTrack{End: 100, Stable: 100}, 0, 100, 100}
		c.change(&g, &p)
		s := sums{worstIx: lag.Nowhere, mostIx: lag.Nowhere, oldest: lag.Never, oldestIx: lag.Nowhere}
		if got := g.takes(&s, p.was, 7, &p.t, &p.e, p.start, p.end, p.stable); got != c.taken {
			t.Errorf("%s: taken is %v", c.name, got)
		}
		if c.taken && (g.n != 1 || g.prompt != 1 || g.lag != 10 || g.stable != p.stable-90 || s.mostIx != 7 || s.oldest != 980 || s.worst != cKeepingUp) {
			t.Errorf("%s: counted %+v %+v", c.name, g, s)
		}
		if want := (glance{on: g.on, now: 1000, limit: 200, shut: 150, open: 80, rest: 6000}); !c.taken && (g != want || s.mostIx != lag.Nowhere) {
			t.Errorf("%s: counted all the same: %+v %+v", c.name, g, s)
		}
	}
}
