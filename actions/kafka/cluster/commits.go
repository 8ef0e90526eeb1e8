package cluster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"weir/actions"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Place is a partition.
type Place struct {
	Topic     string
	Partition int32
}

// String is topic:partition.
func (p Place) String() string { return fmt.Sprintf("%s:%d", p.Topic, p.Partition) }

// Compare orders by topic, then partition.
func (p Place) Compare(q Place) int {
	return cmp.Or(strings.Compare(p.Topic, q.Topic), cmp.Compare(p.Partition, q.Partition))
}

// Sorted gives the keys of a map of places in order.
func Sorted[V any](m map[Place]V) []Place {
	out := make([]Place, 0, len(m))
	for p := range m {
		out = append(out, p)
	}
	slices.SortFunc(out, Place.Compare)
	return out
}

// Commit is a committed offset as the broker keeps it.
type Commit struct {
	Offset   int64
	Epoch    int32 // leader epoch; −1 for none
	Metadata string
}

// fetch speaks OffsetFetch in the versions that name topics by name: 10 has ids only, which a deleted topic has no more.
type fetch struct{ *kmsg.OffsetFetchRequest }

// MaxVersion is the newest version with names.
func (fetch) MaxVersion() int16 { return 9 }

// ReadCommits gives what a group has committed: on the topics named, or on all it has any on with none named. A
// partition that isn't in the answer has no commit, and a group that isn't there has none at all. A commit that an open transaction is about to replace is ErrGuard.
func ReadCommits(ctx context.Context, c Conn, group string, broker int32, topics map[string][]int32) (map[Place]Commit, error) {
	req := kmsg.NewPtrOffsetFetchRequest()
	req.RequireStable = true
	g := kmsg.NewOffsetFetchRequestGroup()
	g.Group = group
	for name, partitions := range topics {
		t := kmsg.NewOffsetFetchRequestGroupTopic()
		t.Topic, t.Partitions = name, partitions
		g.Topics = append(g.Topics, t)
	}
	req.Groups = append(req.Groups, g)
	resp, err := Once[*kmsg.OffsetFetchResponse](ctx, c, broker, fetch{req})
	if err != nil {
		return nil, err
	}
	if len(resp.Groups) != 1 {
		return nil, actions.Fail(actions.ErrUnseen, fmt.Sprintf("the broker told of %d groups, asked was one", len(resp.Groups)), "weir changes offsets on Kafka 3.0 and newer")
	}
	if resp.Groups[0].ErrorCode == kerr.GroupIDNotFound.Code { // most brokers answer a group that isn't there with no rows
		return map[Place]Commit{}, nil
	}
	if err := Coded("committed offsets of group "+group, resp.Groups[0].ErrorCode); err != nil {
		return nil, err
	}
	return commitsOf(group, resp.Groups[0])
}

func commitsOf(group string, g kmsg.OffsetFetchResponseGroup) (map[Place]Commit, error) {
	out := map[Place]Commit{}
	for _, t := range g.Topics {
		for _, p := range t.Partitions {
			at := Place{t.Topic, p.Partition}
			switch {
			case p.ErrorCode == kerr.UnstableOffsetCommit.Code:
				return nil, actions.Fail(actions.ErrGuard, fmt.Sprintf("group %s has a commit on %s that belongs to a transaction still open", group, at), "wait until the transaction ends")
			case p.ErrorCode != 0:
				return nil, Coded(fmt.Sprintf("committed offset of group %s on %s", group, at), p.ErrorCode)
			case p.Offset == -1 && p.LeaderEpoch == -1 && deref(p.Metadata) == "":
				// Asked for by name and never committed. A commit of −1, which brokers take, looks the same unless it carries more.
			default:
				out[at] = Commit{p.Offset, p.LeaderEpoch, deref(p.Metadata)}
			}
		}
	}
	return out, nil
}
