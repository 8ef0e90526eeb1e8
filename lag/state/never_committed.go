package state

import "weir/lag"

// neverCommitted: the position has no commit, which is normal for a partition without records, for a client that never
// commits, and for a new partition until clients learn of it.
var neverCommitted = rule{code: cNeverCommitted, since: fromNow, holds: func(f *facts) bool {
	return f.t.Commit == lag.None && f.e.End != 0
}}

// neverCommittedMoving: records come in and the position has no commit, though it had one before, or though the group
// commits elsewhere and had the time to learn of the partition.
var neverCommittedMoving = rule{code: cNeverCommittedMoving, since: fromSilence, holds: func(f *facts) bool {
	m := f.m
	if f.t.Commit != lag.None || !f.waits || m.fogged || m.emptyAt {
		return false
	}
	if f.t.Told&lag.Had != 0 {
		return f.silence > max(m.limit, f.l.rebalanceMax)
	}
	return m.committed > 0 && f.silence > f.l.metadataAge+m.limit
}}
