package state

import (
	"time"

	"weir/lag"
)

// facts are what the rules look at for one position.
type facts struct {
	l *limits
	r *lag.Reading
	h *lag.History
	m *memory
	t *lag.Track
	e *lag.EndTrack

	i   lag.PositionIx
	p   lag.PartitionIx
	was mark
	lag int64 // as Reading.Lag tells it; lag.Unknown, lag.None

	lost    int64
	waits   bool       // something to read waits for certain
	age     lag.Moment // of the oldest unread record; 0 when nothing waits
	silence lag.Moment // for how long something waits and no commit came, as far as it means anything
}

// trend is how the lag of positions changes over stretches that begin and end with commits of theirs.
type trend struct {
	read, came, lag float64
	lately          float64       // what came in during the last few seconds: ends are seen at once, reads with the next commit
	over            time.Duration // the longest
	known           bool
}

func (t *trend) add(h *lag.History, f *facts, d time.Duration) {
	p, ok := h.Pace(f.i, d, max(f.m.r, seconds(1)).Duration(0)*5/4)
	if !ok || p.Over <= 0 {
		return
	}
	if f.m.now-lag.Moments(p.Over) < max(f.m.backAt, f.m.clear, f.e.Back) && f.was.code != cFallingBehind && f.was.code != cDraining {
		return // it holds an outage, and tells of that
	}
	t.known = true
	s := p.Over.Seconds()
	t.read += float64(p.Read) / s
	t.came += float64(p.Came) / s
	t.lag += float64(max(0, f.lag))
	if v, ok := h.Produce(f.p, lately); ok {
		t.lately += v
	} else {
		t.lately += float64(p.Came) / s
	}
	t.over = max(t.over, p.Over)
}

// rising reports whether more came in than was read.
func (t *trend) rising() bool { return t.known && t.came > t.read }

// falling reports whether clearly more was read than came in.
func (t *trend) falling() bool { return t.known && t.read > t.came*1.05 }

// clearly reports whether so much more was read than came in that no chance of when commits come explains it.
func (t *trend) clearly() bool { return t.known && t.read > clearly*t.came }

// relieved reports whether so much less comes in of late than is read that the lag must be falling.
func (t *trend) relieved() bool { return t.known && t.read > clearly*t.lately }

// goneIn returns how long the lag takes to read; false when it does not end.
func (t *trend) goneIn() (lag.Moment, bool) {
	d, ok := lag.CatchUp(int64(t.lag), t.came, t.read)
	return lag.Moments(d), ok && t.known
}

func (f *facts) gather() {
	t, m := f.t, f.m
	f.lost = 0
	// A client may commit and then delete what it has read, between the reads of the commit and of the log start.
	if v := f.r.Lost(f.i); lag.Known(v) && (f.e.Stepped() < m.known || t.Told&lag.Outrun != 0 || f.was.code == cLosingData) {
		f.lost = v
	}
	since := t.Third
	if since == lag.Never && t.Unread != lag.Never && !f.e.Open && (t.Told&lag.Reached != 0 || m.now-t.Unread > f.l.restFor && !f.e.Markers) {
		since = t.Unread
	}
	f.lag = f.r.Lag(f.i, produceOf(f.h, f.r, f.i, f.p))
	f.waits, f.age, f.silence = since != lag.Never, 0, 0
	if !f.waits {
		return
	}
	f.age = max(0, m.known-min(since, max(t.Unread, since-f.l.restFor)))
	f.silence = max(0, m.known-max(t.Moved, since, m.base, t.Since, f.e.Back))
	if f.e.Freed != lag.Never && t.Commit >= f.e.FreedFrom-rest {
		f.silence = min(f.silence, max(0, m.known-f.e.Freed)) // until then there was nothing that it might read
	}
	if f.e.Seen == lag.Never || m.now-f.e.Seen > f.h.Stale() {
		f.silence = 0 // its leader does not answer: nobody can read there, and nobody tells
	}
}

// stuck reports whether something waits and commits have been missing for longer than they may.
func (f *facts) stuck() bool {
	if !f.waits || !lag.Known(f.t.Commit) {
		return false
	}
	if f.held() {
		return !f.m.reading && !f.inTurns() || f.was.code == cStopped && f.m.memberless
	}
	return !f.m.fogged && f.silence > f.patience() && f.age > f.fine()
}

// fine is an age of the oldest unread record that is no trouble, whatever else is seen: more where the position has not
// shown its own rhythm yet, and what is seen of it looks like a longer one than its group's, for members of one group may
// commit at several.
func (f *facts) fine() lag.Moment {
	switch {
	case f.t.Wait != lag.Never || !f.m.others:
		return f.m.fine
	case f.rarer():
		return max(f.m.fine, f.m.expected, f.l.unheard+f.l.rhythmSlack)
	}
	return max(f.m.fine, f.m.expected)
}

// rarer reports whether something has waited here since before the watch began, or did so for longer than is usual in the
// group until the one commit that was seen.
func (f *facts) rarer() bool {
	t := f.t
	return t.Told&(lag.Older|lag.OlderThird) != 0 || t.Moved != lag.Never && t.Since != lag.Never && t.Moved-t.Since > f.m.limit
}

// patience is how long a position may be silent: the group's limit; longer where it has just been silent for longer and
// has gone on, and while its group works off what it is behind with, a partition after the other.
func (f *facts) patience() lag.Moment {
	limit := f.m.limit
	if f.m.code == cFallingBehind || f.m.code == cDraining {
		limit = f.m.patience
	}
	if f.t.Wait != lag.Never && f.t.Wait > f.m.r {
		limit = max(limit, lag.Moment(f.l.rhythmFactor*float64(f.t.Wait))+f.l.rhythmSlack)
	}
	if f.m.reading || f.m.late > 0 && f.m.late >= f.m.prompt || f.inTurns() {
		limit = max(limit, f.l.unlearned)
	}
	return limit
}

// held reports whether the position was told to stand still, and has not moved since.
func (f *facts) held() bool {
	switch f.was.code {
	case cBlocked:
		if f.e.StableMoved > f.was.at {
			return false // the transaction has ended
		}
		fallthrough
	case cStalled, cStopped, cRebalancingLong:
		if m := f.m; m.episode && !m.memberless && m.episodeFrom > f.was.at && m.episodeFrom-f.was.at < f.l.settleMost && m.rebalancing() < f.l.rebalanceMax {
			return false // its member had crashed, and is back
		}
		return f.t.Moved <= f.was.at || f.t.Moved == lag.Never
	}
	return false
}

// tardy reports whether what waits is older than the group's rhythm explains, be it not old enough for anybody to care.
func (f *facts) tardy() bool {
	return f.waits && f.m.r > 0 && f.age > lag.Moment(f.l.rhythmFactor*float64(f.m.r))+f.l.rhythmSlack/2
}

// behind reports whether commits come, but too long after the records. The age falls at each commit by what that read: what
// was behind still is where it has only done so.
func (f *facts) behind() bool {
	m := f.m
	limit := max(m.limit, f.l.behindLeast, m.fine, m.usual)
	if f.was.code == cFallingBehind || f.was.code == cDraining {
		limit -= m.r
	}
	return f.waits && lag.Known(f.t.Commit) && m.r > 0 && (f.age > limit && !f.slower() || f.leaves() > 0)
}

// slower reports whether all that waits came after the last commit, and no longer ago than this position's own rhythm
// explains, which is a longer one than its group's, or not known yet.
func (f *facts) slower() bool {
	t := f.t
	switch {
	case t.Moved != lag.Never && t.Third < t.Moved:
		return false
	case t.Wait == lag.Never:
		return f.m.others && f.age <= f.fine()
	}
	return t.Wait > f.m.r && f.age <= lag.Moment(f.l.rhythmFactor*float64(t.Wait))+f.l.rhythmSlack
}

// leaves returns how old what the last commit left unread was then, where that is older than commits of its group leave; 0
// else.
func (f *facts) leaves() lag.Moment {
	m := f.m
	if m.restMost == 0 || f.t.Moved-m.base <= m.r || m.now-f.t.Moved > m.limit || f.e.Freed > f.t.Moved {
		return 0 // it tells of a rebalance, an outage or a transaction rather, or is no news
	}
	most := max(m.restMost, m.fine)
	if f.was.code == cFallingBehind || f.was.code == cDraining {
		most /= 2
	}
	if left := left(f.t); left > most {
		return left
	}
	return 0
}
