package tui

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"weir/internal/engine"
	"weir/lag"
)

// TestWhatIsLaidOut: what is counted of a layout once, and then of each reading, is what each partition adds to its topic and
// its brokers.
func TestWhatIsLaidOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const nodes = 3
		topo := &lag.Topology{Nodes: make([]lag.Node, nodes)}
		var produce []float64
		for range rapid.IntRange(0, 4).Draw(t, "topics") {
			at := lag.TopicIx(len(topo.Topics))
			topo.Topics = append(topo.Topics, lag.Topic{Gone: rapid.Bool().Draw(t, "gone"), Internal: rapid.Bool().Draw(t, "internal")})
			for range rapid.IntRange(0, 5).Draw(t, "partitions") {
				p := lag.Partition{Topic: at, Leader: lag.NodeIx(rapid.IntRange(-1, nodes-1).Draw(t, "leader")), Gone: rapid.Bool().Draw(t, "ended"),
					Replicas: []lag.NodeIx{0, 1, 2}[:rapid.IntRange(1, nodes).Draw(t, "replicas")]}
				p.ISR = p.Replicas[:rapid.IntRange(0, len(p.Replicas)).Draw(t, "in sync")]
				topo.Partitions = append(topo.Partitions, p)
				produce = append(produce, rapid.SampledFrom([]float64{-1, 0, 1, 2.5}).Draw(t, "rate"))
			}
		}
		l := lay(topo)
		f := l.flow(produce)
		all, byTopic, byBroker := rateSum{rate: -1}, make([]rateSum, len(topo.Topics)), make([]rateSum, nodes)
		for i := range byTopic {
			byTopic[i].rate = -1
		}
		for i := range byBroker {
			byBroker[i].rate = -1
		}
		under, leaderless, out := 0, 0, make([]int, nodes)
		for i, p := range topo.Partitions {
			topic := topo.Topics[p.Topic]
			if p.Gone || topic.Gone {
				continue
			}
			if !topic.Internal {
				all.add(produce[i])
				byTopic[p.Topic].add(produce[i])
			}
			if p.Leader < 0 {
				leaderless++
			} else {
				byBroker[p.Leader].add(produce[i])
			}
			if len(p.ISR) < len(p.Replicas) {
				under++
			}
			for _, n := range p.Replicas {
				if !slices.Contains(p.ISR, n) {
					out[n]++
				}
			}
		}
		if f.all != all || !slices.Equal(f.topics, byTopic) || !slices.Equal(f.brokers, byBroker) || l.under != under || l.leaderless != leaderless {
			t.Fatalf("%+v of %+v, want all %v, topics %v, brokers %v", f, l, all, byTopic, byBroker)
		}
		for n := range out {
			if l.brokers[n].under != out[n] {
				t.Fatalf("broker %d lacks %d copies, want %d", n, l.brokers[n].under, out[n])
			}
		}
	})
}

// TestALayoutIsCountedOnce for as long as it stands, and anew when anything of it is another.
func TestALayoutIsCountedOnce(t *testing.T) {
	h := newHistory()
	c := troubled(night)
	first := h.count(&c)
	if h.count(&c) != first {
		t.Error("the same reading is counted twice")
	}
	next := func(change func(*lag.Topology)) *counts {
		r, topo := *c.Reading, *c.Reading.Topology
		change(&topo)
		r.Topology = &topo
		again := engine.Cluster{Reading: &r, Verdicts: c.Verdicts, Produce: c.Produce}
		return h.count(&again)
	}
	if got := next(func(t *lag.Topology) { t.Groups = slices.Clone(t.Groups) }); got == first || got.laid != first.laid {
		t.Error("the layout is counted again though it stands")
	}
	got := next(func(t *lag.Topology) {
		t.Partitions = slices.Clone(t.Partitions)
		t.Partitions[0].Leader = lag.Nowhere
	})
	if got.laid == first.laid || got.laid.leaderless != first.laid.leaderless+1 {
		t.Errorf("a partition lost its leader, and %d are without, %d before", got.laid.leaderless, first.laid.leaderless)
	}
}
