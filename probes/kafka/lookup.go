package kafka

import (
	"weir/internal/kafka/flat"
	"weir/lag"
	"weir/probes"
)

// lookupCalls asks leaders where in their logs some moments lie (ListOffsets by time). One request may ask about a
// partition once, so that further moments of the same partition go into further requests.
func (s *sweep) lookupCalls() []call {
	type batch struct {
		node lag.NodeIx
		turn int
	}
	turns, batches := map[lag.PartitionIx]int{}, map[batch][]probes.Lookup{}
	for _, l := range s.want.Lookups {
		if l.Partition < 0 || int(l.Partition) >= len(s.w.topo.Partitions) {
			continue
		}
		part := &s.w.topo.Partitions[l.Partition]
		if part.Gone || part.Leader == lag.Nowhere || !s.speaks(part.Leader, keyListOffsets, flat.MinListOffsets) {
			continue
		}
		b := batch{part.Leader, turns[l.Partition]}
		turns[l.Partition]++
		batches[b] = append(batches[b], l)
	}
	var calls []call
	for b, asked := range batches {
		calls = append(calls, call{node: b.node, req: s.lookup(asked), what: "offsets by time", apply: func(a answer) {
			if a.err != nil {
				return // the broker's other requests fail with it, and say so
			}
			d := lookupDecoder{sweep: s, asked: map[lag.PartitionIx]probes.Lookup{}}
			for _, l := range asked {
				d.asked[l.Partition] = l
			}
			if err := a.resp.(*flat.Offsets).Walk(&d); err != nil {
				s.miss(inEnds, b.node, "offsets by time", err)
			}
		}})
	}
	return calls
}

func (s *sweep) lookup(asked []probes.Lookup) *flat.ListOffsets {
	var topics []flat.TopicPartitions
	at := map[lag.TopicIx]int{}
	for _, l := range asked {
		part := &s.w.topo.Partitions[l.Partition]
		i, have := at[part.Topic]
		if !have {
			i = len(topics)
			at[part.Topic] = i
			topics = append(topics, flat.TopicPartitions{Topic: s.w.topo.Topics[part.Topic].Name})
		}
		topics[i].Partitions = append(topics[i].Partitions, part.Number)
		topics[i].At = append(topics[i].At, l.At.UnixMilli())
	}
	return flat.NewListOffsets(flat.ReadUncommitted, topics)
}

// lookupDecoder collects the answers of one leader.
type lookupDecoder struct {
	*sweep
	asked map[lag.PartitionIx]probes.Lookup
	parts []lag.PartitionIx
}

// Topic begins a topic.
func (d *lookupDecoder) Topic(name []byte) {
	d.parts = nil
	if t, ok := d.w.topics[string(name)]; ok {
		d.parts = d.w.topo.Topics[t].Partitions
	}
}

// Offset takes one partition's answer. An error is no answer: it is asked again.
func (d *lookupDecoder) Offset(partition int32, offset, _ int64, code int16) {
	if partition < 0 || int(partition) >= len(d.parts) || code != 0 {
		return
	}
	l, ok := d.asked[d.parts[partition]]
	if !ok {
		return
	}
	if offset < 0 {
		offset = lag.None
	}
	d.found = append(d.found, probes.Found{Lookup: l, Offset: offset})
}
