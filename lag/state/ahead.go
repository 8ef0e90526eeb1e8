package state

import "weir/lag"

// ahead: the commit lies past the end of the log, for longer than a race between two reads explains.
var ahead = rule{code: cAhead, since: aheadSince, holds: func(f *facts) bool {
	return lag.Known(f.lag) && f.lag < 0 && f.m.now-aheadSince(f) >= f.l.aheadFor
}}

func aheadSince(f *facts) lag.Moment { return max(f.t.Moved, f.e.Fell, f.t.Since) }
