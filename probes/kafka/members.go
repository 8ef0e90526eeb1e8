package kafka

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
	"weir/probes"
)

// memberCalls describes groups, each kind by its own request and all of one coordinator at once: classic describes call
// a live KIP-848 group dead (KIP-1043).
func (s *sweep) memberCalls() []call {
	focus := map[string]bool{}
	for _, r := range s.want.Focus {
		if r.Kind == lag.KindGroup {
			focus[r.Name] = true
		}
	}
	all := s.want.Due.Has(probes.Members)
	if all {
		s.gaps.open(inMembers)
	}
	type batch struct {
		node lag.NodeIx
		kind lag.GroupType
	}
	batches := map[batch][]string{}
	for i := range s.w.topo.Groups {
		g := &s.w.topo.Groups[i]
		if g.Gone || g.Coordinator == lag.Nowhere || !(all || focus[g.Name]) || !s.keeps(lag.KindGroup, g.Name) {
			continue
		}
		kind := g.Type
		if kind == lag.Connect || kind == lag.Untold || kind == lag.Simple {
			kind = lag.Classic
		}
		b := batch{g.Coordinator, kind}
		batches[b] = append(batches[b], g.Name)
	}
	var calls []call
	for b, names := range batches {
		if c, ok := s.describe(b.node, b.kind, names); ok {
			calls = append(calls, c)
		}
	}
	return calls
}

// describe makes the request for groups of one kind on one coordinator; false where the broker doesn't speak it.
func (s *sweep) describe(n lag.NodeIx, kind lag.GroupType, names []string) (call, bool) {
	var req kmsg.Request
	switch kind {
	case lag.Consumer:
		r := kmsg.NewPtrConsumerGroupDescribeRequest()
		r.Groups, req = names, r
	case lag.Share:
		r := kmsg.NewPtrShareGroupDescribeRequest()
		r.GroupIDs, req = names, r
	case lag.Streams:
		r := kmsg.NewPtrStreamsGroupDescribeRequest()
		r.Groups, req = names, r
	default:
		r := kmsg.NewPtrDescribeGroupsRequest()
		r.Groups, req = names, r
	}
	if !s.speaks(n, req.Key(), 0) {
		for _, name := range names {
			s.gaps.set(inMembers, s.ref(lag.KindGroup, name, ""), lag.Unsupported, fmt.Sprintf("members: its coordinator does not describe %s groups", kind))
		}
		return call{}, false
	}
	return call{node: n, req: req, what: "members", apply: func(a answer) {
		if a.err != nil {
			f := explain(a.err)
			for _, name := range names {
				s.gaps.set(inMembers, s.ref(lag.KindGroup, name, ""), f.reason, "members: "+f.detail)
			}
			return
		}
		s.applyMembers(a)
	}}, true
}

// described is a group as any of the four describes tells it.
type described struct {
	name, state, assignor string
	code                  int16
	epoch                 int32
	members               []lag.Member
	topics                map[lag.TopicIx]bool // assigned to some member
}

func (s *sweep) applyMembers(a answer) {
	switch resp := a.resp.(type) {
	case *kmsg.DescribeGroupsResponse:
		for i := range resp.Groups {
			s.applyDescribed(s.fromClassic(&resp.Groups[i]), a.at)
		}
	case *kmsg.ConsumerGroupDescribeResponse:
		for i := range resp.Groups {
			s.applyDescribed(s.fromConsumer(&resp.Groups[i]), a.at)
		}
	case *kmsg.ShareGroupDescribeResponse:
		for i := range resp.Groups {
			s.applyDescribed(s.fromShare(&resp.Groups[i]), a.at)
		}
	case *kmsg.StreamsGroupDescribeResponse:
		for i := range resp.Groups {
			s.applyDescribed(s.fromStreams(&resp.Groups[i]), a.at)
		}
	}
}

func (s *sweep) applyDescribed(d described, at lag.ShardTime) {
	g, known := s.w.groups[d.name]
	if !known {
		return
	}
	s.gaps.drop(inMembers, s.groupRef(g))
	if d.state == "Dead" { // which is also how a classic describe answers for a live group of another kind (KIP-1043)
		d.code = kerr.GroupIDNotFound.Code
	}
	if d.code != 0 {
		f := coded(d.code)
		if d.code == kerr.GroupIDNotFound.Code {
			f.detail = "its coordinator does not know it as a group of this kind (any more)"
		}
		s.gaps.add(inMembers, s.groupRef(g), f.reason, "members: "+f.detail)
		return
	}
	e := s.w.editGroup(g)
	e.Members, e.MembersAt = d.members, at.Answered
	e.Assignor, e.Epoch = d.assignor, d.epoch
	if d.state != "" {
		e.State, e.StateAt = d.state, at.Answered
	}
	for _, b := range s.w.held[g].blocks {
		b.assigned = d.topics[b.topic]
	}
	for t := range d.topics {
		s.w.block(g, t, 0).assigned = true
	}
	s.fitNew(g)
	s.w.settle(g)
}

// fitNew brings the column of commits to the positions that exist. New ones have no commit when the group's commits were
// read in this sweep, and are unknown when not.
func (s *sweep) fitNew(g lag.GroupIx) {
	have := len(s.col.ints[colCommitted])
	s.col.fit(&s.w.topo)
	if s.w.held[g].told != s.sweeps {
		return
	}
	values := s.col.edit(colCommitted)
	for i := have; i < len(values); i++ {
		values[i] = lag.None
	}
}

// assign adds partitions of a topic to a member.
func (s *sweep) assign(d *described, m *lag.Member, topic string, partitions []int32) {
	if topic == "" || len(partitions) == 0 || !s.keeps(lag.KindTopic, topic) {
		return
	}
	t := s.met(topic, 0)
	if d.topics == nil {
		d.topics = map[lag.TopicIx]bool{}
	}
	d.topics[t] = true
	for _, p := range partitions {
		if p >= 0 && p < maxPartitions {
			s.met(topic, p)
			m.Assigned = append(m.Assigned, s.w.partition(t, p))
		}
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
