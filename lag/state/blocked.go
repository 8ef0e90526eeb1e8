package state

import "weir/lag"

// blocked: the commit rests at the last stable offset, which an open transaction holds back while the end moves on, for
// longer than transactions of this log do, or, where none was seen to end yet, than the group is ever silent.
var blocked = rule{code: cBlocked, since: fromTransaction, holds: func(f *facts) bool {
	return f.stuck() && f.still() == cBlocked || f.transactionStands() && !f.m.memberless
}}

// behindTransaction reports whether an open transaction is all that lies between the commit and the next record.
func (f *facts) behindTransaction() bool {
	stable, end, c := f.e.Stable, f.e.End, f.t.Commit
	return stable < end && c <= stable && c >= stable-rest && f.m.now-f.e.StableMoved > f.l.rhythmSlack &&
		f.e.StableSeen-f.t.Third > f.l.rhythmSlack
}

// transactionStands reports whether a transaction keeps the commit where it is for longer than those before it did. None
// was seen to where the stable end went with the end for a while.
func (f *facts) transactionStands() bool {
	e := f.e
	if !f.waits || f.m.fogged || f.m.reading || !lag.Known(f.t.Commit) || e.Stood == 0 && e.StableMoved-e.Begun < f.l.unheard {
		return false
	}
	limit := lag.Moment(f.l.rhythmFactor*float64(e.Stood)) + f.l.rhythmSlack
	return e.StableSeen-e.StableMoved > limit && f.age > max(limit, f.m.fine) && f.behindTransaction()
}

// fromTransaction is since when records wait behind the transaction.
func fromTransaction(f *facts) lag.Moment {
	if f.held() {
		return f.was.at
	}
	return max(f.e.StableMoved, f.t.Third)
}
