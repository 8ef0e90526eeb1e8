package kafka

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"

	"weir/internal/kafka/flat"
	"weir/lag"
)

var errUnanswered = fmt.Errorf("offset fetch: %w: a group that was asked for is missing", flat.ErrMalformed)

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
			req := *f.req // the client writes its version into it, and one of an earlier sweep may still be under way
			calls = append(calls, call{node: n, req: &req, what: "committed offsets", apply: func(a answer) { s.applyCommits(n, f, a) }})
		}
	}
	return calls
}

func (s *sweep) applyCommits(n lag.NodeIx, f fetch, a answer) {
	if a.err == nil {
		s.col.fit(&s.w.topo)
		d := commitDecoder{sweep: s, fetch: f, values: s.col.edit(colCommitted)}
		if a.err = a.resp.(*flat.Commits).Walk(&d); a.err == nil {
			s.col.stamp(colCommitted, n, a.at, s.at)
			a.err = errUnanswered
		}
	}
	why := explain(a.err)
	for _, g := range f.groups {
		s.orphan(g, why)
	}
}

// orphan notes that a group's coordinator did not tell its commits, or that it is another by now.
func (s *sweep) orphan(g lag.GroupIx, why fault) {
	h := &s.w.held[g]
	if _, known := s.orphanGroups[g]; !known && h.told != s.sweeps && h.refused != s.sweeps {
		s.orphanGroups[g] = why
	}
}

// retellable reports the codes of a coordinator that is another by now, or not ready.
func retellable(code int16) bool {
	return code == kerr.NotCoordinator.Code || code == kerr.CoordinatorNotAvailable.Code || code == kerr.CoordinatorLoadInProgress.Code
}

// commitDecoder puts a coordinator's reply into the column of commits.
type commitDecoder struct {
	*sweep
	fetch
	values []int64
	next   int // the group expected next: coordinators answer in the order of the question
	group  lag.GroupIx
	known  bool
	block  *block
	turn   int // the block expected next
}

// Group begins a group.
func (d *commitDecoder) Group(name []byte) {
	d.block, d.turn = nil, 0
	d.group, d.known = d.asked(name)
	if !d.known {
		return
	}
	for _, b := range d.w.held[d.group].blocks {
		b.found = false
		for _, i := range b.at {
			d.values[i] = lag.None
		}
	}
}

// asked finds a group among those that were asked for; it is told once.
func (d *commitDecoder) asked(name []byte) (lag.GroupIx, bool) {
	for range d.groups {
		g := d.groups[d.next%len(d.groups)]
		d.next++
		if d.w.topo.Groups[g].Name == string(name) {
			return g, d.w.held[g].told != d.sweeps
		}
	}
	return 0, false
}

// Topic begins a topic.
func (d *commitDecoder) Topic(name []byte) {
	d.block = nil
	if !d.known {
		return
	}
	h := &d.w.held[d.group]
	if d.turn < len(h.blocks) && d.w.topo.Topics[h.blocks[d.turn].topic].Name == string(name) {
		d.block = h.blocks[d.turn]
	} else if t, known := d.w.topics[string(name)]; known && h.byTopic[t] != nil {
		d.block = h.byTopic[t]
	} else if d.keeps(lag.KindTopic, string(name)) {
		d.block = d.w.block(d.group, d.met(string(name), 0), 0)
		d.fit()
	} else {
		return
	}
	d.turn = d.block.turn + 1
}

// fit brings the column to the size of what exists, new positions being without commit.
func (d *commitDecoder) fit() {
	have := len(d.values)
	d.values = grow(d.values, len(d.w.topo.Positions))
	for i := have; i < len(d.values); i++ {
		d.values[i] = lag.None
	}
	d.col.ints[colCommitted] = d.values
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
		d.met(d.w.topo.Topics[b.topic].Name, partition)
		d.w.grow(d.group, b, int(partition)+1)
		d.fit()
	}
	switch i := b.at[partition]; {
	case code != 0:
		d.refused(i, code)
	case offset != -1:
		d.values[i] = offset
		b.found = true
	}
}

func (d *commitDecoder) refused(i lag.PositionIx, code int16) {
	f := coded(code)
	d.values[i] = lag.Unknown
	d.block.found = true // it is there; what it says is not known
	d.gaps.add(inCommits, d.positionRef(i), f.reason, f.detail)
}

// EndGroup ends the group.
func (d *commitDecoder) EndGroup(code int16) {
	if !d.known {
		return
	}
	if code != 0 {
		d.restore(d.group)
		if retellable(code) {
			d.orphan(d.group, coded(code))
		} else {
			d.refuse(d.group, coded(code))
		}
		return
	}
	h := &d.w.held[d.group]
	h.bare = true
	for _, b := range h.blocks {
		if b.commits = b.found; b.found {
			h.bare = false
		}
		if len(b.at) < len(d.w.topo.Topics[b.topic].Partitions) {
			d.w.grow(d.group, b, 0)
			d.fit()
		}
	}
	d.told(d.group)
	d.w.settle(d.group)
}

// told notes that a group's commits are of this sweep.
func (s *sweep) told(g lag.GroupIx) {
	h := &s.w.held[g]
	h.told = s.sweeps
	if len(s.col.lateCommit) == 0 {
		return
	}
	for _, b := range h.blocks {
		for _, i := range b.at {
			delete(s.col.lateCommit, i)
		}
	}
}

// refuse notes that a coordinator will not tell a group's commits, whomever one asks: what is known of them gets old.
func (s *sweep) refuse(g lag.GroupIx, f fault) {
	s.untold(g, f)
	s.age(g)
	s.w.held[g].refused = s.sweeps
	s.w.held[g].bare = f.reason == lag.Gone
}

// untold notes that the commits of a group were not read.
func (s *sweep) untold(g lag.GroupIx, f fault) {
	s.gaps.add(inCommits, s.groupRef(g), f.reason, commitsOf(s.w.topo.Groups[g].Type)+f.detail)
	s.unread[g] = f.reason
}

func commitsOf(t lag.GroupType) string {
	if t == lag.Share {
		return "share group offsets: "
	}
	return "committed offsets: "
}

// restore puts a group's last known commits back.
func (s *sweep) restore(g lag.GroupIx) {
	old, values := s.cols.ints[colCommitted], s.col.edit(colCommitted)
	for _, b := range s.w.held[g].blocks {
		for _, i := range b.at {
			values[i] = lag.Unknown
			if int(i) < len(old) {
				values[i] = old[i]
			}
		}
	}
}

// age gives the values of a group the stamp they were read at, before or because that of its coordinator is another.
func (s *sweep) age(g lag.GroupIx) {
	if s.prev == nil {
		return
	}
	for _, b := range s.w.held[g].blocks {
		for _, i := range b.at {
			if _, late := s.col.lateCommit[i]; !late && int(i) < len(s.prev.Positions) {
				s.col.lateCommit[i] = s.prev.CommitStamp(i)
			}
		}
	}
}

// met returns the index of a topic that a commit or an assignment named, and notes it when it says more than the
// metadata did: the topic, or the partition, is newer, or it is gone.
func (s *sweep) met(topic string, partition int32) lag.TopicIx {
	t, known := s.w.topics[topic]
	if !known {
		t = s.w.topic(topic)
	}
	if !known || int(partition) >= len(s.w.topo.Topics[t].Partitions) && !s.w.topo.Topics[t].Gone {
		s.strangers[t] = true
	}
	return t
}
