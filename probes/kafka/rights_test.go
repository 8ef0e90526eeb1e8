package kafka_test

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/internal/realkafka"
	"weir/lag"
	"weir/probes"
)

// TestRights: who may see all is told that it is all; who may not is told so, and sees the rest.
func TestRights(t *testing.T) {
	c := realkafka.Shared(t)
	open, secret := realkafka.Name("open"), realkafka.Name("secret")
	mine, theirs := realkafka.Name("mine"), realkafka.Name("theirs")
	for _, topic := range []string{open, secret} {
		c.CreateTopic(t, topic, 2, 1, nil)
		c.Produce(t, topic, 0, 10)
		c.CommitAdmin(t, mine, topic, 0, 4)
		c.CommitAdmin(t, theirs, topic, 0, 4)
	}
	want := probes.Want{Due: probes.All &^ (probes.Settings | probes.Sizes), Serial: true}
	see := func(t *testing.T, u realkafka.User, rights ...realkafka.Right) seen {
		c.Grant(t, u, rights...)
		return sweep(t, to{seeds: c.SASLSeeds(), user: &u}.probe(t), only(want, open, secret, mine, theirs))
	}
	describe := kmsg.ACLOperationDescribe
	onOne := []realkafka.Right{realkafka.OnTopic(open, describe), realkafka.OnGroup(mine, describe)}

	t.Run("super user", func(t *testing.T) {
		admin := c.User("admin")
		r := sweep(t, to{seeds: c.SASLSeeds(), user: &admin}.probe(t), everything)
		if !r.Complete || len(r.Gaps) > 0 || r.Partial {
			t.Errorf("complete %v, partial %v, gaps:\n%s", r.Complete, r.Partial, r.gaps())
		}
	})
	t.Run("describe on one topic and one group", func(t *testing.T) {
		r := see(t, c.NewUser(t), onOne...)
		r.wants("open", r.row(mine, open, 0), "4 0 10 10 6 6 0")
		r.wants("gaps", r.gaps(), "cluster filtered")
		if r.Complete || len(r.Groups) != 1 || len(r.group(mine).Positions) != 2 || !r.Partial {
			t.Errorf("complete %v, partial %v, groups %+v", r.Complete, r.Partial, r.Groups)
		}
	})
	t.Run("and on the cluster", func(t *testing.T) {
		r := see(t, c.NewUser(t), append(onOne, realkafka.OnCluster(describe))...)
		r.wants("open", r.row(mine, open, 0), "4 0 10 10 6 6 0")
		if got := r.gaps(); r.Complete || !strings.Contains(got, "topic/"+secret+" not_authorized") || !strings.Contains(got, "group/"+theirs+" not_authorized") || strings.Contains(got, open) || strings.Contains(got, mine) {
			t.Errorf("complete %v, gaps:\n%s", r.Complete, got)
		}
		if got := r.group(theirs); len(got.Positions) != 0 || r.Unread[r.groupIx(theirs)] != lag.NotAuthorized {
			t.Errorf("positions of a forbidden group: %v, unread %v", got.Positions, r.Unread)
		}
		if _, unread := r.Unread[r.groupIx(mine)]; unread || !r.Partial {
			t.Errorf("unread %v, partial %v", r.Unread, r.Partial)
		}
	})
	t.Run("describe on everything", func(t *testing.T) {
		r := see(t, c.NewUser(t), realkafka.OnTopic("*", describe), realkafka.OnGroup("*", describe), realkafka.OnCluster(describe))
		for _, topic := range []string{open, secret} {
			r.wants(topic, r.row(theirs, topic, 0), "4 0 10 10 6 6 0")
		}
		if !r.Complete || len(r.Gaps) > 0 || r.Partial {
			t.Errorf("complete %v, partial %v, gaps:\n%s", r.Complete, r.Partial, r.gaps())
		}
	})
	t.Run("all on the cluster, nothing else", func(t *testing.T) {
		r := see(t, c.NewUser(t), realkafka.OnCluster(kmsg.ACLOperationAll))
		if got := r.gaps(); r.Complete || !strings.Contains(got, "topic/"+open+" not_authorized") {
			t.Errorf("complete %v, gaps:\n%s", r.Complete, got)
		}
	})
	t.Run("no settings, no disks", func(t *testing.T) {
		u := c.NewUser(t)
		c.Grant(t, u, realkafka.OnTopic(open, describe), realkafka.OnGroup(mine, describe))
		r := sweep(t, to{seeds: c.SASLSeeds(), user: &u}.probe(t), only(everything, open, mine))
		r.wants("open", r.row(mine, open, 0), "4 0 10 10 6 6 0")
		for _, g := range []string{"topic/" + open + " not_authorized", "broker/1 not_authorized", "broker/2 not_authorized", "broker/3 not_authorized"} {
			if !strings.Contains(r.gaps(), g) {
				t.Errorf("no gap %s in:\n%s", g, r.gaps())
			}
		}
		if r.topic(open).Settings != nil || r.Size[r.partition(open, 0)] != lag.Unknown {
			t.Error("settings or sizes without the right to see them")
		}
	})
	t.Run("nobody", func(t *testing.T) {
		u := c.NewUser(t)
		u.Password = "wrong"
		r := sweep(t, to{seeds: c.SASLSeeds(), user: &u}.probe(t), everything)
		r.wants("gaps", r.gaps(), "cluster not_authorized")
		if r.Complete || len(r.Topics)+len(r.Groups) > 0 {
			t.Errorf("complete %v, %d topics", r.Complete, len(r.Topics))
		}
	})
}
