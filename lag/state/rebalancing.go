package state

import "weir/lag"

// rebalancingLong: rebalances have followed each other for longer than one may take, and records wait for it.
var rebalancingLong = rule{code: cRebalancingLong, since: fromRebalance, holds: func(f *facts) bool {
	if f.stuck() && f.still() == cRebalancingLong || f.keptBack() {
		return true
	}
	return f.m.rebalancing() >= f.l.rebalanceMax && f.waits && f.age > max(f.m.limit, f.l.behindLeast) && !f.m.fogged
}}

// keptBack reports whether rebalances have kept a position late for as long as one may take, be they seen or too short
// for the looks.
func (f *facts) keptBack() bool {
	return f.was.code == cRebalancing && f.m.now-f.was.at >= f.l.rebalanceMax && f.m.episode && f.m.long.rising() && f.behind() && !f.m.fogged
}

// fromRebalance is when the run of rebalances began, or the position to be late for them.
func fromRebalance(f *facts) lag.Moment {
	if f.was.code == cRebalancing {
		return min(f.m.episodeFrom, f.was.at)
	}
	return f.m.episodeFrom
}

// rebalancing: the group's partitions are being handed out.
var rebalancing = rule{code: cRebalancing, since: fromNow, holds: func(f *facts) bool {
	return f.m.episode && f.waits && (f.behind() || f.m.episodeLast == f.m.now && (f.silence > 0 || f.m.r == 0))
}}
