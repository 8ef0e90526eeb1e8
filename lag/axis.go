package lag

import (
	"math"
	"time"
)

// Moment is a point on a history's own axis of time, in tenths of a second. The axis never runs back, whatever the
// clock that stamped the readings does.
type Moment int32

// Never is no moment: what has not happened, or is not so.
const Never Moment = math.MinInt32

// tenth is the resolution of a [Moment].
const tenth = 100 * time.Millisecond

// Duration returns the time from one moment to a later one; neither may be [Never].
func (m Moment) Duration(from Moment) time.Duration { return time.Duration(m-from) * tenth }

// Moments returns d on the axis.
func Moments(d time.Duration) Moment { return Moment(min(max(d/tenth, 0), math.MaxInt32/2)) }

const (
	backStep  = 2 * time.Second // a stamp so far behind the last one is a clock set back, not a slow answer
	longUnder = time.Minute     // after so long without a reading, or ten times the usual step, silence proves nothing
)

// axis maps stamps to moments and keeps, in levels of growing step, which row of the rings was written when.
type axis struct {
	origin time.Time
	wall   time.Time // the stamp of now
	now    Moment
	before Moment        // of the reading before the last; Never
	last   time.Duration // now, since origin
	shift  time.Duration // what clocks set back, and sleep, have taken away so far
	usual  time.Duration // between two readings
	levels [4]level
}

// level is one ring of rows: the moments, oldest first from head.
type level struct {
	every Moment // least time between two rows
	at    []Moment
	head  int // index of the newest row
	count int
	fresh bool // a row was added by the last step
}

// The rings reach back 4 minutes at a refresh of 5 s row by row, then 8 minutes, an hour and six hours in wider steps.
var levelSizes = [4]struct {
	every time.Duration
	rows  int
}{{0, 48}, {10 * time.Second, 48}, {time.Minute, 60}, {10 * time.Minute, 36}}

func newAxis() axis {
	a := axis{before: Never}
	for i, s := range levelSizes {
		a.levels[i] = level{every: Moments(s.every), at: make([]Moment, s.rows), head: -1}
	}
	return a
}

// step moves the axis on to a stamp and reports whether so much time has passed unseen that silence proves nothing.
func (a *axis) step(stamp time.Time) (gap bool) {
	if a.origin.IsZero() {
		a.origin, a.wall = stamp, stamp
		a.push()
		return false
	}
	if slept := stamp.Round(0).Sub(a.wall.Round(0)) - stamp.Sub(a.wall); slept > backStep {
		a.shift += slept // the clock of the process stood still while the machine slept
	}
	d := stamp.Sub(a.origin) + a.shift
	if a.last-d > backStep {
		a.shift += a.last - d + a.usual
		d = a.last + a.usual
	}
	d = max(d, a.last)
	took := d - a.last
	gap = a.usual > 0 && took > max(longUnder, 10*a.usual)
	if a.usual == 0 {
		a.usual = took
	} else if !gap {
		a.usual += (took - a.usual) / 8
	}
	a.last, a.wall, a.before = d, stamp, a.now
	a.now = Moment(min(d/tenth, math.MaxInt32-1))
	a.push()
	return gap
}

func (a *axis) push() {
	for i := range a.levels {
		l := &a.levels[i]
		l.fresh = l.count == 0 || a.now-l.at[l.head] >= l.every
		if !l.fresh {
			continue
		}
		l.head = (l.head + 1) % len(l.at)
		l.count = min(l.count+1, len(l.at))
		l.at[l.head] = a.now
	}
}

// row returns the index of the k-th newest row; k must be below count.
func (l *level) row(k int) int {
	r := l.head - k
	if r < 0 {
		r += len(l.at)
	}
	return r
}

func (l *level) oldest() Moment {
	if l.count == 0 {
		return math.MaxInt32
	}
	return l.at[l.row(l.count-1)]
}

// back returns the finest level that reaches back to m, and the newest row of it that is not younger. Where nothing
// reaches so far it returns the oldest row there is.
func (a *axis) back(m Moment) (lv, row int) {
	lv, best := 0, a.levels[0].oldest()
	for i := range a.levels {
		l := &a.levels[i]
		if l.oldest() <= m {
			return i, l.row(l.atOrBefore(m))
		}
		if l.oldest() < best {
			lv, best = i, l.oldest()
		}
	}
	return lv, a.levels[lv].row(a.levels[lv].count - 1)
}

// atOrBefore returns how many rows back the newest one lies that is not younger than m; one such must exist.
func (l *level) atOrBefore(m Moment) int {
	lo, hi := 0, l.count-1
	for lo < hi {
		mid := (lo + hi) / 2
		if l.at[l.row(mid)] <= m {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// time returns the wall time of a moment, counted back from the last reading's stamp; the same moment has the same time in
// every reading, unless clocks are set.
func (a *axis) time(m Moment) time.Time {
	if m == Never {
		return time.Time{}
	}
	return a.wall.Add(time.Duration(m)*tenth - a.last)
}
