package cluster

import (
	"context"
	"fmt"
	"slices"

	"weir/actions"
	"weir/internal/text"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// What ListOffsets can be asked for besides a time in milliseconds.
const (
	End   int64 = -1 // the high watermark
	Start int64 = -2
)

// Topic is a topic as the cluster knows it now.
type Topic struct {
	Name    string
	ID      [16]byte
	Leaders []int32 // by partition; −1 for none
	Epochs  []int32 // leader epochs
}

// ReadTopics gives the topics by name. One that isn't there is not in the map.
func ReadTopics(ctx context.Context, c Conn, names []string) (map[string]Topic, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{}
	for _, name := range names {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = kmsg.StringPtr(name)
		req.Topics = append(req.Topics, t)
	}
	resp, err := ask[*kmsg.MetadataResponse](ctx, c, req)
	if err != nil {
		return nil, err
	}
	out := map[string]Topic{}
	for _, t := range resp.Topics {
		name := deref(t.Topic)
		if t.ErrorCode == kerr.UnknownTopicOrPartition.Code {
			continue
		}
		if err := Coded("topic "+name, t.ErrorCode); err != nil && t.ErrorCode != kerr.LeaderNotAvailable.Code {
			return nil, err
		}
		if out[name], err = layout(name, t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func layout(name string, t kmsg.MetadataResponseTopic) (Topic, error) {
	out := Topic{Name: name, ID: t.TopicID, Leaders: make([]int32, len(t.Partitions)), Epochs: make([]int32, len(t.Partitions))}
	for _, p := range t.Partitions {
		if p.Partition < 0 || int(p.Partition) >= len(t.Partitions) {
			return Topic{}, actions.Fail(actions.ErrUnseen, fmt.Sprintf("topic %s has %s, and one with number %d", name, text.Plural(len(t.Partitions), "partition", "partitions"), p.Partition), "")
		}
		out.Leaders[p.Partition], out.Epochs[p.Partition] = p.Leader, p.LeaderEpoch
	}
	return out, nil
}

// Found is an offset that was looked up.
type Found struct {
	Offset int64 // −1 when no record is as young as asked for
	Epoch  int32 // leader epoch of the record; −1 when not told
	At     int64 // its timestamp in milliseconds; −1 for End and Start
}

// ReadOffsets looks up an offset for each place: Start, End, or the first record at or after a time in milliseconds. A
// place that can't be looked up is an error: half an answer is no ground for a plan.
func ReadOffsets(ctx context.Context, c Conn, want map[Place]int64) (map[Place]Found, error) {
	if len(want) == 0 {
		return map[Place]Found{}, nil
	}
	resp, err := ask[*kmsg.ListOffsetsResponse](ctx, c, listOffsets(want))
	if err != nil {
		return nil, err
	}
	out := make(map[Place]Found, len(want))
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			at := Place{t.Topic, p.Partition}
			if err := Coded("offsets of "+at.String(), p.ErrorCode); err != nil {
				return nil, err
			}
			out[at] = Found{p.Offset, p.LeaderEpoch, p.Timestamp}
		}
	}
	for at := range want {
		if _, ok := out[at]; !ok {
			return nil, actions.Fail(actions.ErrUnseen, "no broker told the offsets of "+at.String(), "look whether the partition has a leader")
		}
	}
	return out, nil
}

func listOffsets(want map[Place]int64) *kmsg.ListOffsetsRequest {
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	for _, at := range Sorted(want) {
		n := len(req.Topics)
		if n == 0 || req.Topics[n-1].Topic != at.Topic {
			t := kmsg.NewListOffsetsRequestTopic()
			t.Topic = at.Topic
			req.Topics = append(req.Topics, t)
			n++
		}
		p := kmsg.NewListOffsetsRequestTopicPartition()
		p.Partition, p.Timestamp, p.CurrentLeaderEpoch = at.Partition, want[at], -1
		req.Topics[n-1].Partitions = append(req.Topics[n-1].Partitions, p)
	}
	return req
}

// Names gives the topics of places, each once, in order.
func Names(places []Place) []string {
	var out []string
	for _, p := range places {
		out = append(out, p.Topic)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ByTopic groups places as ReadCommits wants them.
func ByTopic(places []Place) map[string][]int32 {
	out := map[string][]int32{}
	for _, p := range places {
		out[p.Topic] = append(out[p.Topic], p.Partition)
	}
	return out
}
