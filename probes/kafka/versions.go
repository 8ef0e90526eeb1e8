package kafka

import (
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// API keys this package reasons about.
const (
	keyListOffsets    = 2
	keyOffsetFetch    = 9
	keyDescribeQuorum = 55
)

// apis is the newest version of each request that a broker speaks.
type apis map[int16]int16

// readVersions asks the brokers which requests they speak. Clusters are upgraded broker by broker, so each is asked.
func (s *sweep) readVersions() {
	s.gaps.open(inVersions)
	var calls []call
	for _, n := range s.brokers() {
		ask := kmsg.NewPtrApiVersionsRequest()
		ask.ClientSoftwareName, ask.ClientSoftwareVersion = "weir", "1" // a broker refuses the request without (KIP-511)
		calls = append(calls, call{node: n, req: ask, what: "versions", apply: func(a answer) {
			if a.err != nil {
				s.miss(inVersions, n, "versions", a.err)
				return
			}
			resp := a.resp.(*kmsg.ApiVersionsResponse)
			if resp.ErrorCode != 0 {
				f := coded(resp.ErrorCode)
				s.gaps.add(inVersions, s.nodeRef(n), f.reason, "versions: "+f.detail)
				return
			}
			m := make(apis, len(resp.ApiKeys))
			for _, k := range resp.ApiKeys {
				m[k.ApiKey] = k.MaxVersion
			}
			s.apis[n] = m
		}})
	}
	s.run(calls)
}

// speaks reports whether a broker speaks a request in at least that version. A broker that could not be asked is taken
// to: the request itself will then say why not.
func (s *sweep) speaks(n lag.NodeIx, key, version int16) bool {
	m, asked := s.apis[n]
	if !asked {
		return true
	}
	most, has := m[key]
	return has && most >= version
}

// hasQuorum reports whether the cluster is led by a quorum of its own (KRaft), where metadata names any live broker as
// controller.
func (s *sweep) hasQuorum() bool {
	for _, m := range s.apis {
		if _, has := m[keyDescribeQuorum]; has {
			return true
		}
	}
	return false
}

// findController asks who leads the quorum, which may be a node that is no broker. With ZooKeeper the metadata told it.
func (s *sweep) findController() []call {
	if !s.hasQuorum() {
		s.setController(s.controller)
		return nil
	}
	req := kmsg.NewPtrDescribeQuorumRequest()
	t := kmsg.NewDescribeQuorumRequestTopic()
	t.Topic = "__cluster_metadata"
	t.Partitions = append(t.Partitions, kmsg.NewDescribeQuorumRequestTopicPartition())
	req.Topics = append(req.Topics, t)
	return []call{{node: lag.Nowhere, req: req, what: "controller", apply: func(a answer) {
		leader := int32(-1)
		if a.err == nil {
			for _, t := range a.resp.(*kmsg.DescribeQuorumResponse).Topics {
				for _, p := range t.Partitions {
					if p.ErrorCode == 0 {
						leader = p.LeaderID
					}
				}
			}
		}
		s.setController(leader)
	}}}
}
