package kafka

import (
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// sizeCalls reads the sizes of logs on disk. The reply names every topic the broker holds, those too that this principal
// may not see, which is how hidden topics are found.
func (s *sweep) sizeCalls() []call {
	s.gaps.open(inSizes)
	hidden := map[string]bool{}
	nodes := s.brokers()
	var calls []call
	left, all := len(nodes), true
	for _, n := range nodes {
		calls = append(calls, call{node: n, req: kmsg.NewPtrDescribeLogDirsRequest(), what: "log sizes", apply: func(a answer) {
			left--
			if a.err != nil {
				s.miss(inSizes, n, "log sizes", a.err)
				all = false
			} else {
				all = s.applySizes(n, a.resp.(*kmsg.DescribeLogDirsResponse), a.at, hidden) && all
			}
			if left == 0 {
				s.tellHidden(hidden, all)
			}
		}})
	}
	return calls
}

// applySizes takes one broker's logs, and reports whether it told all.
func (s *sweep) applySizes(n lag.NodeIx, resp *kmsg.DescribeLogDirsResponse, at lag.ShardTime, hidden map[string]bool) bool {
	code := resp.ErrorCode
	for _, d := range resp.Dirs {
		if code == 0 {
			code = d.ErrorCode
		}
	}
	if code == 0 && len(resp.Dirs) == 0 { // how brokers refuse that know no error for it: without a word
		code = kerr.ClusterAuthorizationFailed.Code
	}
	if code != 0 {
		f := coded(code)
		s.gaps.add(inSizes, s.nodeRef(n), f.reason, "log sizes: "+f.detail)
	}
	for _, d := range resp.Dirs {
		for i := range d.Topics {
			s.applyLogs(n, &d.Topics[i], hidden)
		}
	}
	s.keepDisks(n, resp)
	if code == 0 {
		s.col.stamp(colSize, n, at, s.at)
	}
	return code == 0
}

func (s *sweep) applyLogs(n lag.NodeIx, t *kmsg.DescribeLogDirsResponseDirTopic, hidden map[string]bool) {
	ix, known := s.w.topics[t.Topic]
	if !known || s.w.topo.Topics[ix].Gone {
		hidden[t.Topic] = s.keeps(lag.KindTopic, t.Topic)
		return
	}
	for _, p := range t.Partitions {
		s.applySize(n, ix, p)
	}
}

// applySize takes the leader's replica only: a partition's size, not what its copies come to.
func (s *sweep) applySize(n lag.NodeIx, t lag.TopicIx, p kmsg.DescribeLogDirsResponseDirTopicPartition) {
	parts := s.w.topo.Topics[t].Partitions
	if p.IsFuture || p.Partition < 0 || int(p.Partition) >= len(parts) {
		return
	}
	if ix := parts[p.Partition]; s.w.leads[ix] == n {
		s.col.fit(&s.w.topo)
		s.col.edit(colSize)[ix] = p.Size
	}
}

// tellHidden notes topics that exist on disk and are not in the metadata. A topic that was just deleted or made looks the
// same for a moment, so that it takes two looks, unless there is only one.
func (s *sweep) tellHidden(hidden map[string]bool, all bool) {
	s.veiled = false
	for name, asked := range hidden {
		if asked && (s.hidden == nil || s.hidden[name]) {
			s.veiled = true
			s.gaps.add(inSizes, s.ref(lag.KindTopic, name, ""), lag.NotAuthorized, "the topic is on disk, and this principal may not see it: groups may have more lag than is shown")
		}
	}
	if all {
		s.hidden = hidden
	}
}
