package kafka

import (
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// minShareLag is the version of DescribeShareGroupOffsets that tells the lag (KIP-1226, Kafka 4.2).
const minShareLag = 1

// shareCalls reads share groups, whose progress is a start offset and a set of records beyond it: only the broker can
// tell their lag (KIP-932).
func (s *sweep) shareCalls() []call {
	s.gaps.open(inShares)
	byNode := map[lag.NodeIx][]string{}
	for i := range s.w.topo.Groups {
		g := &s.w.topo.Groups[i]
		if !g.Gone && g.Type == lag.Share && s.keeps(lag.KindGroup, g.Name) && g.Coordinator != lag.Nowhere {
			byNode[g.Coordinator] = append(byNode[g.Coordinator], g.Name)
		}
	}
	var calls []call
	for n, names := range byNode {
		req := kmsg.NewPtrDescribeShareGroupOffsetsRequest()
		for _, name := range names {
			rg := kmsg.NewDescribeShareGroupOffsetsRequestGroup()
			rg.GroupID = name
			req.Groups = append(req.Groups, rg)
		}
		if !s.speaks(n, req.Key(), 0) {
			s.shareGap(names, fault{reason: lag.Unsupported, detail: "the broker does not tell share group offsets"})
			continue
		}
		calls = append(calls, call{node: n, req: req, what: "share groups", apply: func(a answer) {
			if a.err != nil {
				s.shareGap(names, explain(a.err))
				return
			}
			resp := a.resp.(*kmsg.DescribeShareGroupOffsetsResponse)
			for i := range resp.Groups {
				s.applyShare(&resp.Groups[i], resp.Version >= minShareLag)
			}
			s.col.committedAt[n] = a.at
		}})
	}
	return calls
}

func (s *sweep) shareGap(names []string, f fault) {
	for _, name := range names {
		s.gaps.add(inShares, s.ref(lag.KindGroup, name, ""), f.reason, "share group offsets: "+f.detail)
	}
}

func (s *sweep) applyShare(rg *kmsg.DescribeShareGroupOffsetsResponseGroup, tells bool) {
	g, known := s.w.groups[rg.GroupID]
	if !known {
		return
	}
	if rg.ErrorCode != 0 {
		s.shareGap([]string{rg.GroupID}, coded(rg.ErrorCode))
		return
	}
	if !tells {
		s.shareGap([]string{rg.GroupID}, fault{reason: lag.Unsupported, detail: "this broker is older than Kafka 4.2, which is the first that tells their lag"})
	}
	for _, b := range s.w.held[g].blocks {
		b.commits = false
		for _, i := range b.at {
			s.setShare(i, lag.None, lag.Unknown)
		}
	}
	for _, rt := range rg.Topics {
		if !s.keeps(lag.KindTopic, rt.Topic) {
			continue
		}
		b := s.w.block(g, s.w.topic(rt.Topic), 0)
		b.commits = true
		for _, rp := range rt.Partitions {
			s.applySharePartition(g, b, rp, tells)
		}
	}
	s.w.settle(g)
}

func (s *sweep) applySharePartition(g lag.GroupIx, b *block, rp kmsg.DescribeShareGroupOffsetsResponseGroupTopicPartition, tells bool) {
	if rp.Partition < 0 || rp.Partition >= maxPartitions {
		return
	}
	s.w.grow(g, b, int(rp.Partition)+1)
	i := b.at[rp.Partition]
	start, backlog := lag.None, lag.Unknown
	switch {
	case rp.ErrorCode != 0:
		f := coded(rp.ErrorCode)
		start = lag.Unknown
		s.gaps.add(inShares, s.partitionRef(s.w.topo.Positions[i].Partition), f.reason, "share group "+s.w.topo.Groups[g].Name+": "+f.detail)
	case rp.StartOffset >= 0:
		start = rp.StartOffset
		if tells && rp.Lag >= 0 {
			backlog = rp.Lag
		}
	default: // nothing was read yet, and the broker tells no lag
		backlog = lag.None
	}
	s.setShare(i, start, backlog)
}

func (s *sweep) setShare(i lag.PositionIx, start, backlog int64) {
	s.col.committed = grow(s.col.committed, len(s.w.topo.Positions))
	s.col.committed[i] = start
	s.col.backlog[i] = backlog
}
