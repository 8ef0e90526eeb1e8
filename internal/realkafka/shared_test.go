package realkafka

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestSharedIsOne(t *testing.T) {
	began := time.Now()
	c := Shared(t)
	t.Logf("shared cluster after %v", time.Since(began))
	if again := Shared(t); again.ID() != c.ID() {
		t.Fatalf("two clusters: %s and %s", c.ID(), again.ID())
	}
	var racks []string
	for _, b := range brokersOf(t, c) {
		racks = append(racks, *b.Rack)
	}
	if !slices.Equal(racks, []string{"r1", "r2", "r3"}) {
		t.Fatalf("racks %v", racks)
	}
}

func TestLogin(t *testing.T) {
	c := Shared(t)
	for _, mechanism := range []string{PLAIN, SCRAM256, SCRAM512} {
		for _, u := range c.Users() {
			if err := c.ClientAs(t, u, mechanism).Ping(soon(t)); err != nil {
				t.Errorf("%s by %s: %v", u.Name, mechanism, err)
			}
		}
		wrong := User{"alice", "guessed"}
		if err := c.ClientAs(t, wrong, mechanism).Ping(soon(t)); !errors.Is(err, kerr.SaslAuthenticationFailed) {
			t.Errorf("a wrong password by %s: %v", mechanism, err)
		}
	}
}

func TestGrant(t *testing.T) {
	c := Shared(t)
	topic := Name("orders")
	c.CreateTopic(t, topic, 1, 3, nil)
	u := c.NewUser(t)
	sees := func() error {
		adm := kadm.NewClient(c.ClientAs(t, u, SCRAM256))
		topics, err := adm.ListTopics(soon(t), topic)
		if err != nil {
			return err
		}
		return topics[topic].Err
	}
	if err := sees(); !errors.Is(err, kerr.TopicAuthorizationFailed) {
		t.Fatalf("without a right: %v", err)
	}
	t.Run("granted", func(t *testing.T) {
		c.Grant(t, u, OnTopic(topic, kmsg.ACLOperationDescribe), OnGroup("*", kmsg.ACLOperationRead), OnCluster(kmsg.ACLOperationDescribe))
		if err := sees(); err != nil {
			t.Fatalf("with the right: %v", err)
		}
	})
	c.waitFor(t, "the right to go", func(ctx context.Context, _ *kadm.Client) error {
		if err := sees(); !errors.Is(err, kerr.TopicAuthorizationFailed) {
			return errors.New("still there")
		}
		return nil
	})
}

func TestLagOfApachesTool(t *testing.T) {
	c := Shared(t)
	topic, group := Name("orders"), Name("billing")
	c.CreateTopic(t, topic, 2, 3, nil)
	c.Produce(t, topic, 0, 20)
	c.Produce(t, topic, 1, 7)
	c.CommitAdmin(t, group, topic, 0, 5)
	c.DeleteRecords(t, topic, 0, 12)
	began := time.Now()
	out := c.ConsumerGroups(t, "--describe", "--group", group)
	t.Logf("kafka-consumer-groups took %v\n%s", time.Since(began), out)
	if !strings.Contains(strings.Join(strings.Fields(out), " "), topic+" 0 5 20 15 ") {
		t.Error("no line with offset 5, end 20, lag 15")
	}
}

func TestClassicMembers(t *testing.T) {
	c := Shared(t)
	topic, group := Name("orders"), Name("billing")
	c.CreateTopic(t, topic, 2, 3, nil)
	c.Produce(t, topic, 0, 10)
	first := c.JoinClassic(t, group, []string{topic})
	first.Read(t, 4)
	second := c.JoinClassic(t, group, []string{topic}, kgo.ClientID("named"))
	described, err := c.Admin(t).DescribeGroups(soon(t), group)
	if err != nil {
		t.Fatal(err)
	}
	if g := described[group]; g.State != "Stable" || len(g.Members) != 2 || g.Members[0].ClientID != "named" && g.Members[1].ClientID != "named" {
		t.Errorf("described %+v", g)
	}
	if got := committed(t, c, group, topic, 0); got != 4 {
		t.Errorf("committed %d, want 4", got)
	}
	first.Leave()
	second.Leave()
	if described, err = c.Admin(t).DescribeGroups(soon(t), group); err != nil || described[group].State != "Empty" {
		t.Errorf("after all left: %q, error %v", described[group].State, err)
	}
}

func TestConsumerMembers(t *testing.T) {
	c := Shared(t)
	topic, group := Name("orders"), Name("billing")
	c.CreateTopic(t, topic, 2, 3, nil)
	c.Produce(t, topic, 0, 10)
	first := c.JoinConsumer(t, group, []string{topic})
	first.Read(t, 3)
	c.JoinConsumer(t, group, []string{topic})
	described, err := c.Admin(t).DescribeConsumerGroups(soon(t), group)
	if err != nil {
		t.Fatal(err)
	}
	g := described[group]
	if g.State != "Stable" || len(g.Members) != 2 {
		t.Fatalf("described %+v", g)
	}
	for _, m := range g.Members {
		if len(m.Assignment[topic]) != 1 {
			t.Errorf("member %s has %v, want one partition", m.MemberID, m.Assignment)
		}
	}
	if got := committed(t, c, group, topic, 0); got != 3 {
		t.Errorf("committed %d, want 3", got)
	}
}

func TestShareMember(t *testing.T) {
	c := Shared(t)
	topic, group := Name("orders"), Name("billing")
	c.CreateTopic(t, topic, 1, 3, nil)
	c.Produce(t, topic, 0, 10)
	m := c.JoinShare(t, group, []string{topic})
	m.Read(t, 10)
	m.Leave()
	offsets, err := c.Admin(t).DescribeShareGroupOffsets(soon(t), group)
	if err != nil || offsets.Error() != nil {
		t.Fatal(err, offsets.Error())
	}
	if got := offsets[group].Offsets[topic][0]; got.Lag != 0 {
		t.Errorf("after all was acknowledged: %+v", got)
	}
}

func TestOpenTransaction(t *testing.T) {
	c := Shared(t)
	topic := Name("orders")
	c.CreateTopic(t, topic, 1, 3, nil)
	c.Produce(t, topic, 0, 5)
	x := c.OpenTransaction(t, topic, 0, 3)
	if x.First != 5 {
		t.Errorf("first offset %d, want 5", x.First)
	}
	x.Abandon()
	if got := stable(t, c, topic); got != 5 {
		t.Errorf("last stable offset %d, want 5", got)
	}
	described, err := c.Admin(t).DescribeTransactions(soon(t), x.ID)
	if err != nil || described[x.ID].State != "Ongoing" {
		t.Errorf("state %q, error %v", described[x.ID].State, err)
	}
}

func TestEndedTransaction(t *testing.T) {
	c := Shared(t)
	topic := Name("orders")
	c.CreateTopic(t, topic, 1, 3, nil)
	x := c.OpenTransaction(t, topic, 0, 3)
	x.End(t, kgo.TryCommit)
	c.waitFor(t, "the marker", func(ctx context.Context, _ *kadm.Client) error {
		if got := stable(t, c, topic); got != 4 {
			return errors.New("the last stable offset has not moved")
		}
		return nil
	})
}

func stable(t *testing.T, c *Cluster, topic string) int64 {
	t.Helper()
	offsets, err := c.Admin(t).ListCommittedOffsets(soon(t), topic)
	if err != nil || offsets.Error() != nil {
		t.Fatal(err, offsets.Error())
	}
	return offsets[topic][0].Offset
}

func TestDeleteTopic(t *testing.T) {
	c := Shared(t)
	topic := Name("orders")
	c.CreateTopic(t, topic, 1, 3, nil)
	before, err := c.Admin(t).ListTopics(soon(t), topic)
	if err != nil {
		t.Fatal(err)
	}
	c.DeleteTopic(t, topic)
	c.CreateTopic(t, topic, 1, 3, nil)
	after, err := c.Admin(t).ListTopics(soon(t), topic)
	if err != nil || after[topic].ID == before[topic].ID {
		t.Fatalf("made anew with the old id, error %v", err)
	}
}
