package tui

import (
	"time"

	"weir/internal/engine"
	"weir/lag"
)

// columns is how many moments a series holds; a chart draws one column for each.
const columns = 60

// The steps of the two series kept of each group.
const (
	minuteStep = time.Minute
	shortStep  = 10 * time.Second
)

// point is one column of a series: the most lag seen in it, and the mean of the rates. A column in which nothing was
// seen has n 0 and is drawn as a gap.
type point struct {
	no       int64 // of the column: its time divided by the step
	lag      int64 // lag.Unknown when the lag was not known
	in, out  float64
	n        int // readings that fell into it
	nIn, nOu int // of them, those whose rate was known
}

func (p *point) take(no, records int64, in, out float64) {
	if p.no != no || p.n == 0 {
		*p = point{no: no, lag: lag.Unknown}
	}
	p.n++
	if lag.Known(records) {
		p.lag = max(p.lag, records)
	}
	if in >= 0 {
		p.in, p.nIn = p.in+in, p.nIn+1
	}
	if out >= 0 {
		p.out, p.nOu = p.out+out, p.nOu+1
	}
}

func (p *point) rateIn() (float64, bool)  { return p.in / float64(max(p.nIn, 1)), p.nIn > 0 }
func (p *point) rateOut() (float64, bool) { return p.out / float64(max(p.nOu, 1)), p.nOu > 0 }

// series is a ring of columns.
type series struct {
	step time.Duration
	ring [columns]point
}

func (s *series) no(at time.Time) int64 { return at.UnixNano() / int64(s.step) }

// take takes in what was read at a moment. It stands for the columns since the one before, too, in which nothing was to be
// read; from is at where that can't be said.
func (s *series) take(from, at time.Time, records int64, in, out float64) {
	no := s.no(at)
	s.ring[no%columns].take(no, records, in, out) // a column of a time to come is of a clock that was set back since
	for k := max(s.no(from)+1, no-columns+1); k < no; k++ {
		s.ring[k%columns].take(k, records, in, out)
	}
}

// upTo returns the columns until a moment, oldest first; those in which nothing was seen have n 0.
func (s *series) upTo(now time.Time) [columns]point {
	var out [columns]point
	last := s.no(now)
	for i := range out {
		no := last - columns + 1 + int64(i)
		if no < 0 {
			continue
		}
		if p := s.ring[no%columns]; p.n > 0 && p.no == no {
			out[i] = p
		}
	}
	return out
}

// trail is the two series of one group, or of all together.
type trail struct{ minute, short series }

func newTrail() *trail { return &trail{series{step: minuteStep}, series{step: shortStep}} }

func (t *trail) take(from, at time.Time, records int64, in, out float64) {
	t.minute.take(from, at, records, in, out)
	t.short.take(from, at, records, in, out)
}

// clusterHistory is what the console remembers of one cluster: no more than an hour, and a bounded size.
type clusterHistory struct {
	begun  time.Time // when the first reading came
	groups map[lag.GroupIx]*trail
	all    *trail
	folded map[lag.NodeIx]time.Time // the answer of each coordinator that was taken in last
	asOf   time.Time
	pace   time.Duration // the widest since that, at which it was to be read
	costs  []paid
	counts *counts // of the last reading that was counted; nil before the first
}

// paid is what one sweep cost.
type paid struct {
	at       time.Time
	requests int
	bytes    int64
}

const costWindow = time.Minute

func newHistory() *clusterHistory {
	return &clusterHistory{groups: map[lag.GroupIx]*trail{}, all: newTrail(), folded: map[lag.NodeIx]time.Time{}}
}

// fold takes in a state of the cluster. Numbers that were not read anew leave no mark: a broker that is silent makes a
// gap in the charts, not a flat line.
func (h *clusterHistory) fold(c *engine.Cluster) {
	r := c.Reading
	if r == nil {
		return
	}
	h.pay(r)
	h.pace = max(h.pace, c.Refresh)
	asOf := asOfReading(c)
	if c.Verdicts == nil || !asOf.After(h.asOf) {
		return
	}
	all := h.since(h.asOf, asOf)
	h.asOf = asOf
	if h.begun.IsZero() {
		h.begun = asOf
	}
	fresh, from := make([]time.Time, len(r.CommittedAt)), make([]time.Time, len(r.CommittedAt))
	for n := range r.CommittedAt {
		if at, last := r.CommittedAt[n].Answered, h.folded[lag.NodeIx(n)]; at.After(last) {
			fresh[n], from[n], h.folded[lag.NodeIx(n)] = at, h.since(last, at), at
		}
	}
	for g := range r.Groups {
		n := r.Groups[g].Coordinator
		if r.Groups[g].Gone || n < 0 || int(n) >= len(fresh) || fresh[n].IsZero() {
			continue
		}
		if v := c.Verdicts.Of(lag.GroupIx(g)); v != nil {
			h.of(lag.GroupIx(g)).take(from[n], fresh[n], v.Lag, v.Produce, v.Consume)
		}
	}
	t := &h.count(c).totals
	h.all.take(all, asOf, t.lag, t.in, t.out)
	h.pace = c.Refresh
}

// since is from when on what was read stands for what was: the reading before, unless one was missed in between.
func (h *clusterHistory) since(last, at time.Time) time.Time {
	if last.IsZero() || since(at, last) > h.pace+h.pace/2 {
		return at
	}
	return last
}

func (h *clusterHistory) of(g lag.GroupIx) *trail {
	t := h.groups[g]
	if t == nil {
		t = newTrail()
		h.groups[g] = t
	}
	return t
}

// pay notes the cost of a sweep.
func (h *clusterHistory) pay(r *lag.Reading) {
	if r.Cost.Requests == 0 {
		return
	}
	if n := len(h.costs); n > 0 && !r.Tick.After(h.costs[n-1].at) {
		return
	}
	h.costs = append(h.costs, paid{r.Tick, r.Cost.Requests, r.Cost.BytesIn + r.Cost.BytesOut})
	for r.Tick.Sub(h.costs[0].at) > costWindow {
		h.costs = h.costs[1:]
	}
}

// cost returns requests and bytes a second over the last minute; false before two sweeps.
func (h *clusterHistory) cost() (requests, bytes float64, ok bool) {
	if h == nil || len(h.costs) < 2 {
		return 0, 0, false
	}
	over := h.costs[len(h.costs)-1].at.Sub(h.costs[0].at).Seconds()
	if over <= 0 {
		return 0, 0, false
	}
	for _, c := range h.costs[1:] {
		requests, bytes = requests+float64(c.requests), bytes+float64(c.bytes)
	}
	return requests / over, bytes / over, true
}
