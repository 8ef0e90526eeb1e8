package kafka

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"

	"weir/internal/kafka/flat"
	"weir/lag"
)

// commitPlan is the OffsetFetch of one coordinator, made once and sent at each refresh while the same groups live
// there.
type commitPlan struct {
	gen    uint64
	byNode map[lag.NodeIx][]fetch
}

type fetch struct {
	groups []lag.GroupIx
	req    *flat.OffsetFetch
}

// planCommits returns the requests of this sweep: one a coordinator, or, in a sweep that happens once, several, so that
// one reply is decoded while the next is made.
func (s *sweep) planCommits(chunk int) map[lag.NodeIx][]fetch {
	if p := s.plans.commits; p != nil && p.gen == s.w.groupRoutes && chunk == 0 && s.want.Keep == nil {
		return p.byNode
	}
	members := map[lag.NodeIx][]lag.GroupIx{}
	for i := range s.w.topo.Groups {
		g := &s.w.topo.Groups[i]
		if g.Gone || g.Type == lag.Share || g.Type == lag.Connect || !s.keeps(lag.KindGroup, g.Name) {
			continue
		}
		if g.Coordinator == lag.Nowhere {
			s.orphanGroups[lag.GroupIx(i)] = fault{lag.NoCoordinator, "no coordinator is known", lag.Nowhere}
			continue
		}
		members[g.Coordinator] = append(members[g.Coordinator], lag.GroupIx(i))
	}
	byNode := map[lag.NodeIx][]fetch{}
	for n, groups := range members {
		byNode[n] = s.fetches(groups, chunk)
	}
	if chunk == 0 && s.want.Keep == nil {
		s.plans.commits = &commitPlan{gen: s.w.groupRoutes, byNode: byNode}
	}
	return byNode
}

func (s *sweep) fetches(groups []lag.GroupIx, chunk int) []fetch {
	if chunk == 0 {
		chunk = len(groups)
	}
	var out []fetch
	for len(groups) > 0 {
		part := groups[:min(chunk, len(groups))]
		groups = groups[len(part):]
		names := make([]string, len(part))
		for i, g := range part {
			names[i] = s.w.topo.Groups[g].Name
		}
		out = append(out, fetch{part, flat.NewOffsetFetch(names)})
	}
	return out
}

func (s *sweep) commitCalls(byNode map[lag.NodeIx][]fetch) []call {
	var calls []call
	for n, fetches := range byNode {
		for _, f := range fetches {
			if !s.speaks(n, keyOffsetFetch, flat.MinOffsetFetch) {
				s.gaps.add(inCommits, s.nodeRef(n), lag.Unsupported, "this broker is older than Kafka 3.0, which is the first that tells the offsets of many groups at once")
				continue
			}
			calls = append(calls, call{node: n, req: f.req, what: "committed offsets", apply: func(a answer) { s.applyCommits(n, f, a) }})
		}
	}
	return calls
}

func (s *sweep) applyCommits(n lag.NodeIx, f fetch, a answer) {
	if a.err == nil {
		d := commitDecoder{sweep: s, fetch: f, node: n, at: a.at}
		a.err = a.resp.(*flat.Commits).Walk(&d)
		if a.err == nil {
			a.err = d.finish()
		}
	}
	if a.err != nil {
		why := explain(a.err)
		why.node = n
		for _, g := range f.groups {
			s.restore(g)
			s.orphanGroups[g] = why
		}
		return
	}
	s.col.committedAt[n] = a.at
}

// commitDecoder puts a coordinator's reply into the columns.
type commitDecoder struct {
	*sweep
	fetch
	node  lag.NodeIx
	at    lag.ShardTime
	next  int // the group expected next: coordinators answer in the order of the question
	group lag.GroupIx
	known bool
	block *block
	turn  int // the block expected next
	got   int
}

// Group begins a group.
func (d *commitDecoder) Group(name []byte) {
	d.known, d.block, d.turn = false, nil, 0
	if d.next < len(d.groups) && d.w.topo.Groups[d.groups[d.next]].Name == string(name) {
		d.group, d.known = d.groups[d.next], true
	} else if g, ok := d.w.groups[string(name)]; ok {
		d.group, d.known = g, true
	}
	d.next++
	if !d.known {
		return
	}
	for _, b := range d.w.held[d.group].blocks {
		b.found = false
		for _, i := range b.at {
			d.col.committed[i] = lag.None
		}
	}
}

// Topic begins a topic.
func (d *commitDecoder) Topic(name []byte) {
	d.block = nil
	if !d.known {
		return
	}
	blocks := d.w.held[d.group].blocks
	if d.turn < len(blocks) && d.w.topo.Topics[blocks[d.turn].topic].Name == string(name) {
		d.block = blocks[d.turn]
		d.turn++
		return
	}
	t, ok := d.w.topics[string(name)]
	if !ok {
		t = d.w.topic(string(name)) // committed on, and not in the metadata: deleted
	}
	if !d.keeps(lag.KindTopic, string(name)) {
		return
	}
	d.block = d.w.block(d.group, t, 0)
	d.fit(d.block)
	d.turn++
}

// fit brings the column to the size of what exists, new positions being without commit.
func (d *commitDecoder) fit(b *block) {
	have := len(d.col.committed)
	d.col.committed = grow(d.col.committed, len(d.w.topo.Positions))
	for i := have; i < len(d.col.committed); i++ {
		d.col.committed[i] = lag.None
	}
}

// Commit takes one offset.
func (d *commitDecoder) Commit(partition int32, offset int64, code int16) {
	b := d.block
	if b == nil || partition < 0 {
		return
	}
	if int(partition) >= len(b.at) {
		if partition >= maxPartitions {
			return
		}
		d.w.grow(d.group, b, int(partition)+1)
		d.fit(b)
	}
	i := b.at[partition]
	switch {
	case code != 0:
		d.refused(i, code)
	case offset == -1:
	default:
		d.col.committed[i] = offset
		b.found = true
	}
}

func (d *commitDecoder) refused(i lag.PositionIx, code int16) {
	f := coded(code)
	d.col.committed[i] = lag.Unknown
	d.block.found = true // it is there; what it says is not known
	p := d.w.topo.Partitions[d.w.topo.Positions[i].Partition]
	sub := fmt.Sprintf("%s:%d", d.w.topo.Topics[p.Topic].Name, p.Number)
	d.gaps.add(inCommits, d.ref(lag.KindPosition, d.w.topo.Groups[d.group].Name, sub), f.reason, f.detail)
}

// EndGroup ends the group.
func (d *commitDecoder) EndGroup(code int16) {
	if !d.known {
		return
	}
	d.got++
	if code == 0 {
		for _, b := range d.w.held[d.group].blocks {
			b.commits = b.found
			for _, i := range b.at {
				delete(d.col.lateCommit, i)
			}
		}
		d.w.settle(d.group)
		return
	}
	d.restore(d.group)
	switch code {
	case kerr.NotCoordinator.Code, kerr.CoordinatorNotAvailable.Code, kerr.CoordinatorLoadInProgress.Code:
		d.orphanGroups[d.group] = coded(code)
	default:
		f := coded(code)
		d.gaps.add(inCommits, d.groupRef(d.group), f.reason, "committed offsets: "+f.detail)
		d.age(d.group)
	}
}

// restore puts a group's last known commits back.
func (s *sweep) restore(g lag.GroupIx) {
	for _, b := range s.w.held[g].blocks {
		for _, i := range b.at {
			v := lag.Unknown
			if int(i) < len(s.cols.committed) {
				v = s.cols.committed[i]
			}
			s.col.committed[i] = v
		}
	}
}

// age gives the values of a group the stamp they were read at, because its coordinator's stamp is newer than they are.
func (s *sweep) age(g lag.GroupIx) {
	for _, b := range s.w.held[g].blocks {
		for _, i := range b.at {
			if _, late := s.col.lateCommit[i]; !late {
				s.col.lateCommit[i] = s.lastCommitStamp(i)
			}
		}
	}
}

// finish says whether every group that was asked for was answered.
func (d *commitDecoder) finish() error {
	if d.got < len(d.groups) {
		return fmt.Errorf("offset fetch: %w: %d groups of %d answered", flat.ErrMalformed, d.got, len(d.groups))
	}
	return nil
}
