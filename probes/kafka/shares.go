package kafka

import (
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// minShareLag is the version of DescribeShareGroupOffsets that tells the lag (KIP-1226, Kafka 4.2).
const minShareLag = 1

func (s *sweep) shareGroups() []lag.GroupIx {
	var out []lag.GroupIx
	for i := range s.w.topo.Groups {
		if g := &s.w.topo.Groups[i]; !g.Gone && g.Type == lag.Share && s.keeps(lag.KindGroup, g.Name) {
			out = append(out, lag.GroupIx(i))
		}
	}
	return out
}

// shareCalls reads share groups, whose progress is a start offset and a set of records beyond it: only the broker can
// tell their lag (KIP-932).
func (s *sweep) shareCalls(groups []lag.GroupIx) []call {
	byNode := map[lag.NodeIx][]lag.GroupIx{}
	for _, g := range groups {
		n := s.w.topo.Groups[g].Coordinator
		byNode[n] = append(byNode[n], g)
	}
	var calls []call
	for n, groups := range byNode {
		req := kmsg.NewPtrDescribeShareGroupOffsetsRequest()
		for _, g := range groups {
			rg := kmsg.NewDescribeShareGroupOffsetsRequestGroup()
			rg.GroupID = s.w.topo.Groups[g].Name
			req.Groups = append(req.Groups, rg)
		}
		if !s.speaks(n, req.Key(), 0) {
			for _, g := range groups {
				s.refuse(g, fault{reason: lag.Unsupported, detail: "the broker does not tell them"})
			}
			continue
		}
		calls = append(calls, call{node: n, req: req, what: "share groups", apply: func(a answer) { s.applyShares(n, groups, a) }})
	}
	return calls
}

func (s *sweep) applyShares(n lag.NodeIx, groups []lag.GroupIx, a answer) {
	if a.err == nil {
		resp := a.resp.(*kmsg.DescribeShareGroupOffsetsResponse)
		for i := range resp.Groups {
			s.applyShare(&resp.Groups[i], resp.Version >= minShareLag)
		}
		s.col.stamp(colCommitted, n, a.at, s.at)
		a.err = errUnanswered
	}
	why := explain(a.err)
	for _, g := range groups {
		s.orphan(g, why)
	}
}

func (s *sweep) applyShare(rg *kmsg.DescribeShareGroupOffsetsResponseGroup, tells bool) {
	g, known := s.w.groups[rg.GroupID]
	if !known || s.w.topo.Groups[g].Type != lag.Share {
		return
	}
	switch {
	case retellable(rg.ErrorCode):
		s.orphan(g, coded(rg.ErrorCode))
		return
	case rg.ErrorCode != 0:
		s.refuse(g, coded(rg.ErrorCode))
		return
	case !tells:
		s.gaps.add(inCommits, s.groupRef(g), lag.Unsupported, "share group offsets: this broker is older than Kafka 4.2, which is the first that tells their lag")
	}
	for _, b := range s.w.held[g].blocks {
		b.commits = false
		for _, i := range b.at {
			s.setShare(i, lag.None, lag.None)
		}
	}
	for i := range rg.Topics {
		if rt := &rg.Topics[i]; s.keeps(lag.KindTopic, rt.Topic) {
			b := s.w.block(g, s.met(rt.Topic, 0), 0)
			b.commits = true
			for _, rp := range rt.Partitions {
				s.applySharePartition(g, b, rp, tells)
			}
		}
	}
	s.w.held[g].bare = len(rg.Topics) == 0
	s.told(g)
	s.w.settle(g)
}

func (s *sweep) applySharePartition(g lag.GroupIx, b *block, rp kmsg.DescribeShareGroupOffsetsResponseGroupTopicPartition, tells bool) {
	if rp.Partition < 0 || rp.Partition >= maxPartitions {
		return
	}
	s.met(s.w.topo.Topics[b.topic].Name, rp.Partition)
	s.w.grow(g, b, int(rp.Partition)+1)
	i := b.at[rp.Partition]
	switch {
	case rp.ErrorCode != 0:
		f := coded(rp.ErrorCode)
		s.gaps.add(inCommits, s.positionRef(i), f.reason, "share group offsets: "+f.detail)
		s.setShare(i, lag.Unknown, lag.Unknown)
	case rp.StartOffset < 0: // nothing was read yet, and the broker tells no lag
		s.setShare(i, lag.None, lag.None)
	case tells && rp.Lag >= 0:
		s.setShare(i, rp.StartOffset, rp.Lag)
	default:
		s.setShare(i, rp.StartOffset, lag.Unknown)
	}
}

func (s *sweep) setShare(i lag.PositionIx, start, backlog int64) {
	s.col.fit(&s.w.topo)
	s.col.edit(colCommitted)[i] = start
	s.col.backlog[i] = backlog
}
