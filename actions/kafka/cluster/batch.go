package cluster

import (
	"context"
	"encoding/binary"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Batch is what the header of a record batch tells about the records in it (Kafka protocol guide, record batch v2).
type Batch struct {
	First, Last int64 // offsets
	Epoch       int32 // leader epoch they were written in
	From, Until int64 // timestamps of the first record and the largest, in milliseconds
}

const (
	batchHeader = 61 // up to the records
	magicAt     = 16
	peekBytes   = 1 << 10 // a header and little more: brokers cut what is longer
)

// ReadBatches fetches the header of the batch that holds each offset, from the partition's leader. A place whose batch
// can't be had is not in the map: times are told where they can be.
func ReadBatches(ctx context.Context, c Conn, topics map[string]Topic, at map[Place]int64) map[Place]Batch {
	byLeader := map[int32][]Place{}
	for _, p := range Sorted(at) {
		t, ok := topics[p.Topic]
		if !ok || int(p.Partition) >= len(t.Leaders) || t.Leaders[p.Partition] < 0 {
			continue
		}
		leader := t.Leaders[p.Partition]
		byLeader[leader] = append(byLeader[leader], p)
	}
	out := map[Place]Batch{}
	names := map[[16]byte]string{}
	for _, t := range topics {
		names[t.ID] = t.Name
	}
	for leader, places := range byLeader {
		resp, err := Once[*kmsg.FetchResponse](ctx, c, leader, fetchAt(topics, places, at))
		if err != nil || resp.ErrorCode != 0 {
			continue
		}
		collect(out, resp, names, at)
	}
	return out
}

func fetchAt(topics map[string]Topic, places []Place, at map[Place]int64) *kmsg.FetchRequest {
	req := kmsg.NewPtrFetchRequest()
	req.MaxBytes, req.MinBytes, req.SessionEpoch = int32(len(places))*peekBytes, 0, -1
	for _, p := range places {
		n := len(req.Topics)
		if n == 0 || req.Topics[n-1].Topic != p.Topic {
			t := kmsg.NewFetchRequestTopic()
			t.Topic, t.TopicID = p.Topic, topics[p.Topic].ID
			req.Topics = append(req.Topics, t)
			n++
		}
		f := kmsg.NewFetchRequestTopicPartition()
		f.Partition, f.FetchOffset, f.PartitionMaxBytes = p.Partition, at[p], peekBytes
		req.Topics[n-1].Partitions = append(req.Topics[n-1].Partitions, f)
	}
	return req
}

func collect(out map[Place]Batch, resp *kmsg.FetchResponse, names map[[16]byte]string, at map[Place]int64) {
	for _, t := range resp.Topics {
		topic := t.Topic
		if topic == "" {
			topic = names[t.TopicID]
		}
		for _, p := range t.Partitions {
			place := Place{topic, p.Partition}
			want, asked := at[place]
			if b, ok := parseBatch(p.RecordBatches); ok && asked && p.ErrorCode == 0 && b.Last >= want {
				out[place] = b
			}
		}
	}
}

func parseBatch(raw []byte) (Batch, bool) {
	if len(raw) < batchHeader || raw[magicAt] != 2 {
		return Batch{}, false
	}
	first := int64(binary.BigEndian.Uint64(raw))
	b := Batch{
		First: first, Last: first + int64(int32(binary.BigEndian.Uint32(raw[23:]))), Epoch: int32(binary.BigEndian.Uint32(raw[12:])),
		From: int64(binary.BigEndian.Uint64(raw[27:])), Until: int64(binary.BigEndian.Uint64(raw[35:])),
	}
	return b, b.First >= 0 && b.Last >= b.First
}
