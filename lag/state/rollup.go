package state

import (
	"time"

	"weir/lag"
)

// settle makes the state of the group from those of its positions and from what is true of it as a whole.
func (j *Judge) settle(r *lag.Reading, h *lag.History, g lag.GroupIx, m *memory, s *sums) {
	l, gt := &j.limits, h.Group(g)
	c, at := s.worst, s.worstAt
	over := func(next code, since lag.Moment) {
		if next > c {
			c, at = next, since
		}
	}
	switch {
	case s.positions == 0 && len(r.Groups[g].Positions) > 0 && m.code != cUnknown:
		// All its topics are gone: what it was doing stands for as long as they may come back.
		if m.goneAt == lag.Never {
			m.goneAt = m.now
		}
		if m.now-m.goneAt < l.goneFor {
			c, at = m.code, m.at
		}
	case r.Groups[g].Gone && gt.Listed != lag.Never && m.now-gt.Listed > l.goneFor:
		c, at = cUnknown, m.now
	case m.unseen && m.begun != lag.Never:
		over(cNotVisible, m.blindFrom)
	}
	if s.positions > 0 {
		m.goneAt = lag.Never
	}
	if gt.Phase == lag.Moving && !m.unseen {
		over(cRebalancing, m.episodeFrom)
	}
	if m.rebalancing() >= l.rebalanceMax && m.worstAge > m.limit && !m.fogged {
		over(cRebalancingLong, m.episodeFrom)
	}
	if gt.Phase == lag.Memberless && !m.simple && m.now-gt.Since > j.dayOf(m.policy) && c <= cLosingData {
		c, at = cAbandoned, gt.Since
	}
	if s.positions == 0 && gt.Phase == lag.Memberless {
		over(cEmpty, gt.Since)
	}
	if c != m.code || m.at == lag.Never {
		m.code, m.at, m.whyAt = c, at, lag.Never
	}
}

func (j *Judge) dayOf(p *Policy) lag.Moment {
	if p != nil && p.Abandoned > 0 {
		return lag.Moments(p.Abandoned)
	}
	return j.limits.abandoned
}

// tell fills in a verdict.
func (j *Judge) tell(r *lag.Reading, h *lag.History, g lag.GroupIx, m *memory, s *sums, v *Verdict) {
	*v = Verdict{Group: g, State: m.code.state(), Severity: m.code.severity(), Since: h.Time(m.at), Members: -1,
		Positions: s.positions, Counts: s.counts, Worst: s.worstIx, CatchUp: NotKnown, RetentionLeft: NotKnown, TimeLag: NotKnown,
		Produce: -1, Consume: -1, Rhythm: NotKnown}
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
	v.StableLag, _ = s.stable.Value()
	v.Lost, _ = s.lost.Value()
	if m.r > 0 {
		v.Rhythm = m.r.Duration(0)
	}
	switch {
	case s.oldest != lag.Never:
		v.TimeLag, v.TimeLagBound = m.now.Duration(s.oldest), s.bound
	case lag.Known(v.Lag):
		v.TimeLag = 0
	}
	if p, c, ok := h.GroupRates(g, h.Window(g)); ok {
		v.Produce, v.Consume = p, c
	}
	v.Muted = m.policy != nil && r.Tick.Before(m.policy.MuteUntil)
	_ = time.Second
}
