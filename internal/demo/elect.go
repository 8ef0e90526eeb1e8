package demo

import (
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// holdElections has ElectLeaders answered as Apache's controller does: the fake one gives every partition the next
// broker for a leader, whatever is asked.
func (s *stage) holdElections() {
	s.fake.ControlKey(int16(kmsg.ElectLeaders), func(kreq kmsg.Request) (kmsg.Response, error, bool) {
		s.fake.KeepControl()
		req := kreq.(*kmsg.ElectLeadersRequest)
		resp := kreq.ResponseKind().(*kmsg.ElectLeadersResponse)
		for _, t := range s.edit.replicas.asked(req) {
			rt := kmsg.NewElectLeadersResponseTopic()
			rt.Topic = t.Topic
			for _, p := range t.Partitions {
				rp := kmsg.NewElectLeadersResponseTopicPartition()
				rp.Partition = p
				if err := s.elect(t.Topic, p, req.ElectionType == 1); err != nil {
					rp.ErrorCode, rp.ErrorMessage = err.Code, &err.Description
				}
				if req.Topics != nil || rp.ErrorCode != kerr.ElectionNotNeeded.Code { // asked for all, it tells only of those that changed
					rt.Partitions = append(rt.Partitions, rp)
				}
			}
			resp.Topics = append(resp.Topics, rt)
		}
		return resp, nil, true
	})
}

// elect makes a partition's preferred replica its leader, or with unclean any that is up; nil when it did.
func (s *stage) elect(topic string, p int32, unclean bool) *kerr.Error {
	leader := s.fake.LeaderFor(topic, p)
	all, isr := s.edit.replicas.of(topic, p)
	switch {
	case leader < 0:
		return kerr.UnknownTopicOrPartition
	case len(all) == 0, unclean, leader == all[0]: // of these brokers one always leads
		return kerr.ElectionNotNeeded
	case !slices.Contains(isr, all[0]):
		return kerr.PreferredLeaderNotAvailable
	}
	if s.fake.MoveTopicPartition(topic, p, all[0]) != nil {
		return kerr.UnknownTopicOrPartition
	}
	return nil
}

// of gives the replicas of a partition, in the order that was told, and those in sync; none where nobody asked yet.
func (r *replicas) of(topic string, p int32) (all, isr []int32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.order[topic][p] {
		all = append(all, n)
		if !r.dead[n] {
			isr = append(isr, n)
		}
	}
	return all, isr
}

// asked gives the partitions that a request is about; null means every one.
func (r *replicas) asked(req *kmsg.ElectLeadersRequest) []kmsg.ElectLeadersRequestTopic {
	if req.Topics != nil {
		return req.Topics
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []kmsg.ElectLeadersRequestTopic
	for name, parts := range r.order {
		t := kmsg.NewElectLeadersRequestTopic()
		t.Topic = name
		for p := range parts {
			t.Partitions = append(t.Partitions, p)
		}
		slices.Sort(t.Partitions)
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b kmsg.ElectLeadersRequestTopic) int {
		if a.Topic < b.Topic {
			return -1
		}
		return 1
	})
	return out
}
