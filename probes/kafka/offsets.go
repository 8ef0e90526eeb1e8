package kafka

import (
	"fmt"
	"slices"
	"strings"

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

func (k offsetKind) asks() (flat.Isolation, int64) {
	switch k {
	case logStart:
		return flat.ReadUncommitted, flat.Earliest
	case logStable:
		return flat.ReadCommitted, flat.Latest
	}
	return flat.ReadUncommitted, flat.Latest
}

func (c *columns) offsets(k offsetKind) ([]int64, []lag.ShardTime) {
	switch k {
	case logStart:
		return c.start, c.startAt
	case logStable:
		return c.stable, c.stableAt
	}
	return c.end, c.endAt
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
	byNode [offsetKinds]map[lag.NodeIx]list
}

type list struct {
	parts []lag.PartitionIx
	req   *flat.ListOffsets
}

func (s *sweep) planOffsets(k offsetKind) map[lag.NodeIx]list {
	if s.plans.offsets == nil || s.plans.offsets.gen != s.w.partRoutes {
		s.plans.offsets = &offsetPlan{gen: s.w.partRoutes}
	}
	if byNode := s.plans.offsets.byNode[k]; byNode != nil && s.want.Keep == nil {
		return byNode
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
	byNode := s.lists(k, parts)
	if s.want.Keep == nil {
		s.plans.offsets.byNode[k] = byNode
	}
	return byNode
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

// lists splits partitions by leader. Those without one are noted and keep their old values.
func (s *sweep) lists(k offsetKind, parts []lag.PartitionIx) map[lag.NodeIx]list {
	led := map[lag.NodeIx][]lag.PartitionIx{}
	for _, p := range parts {
		part := &s.w.topo.Partitions[p]
		switch {
		case part.Gone:
		case part.Leader == lag.Nowhere:
			s.orphanParts[k][p] = fault{lag.NoLeader, "the partition has no leader", lag.Nowhere}
		default:
			led[part.Leader] = append(led[part.Leader], p)
		}
	}
	level, at := k.asks()
	out := make(map[lag.NodeIx]list, len(led))
	for n, ps := range led {
		var topics []flat.TopicPartitions
		last := lag.TopicIx(-1)
		for _, p := range ps { // in the order of topics
			part := &s.w.topo.Partitions[p]
			if part.Topic != last {
				topics = append(topics, flat.TopicPartitions{Topic: s.w.topo.Topics[part.Topic].Name, At: []int64{at}})
				last = part.Topic
			}
			t := &topics[len(topics)-1]
			t.Partitions = append(t.Partitions, part.Number)
		}
		out[n] = list{ps, flat.NewListOffsets(level, topics)}
	}
	return out
}

func (s *sweep) offsetCalls(k offsetKind, byNode map[lag.NodeIx]list) []call {
	var calls []call
	for n, l := range byNode {
		if !s.speaks(n, keyListOffsets, flat.MinListOffsets) {
			s.gaps.add(offsetSections[k], s.nodeRef(n), lag.Unsupported, offsetNames[k]+": this broker is older than Kafka 2.8")
			continue
		}
		calls = append(calls, call{node: n, req: l.req, what: offsetNames[k], apply: func(a answer) { s.applyOffsets(k, n, l, a) }})
	}
	return calls
}

func (s *sweep) applyOffsets(k offsetKind, n lag.NodeIx, l list, a answer) {
	values, at := s.col.offsets(k)
	if a.err == nil {
		d := offsetDecoder{sweep: s, kind: k, values: values}
		if a.err = a.resp.(*flat.Offsets).Walk(&d); a.err == nil && d.got < len(l.parts) {
			a.err = fmt.Errorf("list offsets: %w: %d partitions of %d answered", flat.ErrMalformed, d.got, len(l.parts))
		}
	}
	if a.err != nil {
		why := explain(a.err)
		why.node = n
		for _, p := range l.parts {
			s.orphanParts[k][p] = why
		}
		return
	}
	at[n] = a.at
	if k == logEnd && len(s.col.lateEnd) > 0 {
		for _, p := range l.parts {
			if _, orphan := s.orphanParts[k][p]; !orphan {
				delete(s.col.lateEnd, p)
			}
		}
	}
}

// offsetDecoder puts a leader's reply into a column.
type offsetDecoder struct {
	*sweep
	kind   offsetKind
	values []int64
	parts  []lag.PartitionIx // of the topic under way, by number
	got    int
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
	d.got++
	p := d.parts[partition]
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

// topicsOf returns the names of the topics of some partitions, sorted.
func (s *sweep) topicsOf(parts []lag.PartitionIx) []string {
	names := map[string]bool{}
	for _, p := range parts {
		names[s.w.topo.Topics[s.w.topo.Partitions[p].Topic].Name] = true
	}
	out := make([]string, 0, len(names))
	for n := range names {
		out = append(out, n)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
