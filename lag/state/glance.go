package state

import "weir/lag"

// glance adds up the positions of a group that a few comparisons show to keep up, as nearly all do, and as they did before.
// What it does not take is judged by quick, which tells the same, and by the rules.
type glance struct {
	on         bool
	now, limit lag.Moment
	shut, open lag.Moment // see upTo
	rest       lag.Moment

	n, prompt   int
	lag, stable int64
}

// most is the greatest lag it takes, so that no sum of them overflows.
const most = 1 << 40

func (j *Judge) glanceOf(m *memory) glance {
	l := &j.limits
	shut := min(m.limit-l.rhythmSlack/2, l.behindLeast)
	return glance{on: !m.emptyAt && m.r > 0 && !m.episode && !m.share && !j.thorough && !j.oneByOne, now: m.now, limit: m.limit,
		shut: shut, open: min(shut, l.rhythmSlack), rest: l.restFor}
}

// upTo is up to what age a waiting record could be no trouble, whatever a closer look showed: not late for its group, nor
// behind a transaction that has stood for long.
func (g *glance) upTo(e *lag.EndTrack) lag.Moment {
	if e.Stable != e.End {
		return g.open
	}
	return g.shut
}

// takes reports whether a position, marked so before, keeps up for certain.
func (g *glance) takes(s *sums, was mark, i lag.PositionIx, t *lag.Track, e *lag.EndTrack, start, end, stable int64) bool {
	c := t.Commit
	if !g.on || was.code != cKeepingUp || t.Third == lag.Never || t.Unread == lag.Never || t.Moved == lag.Never || t.Told&(lag.WentBack|lag.Older) != 0 ||
		start > c || c > stable || stable > end || !lag.Known(start) {
		return false
	}
	v := end - c
	if v >= most || v <= rest || g.now-max(t.Unread, t.Third-g.rest) > g.upTo(e) {
		return false
	}
	g.n++
	g.lag += v
	g.stable += stable - c
	if g.now-t.Moved <= g.limit {
		g.prompt++
	}
	if s.worst < cKeepingUp || s.worstIx == lag.Nowhere {
		s.worst, s.worstIx, s.worstAt = cKeepingUp, i, was.at
	}
	if v > s.mostLag || s.mostIx == lag.Nowhere {
		s.mostIx, s.mostLag = i, v
	}
	if t.Unread < s.oldest || s.oldest == lag.Never {
		s.oldest, s.oldestIx = t.Unread, i
	}
	return true
}

// into adds what was taken to what the other positions add up to.
func (g *glance) into(s *sums, m *memory) {
	if g.n == 0 {
		return
	}
	s.committed += g.n
	s.lag.AddAll(g.lag, g.n)
	s.stable.AddAll(g.stable, g.n)
	s.lost.AddAll(0, g.n)
	s.counts[KeepingUp] += g.n
	m.quick += g.prompt
}
