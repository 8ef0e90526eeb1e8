package kafka

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// layout reads brokers, topics, partitions and leaders, and what the principal may see of them. It reports whether the
// layout is known now.
func (s *sweep) layout() bool {
	s.gaps.open(inLayout)
	s.gaps.open(inVisibility)
	meta := kmsg.NewPtrMetadataRequest()
	meta.AllowAutoTopicCreation = false
	known := false
	s.run([]call{
		{node: lag.Nowhere, req: meta, what: "metadata", apply: func(a answer) {
			if a.err != nil {
				s.miss(inLayout, lag.Nowhere, "metadata", a.err)
				return
			}
			known = s.applyMetadata(a.resp.(*kmsg.MetadataResponse), true)
		}},
		s.sightCall(),
	})
	if !known { // that nothing is known says more than that no part of it is known to be whole
		s.gaps.open(inVisibility)
	}
	s.grown()
	return known
}

// relayout reads the metadata of topics again whose leader moved or does not answer.
func (s *sweep) relayout() []call {
	topics := s.lostTopics()
	if len(topics) == 0 {
		return nil
	}
	meta := kmsg.NewPtrMetadataRequest()
	meta.AllowAutoTopicCreation = false
	for _, t := range topics {
		mt := kmsg.NewMetadataRequestTopic()
		mt.Topic = kmsg.StringPtr(t)
		meta.Topics = append(meta.Topics, mt)
	}
	return []call{{node: lag.Nowhere, req: meta, what: "metadata", apply: func(a answer) {
		if a.err == nil {
			s.applyMetadata(a.resp.(*kmsg.MetadataResponse), false)
		}
	}}}
}

// applyMetadata takes a metadata reply; all says that what it does not name does not exist.
func (s *sweep) applyMetadata(resp *kmsg.MetadataResponse, all bool) bool {
	if resp.ErrorCode != 0 {
		f := coded(resp.ErrorCode)
		s.gaps.add(inLayout, s.ref(lag.KindCluster, "", ""), f.reason, "metadata: "+f.detail)
		return false
	}
	if resp.ClusterID != nil && s.w.topo.ID != *resp.ClusterID {
		s.w.topo.ID, s.w.dirty = *resp.ClusterID, true
	}
	s.applyNodes(resp.Brokers)
	s.controller = resp.ControllerID
	named := map[lag.TopicIx]bool{}
	for i := range resp.Topics {
		if t := &resp.Topics[i]; t.Topic != nil {
			if exists := s.applyListed(t); exists || !all {
				named[s.w.topic(*t.Topic)] = exists
			}
		}
	}
	for i := range s.w.topo.Topics {
		if exists, listed := named[lag.TopicIx(i)]; !exists && (all || listed) {
			s.bury(lag.TopicIx(i))
		}
	}
	return true
}

// applyListed takes one topic of a metadata reply, and reports whether it exists.
func (s *sweep) applyListed(t *kmsg.MetadataResponseTopic) bool {
	switch t.ErrorCode {
	case 0:
		s.applyTopic(t)
	case kerr.UnknownTopicOrPartition.Code, kerr.UnknownTopicID.Code:
		return false
	default:
		f := coded(t.ErrorCode)
		s.gaps.set(inLayout, s.ref(lag.KindTopic, *t.Topic, ""), f.reason, f.detail)
	}
	return true
}

func (s *sweep) applyNodes(brokers []kmsg.MetadataResponseBroker) {
	listed := map[lag.NodeIx]bool{}
	for _, b := range brokers {
		rack := ""
		if b.Rack != nil {
			rack = *b.Rack
		}
		i := s.w.node(b.NodeID)
		listed[i] = true
		if now := (lag.Node{ID: b.NodeID, Host: b.Host, Port: b.Port, Rack: rack}); s.w.topo.Nodes[i] != now {
			*s.w.editNode(i) = now
		}
	}
	for i := range s.w.topo.Nodes {
		if !listed[lag.NodeIx(i)] && !s.w.topo.Nodes[i].Gone {
			s.w.editNode(lag.NodeIx(i)).Gone = true
		}
	}
}

// bury marks a topic that is no longer there. Its numbers are those of a log that does not exist.
func (s *sweep) bury(t lag.TopicIx) {
	if s.w.topo.Topics[t].Gone {
		return
	}
	s.w.editTopic(t).Gone = true
	for _, p := range s.w.topo.Topics[t].Partitions {
		s.buryPartition(p)
	}
	s.forget(t)
}

func (s *sweep) buryPartition(p lag.PartitionIx) {
	e := s.w.editPartition(p)
	e.Gone, e.Leader, e.ISR, e.Offline = true, lag.Nowhere, nil, nil
	s.w.leads[p] = lag.Nowhere
	s.w.partRoutes++
}

// forget makes the offsets of a topic unknown, and who wrote it, because the log they belonged to is gone.
func (s *sweep) forget(t lag.TopicIx) {
	delete(s.writers, t)
	s.dead = append(s.dead, s.w.topo.Topics[t].Partitions...)
}

func (s *sweep) applyTopic(t *kmsg.MetadataResponseTopic) {
	ix := s.w.topic(*t.Topic)
	have := &s.w.topo.Topics[ix]
	var zero [16]byte
	if have.ID != zero && have.ID != t.TopicID {
		s.forget(ix) // made anew under the same name
	}
	if have.Gone || have.Internal != t.IsInternal || have.ID != t.TopicID {
		e := s.w.editTopic(ix)
		e.Gone, e.Internal, e.ID = false, t.IsInternal, t.TopicID
	}
	top := int32(-1)
	for i := range t.Partitions {
		top = max(top, t.Partitions[i].Partition)
	}
	if int(top) >= len(t.Partitions) { // never so: numbers go from 0 without holes
		s.gaps.set(inLayout, s.ref(lag.KindTopic, *t.Topic, ""), lag.Unsupported, fmt.Sprintf("partition %d of a topic with %d", top, len(t.Partitions)))
		return
	}
	if top >= 0 {
		s.w.partition(ix, top)
	}
	listed := make([]bool, len(s.w.topo.Topics[ix].Partitions))
	for i := range t.Partitions {
		p := &t.Partitions[i]
		if p.Partition < 0 {
			continue
		}
		listed[p.Partition] = true
		s.applyPartition(s.w.topo.Topics[ix].Partitions[p.Partition], p)
	}
	for n, p := range s.w.topo.Topics[ix].Partitions {
		if !listed[n] && !s.w.topo.Partitions[p].Gone {
			s.buryPartition(p)
			s.dead = append(s.dead, p)
		}
	}
}

// maxPartitions bounds the partition numbers that are believed where the metadata does not tell them, so that a hostile
// reply can't make weir allocate without end.
const maxPartitions = 1 << 17

func (s *sweep) applyPartition(ix lag.PartitionIx, p *kmsg.MetadataResponseTopicPartition) {
	leader := lag.NodeIx(lag.Nowhere)
	if p.Leader >= 0 {
		leader = s.w.node(p.Leader)
	}
	replicas, isr, offline := s.nodeSet(p.Replicas), s.nodeSet(p.ISR), s.nodeSet(p.OfflineReplicas)
	have := &s.w.topo.Partitions[ix]
	if !have.Gone && have.Leader == leader && have.Epoch == p.LeaderEpoch && same(have.Replicas, replicas) && same(have.ISR, isr) && same(have.Offline, offline) {
		return
	}
	if have.Gone || have.Leader != leader {
		s.w.partRoutes++
		s.ageEnd(ix)
	}
	e := s.w.editPartition(ix)
	e.Gone, e.Leader, e.Epoch, e.Replicas, e.ISR, e.Offline = false, leader, p.LeaderEpoch, replicas, isr, offline
	s.w.leads[ix] = leader
}

func same(a, b []lag.NodeIx) bool { return slices.Equal(a, b) }

// nodeSet interns a list of brokers: a cluster has few distinct ones, and many partitions.
func (s *sweep) nodeSet(ids []int32) []lag.NodeIx {
	if len(ids) == 0 {
		return nil
	}
	s.key = s.key[:0]
	for _, id := range ids {
		s.key = binary.AppendVarint(s.key, int64(id))
	}
	if set, ok := s.sets[string(s.key)]; ok {
		return set
	}
	set := make([]lag.NodeIx, len(ids))
	for i, id := range ids {
		set[i] = s.w.node(id)
	}
	s.sets[string(s.key)] = set
	return set
}

func (s *sweep) setController(id int32) {
	n := lag.NodeIx(lag.Nowhere)
	if id >= 0 {
		if i, ok := s.w.nodes[id]; ok {
			n = i
		}
	}
	if s.w.topo.Controller != n {
		s.w.topo.Controller, s.w.dirty = n, true
	}
}
