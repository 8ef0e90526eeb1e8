package state

import "weir/lag"

// rule tells one state of a position. holds looks at the facts alone; since says when the state began.
type rule struct {
	code  code
	holds func(f *facts) bool
	since func(f *facts) lag.Moment
}

// rules are asked in this order, gravest first; the first that holds decides. docs/states.md explains each.
var rules = []rule{
	losingData, stalled, blocked, stopped, ahead, fallingBehind, rewinding, neverCommittedMoving, rebalancingLong,
	draining, rebalancing, neverCommitted, empty, keepingUp, idle,
}

// judge returns the state of a position and since when it holds.
func (f *facts) judge() (code, lag.Moment) {
	for k := range rules {
		if rules[k].holds(f) {
			return rules[k].code, rules[k].since(f)
		}
	}
	return cUnknown, f.m.now
}

// fromNow is for states that begin when they are told.
func fromNow(f *facts) lag.Moment { return f.m.now }

// fromSilence is when the silence of a position that stands still began.
func fromSilence(f *facts) lag.Moment {
	if f.held() {
		return f.was.at
	}
	at := max(f.t.Moved, f.t.Third)
	if at == lag.Never {
		at = max(f.t.Since, f.m.begun)
	}
	return at
}
