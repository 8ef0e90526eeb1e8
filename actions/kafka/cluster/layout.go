package cluster

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"weir/actions"
	"weir/internal/text"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Layout is who leads and who has copies, as one broker tells it now.
type Layout struct {
	ClusterID  string
	Controller int32          // the broker that takes requests for the controller; −1 not told
	Brokers    map[int32]bool // those that are up, as far as the controller knows: one that was killed is up until its session ends
	Topics     map[string]TopicLayout
}

// TopicLayout is a topic with its partitions by number.
type TopicLayout struct {
	Name       string
	ID         [16]byte
	Internal   bool
	Partitions []PartitionLayout
}

// PartitionLayout is one partition. The first of its replicas is the preferred one.
type PartitionLayout struct {
	Place
	Leader   int32 // −1 for none
	Replicas []int32
	ISR      []int32
}

// ReadLayout gives the layout of topics by name, or of all that the principal may describe for nil. One that isn't there
// is not in it.
func ReadLayout(ctx context.Context, c Conn, names []string) (Layout, error) {
	req := kmsg.NewPtrMetadataRequest()
	if names != nil {
		req.Topics = []kmsg.MetadataRequestTopic{}
	}
	for _, name := range names {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = kmsg.StringPtr(name)
		req.Topics = append(req.Topics, t)
	}
	resp, err := ask[*kmsg.MetadataResponse](ctx, c, req)
	if err != nil {
		return Layout{}, err
	}
	out := Layout{ClusterID: deref(resp.ClusterID), Controller: resp.ControllerID, Brokers: map[int32]bool{}, Topics: map[string]TopicLayout{}}
	for _, b := range resp.Brokers {
		out.Brokers[b.NodeID] = true
	}
	for _, t := range resp.Topics {
		name := deref(t.Topic)
		if t.ErrorCode == kerr.UnknownTopicOrPartition.Code {
			continue
		}
		if err := Coded("topic "+name, t.ErrorCode); err != nil && t.ErrorCode != kerr.LeaderNotAvailable.Code {
			return Layout{}, err
		}
		if out.Topics[name], err = topicLayout(name, t); err != nil {
			return Layout{}, err
		}
	}
	return out, nil
}

func topicLayout(name string, t kmsg.MetadataResponseTopic) (TopicLayout, error) {
	out := TopicLayout{Name: name, ID: t.TopicID, Internal: t.IsInternal}
	for _, p := range t.Partitions {
		out.Partitions = append(out.Partitions, PartitionLayout{
			Place: Place{name, p.Partition}, Leader: p.Leader, Replicas: p.Replicas, ISR: p.ISR,
		})
	}
	slices.SortFunc(out.Partitions, func(a, b PartitionLayout) int { return cmp.Compare(a.Partition, b.Partition) })
	for i, p := range out.Partitions {
		if int(p.Partition) != i {
			return TopicLayout{}, actions.Fail(actions.ErrUnseen, fmt.Sprintf("topic %s has %s, and one with number %d", name, text.Plural(len(t.Partitions), "partition", "partitions"), p.Partition), "")
		}
	}
	return out, nil
}

// ReadMoves gives the partitions that are being reassigned: all of the cluster, for nil, or those among the places.
func ReadMoves(ctx context.Context, c Conn, places []Place) (map[Place]bool, error) {
	req := kmsg.NewPtrListPartitionReassignmentsRequest()
	if places != nil {
		req.Topics = []kmsg.ListPartitionReassignmentsRequestTopic{}
	}
	for name, partitions := range ByTopic(places) {
		t := kmsg.NewListPartitionReassignmentsRequestTopic()
		t.Topic, t.Partitions = name, partitions
		req.Topics = append(req.Topics, t)
	}
	resp, err := ask[*kmsg.ListPartitionReassignmentsResponse](ctx, c, req)
	if err != nil {
		return nil, err
	}
	if err := Coded("reassignments under way", resp.ErrorCode); err != nil {
		return nil, err
	}
	out := map[Place]bool{}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			out[Place{t.Topic, p.Partition}] = true
		}
	}
	return out, nil
}

// Eligible are the replicas that hold everything that was ever promised, and those that last did (KIP-966).
type Eligible struct{ ELR, LastKnown []int32 }

// ReadEligible gives the eligible leader replicas of topics. Brokers before Kafka 4.0 don't know them: an error then.
func ReadEligible(ctx context.Context, c Conn, names []string) (map[Place]Eligible, error) {
	out := map[Place]Eligible{}
	req := kmsg.NewPtrDescribeTopicPartitionsRequest()
	req.ResponsePartitionLimit = 2000
	for _, name := range names {
		t := kmsg.NewDescribeTopicPartitionsRequestTopic()
		t.Topic = name
		req.Topics = append(req.Topics, t)
	}
	for {
		resp, err := ask[*kmsg.DescribeTopicPartitionsResponse](ctx, c, req)
		if err != nil {
			return nil, err
		}
		for _, t := range resp.Topics {
			if err := Coded("topic "+deref(t.Topic), t.ErrorCode); err != nil {
				return nil, err
			}
			for _, p := range t.Partitions {
				out[Place{deref(t.Topic), p.Partition}] = Eligible{p.EligibleLeaderReplicas, p.LastKnownELR}
			}
		}
		if resp.NextCursor == nil {
			return out, nil
		}
		cursor := kmsg.NewDescribeTopicPartitionsRequestCursor()
		cursor.Topic, cursor.Partition = resp.NextCursor.Topic, resp.NextCursor.Partition
		req.Cursor = &cursor
	}
}

// ReadReplicaEnds gives where a broker's own copies end, led by it or not: ListOffsets with the replica id of the
// protocol's debugging consumer, −2, which every copy answers. A copy that doesn't tell is not in the map.
func ReadReplicaEnds(ctx context.Context, c Conn, broker int32, places []Place) (map[Place]int64, error) {
	want := map[Place]int64{}
	for _, p := range places {
		want[p] = End
	}
	req := listOffsets(want)
	req.ReplicaID = -2
	resp, err := Once[*kmsg.ListOffsetsResponse](ctx, c, broker, req)
	if err != nil {
		return nil, err
	}
	out := map[Place]int64{}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if p.ErrorCode == 0 && p.Offset >= 0 {
				out[Place{t.Topic, p.Partition}] = p.Offset
			}
		}
	}
	return out, nil
}

// Answers asks a broker for anything at all: one that was killed is listed for some seconds more. An error says that it
// doesn't answer.
func Answers(ctx context.Context, c Conn, broker int32) error {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{}
	_, err := Once[*kmsg.MetadataResponse](ctx, c, broker, req)
	return err
}
