package realkafka

import (
	"context"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// eachBroker waits until something holds in the eyes of every broker that runs and is not paused, each asked for itself.
func (c *Cluster) eachBroker(t testing.TB, what string, holds func(context.Context, *kgo.Broker) error) {
	t.Helper()
	var seeds []string
	for _, n := range c.brokers() {
		if n.answers() {
			seeds = append(seeds, n.address(n.ports.plain))
		}
	}
	if len(seeds) == 0 {
		t.Fatalf("wait for %s: no broker runs", what)
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(seeds...))
	if err != nil {
		t.Fatalf("make client: %v", err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	for _, b := range cl.SeedBrokers() {
		if err := until(ctx, what, func(ctx context.Context) error { return holds(ctx, b) }); err != nil {
			t.Fatal(err)
		}
	}
}

// view is one broker's metadata, with the topics named.
func view(ctx context.Context, b *kgo.Broker, topics ...string) (*kmsg.MetadataResponse, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{}
	for _, topic := range topics {
		asked := kmsg.NewMetadataRequestTopic()
		asked.Topic = &topic
		req.Topics = append(req.Topics, asked)
	}
	resp, err := b.Request(ctx, req)
	if err != nil {
		return nil, err
	}
	meta := resp.(*kmsg.MetadataResponse)
	if len(meta.Topics) != len(topics) {
		return nil, fmt.Errorf("asked for %d topics, told of %d", len(topics), len(meta.Topics))
	}
	return meta, nil
}

// lists tells whether the broker lists this one.
func lists(meta *kmsg.MetadataResponse, id int) bool {
	for _, b := range meta.Brokers {
		if int(b.NodeID) == id {
			return true
		}
	}
	return false
}

// inSync tells whether the broker sees every partition of the topic with a leader and this many replicas in sync.
func inSync(ctx context.Context, b *kgo.Broker, topic string, replicas int) error {
	meta, err := view(ctx, b, topic)
	if err != nil {
		return err
	}
	if err := kerr.ErrorForCode(meta.Topics[0].ErrorCode); err != nil {
		return err
	}
	for _, p := range meta.Topics[0].Partitions {
		if p.ErrorCode != 0 || p.Leader < 0 || len(p.ISR) != replicas {
			return fmt.Errorf("partition %d: code %d, leader %d, in sync %v", p.Partition, p.ErrorCode, p.Leader, p.ISR)
		}
	}
	return nil
}

// gone tells whether the broker no longer knows the topic.
func gone(ctx context.Context, b *kgo.Broker, topic string) error {
	meta, err := view(ctx, b, topic)
	if err != nil {
		return err
	}
	if code := meta.Topics[0].ErrorCode; code != kerr.UnknownTopicOrPartition.Code {
		return fmt.Errorf("topic %s: code %d", topic, code)
	}
	return nil
}
