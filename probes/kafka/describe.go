package kafka

import (
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

func (s *sweep) fromClassic(g *kmsg.DescribeGroupsResponseGroup) described {
	d := described{name: g.Group, code: g.ErrorCode, state: g.State, assignor: g.Protocol, epoch: -1}
	for i := range g.Members {
		rm := &g.Members[i]
		m := lag.Member{ID: rm.MemberID, InstanceID: deref(rm.InstanceID), ClientID: rm.ClientID, Host: host(rm.ClientHost), Epoch: -1}
		// Only the consumer protocol says what its bytes mean; workers of Connect have others.
		if g.ProtocolType == "consumer" && len(rm.MemberAssignment) > 0 {
			var a kmsg.ConsumerMemberAssignment
			if err := a.ReadFrom(rm.MemberAssignment); err == nil {
				for _, t := range a.Topics {
					s.assign(&d, &m, t.Topic, t.Partitions)
				}
			} else {
				s.gaps.add(inMembers, s.ref(lag.KindMember, g.Group, rm.MemberID), lag.Unsupported, "its assignment is not in the consumer protocol's form")
			}
		}
		d.members = append(d.members, m)
	}
	return d
}

func (s *sweep) fromConsumer(g *kmsg.ConsumerGroupDescribeResponseGroup) described {
	d := described{name: g.Group, code: g.ErrorCode, state: g.State, assignor: g.AssignorName, epoch: g.Epoch}
	for i := range g.Members {
		rm := &g.Members[i]
		m := lag.Member{ID: rm.MemberID, InstanceID: deref(rm.InstanceID), ClientID: rm.ClientID, Host: host(rm.ClientHost), Epoch: rm.MemberEpoch}
		for _, t := range rm.Assignment.TopicPartitions {
			s.assign(&d, &m, s.named(t.Topic, t.TopicID), t.Partitions)
		}
		d.members = append(d.members, m)
	}
	return d
}

func (s *sweep) fromShare(g *kmsg.ShareGroupDescribeResponseGroup) described {
	d := described{name: g.GroupID, code: g.ErrorCode, state: g.GroupState, assignor: g.Assignor, epoch: g.GroupEpoch}
	for i := range g.Members {
		rm := &g.Members[i]
		m := lag.Member{ID: rm.MemberID, ClientID: rm.ClientID, Host: host(rm.ClientHost), Epoch: rm.MemberEpoch}
		for _, t := range rm.Assignment.TopicPartitions {
			s.assign(&d, &m, s.named(t.Topic, t.TopicID), t.Partitions)
		}
		d.members = append(d.members, m)
	}
	return d
}

// fromStreams turns tasks into partitions: task n of a subtopology reads partition n of each of its source topics
// (KIP-1071).
func (s *sweep) fromStreams(g *kmsg.StreamsGroupDescribeResponseGroup) described {
	d := described{name: g.Group, code: g.ErrorCode, state: g.State, assignor: deref(g.AssignorName), epoch: g.Epoch}
	sources := map[string][]string{}
	if g.Topology != nil {
		for _, sub := range g.Topology.Subtopologies {
			topics := sub.SourceTopics
			for _, t := range sub.RepartitionSourceTopics {
				topics = append(topics, t.Topic)
			}
			sources[sub.SubtopologyID] = topics
		}
	}
	for i := range g.Members {
		rm := &g.Members[i]
		m := lag.Member{ID: rm.MemberID, InstanceID: deref(rm.InstanceID), ClientID: rm.ClientID, Host: host(rm.ClientHost), Epoch: rm.MemberEpoch}
		for _, task := range rm.Assignment.ActiveTasks {
			for _, topic := range sources[task.SubtopologyID] {
				s.assign(&d, &m, topic, s.existing(topic, task.Partitions))
			}
		}
		d.members = append(d.members, m)
	}
	return d
}

// named returns the name of a topic that a coordinator may tell by its id alone; "" when it is not known.
func (s *sweep) named(name string, id [16]byte) string {
	if name != "" {
		return name
	}
	for i := range s.w.topo.Topics {
		if s.w.topo.Topics[i].ID == id {
			return s.w.topo.Topics[i].Name
		}
	}
	return ""
}

// existing keeps the partitions a topic has: topics of one subtopology may have fewer than it has tasks.
func (s *sweep) existing(topic string, partitions []int32) []int32 {
	t, known := s.w.topics[topic]
	if !known {
		return nil
	}
	var out []int32
	for _, p := range partitions {
		if int(p) < len(s.w.topo.Topics[t].Partitions) {
			out = append(out, p)
		}
	}
	return out
}

// host takes away the slash that brokers put before an address.
func host(h string) string { return strings.TrimPrefix(h, "/") }
