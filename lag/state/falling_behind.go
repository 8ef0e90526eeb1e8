package state

// fallingBehind: the group commits, its oldest unread record is old, and more comes in than it reads. A backlog that is
// gone within seconds at the present rate is a burst and none.
var fallingBehind = rule{code: cFallingBehind, since: fromNow, holds: func(f *facts) bool {
	if !f.behind() || f.m.emptyAt || f.stuck() {
		return false
	}
	if f.was.code == cFallingBehind {
		return !(f.m.long.falling() && f.m.short.falling()) && !f.m.reading && !f.m.long.relieved() && !f.m.short.clearly()
	}
	if f.m.fogged || f.m.episode || f.m.reading || !f.m.long.rising() && !f.stagnant() || f.m.short.falling() || f.m.long.relieved() || f.t.Wait > f.m.patience || likelyLeft(f.t) <= f.m.r && f.leaves() == 0 {
		return false
	}
	gone, ends := f.m.short.goneIn()
	return !ends || gone > f.l.burstGone
}}

// stagnant reports whether what was taken for a drain has not begun to be one for long.
func (f *facts) stagnant() bool {
	return f.was.code == cDraining && f.m.now-f.was.at >= f.l.restFor && f.m.long.known && f.m.long.read <= f.m.long.came
}
