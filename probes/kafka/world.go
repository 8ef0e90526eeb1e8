package kafka

import (
	"slices"
	"strings"

	"weir/lag"
)

// world interns what exists. It has one writer, the sweep, which publishes snapshots: a slice that a snapshot holds is
// copied before it is changed, and only ever grows at its end otherwise.
type world struct {
	topo   lag.Topology
	nodes  map[int32]lag.NodeIx
	topics map[string]lag.TopicIx
	groups map[string]lag.GroupIx
	held   []held       // by group
	leads  []lag.NodeIx // the leader by partition: what is looked up for each offset read lies close together
	// lent marks the slices the last snapshot holds.
	lent struct{ nodes, topics, partitions, groups bool }
	// Who coordinates which groups, and who leads which partitions, as counts of changes.
	groupRoutes, partRoutes uint64
	// dirty: the snapshot published last is not what stands here.
	dirty bool
	last  *lag.Topology
}

// held is what the probe keeps of a group besides what it publishes.
type held struct {
	blocks  []*block // in the order the coordinator names the topics
	byTopic map[lag.TopicIx]*block
	relist  bool // the list of current positions is out of date
	told    int  // the sweep in which its coordinator last told its commits
	refused int  // and in which it last refused to
	bare    bool // what it told last is that there are none
}

// block is where the positions of a group on one topic lie: by partition number, so that a reply needs no look-up per
// value.
type block struct {
	topic    lag.TopicIx
	turn     int              // its place among the group's blocks
	at       []lag.PositionIx // by partition number
	live     bool             // its positions exist: there is a commit, or a member that is assigned some of it
	commits  bool             // the group's last whole reply had a commit on it
	found    bool             // the reply that is being read has one
	assigned bool             // assigned to a member when members were last described
}

func newWorld(cluster string) *world {
	return &world{
		topo:  lag.Topology{Cluster: cluster, Controller: lag.Nowhere},
		nodes: map[int32]lag.NodeIx{}, topics: map[string]lag.TopicIx{}, groups: map[string]lag.GroupIx{},
		dirty: true,
	}
}

// snapshot publishes what stands; the same pointer while nothing changed.
func (w *world) snapshot() *lag.Topology {
	if !w.dirty && w.last != nil {
		return w.last
	}
	w.topo.Gen++
	t := w.topo
	w.last, w.dirty = &t, false
	w.lent.nodes, w.lent.topics, w.lent.partitions, w.lent.groups = true, true, true, true
	return w.last
}

func own[T any](s *[]T, lent *bool) {
	if *lent {
		*s, *lent = slices.Clone(*s), false
	}
}

func (w *world) editNode(i lag.NodeIx) *lag.Node {
	own(&w.topo.Nodes, &w.lent.nodes)
	w.dirty = true
	return &w.topo.Nodes[i]
}

func (w *world) editTopic(i lag.TopicIx) *lag.Topic {
	own(&w.topo.Topics, &w.lent.topics)
	w.dirty = true
	return &w.topo.Topics[i]
}

func (w *world) editPartition(i lag.PartitionIx) *lag.Partition {
	own(&w.topo.Partitions, &w.lent.partitions)
	w.dirty = true
	return &w.topo.Partitions[i]
}

func (w *world) editGroup(i lag.GroupIx) *lag.Group {
	own(&w.topo.Groups, &w.lent.groups)
	w.dirty = true
	return &w.topo.Groups[i]
}

// node returns the index of a broker, which is made, as one that the cluster does not list, when it is new.
func (w *world) node(id int32) lag.NodeIx {
	if i, ok := w.nodes[id]; ok {
		return i
	}
	i := lag.NodeIx(len(w.topo.Nodes))
	w.topo.Nodes = append(w.topo.Nodes, lag.Node{ID: id, Gone: true})
	w.nodes[id], w.dirty = i, true
	return i
}

// topic returns the index of a topic, which is made, as one that does not exist, when it is new.
func (w *world) topic(name string) lag.TopicIx {
	if i, ok := w.topics[name]; ok {
		return i
	}
	i := lag.TopicIx(len(w.topo.Topics))
	w.topo.Topics = append(w.topo.Topics, lag.Topic{Name: name, Gone: true})
	w.topics[name], w.dirty = i, true
	return i
}

// partition returns the index of a partition, which is made, with those below it, when it is new.
func (w *world) partition(t lag.TopicIx, number int32) lag.PartitionIx {
	have := w.topo.Topics[t].Partitions
	if int(number) < len(have) {
		return have[number]
	}
	topic := w.editTopic(t)
	parts := slices.Clone(have)
	for n := int32(len(parts)); n <= number; n++ {
		parts = append(parts, lag.PartitionIx(len(w.topo.Partitions)))
		w.topo.Partitions = append(w.topo.Partitions, lag.Partition{Topic: t, Number: n, Leader: lag.Nowhere, Epoch: -1, Gone: true})
		w.leads = append(w.leads, lag.Nowhere)
	}
	topic.Partitions = parts
	return parts[number]
}

// group returns the index of a group, which is made when it is new.
func (w *world) group(name string) lag.GroupIx {
	if i, ok := w.groups[name]; ok {
		return i
	}
	i := lag.GroupIx(len(w.topo.Groups))
	w.topo.Groups = append(w.topo.Groups, lag.Group{Name: name, Coordinator: lag.Nowhere, Epoch: -1})
	w.held = append(w.held, held{byTopic: map[lag.TopicIx]*block{}})
	w.groups[name], w.dirty = i, true
	return i
}

// block returns the positions of group g on topic t, one for each partition the topic is known to have and at least
// those below n.
func (w *world) block(g lag.GroupIx, t lag.TopicIx, n int) *block {
	h := &w.held[g]
	b := h.byTopic[t]
	if b == nil {
		b = &block{topic: t, turn: len(h.blocks)}
		h.byTopic[t] = b
		h.blocks = append(h.blocks, b)
	}
	w.grow(g, b, n)
	return b
}

func (w *world) grow(g lag.GroupIx, b *block, n int) {
	n = max(len(w.topo.Topics[b.topic].Partitions), n)
	for i := len(b.at); i < n; i++ {
		p := w.partition(b.topic, int32(i))
		b.at = append(b.at, lag.PositionIx(len(w.topo.Positions)))
		w.topo.Positions = append(w.topo.Positions, lag.Position{Group: g, Partition: p})
		w.held[g].relist, w.dirty = true, true
	}
}

// settle decides which of the group's positions exist, after its commits or members were read, and lists them anew
// where that changed.
func (w *world) settle(g lag.GroupIx) {
	h := &w.held[g]
	for _, b := range h.blocks {
		if live := b.commits || b.assigned; live != b.live {
			b.live, h.relist = live, true
		}
	}
	if !h.relist {
		return
	}
	h.relist = false
	var live []*block
	n := 0
	for _, b := range h.blocks {
		if b.live {
			live, n = append(live, b), n+len(b.at)
		}
	}
	slices.SortFunc(live, func(a, b *block) int {
		return strings.Compare(w.topo.Topics[a.topic].Name, w.topo.Topics[b.topic].Name)
	})
	list := make([]lag.PositionIx, 0, n)
	for _, b := range live {
		list = append(list, b.at...)
	}
	w.editGroup(g).Positions = list
}
