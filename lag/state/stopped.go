package state

// stopped: there are unread records and nobody reads: no members, or silence everywhere past the group's own rhythm.
var stopped = rule{code: cStopped, since: fromSilence, holds: func(f *facts) bool {
	m := f.m
	if m.memberless && f.waits && !m.fogged && !m.jobs.away(m.policy, m.now) && f.t.Commit >= 0 {
		return true
	}
	return f.stuck() && f.still() == cStopped && !m.jobs.away(m.policy, m.now)
}}
