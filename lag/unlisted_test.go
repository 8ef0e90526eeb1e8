package lag

import (
	"slices"
	"testing"
	"time"
)

// TestAGroupThatIsGoneAndBack: with its last commit on a topic a group's positions there are listed no more. That is told,
// and where it commits there again it has not gone back.
func TestAGroupThatIsGoneAndBack(t *testing.T) {
	g := newRig(2)
	read := func(n int) {
		for range n {
			for p := range g.ends {
				g.ends[p] += 10
			}
			g.tick(5 * time.Second)
		}
	}
	read(3)
	g.commits[0], g.commits[1] = 25, 30
	read(3)
	list := g.topo.Groups[0].Positions
	g.change(func(t *Topology) { t.Groups[0].Positions = nil })
	g.commits[0], g.commits[1] = None, None
	read(1)
	var told []EventKind
	for _, e := range g.diff() {
		told = append(told, e.Kind)
	}
	if !slices.Contains(told, OffsetsGone) {
		t.Errorf("told are %v", told)
	}
	read(20)
	g.change(func(t *Topology) { t.Groups[0].Positions = list })
	g.commits[0], g.commits[1] = 5, 7
	read(1)
	for i, tr := range g.h.Tracks() {
		if _, back := g.h.High(PositionIx(i)); back || tr.Told&WentBack != 0 || tr.Wait != Never || tr.Told&JustMoved == 0 {
			t.Errorf("position %d went back, or something waited for all that time: %+v", i, tr)
		}
	}
}

// TestALogMadeAnewHasNoMarkers: what was seen of transactions in the log before it says nothing of it.
func TestALogMadeAnewHasNoMarkers(t *testing.T) {
	g := newRig(1)
	g.ends[0] = 10
	g.tick(5 * time.Second)
	e := &g.h.ends[0]
	e.Open, e.Markers, e.Stood, e.Freed, e.FreedFrom = true, true, 50, 1, 3
	g.change(func(t *Topology) { t.Topics[0].ID = [16]byte{2} })
	g.ends[0] = 1
	g.tick(5 * time.Second)
	if e.Open || e.Markers || e.Stood != 0 || e.Freed != Never || e.FreedFrom != Unknown {
		t.Errorf("%+v", *e)
	}
}
