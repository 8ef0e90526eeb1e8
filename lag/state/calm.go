package state

import "weir/lag"

// draining: the lag is old, and is being read faster than it grows; or the group has just come back to it, and has the
// time to show it.
var draining = rule{code: cDraining, since: fromNow, holds: func(f *facts) bool {
	return f.behind() && !f.m.emptyAt && !(f.m.episode && f.m.long.rising()) && !f.early()
}}

// early reports whether nobody can tell yet what becomes of a lag: the watch has just begun.
func (f *facts) early() bool {
	return !f.m.reading && !f.m.long.known && f.m.now-f.m.begun < f.l.unheard
}

// empty: the group has no members, and nothing in this position waits for one; or it has just lost them, as in a deploy.
var empty = rule{code: cEmpty, since: fromNow, holds: func(f *facts) bool {
	return f.m.emptyAt && (!f.waits || f.m.jobs.away(f.m.policy, f.m.now) || !f.m.memberless && !f.m.deserted)
}}

// keepingUp: what waits is not older than the group's rhythm explains.
var keepingUp = rule{code: cKeepingUp, since: fromNow, holds: func(f *facts) bool {
	if !lag.Known(f.lag) || f.waits && f.m.r == 0 && !f.asBefore() || f.behind() && f.early() {
		return false
	}
	return f.lag >= 0 && (f.waits || still(f.e, f.m.now) <= f.l.idleAfter)
}}

// asBefore reports whether what waits is for certain no older than the group's rhythm of an earlier watch explains.
func (f *facts) asBefore() bool {
	return f.age <= f.m.expected && f.t.Told&(lag.Older|lag.OlderThird) == 0
}

// idle: nothing waits, and nothing has come in for a while, or ever.
var idle = rule{code: cIdle, since: fromNow, holds: func(f *facts) bool {
	if f.t.Commit == lag.None && f.e.End == 0 {
		return true
	}
	return !f.waits && (f.lag >= 0 || f.t.Commit == lag.None) && still(f.e, f.m.now) > f.l.idleAfter
}}
