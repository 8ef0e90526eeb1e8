package lag

import "testing"

// What a share group has read nothing of has neither lag nor lost, as with any group that never committed.
func TestShareGroupsTellTheirOwnLag(t *testing.T) {
	g := newRig(1)
	g.starts[0], g.ends[0] = 5, 100
	for _, c := range []struct{ committed, backlog, lag, lost int64 }{
		{2, 7, 7, 0}, {30, 0, 0, 0}, {30, Unknown, Unknown, 0}, {None, None, None, None},
	} {
		g.commits[0] = c.committed
		r := g.tick(1)
		r.Backlog = map[PositionIx]int64{0: c.backlog}
		if v, s, lost := r.Lag(0, -1), r.StableLag(0, -1), r.Lost(0); v != c.lag || s != c.lag || lost != c.lost {
			t.Errorf("%+v: lag %d, stable lag %d, lost %d", c, v, s, lost)
		}
	}
}
