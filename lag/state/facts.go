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

	paced       bool
	long, short trend
}

// trend is how a lag changes over a stretch.
type trend struct {
	known   bool
	pace    lag.Pace
	rising  bool // more came in than was read
	falling bool // clearly more was read than came in
}

func (f *facts) gather() {
	t, m := f.t, f.m
	f.lost = 0
	if v := f.r.Lost(f.i); lag.Known(v) {
		f.lost = v
	}
	since := t.Third
	if since == lag.Never && t.Unread != lag.Never && !f.e.Open && m.now-t.Unread > f.l.restFor {
		since = t.Unread
	}
	f.waits, f.age, f.silence, f.paced = since != lag.Never, 0, 0, false
	if !f.waits {
		return
	}
	f.age = m.now - min(since, max(t.Unread, since-f.l.restFor))
	f.silence = m.now - max(t.Moved, since, m.base, t.Since)
}

// stuck reports whether something waits and commits have been missing for longer than they may.
func (f *facts) stuck() bool {
	if !f.waits || !lag.Known(f.t.Commit) {
		return false
	}
	if f.held() {
		return true
	}
	return !f.m.fogged && f.silence > f.m.limit && f.age > f.m.fine
}

// held reports whether the position was told to stand still, and has not moved since.
func (f *facts) held() bool {
	switch f.was.code {
	case cStalled, cStopped, cBlocked, cRebalancingLong:
		return f.t.Moved <= f.was.at || f.t.Moved == lag.Never
	}
	return false
}

// behind reports whether commits come, but too long after the records.
func (f *facts) behind() bool {
	m := f.m
	return f.waits && lag.Known(f.t.Commit) && m.r > 0 && f.age > max(m.limit, f.l.behindLeast, m.fine)
}

// trends tells whether the lag rises or falls, over the group's window and over a shorter one.
func (f *facts) trends() (long, short trend) {
	if !f.paced {
		f.paced = true
		g := f.r.Positions[f.i].Group
		f.long = f.trend(f.h.Window(g))
		f.short = f.trend(max(10*time.Second, 2*f.m.r.Duration(0)))
	}
	return f.long, f.short
}

func (f *facts) trend(d time.Duration) trend {
	p, ok := f.h.Pace(f.i, d)
	if !ok {
		return trend{}
	}
	read, came := float64(p.Read), float64(p.Came)
	return trend{known: true, pace: p, rising: came > read, falling: read > came*1.05}
}

// goneIn returns how long the lag takes to read at the pace of a stretch; false when it does not end.
func (f *facts) goneIn(t trend) (lag.Moment, bool) {
	if !t.known || t.pace.Over <= 0 {
		return 0, false
	}
	s := t.pace.Over.Seconds()
	d, ok := lag.CatchUp(f.lag, float64(t.pace.Came)/s, float64(t.pace.Read)/s)
	return lag.Moments(d), ok
}
