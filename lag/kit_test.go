package lag

import "time"

// rig makes readings of one topic and one group on one broker, for tests to write by hand.
type rig struct {
	h    *History
	topo *Topology
	at   time.Time
	last *Reading
	prev *Reading

	ends, starts, commits []int64
	failed                bool // the broker does not answer
	answered              ShardTime
}

func newRig(partitions int) *rig {
	g := &rig{h: NewHistory(), at: time.UnixMilli(1_800_000_000_000), topo: &Topology{Cluster: "c", Nodes: []Node{{ID: 1}},
		Topics: []Topic{{Name: "t", ID: [16]byte{1}}},
		Groups: []Group{{Name: "g", Type: Classic, ProtocolType: "consumer", State: "Stable"}}}}
	g.grow(partitions)
	return g
}

func (g *rig) grow(n int) {
	g.change(func(t *Topology) {
		for range n {
			p := PartitionIx(len(t.Partitions))
			t.Partitions = append(t.Partitions, Partition{Number: int32(p)})
			t.Topics[0].Partitions = append(t.Topics[0].Partitions[:p:p], p)
			t.Positions = append(t.Positions, Position{Partition: p})
			t.Groups[0].Positions = append(t.Groups[0].Positions[:p:p], PositionIx(p))
			g.ends, g.starts, g.commits = append(g.ends, 0), append(g.starts, 0), append(g.commits, 0)
		}
	})
}

// change makes a new snapshot of the topology.
func (g *rig) change(f func(*Topology)) {
	t := *g.topo
	t.Gen++
	t.Nodes = append([]Node(nil), t.Nodes...)
	t.Topics = append([]Topic(nil), t.Topics...)
	t.Partitions = append([]Partition(nil), t.Partitions...)
	t.Groups = append([]Group(nil), t.Groups...)
	f(&t)
	g.topo = &t
}

// cleanup sets how the topic's records are deleted.
func (g *rig) cleanup(policy string) {
	g.change(func(t *Topology) { t.Topics[0].Settings = &Settings{Cleanup: policy, Retention: Forever} })
}

// tick folds in a reading, d after the last.
func (g *rig) tick(d time.Duration) *Reading {
	g.at = g.at.Add(d)
	if !g.failed {
		g.answered = ShardTime{Sent: g.at, Answered: g.at}
	}
	st := []ShardTime{g.answered, g.answered, g.answered}[:len(g.topo.Nodes)]
	r := &Reading{Topology: g.topo, Tick: g.at, Start: append([]int64(nil), g.starts...), End: append([]int64(nil), g.ends...),
		Stable: append([]int64(nil), g.ends...), Committed: append([]int64(nil), g.commits...),
		StartAt: st, EndAt: st, StableAt: st, CommittedAt: st}
	g.h.Fold(r)
	g.prev, g.last = g.last, r
	return r
}

func (g *rig) diff() []Event { return Diff(g.prev, g.last, g.h) }
