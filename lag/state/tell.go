package state

import (
	"time"

	"weir/lag"
)

// tell fills in a verdict.
func (j *Judge) tell(r *lag.Reading, h *lag.History, g lag.GroupIx, m *memory, s *sums, v *Verdict) {
	*v = Verdict{Group: g, State: m.code.state(), Severity: m.code.severity(), Since: h.Time(m.at), Members: -1,
		Positions: s.positions, Counts: s.counts, Worst: s.worstIx, CatchUp: NotKnown, RetentionLeft: NotKnown,
		TimeLag: NotKnown, Produce: -1, Consume: -1, Rhythm: NotKnown}
	if codes[s.worst].severity == Calm {
		v.Worst = s.mostIx
	}
	if m.begun != lag.Never {
		v.Basis = Basis{Window: m.now.Duration(m.begun), Samples: m.samples}
	}
	if !r.Groups[g].MembersAt.IsZero() {
		v.Members = len(r.Groups[g].Members)
	}
	v.Lag, v.LagBound = s.lag.Value()
	v.StableLag, v.Lost = boundedAs(s.stable, v.LagBound), boundedAs(s.lost, v.LagBound)
	if m.r > 0 {
		v.Rhythm = m.r.Duration(0)
	}
	switch {
	case s.oldest != lag.Never:
		v.TimeLag, v.TimeLagBound = m.since(s.oldest), s.bound
	case lag.Known(v.Lag):
		v.TimeLag, v.TimeLagBound = 0, s.bound
	}
	if p, c, ok := h.GroupRates(g, h.Window(g)); ok && !m.unseen {
		v.Produce, v.Consume = p, c
	}
	v.CatchUp = j.groupCatchUp(h, m, s, v)
	v.RetentionLeft = j.groupRetention(r, h, s, v)
	v.Muted = m.policy.mutedAt(r.Tick)
	v.Unknown = unknowns(v, r, m, s.noEnd)
}

// boundedAs returns a sum whose bound is told by the lag's: unknown when it alone is a lower bound, which nothing would
// tell.
func boundedAs(s lag.Sum, told lag.Bound) int64 {
	n, b := s.Value()
	if b == lag.AtLeast && told != b {
		return lag.Unknown
	}
	return n
}

// groupCatchUp is the catch-up of the slowest of the positions that are behind; 0 when none is.
func (j *Judge) groupCatchUp(h *lag.History, m *memory, s *sums, v *Verdict) time.Duration {
	switch {
	case !lag.Known(v.Lag) || m.unseen || m.code == cUnknown && s.waits > 0 || s.noEnd > 0:
		return NotKnown
	case v.Severity == Critical && (v.State != LosingData || m.memberless):
		return Never
	}
	var worst time.Duration
	for q := range j.slow {
		f := &j.slow[q].facts
		if !f.waits || f.age <= max(m.limit, j.limits.behindLeast) {
			continue
		}
		d := f.catchUp()
		if d == Never && m.long.falling() {
			d, _ = lag.CatchUp(int64(m.long.lag), m.long.came, m.long.read)
		}
		if d == NotKnown {
			return NotKnown
		}
		worst = max(worst, d)
	}
	if worst == 0 && v.Severity == Critical && v.Lag > 0 { // it is in trouble, and has not caught up
		return NotKnown
	}
	return worst
}

// catchUp is the time until a position has read what waits, at its present pace.
func (f *facts) catchUp() time.Duration {
	if !lag.Known(f.lag) {
		return NotKnown
	}
	if f.lag <= 0 {
		return 0
	}
	g := f.r.Positions[f.i].Group
	p, ok := f.h.Pace(f.i, f.h.Window(g), f.m.r.Duration(0))
	if !ok || p.Over <= 0 {
		if f.waits && f.silence > f.m.limit {
			return Never
		}
		return NotKnown
	}
	s := p.Over.Seconds()
	d, ends := lag.CatchUp(f.lag, float64(p.Came)/s, float64(p.Read)/s)
	if !ends {
		return Never
	}
	return d
}

// groupRetention is the shortest time retention leaves to the positions that wait longest.
func (j *Judge) groupRetention(r *lag.Reading, h *lag.History, s *sums, v *Verdict) time.Duration {
	left, known := Never, false
	take := func(i lag.PositionIx) {
		d, endless, ok := h.RetentionLeft(r, i)
		known = known || ok
		if ok && !endless {
			left = min(left, d)
		}
	}
	if s.oldestIx != lag.Nowhere {
		take(s.oldestIx)
	} else if lag.Known(v.Lag) && s.mostIx != lag.Nowhere {
		take(s.mostIx)
	}
	for q := range j.slow {
		if f := &j.slow[q].facts; f.waits && f.i != s.oldestIx {
			take(f.i)
		}
	}
	if !known || s.noEnd > 0 && left == Never {
		return NotKnown
	}
	return left
}

// unknowns gives the reason of each value that is not known.
func unknowns(v *Verdict, r *lag.Reading, m *memory, noEnd int) map[string]lag.Reason {
	var out map[string]lag.Reason
	why := func(missing bool, name string, reason lag.Reason) {
		if !missing {
			return
		}
		if out == nil {
			out = map[string]lag.Reason{}
		}
		out[name] = reason
	}
	unread := lag.NotMeasured
	if m.unseen || !lag.Known(v.Lag) || noEnd > 0 {
		unread = gapOf(r, v.Group, v.Positions)
	}
	switch {
	case m.unseen:
	case v.Positions == 0 && partial(r, v.Group):
		if unread = lag.Filtered; !r.Partial {
			unread = gapOf(r, v.Group, v.Positions)
		}
	case m.committed == 0:
		unread = lag.NoCommit
	}
	brief := lag.WindowTooShort
	if m.unseen || v.Positions == 0 && partial(r, v.Group) {
		brief = unread
	}
	behind := brief
	if noEnd > 0 {
		behind = unread
	}
	why(v.State == Unknown, "state", behind)
	why(!lag.Known(v.Lag), "lag", unread)
	why(!lag.Known(v.StableLag), "stable_lag", unread)
	why(!lag.Known(v.Lost), "lost", unread)
	why(v.TimeLag == NotKnown, "time_lag_seconds", unread)
	why(v.Produce < 0, "produce_per_second", brief)
	why(v.Consume < 0, "consume_per_second", brief)
	why(v.CatchUp == NotKnown, "catch_up_seconds", behind)
	why(v.CatchUp == Never, "catch_up_seconds", lag.NotApplicable)
	why(v.RetentionLeft == NotKnown, "retention_left_seconds", lag.NotMeasured)
	why(v.RetentionLeft == Never, "retention_left_seconds", lag.NotApplicable)
	why(v.Members < 0, "members", lag.NotMeasured)
	return out
}

// gapOf is the reason for which a group could not be read, as the gaps of the reading tell it.
func gapOf(r *lag.Reading, g lag.GroupIx, positions int) lag.Reason {
	if why, unread := r.Unread[g]; unread {
		return why
	}
	if positions == 0 && !r.Groups[g].MembersAt.IsZero() {
		return lag.NoCommit
	}
	best := lag.NotMeasured
	for _, gap := range r.Gaps {
		switch {
		case gap.Ref.Kind == lag.KindGroup && gap.Ref.Name == r.Groups[g].Name:
			return gap.Reason
		case gap.Ref.Kind == lag.KindBroker || gap.Ref.Kind == lag.KindCluster:
			best = gap.Reason
		}
	}
	return best
}
