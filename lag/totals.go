package lag

import (
	"math"
	"time"
)

// minutes is how far back the totals of groups, topics and brokers reach, a row a minute.
const minutes = 360

// Point is one minute of a total.
type Point struct {
	At               time.Time // when the minute began
	Lag              int64     // the most in that minute, of a group; Unknown when nothing was seen
	Produce, Consume float64   // records a second, the mean of what was seen; negative: nothing was seen. Only groups consume
}

// minute is a group's row of one minute; NaN rates are minutes not seen.
type minute struct {
	lag              int64
	produce, consume float32
}

// totals are the long rings, of what is few: groups, topics and brokers.
type totals struct {
	minute  int // the present one, since the begin
	seen    time.Duration
	at      [minutes]int // which minute a row holds
	groups  [minutes][]minute
	topics  [minutes][]float32
	brokers [minutes][]float32
	begun   bool

	nowGroups  []running
	nowTopics  []int64
	nowBrokers []int64
}

// running is what a group's present minute adds up to.
type running struct {
	lag                int64
	produced, consumed int64 // the group's counts when the minute began
	seen               bool
}

func (s *totals) fold(h *History, r *Reading) {
	m := int(h.axis.last / time.Minute)
	if !s.begun {
		s.begun, s.minute = true, m
	}
	if m != s.minute {
		s.close(h)
		s.minute = m
	}
	if h.axis.before != Never {
		s.seen += h.axis.now.Duration(h.axis.before)
	}
	for len(s.nowGroups) < len(r.Groups) {
		g := len(s.nowGroups)
		s.nowGroups = append(s.nowGroups, running{lag: Unknown, produced: h.groups[g].produced, consumed: h.groups[g].consumed})
	}
	s.nowTopics = grown(s.nowTopics, len(r.Topics))
	s.nowBrokers = grown(s.nowBrokers, len(r.Nodes))
	for g := range s.nowGroups {
		if gt := &h.groups[g]; gt.Seen == h.axis.now {
			s.nowGroups[g].seen = true
			s.nowGroups[g].lag = max(s.nowGroups[g].lag, gt.lag)
		}
	}
	for t := range r.Topics {
		for _, p := range r.Topics[t].Partitions {
			s.nowTopics[t] += h.delta[p]
		}
	}
	for p, n := range h.leader {
		if n >= 0 && int(n) < len(s.nowBrokers) {
			s.nowBrokers[n] += h.delta[p]
		}
	}
}

func grown(s []int64, n int) []int64 {
	for len(s) < n {
		s = append(s, 0)
	}
	return s
}

// close writes the row of the minute that is over.
func (s *totals) close(h *History) {
	k := s.minute % minutes
	s.at[k] = s.minute
	over := float32(s.seen.Seconds())
	rate := func(n int64) float32 {
		if over <= 0 {
			return float32(math.NaN())
		}
		return float32(n) / over
	}
	s.groups[k] = s.groups[k][:0]
	for g := range s.nowGroups {
		now, gt := &s.nowGroups[g], &h.groups[g]
		row := minute{lag: now.lag, produce: float32(math.NaN()), consume: float32(math.NaN())}
		if now.seen {
			row.produce, row.consume = rate(gt.produced-now.produced), rate(gt.consumed-now.consumed)
		}
		s.groups[k] = append(s.groups[k], row)
		*now = running{lag: Unknown, produced: gt.produced, consumed: gt.consumed}
	}
	s.topics[k] = closeRates(s.topics[k], s.nowTopics, rate)
	s.brokers[k] = closeRates(s.brokers[k], s.nowBrokers, rate)
	s.seen = 0
}

func closeRates(row []float32, now []int64, rate func(int64) float32) []float32 {
	row = row[:0]
	for i := range now {
		row = append(row, rate(now[i]))
		now[i] = 0
	}
	return row
}

// GroupSeries returns the minutes of group g that are over, oldest first, as far back as d, six hours at most. Minutes
// not seen are in it, as not seen.
func (h *History) GroupSeries(g GroupIx, d time.Duration) []Point {
	return h.series(d, func(k int) (Point, bool) {
		if int(g) >= len(h.totals.groups[k]) {
			return Point{}, false
		}
		row := h.totals.groups[k][g]
		return Point{Lag: row.lag, Produce: seenRate(row.produce), Consume: seenRate(row.consume)}, true
	})
}

// TopicSeries returns what came into topic t, as [History.GroupSeries].
func (h *History) TopicSeries(t TopicIx, d time.Duration) []Point {
	return h.rates(&h.totals.topics, int(t), d)
}

// BrokerSeries returns what came into the partitions that broker n leads, as [History.GroupSeries].
func (h *History) BrokerSeries(n NodeIx, d time.Duration) []Point {
	return h.rates(&h.totals.brokers, int(n), d)
}

func (h *History) rates(rows *[minutes][]float32, i int, d time.Duration) []Point {
	return h.series(d, func(k int) (Point, bool) {
		if i < 0 || i >= len(rows[k]) {
			return Point{}, false
		}
		return Point{Lag: Unknown, Produce: seenRate(rows[k][i]), Consume: -1}, true
	})
}

func seenRate(v float32) float64 {
	if math.IsNaN(float64(v)) {
		return -1
	}
	return float64(v)
}

func (h *History) series(d time.Duration, row func(k int) (Point, bool)) []Point {
	s := &h.totals
	n := int(min(d, (minutes-1)*time.Minute) / time.Minute)
	var out []Point
	for m := max(0, s.minute-n); m < s.minute; m++ {
		pt := Point{Lag: Unknown, Produce: -1, Consume: -1}
		if k := m % minutes; s.at[k] == m {
			if got, ok := row(k); ok {
				pt = got
			}
		}
		pt.At = h.axis.wall.Add(-h.axis.last + time.Duration(m)*time.Minute)
		if len(out) > 0 || pt.Produce >= 0 || pt.Lag != Unknown {
			out = append(out, pt)
		}
	}
	return out
}
