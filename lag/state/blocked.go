package state

// blocked: the commit rests at the last stable offset, which an open transaction holds back while the end moves on.
var blocked = rule{code: cBlocked, since: fromSilence, holds: func(f *facts) bool {
	return f.stuck() && f.still() == cBlocked
}}

// behindTransaction reports whether an open transaction is all that lies between the commit and the next record.
func (f *facts) behindTransaction() bool {
	stable, end, c := f.e.Stable, f.e.End, f.t.Commit
	return stable < end && c <= stable && c >= stable-rest && f.m.now-f.e.StableMoved > f.l.rhythmSlack &&
		f.e.StableSeen-f.t.Third > f.l.rhythmSlack
}
