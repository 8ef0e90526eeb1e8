package kafka

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"

	"weir/internal/kafka/flat"
	"weir/lag"
	"weir/probes"
)

// offsetKind is one of the offsets of a log that ListOffsets tells.
type offsetKind uint8

const (
	logEnd offsetKind = iota
	logStart
	logStable
	offsetKinds
)

var offsetNames = [offsetKinds]string{"log ends", "log starts", "last stable offsets"}
var offsetSections = [offsetKinds]section{inEnds, inStarts, inStables}
var offsetColumns = [offsetKinds]col{colEnd, colStart, colStable}

func (k offsetKind) asks() (flat.Isolation, int64) {
	switch k {
	case logStart:
		return flat.ReadUncommitted, flat.Earliest
	case logStable:
		return flat.ReadCommitted, flat.Latest
	}
	return flat.ReadUncommitted, flat.Latest
}

// dueOffsets returns the kinds that this sweep reads.
func (s *sweep) dueOffsets() []offsetKind {
	var kinds []offsetKind
	for k, d := range [offsetKinds]probes.Due{probes.Ends, probes.Starts, probes.Stables} {
		if s.want.Due.Has(d) {
			kinds = append(kinds, offsetKind(k))
		}
	}
	return kinds
}

// offsetPlan is what is asked of each leader, made once and sent at each refresh while the leaders stay.
type offsetPlan struct {
	gen    uint64
	byKind [offsetKinds]*lists
}

// lists are requests by leader, and the partitions that have none.
type lists struct {
	byNode     map[lag.NodeIx]list
	leaderless []lag.PartitionIx
}

type list struct {
	parts []lag.PartitionIx
	req   *flat.ListOffsets
}

func (s *sweep) planOffsets(k offsetKind) *lists {
	if s.plans.offsets == nil || s.plans.offsets.gen != s.w.partRoutes {
		s.plans.offsets = &offsetPlan{gen: s.w.partRoutes}
	}
	if made := s.plans.offsets.byKind[k]; made != nil && s.want.Keep == nil {
		return made
	}
	touched := s.touched()
	var parts []lag.PartitionIx
	for t := range s.w.topo.Topics {
		topic := &s.w.topo.Topics[t]
		if topic.Gone || (touched != nil && !touched[lag.TopicIx(t)]) || !s.keeps(lag.KindTopic, topic.Name) {
			continue
		}
		parts = append(parts, topic.Partitions...)
	}
	made := s.lists(k, parts)
	if s.want.Keep == nil {
		s.plans.offsets.byKind[k] = made
	}
	return made
}

// touched returns the topics that the groups in question are on; nil means all.
func (s *sweep) touched() map[lag.TopicIx]bool {
	if s.want.Keep == nil || !s.want.Serial || !s.want.Due.Has(probes.Commits) {
		return nil
	}
	on := map[lag.TopicIx]bool{}
	for g := range s.w.held {
		for _, b := range s.w.held[g].blocks {
			if b.live && s.keeps(lag.KindGroup, s.w.topo.Groups[g].Name) {
				on[b.topic] = true
			}
		}
	}
	return on
}

// lists splits partitions, sorted by topic, by leader.
func (s *sweep) lists(k offsetKind, parts []lag.PartitionIx) *lists {
	out := &lists{byNode: map[lag.NodeIx]list{}}
	led := map[lag.NodeIx][]lag.PartitionIx{}
	for _, p := range parts {
		part := &s.w.topo.Partitions[p]
		switch {
		case part.Gone:
		case part.Leader == lag.Nowhere:
			out.leaderless = append(out.leaderless, p)
		default:
			led[part.Leader] = append(led[part.Leader], p)
		}
	}
	level, at := k.asks()
	for n, ps := range led {
		var topics []flat.TopicPartitions
		last := lag.TopicIx(-1)
		for _, p := range ps {
			part := &s.w.topo.Partitions[p]
			if part.Topic != last {
				topics = append(topics, flat.TopicPartitions{Topic: s.w.topo.Topics[part.Topic].Name, At: []int64{at}})
				last = part.Topic
			}
			t := &topics[len(topics)-1]
			t.Partitions = append(t.Partitions, part.Number)
		}
		out.byNode[n] = list{ps, flat.NewListOffsets(level, topics)}
	}
	return out
}

func (s *sweep) offsetCalls(k offsetKind, plan *lists) []call {
	for _, p := range plan.leaderless {
		s.orphanParts[k][p] = fault{lag.NoLeader, "the partition has no leader"}
	}
	var calls []call
	for n, l := range plan.byNode {
		if !s.speaks(n, keyListOffsets, flat.MinListOffsets) {
			s.gaps.add(offsetSections[k], s.nodeRef(n), lag.Unsupported, offsetNames[k]+": this broker is older than Kafka 2.7")
			continue
		}
		req := *l.req // as in commitCalls
		calls = append(calls, call{node: n, req: &req, what: offsetNames[k], apply: func(a answer) { s.applyOffsets(k, n, l, a) }})
	}
	return calls
}

func (s *sweep) applyOffsets(k offsetKind, n lag.NodeIx, l list, a answer) {
	d := offsetDecoder{sweep: s, kind: k, node: n, left: len(l.parts)}
	if a.err == nil {
		d.values = s.col.edit(offsetColumns[k])
		a.err = a.resp.(*flat.Offsets).Walk(&d)
	}
	switch {
	case a.err != nil:
		s.orphanAll(k, l.parts, explain(a.err))
		return
	case d.left != 0:
		s.orphanAll(k, l.parts, explain(fmt.Errorf("list offsets: %w: another number of partitions than was asked for", flat.ErrMalformed)))
		s.restoreParts(k, l.parts)
		return
	}
	s.col.stamp(offsetColumns[k], n, a.at, s.at)
	if k != logEnd || len(s.col.lateEnd) == 0 {
		return
	}
	for _, p := range l.parts {
		if _, orphan := s.orphanParts[k][p]; !orphan {
			delete(s.col.lateEnd, p)
		}
	}
}

func (s *sweep) orphanAll(k offsetKind, parts []lag.PartitionIx, why fault) {
	for _, p := range parts {
		s.orphanParts[k][p] = why
	}
}

// restoreParts puts the last known offsets of partitions back.
func (s *sweep) restoreParts(k offsetKind, parts []lag.PartitionIx) {
	old, values := s.cols.ints[offsetColumns[k]], s.col.edit(offsetColumns[k])
	for _, p := range parts {
		values[p] = lag.Unknown
		if int(p) < len(old) {
			values[p] = old[p]
		}
	}
}

// offsetDecoder puts a leader's reply into a column.
type offsetDecoder struct {
	*sweep
	kind   offsetKind
	node   lag.NodeIx
	values []int64
	parts  []lag.PartitionIx // of the topic under way, by number
	left   int               // partitions that were asked for and not met yet
}

// Topic begins a topic.
func (d *offsetDecoder) Topic(name []byte) {
	d.parts = nil
	if t, ok := d.w.topics[string(name)]; ok {
		d.parts = d.w.topo.Topics[t].Partitions
	}
}

// Offset takes one partition's offset.
func (d *offsetDecoder) Offset(partition int32, offset, _ int64, code int16) {
	if partition < 0 || int(partition) >= len(d.parts) {
		return
	}
	p := d.parts[partition]
	if int(p) >= len(d.values) || d.w.leads[p] != d.node {
		return // nobody asked
	}
	d.left--
	switch {
	case code == 0 && offset >= 0:
		d.values[p] = offset
	case code == 0:
		d.values[p] = lag.Unknown
		d.gaps.add(offsetSections[d.kind], d.partitionRef(p), lag.Unsupported, offsetNames[d.kind]+": the broker answered without an offset")
	case moved(code):
		d.orphanParts[d.kind][p] = coded(code)
	default:
		d.values[p] = lag.Unknown
		f := coded(code)
		d.gaps.add(offsetSections[d.kind], d.partitionRef(p), f.reason, offsetNames[d.kind]+": "+f.detail)
	}
}

// moved reports the codes of a leader that is another by now.
func moved(code int16) bool {
	switch code {
	case kerr.NotLeaderForPartition.Code, kerr.LeaderNotAvailable.Code, kerr.FencedLeaderEpoch.Code, kerr.UnknownLeaderEpoch.Code,
		kerr.ReplicaNotAvailable.Code, kerr.KafkaStorageError.Code, kerr.UnknownTopicOrPartition.Code, kerr.OffsetNotAvailable.Code:
		return true
	}
	return false
}
