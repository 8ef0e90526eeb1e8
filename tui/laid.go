package tui

import (
	"slices"
	"unsafe"

	"weir/internal/engine"
	"weir/lag"
)

// laid is what the layout of a cluster comes to. It is counted once while the layout stands, as it does from most readings
// to the next.
type laid struct {
	of      layoutKey
	leaders []lag.NodeIx  // of each partition; Nowhere where there is none
	topics  []lag.TopicIx // of each partition that is written to by clients; Nowhere of the brokers' own, and of what is gone
	parts   []int         // by topic, of those
	brokers []brokerSum   // without what comes in
	holds   []bool        // by broker, whether it is to hold any copy
	prefer  []int         // by broker, how many partitions another leads though they prefer this one, whose copy is in sync

	leaderless, under int // partitions
}

// layoutKey tells layouts apart: a snapshot is never changed, and one after it shares what has not changed.
type layoutKey struct {
	nodes, topics, partitions unsafe.Pointer
	n, t, p                   int
}

func keyOf(t *lag.Topology) layoutKey {
	return layoutKey{unsafe.Pointer(unsafe.SliceData(t.Nodes)), unsafe.Pointer(unsafe.SliceData(t.Topics)), unsafe.Pointer(unsafe.SliceData(t.Partitions)),
		len(t.Nodes), len(t.Topics), len(t.Partitions)}
}

func lay(t *lag.Topology) *laid {
	l := &laid{of: keyOf(t), leaders: make([]lag.NodeIx, len(t.Partitions)), topics: make([]lag.TopicIx, len(t.Partitions)),
		parts: make([]int, len(t.Topics)), brokers: make([]brokerSum, len(t.Nodes)), holds: make([]bool, len(t.Nodes)), prefer: make([]int, len(t.Nodes))}
	for i := range t.Partitions {
		p := &t.Partitions[i]
		l.leaders[i], l.topics[i] = lag.Nowhere, lag.Nowhere
		topic := &t.Topics[p.Topic]
		if p.Gone || topic.Gone {
			continue
		}
		if !topic.Internal {
			l.topics[i] = p.Topic
			l.parts[p.Topic]++
		}
		l.leaders[i] = p.Leader
		l.count(p)
	}
	return l
}

// count counts one partition for its brokers.
func (l *laid) count(p *lag.Partition) {
	if p.Leader < 0 {
		l.leaderless++
	} else {
		l.brokers[p.Leader].leaders++
	}
	for _, n := range p.Replicas {
		l.holds[n] = true
	}
	if len(p.Replicas) > 0 && p.Leader >= 0 && p.Leader != p.Replicas[0] && slices.Contains(p.ISR, p.Replicas[0]) {
		l.prefer[p.Replicas[0]]++
	}
	if len(p.ISR) < len(p.Replicas) {
		l.under++
	}
	if len(p.ISR) == len(p.Replicas) {
		return
	}
	for _, n := range p.Replicas {
		if !slices.Contains(p.ISR, n) {
			l.brokers[n].under++
		}
	}
}

// rateSum adds up rates; those that are not known make it a lower bound.
type rateSum struct {
	rate  float64 // records a second; negative: not known
	least bool
}

func (r *rateSum) add(v float64) { r.rate, r.least = addRate(r.rate, r.least, v) }

// flow is what comes in, by what it comes into.
type flow struct {
	all             rateSum // but for the brokers' own topics
	topics, brokers []rateSum
}

// flow adds up the rates of partitions; those that have none are not known.
func (l *laid) flow(produce []float64) *flow {
	f := &flow{all: rateSum{rate: -1}, topics: make([]rateSum, len(l.parts)), brokers: make([]rateSum, len(l.brokers))}
	for i := range f.topics {
		f.topics[i].rate = -1
	}
	for i := range f.brokers {
		f.brokers[i].rate = -1
	}
	for p, t := range l.topics {
		rate := -1.0
		if p < len(produce) {
			rate = produce[p]
		}
		if t >= 0 {
			f.topics[t].add(rate)
		}
		if n := l.leaders[p]; n >= 0 {
			f.brokers[n].add(rate)
		}
	}
	for t, sum := range f.topics {
		if l.parts[t] == 0 {
			continue
		}
		f.all.least = f.all.least || sum.least
		if sum.rate >= 0 {
			f.all.rate = max(f.all.rate, 0) + sum.rate
		}
	}
	return f
}

// counts are what is counted of a reading.
type counts struct {
	of     *lag.Reading
	totals totals
	laid   *laid
	flow   *flow
}

// count counts a reading. That of the last one is kept, and the layout's for as long as it stands: what is remembered, and
// every view, want the same.
func (h *clusterHistory) count(c *engine.Cluster) *counts {
	if h.counts != nil && c != nil && h.counts.of == c.Reading {
		return h.counts
	}
	out := &counts{}
	topology := &lag.Topology{}
	if c != nil && c.Reading != nil && c.Reading.Topology != nil {
		out.of, topology = c.Reading, c.Reading.Topology
	}
	if h.counts != nil && h.counts.laid.of == keyOf(topology) {
		out.laid = h.counts.laid
	} else {
		out.laid = lay(topology)
	}
	if c != nil {
		out.flow = out.laid.flow(c.Produce)
	}
	out.totals = sumUp(c, out.flow)
	if out.of != nil {
		h.counts = out
	}
	return out
}
