package kafka

import (
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Role says what a client may do.
type Role uint8

// The roles. Seeing observes with the cluster's Security and refuses everything that could change the cluster; Acting
// changes it, with the principal Act where one is set.
const (
	Seeing Role = iota
	Acting
	appending // sees, and produces; of an Appender
)

// String names the role.
func (r Role) String() string {
	switch r {
	case Acting:
		return "acting"
	case appending:
		return "appending"
	}
	return "seeing"
}

// ErrReadOnly is a request that a client refused to send which doesn't act.
var ErrReadOnly = errors.New("a seeing client sends only requests that read")

// reads are the API keys a seeing client may send: each only reads. Whatever isn't named here is refused, a key that
// Kafka adds later too. Two have an effect of their own all the same, which every client that reads groups has: the
// first FindCoordinator of a cluster makes the broker create its internal offsets topic (or the share groups' state
// topic), and Metadata creates topics when its AllowAutoTopicCreation is set, so that flag is refused.
var reads = map[kmsg.Key]bool{
	kmsg.Fetch:                      true, // peek; without a group
	kmsg.ListOffsets:                true,
	kmsg.Metadata:                   true,
	kmsg.OffsetFetch:                true,
	kmsg.FindCoordinator:            true,
	kmsg.DescribeGroups:             true,
	kmsg.ListGroups:                 true,
	kmsg.SASLHandshake:              true,
	kmsg.ApiVersions:                true,
	kmsg.OffsetForLeaderEpoch:       true,
	kmsg.DescribeACLs:               true,
	kmsg.DescribeConfigs:            true,
	kmsg.DescribeLogDirs:            true,
	kmsg.SASLAuthenticate:           true,
	kmsg.ListPartitionReassignments: true,
	kmsg.DescribeClientQuotas:       true,
	kmsg.DescribeQuorum:             true,
	kmsg.DescribeCluster:            true,
	kmsg.DescribeProducers:          true,
	kmsg.DescribeTransactions:       true,
	kmsg.ListTransactions:           true,
	kmsg.ConsumerGroupDescribe:      true,
	kmsg.DescribeTopicPartitions:    true,
	kmsg.ShareGroupDescribe:         true,
	kmsg.StreamsGroupDescribe:       true,
	kmsg.DescribeShareGroupOffsets:  true,
}

// permitKey tells whether a client of this role may send requests of an API key.
func (r Role) permitKey(key int16) error {
	if r == Acting || reads[kmsg.Key(key)] || r == appending && kmsg.Key(key) == kmsg.Produce {
		return nil
	}
	return fmt.Errorf("kafka: %s: %w", kmsg.NameForKey(key), ErrReadOnly)
}

func (r Role) permit(req kmsg.Request) error {
	if err := r.permitKey(req.Key()); err != nil {
		return err
	}
	if m, ok := req.(*kmsg.MetadataRequest); ok && r != Acting && m.AllowAutoTopicCreation {
		return fmt.Errorf("kafka: Metadata with AllowAutoTopicCreation: %w", ErrReadOnly)
	}
	return nil
}
