package state

import "weir/lag"

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
	if (m.rebalancing() >= l.rebalanceMax && m.worstAge > m.limit || m.rebalancing() >= l.storm && m.worstAge > 0) && !m.fogged {
		over(cRebalancingLong, m.episodeFrom)
	}
	if gt.Phase == lag.Memberless && !m.simple && m.now-gt.Since > j.dayOf(m.policy) && c <= cLosingData {
		c, at = cAbandoned, gt.Since
	}
	if len(r.Groups[g].Positions) == 0 && gt.Seen != lag.Never && !partial(r, g) {
		switch gt.Phase {
		case lag.Memberless:
			over(cEmpty, gt.Since)
		case lag.Steady:
			over(cIdle, gt.Since)
		}
	}
	if s.noEnd > 0 && (c == cIdle || c == cKeepingUp || c == cDraining) {
		c, at = cUnknown, m.now // calm as far as is seen, which is not all of it
	}
	if (c == cKeepingUp || c == cIdle) && s.counts[Unknown] > 0 && s.age > l.behindLeast {
		c, at = cUnknown, m.now // some position keeps up, and in another records have waited for long
	}
	// After an outage members take their time to come back: to call it empty would say that nothing is unread.
	m.unjoined = m.fogged && !m.unseen && m.emptyAt && !m.deserted && s.waits > 0 && codes[c].severity == Calm && !m.jobs.away(m.policy, m.now)
	if m.unjoined || m.deserted && s.waits > 0 && codes[c].severity == Calm && !m.jobs.away(m.policy, m.now) {
		c, at = cUnknown, m.now
	}
	if c == cKeepingUp && c != m.code && m.at != lag.Never {
		at = m.now // some position kept up all along, or was not seen to do anything else: the group did not
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
