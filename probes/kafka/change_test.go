package kafka_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"weir/internal/realkafka"
	"weir/lag"
	"weir/probes"
)

func sorted(s []string) string {
	slices.Sort(s)
	return strings.Join(s, " ")
}

// TestTopicsThatChange: one probe goes on while topics are deleted, made anew and given more partitions, and groups come
// and go.
func TestTopicsThatChange(t *testing.T) {
	c := realkafka.Shared(t)
	orders, payments, late := realkafka.Name("orders"), realkafka.Name("payments"), realkafka.Name("late")
	billing, audit := realkafka.Name("billing"), realkafka.Name("audit")
	c.CreateTopic(t, orders, 2, 1, nil)
	c.CreateTopic(t, payments, 1, 1, nil)
	c.Produce(t, orders, 0, 20)
	c.Produce(t, orders, 1, 30)
	c.CommitAdmin(t, billing, orders, 0, 5)
	c.CommitAdmin(t, billing, orders, 1, 6)
	c.CommitAdmin(t, audit, payments, 0, 0)
	p := to{seeds: c.Seeds()}.probe(t)
	want := only(probes.Want{Due: probes.All}, orders, payments, late, billing, audit)
	first := sweep(t, p, want)
	refresh := want
	refresh.Due = probes.Refresh

	// Records deleted below the commit.
	c.DeleteRecords(t, orders, 0, 12)
	r := sweep(t, p, want)
	r.wants("below the log start", r.row(billing, orders, 0), "5 12 20 20 8 8 7")

	// Partitions added: positions of every group on the topic, without commits.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := kadm.NewClient(c.Client(t)).UpdatePartitions(ctx, 3, orders)
	must(t, err)
	c.WaitISR(orders, 1)
	c.Produce(t, orders, 2, 4)
	r = sweep(t, p, want)
	r.wants("added partition", r.row(billing, orders, 2), "- 0 4 4 - - -")

	// A topic and a commit on it, both younger than the layout: found within the refresh.
	c.CreateTopic(t, late, 1, 1, nil)
	c.Produce(t, late, 0, 9)
	c.CommitAdmin(t, billing, late, 0, 2)
	r = sweep(t, p, refresh)
	if i := r.at(billing, late, 0); r.Committed[i] != 2 || r.End[r.Positions[i].Partition] != 9 {
		t.Errorf("new topic: %s", r.row(billing, late, 0))
	}

	// Made anew: the numbers of the old log are forgotten before those of the new one are read.
	was := r.topic(orders).ID
	c.DeleteTopic(t, orders)
	c.CreateTopic(t, orders, 2, 1, nil)
	c.Produce(t, orders, 0, 3)
	anew := want
	anew.Due = probes.Layout | probes.Commits
	r = sweep(t, p, anew)
	ix := r.partition(orders, 0)
	if r.topic(orders).ID == was || r.End[ix] != lag.Unknown || r.Start[ix] != lag.Unknown {
		t.Errorf("made anew: id changed %v, end %s, start %s", r.topic(orders).ID != was, num(r.End[ix]), num(r.Start[ix]))
	}
	if ix != first.partition(orders, 0) {
		t.Errorf("partition index was %d, is %d", first.partition(orders, 0), ix)
	}
	r = sweep(t, p, want)
	if r.End[ix] != 3 || r.Start[ix] != 0 || !r.Partitions[r.topic(orders).Partitions[2]].Gone {
		t.Errorf("made anew: end %s, start %s, third partition %+v", num(r.End[ix]), num(r.Start[ix]), r.Partitions[r.topic(orders).Partitions[2]])
	}
	for _, i := range r.group(billing).Positions {
		if at := r.Partitions[r.Positions[i].Partition]; r.Topics[at.Topic].Name == orders {
			t.Errorf("position left on %s:%d", orders, at.Number)
		}
	}

	// Deleted: the topic is gone and so are the numbers; a group that is deleted goes within two lists.
	c.DeleteTopic(t, payments)
	_, err = kadm.NewClient(c.Client(t)).DeleteGroups(ctx, audit)
	must(t, err)
	for range 2 {
		r = sweep(t, p, want)
	}
	if !r.topic(payments).Gone || r.End[r.topic(payments).Partitions[0]] != lag.Unknown {
		t.Errorf("deleted topic: %+v", r.topic(payments))
	}
	if g := r.group(audit); !g.Gone || len(g.Positions) != 0 {
		t.Errorf("deleted group: %+v", g)
	}
	if !r.Complete || r.gaps() != "" {
		t.Errorf("complete %v, gaps\n%s", r.Complete, r.gaps())
	}
	if len(first.End) >= len(r.End) || first.End[ix] != 20 {
		t.Errorf("the first reading changed: end %s", num(first.End[ix]))
	}
}
