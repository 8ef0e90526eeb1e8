package records

import (
	"context"
	"errors"
	"fmt"

	"weir/internal/kafka"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Conn sends requests that read.
type Conn interface {
	// Request sends to wherever the request belongs.
	Request(context.Context, kmsg.Request) (kmsg.Response, error)
	// Once sends to one broker, once.
	Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error)
}

// Over makes a Conn of a client.
func Over(c *kafka.Client) Conn { return client{c} }

type client struct{ *kafka.Client }

func (c client) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	return c.Broker(broker).Request(ctx, req)
}

// What may be missing.
var (
	ErrNoTopic     = errors.New("there is no such topic")
	ErrNoPartition = errors.New("the topic has no such partition")
	ErrNoLeader    = errors.New("the partition has no leader")
)

// leader is where a partition is read from.
type leader struct {
	broker int32
	topic  [16]byte
}

func findLeader(ctx context.Context, c Conn, p Place) (leader, error) {
	req := kmsg.NewPtrMetadataRequest()
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = kmsg.StringPtr(p.Topic)
	req.Topics = append(req.Topics, t)
	resp, err := answer[*kmsg.MetadataResponse](c.Request(ctx, req))
	if err != nil {
		return leader{}, err
	}
	if len(resp.Topics) != 1 {
		return leader{}, fmt.Errorf("the broker told of %d topics, asked was one", len(resp.Topics))
	}
	found := resp.Topics[0]
	switch err := kerr.ErrorForCode(found.ErrorCode); {
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.InvalidTopicException):
		return leader{}, fmt.Errorf("%w: %w", ErrNoTopic, err)
	case err != nil && !errors.Is(err, kerr.LeaderNotAvailable):
		return leader{}, err
	}
	for _, part := range found.Partitions {
		if part.Partition != p.Partition {
			continue
		}
		if part.Leader < 0 {
			return leader{}, ErrNoLeader
		}
		return leader{part.Leader, found.TopicID}, nil
	}
	return leader{}, fmt.Errorf("%w: it has %d", ErrNoPartition, len(found.Partitions))
}

// answer gives a response as what it is.
func answer[T kmsg.Response](resp kmsg.Response, err error) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	out, ok := resp.(T)
	if !ok {
		return none, fmt.Errorf("the broker answered with %T", resp)
	}
	return out, nil
}

// elsewhere tells codes of a broker that doesn't lead the partition, or knows another topic of that name.
func elsewhere(code int16) bool {
	switch code {
	case kerr.NotLeaderForPartition.Code, kerr.LeaderNotAvailable.Code, kerr.ReplicaNotAvailable.Code, kerr.UnknownTopicOrPartition.Code,
		kerr.UnknownTopicID.Code, kerr.InconsistentTopicID.Code, kerr.FencedLeaderEpoch.Code, kerr.UnknownLeaderEpoch.Code, kerr.KafkaStorageError.Code:
		return true
	}
	return false
}
