package state

import "weir/lag"

// ahead: the commit lies past the end of the log, for longer than a race between two reads explains. On a log that was
// seen to fall or to be made anew there is no need of one.
var ahead = rule{code: cAhead, since: aheadSince, holds: func(f *facts) bool {
	if !lag.Known(f.lag) || f.lag >= 0 {
		return false
	}
	return f.m.now-aheadSince(f) >= f.l.aheadFor || f.e.Fell != lag.Never && f.m.now > f.e.Fell && f.t.Told&lag.Fresh != 0
}}

func aheadSince(f *facts) lag.Moment { return max(f.t.Moved, f.e.Fell, f.t.Since) }
