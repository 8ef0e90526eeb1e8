package state

import "weir/lag"

// rewinding: the commit went back, and has not come to where it was before.
var rewinding = rule{code: cRewinding, since: fromNow, holds: func(f *facts) bool {
	high, back := f.h.High(f.i)
	if !back || !lag.Known(f.t.Commit) || f.lag < 0 {
		return false
	}
	if f.was.code == cRewinding {
		return true
	}
	return high-f.t.Commit > f.reordered()
}}

// reordered is how far a commit may go back because two of them overtook each other: what comes in during two rhythms.
func (f *facts) reordered() int64 {
	if f.m.emptyAt {
		return 0
	}
	rate, ok := f.h.Produce(f.p, f.h.Window(f.r.Positions[f.i].Group))
	if !ok {
		return rest
	}
	return rest + int64(rate*(2*f.m.r+f.l.rhythmSlack).Duration(0).Seconds())
}
