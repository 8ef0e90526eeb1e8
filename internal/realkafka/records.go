package realkafka

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Name makes a topic, group or transactional id that no other test has: the prefix, a dash and 8 hex digits.
func Name(prefix string) string {
	var raw [4]byte
	rand.Read(raw[:])
	return prefix + "-" + hex.EncodeToString(raw[:])
}

// CreateTopic makes a topic and waits until every broker that runs knows it, with a leader and all replicas in sync.
func (c *Cluster) CreateTopic(t testing.TB, name string, partitions int32, replicas int16, configs map[string]string) {
	t.Helper()
	values := map[string]*string{}
	for k, v := range configs {
		values[k] = &v
	}
	c.admin(t, func(ctx context.Context, adm *kadm.Client) error {
		if _, err := adm.CreateTopic(ctx, partitions, replicas, values, name); err != nil {
			return fmt.Errorf("create topic %s: %w", name, err)
		}
		return nil
	})
	c.eachBroker(t, "topic "+name, func(ctx context.Context, b *kgo.Broker) error { return inSync(ctx, b, name, int(replicas)) })
}

// DeleteTopic removes a topic and waits until no broker that runs knows it.
func (c *Cluster) DeleteTopic(t testing.TB, name string) {
	t.Helper()
	c.admin(t, func(ctx context.Context, adm *kadm.Client) error {
		if _, err := adm.DeleteTopic(ctx, name); err != nil {
			return fmt.Errorf("delete topic %s: %w", name, err)
		}
		return nil
	})
	c.eachBroker(t, "the end of topic "+name, func(ctx context.Context, b *kgo.Broker) error { return gone(ctx, b, name) })
}

// Produce writes n small records to one partition, acknowledged by all replicas in sync, and answers with the offset of the first.
func (c *Cluster) Produce(t testing.TB, topic string, partition int32, n int) int64 {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.Seeds()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatalf("make client: %v", err)
	}
	defer cl.Close()
	return produce(t, cl, topic, partition, n)
}

func produce(t testing.TB, cl *kgo.Client, topic string, partition int32, n int) int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	records := make([]*kgo.Record, n)
	for i := range records {
		records[i] = &kgo.Record{Topic: topic, Partition: partition, Value: fmt.Appendf(nil, "record %d", i)}
	}
	if err := cl.ProduceSync(ctx, records...).FirstErr(); err != nil {
		t.Fatalf("produce to %s/%d: %v", topic, partition, err)
	}
	if n == 0 {
		return -1
	}
	return records[0].Offset
}

// DeleteRecords makes offset the first one of the partition.
func (c *Cluster) DeleteRecords(t testing.TB, topic string, partition int32, offset int64) {
	t.Helper()
	var offsets kadm.Offsets
	offsets.AddOffset(topic, partition, offset, -1)
	c.admin(t, func(ctx context.Context, adm *kadm.Client) error {
		done, err := adm.DeleteRecords(ctx, offsets)
		if err == nil {
			err = done.Error()
		}
		if err != nil {
			return fmt.Errorf("delete records of %s/%d before %d: %w", topic, partition, offset, err)
		}
		return nil
	})
}

// CommitAdmin commits for a group as a tool does, without being a member. The group must be empty or new; then it is made, of the kind
// called simple.
func (c *Cluster) CommitAdmin(t testing.TB, group, topic string, partition int32, offset int64) {
	t.Helper()
	var offsets kadm.Offsets
	offsets.AddOffset(topic, partition, offset, -1)
	c.admin(t, func(ctx context.Context, adm *kadm.Client) error {
		if err := adm.CommitAllOffsets(ctx, group, offsets); err != nil {
			return fmt.Errorf("commit %s/%d at %d for %s: %w", topic, partition, offset, group, err)
		}
		return nil
	})
}
