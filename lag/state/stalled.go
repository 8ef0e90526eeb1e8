package state

// stalled: members are live, the group moves, and this position stands on unread records past the group's own rhythm.
var stalled = rule{code: cStalled, since: fromSilence, holds: func(f *facts) bool {
	return f.stuck() && f.still() == cStalled
}}

// still tells what a position that stands still is: the ways to stand still exclude each other.
func (f *facts) still() code {
	m := f.m
	switch {
	case m.memberless:
		return cStopped
	case m.emptyAt && f.held():
		return f.was.code
	case f.behindTransaction():
		return cBlocked
	case m.episode && m.rebalancing() >= f.l.rebalanceMax:
		// A position that stands while others move in the gaps holds them all up; without such it is the rebalances.
		if m.others && m.moved > f.t.Moved+m.limit {
			return cStalled
		}
		return cRebalancingLong
	case m.others && m.moved > max(f.t.Moved, f.t.Third)+m.r:
		return cStalled // others have committed when this one should have
	case f.held():
		return f.was.code
	}
	return cStopped
}
