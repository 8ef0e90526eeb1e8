package realkafka

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Member is a live member of a group. Nothing is read or committed but by Read, or by what a test does with Client.
type Member struct {
	Client *kgo.Client
	Group  string
	share  bool
}

// JoinClassic adds a member of the classic kind, with the range assignor, and waits until the group is stable with it. Options are added
// to the harness's own. The member leaves at the end of the test.
func (c *Cluster) JoinClassic(t testing.TB, group string, topics []string, opts ...kgo.Opt) *Member {
	t.Helper()
	return c.join(t, group, topics, settledClassic, append([]kgo.Opt{
		kgo.ConsumerGroup(group), kgo.DisableAutoCommit(), kgo.Balancers(kgo.RangeBalancer()),
		kgo.HeartbeatInterval(300 * time.Millisecond), kgo.SessionTimeout(6 * time.Second), kgo.RebalanceTimeout(10 * time.Second),
	}, opts...))
}

// JoinConsumer adds a member of a KIP-848 group, whose broker assigns, and waits until the group is stable with it. On a broker that
// does not do that the client would join as classic; the wait then fails.
func (c *Cluster) JoinConsumer(t testing.TB, group string, topics []string, opts ...kgo.Opt) *Member {
	t.Helper()
	return c.join(t, group, topics, settledConsumer, append([]kgo.Opt{
		kgo.ConsumerGroup(group), kgo.DisableAutoCommit(), kgo.Balancers(kgo.RangeBalancer()), kgo.ServerSideBalancer(),
		kgo.RebalanceTimeout(10 * time.Second),
	}, opts...))
}

// JoinShare adds a member of a share group (KIP-932) that reads from the start of the log, and waits until it has partitions.
func (c *Cluster) JoinShare(t testing.TB, group string, topics []string, opts ...kgo.Opt) *Member {
	t.Helper()
	c.configureGroup(t, group, "share.auto.offset.reset", "earliest")
	m := c.join(t, group, topics, settledShare, append([]kgo.Opt{kgo.ShareGroup(group)}, opts...))
	m.share = true
	return m
}

// settled tells whether a group is stable with a member of this client id.
type settled func(ctx context.Context, adm *kadm.Client, group, clientID string) error

func (c *Cluster) join(t testing.TB, group string, topics []string, done settled, opts []kgo.Opt) *Member {
	t.Helper()
	quickly := []kgo.Opt{kgo.ClientID(Name("member")), kgo.ConsumeTopics(topics...), kgo.FetchMaxWait(250 * time.Millisecond), kgo.MetadataMinAge(100 * time.Millisecond)}
	m := &Member{Client: c.Client(t, append(quickly, opts...)...), Group: group}
	id, _ := m.Client.OptValue(kgo.ClientID).(string)
	c.waitFor(t, "group "+group+" to settle", func(ctx context.Context, adm *kadm.Client) error {
		return done(ctx, adm, group, id)
	})
	return m
}

func settledClassic(ctx context.Context, adm *kadm.Client, group, clientID string) error {
	described, err := adm.DescribeGroups(ctx, group)
	if err != nil {
		return err
	}
	g := described[group]
	if g.Err != nil || g.State != "Stable" {
		return fmt.Errorf("state %q, error %v", g.State, g.Err)
	}
	for _, m := range g.Members {
		if m.ClientID == clientID {
			return nil
		}
	}
	return errNotIn
}

var errNotIn = errors.New("the group is stable without the member")

func settledConsumer(ctx context.Context, adm *kadm.Client, group, clientID string) error {
	described, err := adm.DescribeConsumerGroups(ctx, group)
	if err != nil {
		return err
	}
	g := described[group]
	if g.Err != nil || g.State != "Stable" {
		return fmt.Errorf("state %q, error %v", g.State, g.Err)
	}
	for _, m := range g.Members {
		if m.ClientID == clientID && m.MemberEpoch == g.Epoch {
			return nil
		}
	}
	return errNotIn
}

func settledShare(ctx context.Context, adm *kadm.Client, group, clientID string) error {
	described, err := adm.DescribeShareGroups(ctx, group)
	if err != nil {
		return err
	}
	g := described[group]
	if g.Err != nil || g.GroupState != "Stable" {
		return fmt.Errorf("state %q, error %v", g.GroupState, g.Err)
	}
	for _, m := range g.Members {
		if m.ClientID == clientID && m.MemberEpoch == g.GroupEpoch && len(m.Assignment) > 0 {
			return nil
		}
	}
	return errNotIn
}

// Read takes exactly n records and commits (or, in a share group, acknowledges) them, so that the group has read just these.
func (m *Member) Read(t testing.TB, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	for got := 0; got < n; {
		fetches := m.Client.PollRecords(ctx, n-got)
		if err := fetches.Err0(); err != nil {
			t.Fatalf("read %d of %d records: %v", got, n, err)
		}
		fetches.EachError(func(topic string, p int32, err error) { t.Fatalf("read %s/%d: %v", topic, p, err) })
		fetches.EachRecord(func(r *kgo.Record) {
			if m.share {
				r.Ack(kgo.AckAccept)
			}
		})
		got += fetches.NumRecords()
	}
	flush := m.Client.CommitUncommittedOffsets
	if m.share {
		flush = m.Client.FlushAcks
	}
	if err := flush(ctx); err != nil {
		t.Fatalf("commit for %s: %v", m.Group, err)
	}
}

// Leave ends the member; a group without members stays, empty, with its offsets.
func (m *Member) Leave() { m.Client.CloseAllowingRebalance() }

// configureGroup sets one configuration of a group.
func (c *Cluster) configureGroup(t testing.TB, group, key, value string) {
	t.Helper()
	config := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
	config.Name, config.Value = key, &value
	resource := kmsg.NewIncrementalAlterConfigsRequestResource()
	resource.ResourceType, resource.ResourceName = kmsg.ConfigResourceTypeGroupConfig, group
	resource.Configs = append(resource.Configs, config)
	req := kmsg.NewPtrIncrementalAlterConfigsRequest()
	req.Resources = append(req.Resources, resource)
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	resp, err := req.RequestWith(ctx, c.Client(t))
	if err != nil {
		t.Fatalf("configure group %s: %v", group, err)
	}
	if r := resp.Resources[0]; r.ErrorCode != 0 {
		t.Fatalf("configure group %s: code %d", group, r.ErrorCode)
	}
}
