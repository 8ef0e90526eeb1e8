package kafka

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ErrNoTopic says that the topic of an Appender doesn't exist, or that the principal may not know of it.
var ErrNoTopic = errors.New("there is no such topic, or this principal may not describe it")

// TopicFacts is what a cluster tells about a topic that weir appends to.
type TopicFacts struct {
	ClusterID  string // "" where the brokers tell none
	Partitions int
	Replicas   int               // the fewest of any partition
	Configs    map[string]string // in effect; nil where ConfigsErr says why they aren't known
	ConfigsErr error
	operations int32
}

// May tells whether the principal has a right on the topic (KIP-430); known is false where the brokers don't tell.
func (f TopicFacts) May(op kmsg.ACLOperation) (may, known bool) {
	return f.operations&(1<<op) != 0, f.operations != math.MinInt32
}

// Facts asks about the topic. It makes nothing.
func (a *Appender) Facts(ctx context.Context) (TopicFacts, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.IncludeTopicAuthorizedOperations = true
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = kmsg.StringPtr(a.topic)
	req.Topics = append(req.Topics, t)
	resp, err := a.Request(ctx, req)
	if err != nil {
		return TopicFacts{}, err
	}
	meta, ok := resp.(*kmsg.MetadataResponse)
	if !ok || len(meta.Topics) != 1 {
		return TopicFacts{}, fmt.Errorf("kafka: topic %s: the broker answered about something else", a.topic)
	}
	found := meta.Topics[0]
	switch err := kerr.ErrorForCode(found.ErrorCode); {
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.TopicAuthorizationFailed):
		return TopicFacts{}, fmt.Errorf("%w: %w", ErrNoTopic, err)
	case err != nil:
		return TopicFacts{}, fmt.Errorf("kafka: topic %s: %w", a.topic, err)
	}
	f := TopicFacts{Partitions: len(found.Partitions), Replicas: math.MaxInt, operations: found.AuthorizedOperations}
	if meta.ClusterID != nil {
		f.ClusterID = *meta.ClusterID
	}
	for _, p := range found.Partitions {
		f.Replicas = min(f.Replicas, len(p.Replicas))
	}
	f.Configs, f.ConfigsErr = a.configs(ctx)
	return f, nil
}

func (a *Appender) configs(ctx context.Context) (map[string]string, error) {
	req := kmsg.NewPtrDescribeConfigsRequest()
	r := kmsg.NewDescribeConfigsRequestResource()
	r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeTopic, a.topic
	req.Resources = append(req.Resources, r)
	resp, err := a.Request(ctx, req)
	if err != nil {
		return nil, err
	}
	got, ok := resp.(*kmsg.DescribeConfigsResponse)
	if !ok || len(got.Resources) != 1 {
		return nil, fmt.Errorf("kafka: configs of %s: the broker answered about something else", a.topic)
	}
	if err := kerr.ErrorForCode(got.Resources[0].ErrorCode); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, c := range got.Resources[0].Configs {
		if c.Value != nil {
			out[c.Name] = *c.Value
		}
	}
	return out, nil
}
