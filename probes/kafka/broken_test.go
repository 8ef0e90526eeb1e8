package kafka_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/internal/realkafka"
	"weir/lag"
	"weir/probes"
)

const (
	brokenGroups     = 6
	brokenPartitions = 6
)

// TestBrokersThatFail pauses, kills and restarts a broker of three under a probe that goes on refreshing: what the others
// hold is read at each refresh, what it holds keeps its values and stamps beside gaps, and no group is ever lost.
func TestBrokersThatFail(t *testing.T) {
	leakless(t)
	// The session is so long that a busy machine costs no other broker its own.
	c := realkafka.Start(t, realkafka.Options{Nodes: 3, Props: map[string]string{"broker.session.timeout.ms": "5000"}})
	topic := realkafka.Name("orders")
	c.CreateTopic(t, topic, brokenPartitions, 3, nil)
	groups := make([]string, brokenGroups)
	for p := range int32(brokenPartitions) {
		c.Produce(t, topic, p, 10)
	}
	for g := range groups {
		groups[g] = fmt.Sprintf("group-%d", g)
		c.CommitAdmin(t, groups[g], topic, int32(g), 4)
	}
	p := to{seeds: c.Seeds(), timeout: 2 * time.Second}.probe(t)
	all, refresh := probes.Want{Due: probes.All, Budget: 20 * time.Second}, probes.Want{Due: probes.Refresh, Budget: 4 * time.Second}
	whole := func(what string, r seen) {
		t.Helper()
		for g, name := range groups {
			r.wants(what, r.row(name, topic, g), "4 0 10 10 6 6 0")
			if at := r.CommitStamp(r.at(name, topic, g)); at.Sent.Before(r.Tick) {
				t.Errorf("%s: the commit of %s is of %v, the sweep of %v", what, name, at.Sent, r.Tick)
			}
		}
		if !r.Complete {
			t.Errorf("%s: gaps\n%s", what, r.gaps())
		}
	}
	before := until(t, p, all) // brokers that have just started may take longer than the time-out
	whole("at first", before)

	// A busy machine may have cost a broker its session, and the leaders then lie with the others.
	victim := before.Nodes[before.Partitions[before.partition(topic, 0)].Leader].ID
	c.Pause(int(victim))
	r := sweep(t, p, refresh) // within its budget; see TestTheBudgetIsHeld
	led := func(r *seen, i int) bool {
		l := r.Partitions[i].Leader
		return l >= 0 && r.Nodes[l].ID == victim
	}
	stale, moved := 0, 0 // a sweep that takes longer than the session of a broker finds who leads after it
	for i := range r.Partitions {
		ix := lag.PartitionIx(i)
		now, was := r.EndStamp(ix), before.EndStamp(ix)
		switch {
		case r.End[i] != before.End[i]:
			t.Errorf("end of partition %d became %s", i, num(r.End[i]))
		case now == was && led(&before, i):
			stale++
		case now.Sent.Before(r.Tick):
			t.Errorf("end of partition %d, of broker %d, is of %v", i, before.Nodes[before.Partitions[i].Leader].ID, now.Sent)
		case led(&before, i) && led(&r, i):
			t.Errorf("partition %d was read from the broker that hangs", i)
		case led(&before, i):
			moved++
		}
	}
	if stale+moved == 0 || stale > 0 && r.Complete {
		t.Errorf("stale ends %d, moved %d, complete %v, gaps\n%s", stale, moved, r.Complete, r.gaps())
	}
	c.Resume(int(victim))
	c.WaitISR(topic, 3)
	whole("after the pause", until(t, p, refresh))

	c.Kill(int(victim))
	r = sweep(t, p, refresh)
	for g, name := range groups {
		r.wants("just killed", r.row(name, topic, g), "4 0 10 10 6 6 0")
	}
	c.WaitGone(int(victim))
	whole("after its session", until(t, p, refresh))
	r = until(t, p, all)
	whole("all of it", r)
	want := strings.Replace("1 2 3", fmt.Sprint(victim), fmt.Sprintf("%d(gone)", victim), 1)
	if got := r.nodes(); got != want {
		t.Errorf("brokers %s", got)
	}

	c.Restart(int(victim))
	for range 4 { // while it loads its part of the groups
		r = sweep(t, p, probes.Want{Due: probes.Refresh | probes.Groups | probes.Layout, Budget: 10 * time.Second})
		for g, name := range groups {
			r.wants("restarting", r.row(name, topic, g), "4 0 10 10 6 6 0")
			if r.group(name).Gone {
				t.Errorf("group %s is gone", name)
			}
		}
	}
	c.WaitISR(topic, 3)
	whole("in the end", until(t, p, all))
}

// until sweeps until one is complete: brokers take their time to come back.
func until(t *testing.T, p probes.Probe, w probes.Want) seen {
	t.Helper()
	end := time.Now().Add(90 * time.Second)
	for {
		if r := sweep(t, p, w); r.Complete || time.Now().After(end) {
			return r
		}
	}
}

func (r seen) nodes() string {
	var out []string
	for _, n := range r.Nodes {
		s := fmt.Sprint(n.ID)
		if n.Gone {
			s += "(gone)"
		}
		out = append(out, s)
	}
	return sorted(out)
}

// TestOlderLine: one broker of Kafka 3.9.
func TestOlderLine(t *testing.T) {
	c := realkafka.Start(t, realkafka.Options{Version: realkafka.Older, Props: realkafka.Unhurried()})
	topic := realkafka.Name("orders")
	c.CreateTopic(t, topic, 2, 1, map[string]string{"retention.bytes": "-1", "retention.ms": "60000"})
	c.Produce(t, topic, 0, 10)
	c.JoinClassic(t, "billing", []string{topic}).Read(t, 4)
	c.CommitAdmin(t, "import", topic, 1, 7)
	r := sweep(t, to{seeds: c.Seeds()}.probe(t), everything)
	r.wants("classic", r.row("billing", topic, 0), "4 0 10 10 6 6 0")
	r.wants("simple", r.row("import", topic, 1), "7 0 0 0 -7 -7 0")
	if g := r.group("billing"); g.Type != lag.Classic || len(g.Members) != 1 || len(g.Members[0].Assigned) != 2 || g.Assignor != "range" {
		t.Errorf("group %+v", g)
	}
	if g := r.group("import"); g.Type != lag.Simple {
		t.Errorf("group %+v", g)
	}
	if s := r.topic(topic).Settings; s == nil || s.Cleanup != "delete" || s.Retention != time.Minute || s.RetentionBytes != -1 || len(s.Changed) != 2 {
		t.Errorf("settings %+v", s)
	}
	if r.Controller == lag.Nowhere || r.Nodes[r.Controller].ID != 1 || r.ID != c.ID() {
		t.Errorf("controller %d, cluster id %s", r.Controller, r.ID)
	}
	if !r.Complete || len(r.Gaps) > 0 {
		t.Errorf("complete %v, gaps\n%s", r.Complete, r.gaps())
	}
	if at := r.partition(topic, 0); r.Size[at] <= 0 {
		t.Errorf("size %s", num(r.Size[at]))
	}
}
