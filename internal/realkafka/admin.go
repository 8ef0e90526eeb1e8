package realkafka

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const waitLimit = 60 * time.Second // for a state of the cluster on a busy machine

// Admin is an admin client of the PLAINTEXT listener, which may do anything, closed when the test ends.
func (c *Cluster) Admin(t testing.TB) *kadm.Client {
	t.Helper()
	return kadm.NewClient(c.Client(t, kgo.MetadataMinAge(readyPoll)))
}

// Leader is the broker that leads a partition now.
func (c *Cluster) Leader(t testing.TB, topic string, partition int32) int {
	t.Helper()
	leader := int32(-1)
	c.waitFor(t, fmt.Sprintf("a leader of %s/%d", topic, partition), func(ctx context.Context, adm *kadm.Client) error {
		topics, err := adm.ListTopics(ctx, topic)
		if err != nil {
			return err
		}
		p, ok := topics[topic].Partitions[partition]
		if !ok || p.Err != nil || p.Leader < 0 {
			return fmt.Errorf("partition %d: leader %d, error %v", partition, p.Leader, p.Err)
		}
		leader = p.Leader
		return nil
	})
	return int(leader)
}

// admin lends a client for one errand.
func (c *Cluster) admin(t testing.TB, do func(context.Context, *kadm.Client) error) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.Seeds()...), kgo.MetadataMinAge(readyPoll))
	if err != nil {
		t.Fatalf("make client: %v", err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	if err := do(ctx, kadm.NewClient(cl)); err != nil {
		t.Fatal(err)
	}
}

// waitFor fails the test when the state does not come.
func (c *Cluster) waitFor(t testing.TB, what string, holds func(context.Context, *kadm.Client) error) {
	t.Helper()
	c.admin(t, func(ctx context.Context, adm *kadm.Client) error {
		return until(ctx, what, func(ctx context.Context) error { return holds(ctx, adm) })
	})
}
