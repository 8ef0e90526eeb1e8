package state

import "weir/lag"

// rebalancingLong: rebalances have followed each other for longer than one may take, and records wait for it.
var rebalancingLong = rule{code: cRebalancingLong, since: func(f *facts) lag.Moment { return f.m.episodeFrom }, holds: func(f *facts) bool {
	if f.stuck() && f.still() == cRebalancingLong {
		return true
	}
	return f.m.rebalancing() >= f.l.rebalanceMax && f.waits && f.age > max(f.m.limit, f.l.behindLeast) && !f.m.fogged
}}

// rebalancing: the group's partitions are being handed out.
var rebalancing = rule{code: cRebalancing, since: fromNow, holds: func(f *facts) bool {
	return f.m.episode && f.waits && (f.behind() || f.m.episodeLast == f.m.now && f.silence > 0)
}}
