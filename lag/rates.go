package lag

import (
	"math"
	"time"
)

// leastWindow is the shortest time a rate is taken over.
const leastWindow = Moment(20)

// Produce returns the records a second that came into partition p over the last d, or over the part of it that was
// watched, at least 2 s; false when that is less.
func (h *History) Produce(p PartitionIx, d time.Duration) (float64, bool) {
	e := &h.ends[p]
	if !Known(e.End) || e.Seen == Never {
		return 0, false
	}
	end, at, ok := h.endBack(p, e, h.axis.now-Moments(d))
	if !ok || e.Seen-at < leastWindow {
		return 0, false
	}
	return float64(e.End-end) / e.Seen.Duration(at).Seconds(), true
}

// ProduceAll puts what [History.Produce] returns for each partition, by its index, into out; −1 where it is false. out is
// as long as there are partitions.
func (h *History) ProduceAll(d time.Duration, out []float64) {
	lv, row := h.axis.back(h.axis.now - Moments(d))
	at, all := h.axis.levels[lv].at[row], h.rows[lv][row]
	for p := range out {
		out[p] = -1
		e := &h.ends[p]
		if p < len(all) && all[p] != hole && Known(e.End) && e.Seen != Never {
			if e.Seen-at >= leastWindow {
				out[p] = float64(e.End-int64(all[p])-e.base) / e.Seen.Duration(at).Seconds()
			}
			continue
		}
		if rate, known := h.Produce(PartitionIx(p), d); known { // its end was not read then: as of the next row in which it was
			out[p] = rate
		}
	}
}

// endBack returns the end as of the row at or next after m.
func (h *History) endBack(p PartitionIx, e *EndTrack, m Moment) (end int64, at Moment, ok bool) {
	lv, _ := h.axis.back(m)
	l := &h.axis.levels[lv]
	k := l.count - 1
	if l.oldest() <= m {
		k = l.atOrBefore(m)
	}
	for ; k >= 0; k-- {
		r := l.row(k)
		if row := h.rows[lv][r]; int(p) < len(row) && row[p] != hole {
			return int64(row[p]) + e.base, l.at[r], true
		}
	}
	return 0, Never, false
}

// EndAt returns the end of partition p at a moment that was watched, in proportion between two rows; false when it was
// not.
func (h *History) EndAt(p PartitionIx, m Moment) (int64, bool) {
	e := &h.ends[p]
	lv, _ := h.axis.back(m)
	l := &h.axis.levels[lv]
	if l.count == 0 || l.oldest() > m {
		return 0, false
	}
	k := l.atOrBefore(m)
	r0 := l.row(k)
	row := h.rows[lv][r0]
	if int(p) >= len(row) || row[p] == hole {
		return 0, false
	}
	e0, t0 := int64(row[p])+e.base, l.at[r0]
	e1, t1 := e.End, e.Seen
	for k--; k >= 0; k-- {
		if next := h.rows[lv][l.row(k)]; int(p) < len(next) && next[p] != hole {
			e1, t1 = int64(next[p])+e.base, l.at[l.row(k)]
			break
		}
	}
	if t1 <= t0 {
		return e0, true
	}
	return e0 + int64(float64(e1-e0)*float64(m-t0)/float64(t1-t0)), true
}

// Pace is how a position has moved over a stretch that begins with a commit of its own, and ends with one unless it has
// been silent for longer than its rhythm since: so that the rhythm of its commits leaves no trace.
type Pace struct {
	Over       time.Duration // how long the stretch is
	Read, Came int64         // records it committed, and records that came in meanwhile
}

// Pace returns the pace of position i over its commits within d, or from the last one before where there is none. False
// when it has not been seen to commit twice.
func (h *History) Pace(i PositionIx, d, rhythm time.Duration) (Pace, bool) {
	t := &h.tracks[i]
	if t.Moved == Never || !Known(t.Commit) {
		return Pace{}, false
	}
	to, seen := t.Moved, h.seen(i)
	if seen.Duration(to) > rhythm {
		to = seen
	}
	pt := &h.points[i]
	k := pt.from(to-Moments(d), t.Moved)
	if k < 0 {
		return Pace{}, false
	}
	p := h.topo.Positions[i].Partition
	e0, ok0 := h.EndAt(p, pt.at[k])
	e1, ok1 := h.EndAt(p, to)
	if !ok0 || !ok1 {
		return Pace{}, false
	}
	return Pace{Over: to.Duration(pt.at[k]), Read: t.Commit - pt.commit[k], Came: e1 - e0}, true
}

// from returns the oldest point at or after m that lies before the last commit, or the last one before m; −1 when there
// is none.
func (p *points) from(m, moved Moment) int {
	best := -1
	for k, at := range p.at {
		if at == 0 || at >= moved {
			continue
		}
		if best < 0 || at >= m && (p.at[best] < m || at < p.at[best]) || at < m && p.at[best] < m && at > p.at[best] {
			best = k
		}
	}
	return best
}

// seen returns up to when the commits of position i are known.
func (h *History) seen(i PositionIx) Moment {
	if at := h.groups[h.topo.Positions[i].Group].Seen; at != Never {
		return at
	}
	return h.axis.now
}

// Consume returns the records a second that position i reads, over its pace within d. False when it has not been seen to
// commit twice, nor been watched for d.
func (h *History) Consume(i PositionIx, d, rhythm time.Duration) (float64, bool) {
	t := &h.tracks[i]
	still := max(t.Moved, t.Since)
	if still == Never {
		return 0, false
	}
	if h.seen(i).Duration(still) >= d {
		return 0, true
	}
	p, ok := h.Pace(i, d, rhythm)
	if !ok || p.Over <= 0 {
		return 0, false
	}
	return float64(p.Read) / p.Over.Seconds(), true
}

// GroupRates returns the records a second that came in for group g and that it committed over the last d, or the part of
// it that was watched, at least 2 s: up to when ends and commits were read last, so that time in which nothing was seen
// dilutes nothing. False where that is less, and for a group that was never read.
func (h *History) GroupRates(g GroupIx, d time.Duration) (produce, consume float64, ok bool) {
	gt := &h.groups[g]
	lv, row := h.axis.back(h.axis.now - Moments(d))
	l := &h.axis.levels[lv]
	if l.count == 0 || h.tally[lv] == nil || int(g) >= len(h.tally[lv][row]) || gt.Seen == Never || h.read == Never {
		return 0, 0, false
	}
	was, from := h.tally[lv][row][g], l.at[row]
	if h.read-from < leastWindow || gt.Seen-from < leastWindow {
		return 0, 0, false
	}
	return float64(gt.produced-was.produced) / h.read.Duration(from).Seconds(),
		float64(gt.consumed-was.consumed) / gt.Seen.Duration(from).Seconds(), true
}

// CatchUp returns how long a lag takes to read at these rates, in records a second; 0 when there is none, and false when
// it never ends.
func CatchUp(lag int64, produce, consume float64) (time.Duration, bool) {
	switch {
	case lag <= 0:
		return 0, true
	case consume <= produce:
		return 0, false
	}
	s := float64(lag) / (consume - produce)
	if s > math.MaxInt64/float64(time.Second)/2 {
		return 0, false
	}
	return time.Duration(s * float64(time.Second)), true
}
