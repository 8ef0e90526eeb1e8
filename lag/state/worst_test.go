package state

import (
	"strings"
	"testing"

	"weir/lag"
)

// Of positions that stand, the state of the group rests on the one whose oldest unread record is the oldest; what explains it
// begins with that one.
func TestStateRestsOnTheOldest(t *testing.T) {
	s := warm(t, 4)
	s.reads[2] = false
	s.pass(5)
	s.reads[0] = false
	s.within(30, Stalled).pass(30)
	v := s.res.Of(0)
	if v.Worst != 2 || v.Counts[Stalled] != 2 || !strings.Contains(v.Why, "p2 of orders") || !strings.Contains(v.Why, "1 more partition stands") {
		t.Errorf("worst %d, %v: %s", v.Worst, v.Counts, v.Why)
	}
	es, err := s.j.Explain(s.r, s.h, lag.Ref{Cluster: "sim", Kind: lag.KindGroup, Name: "billing"})
	if err != nil || es[0].Subject.Sub != "orders:2" {
		t.Errorf("%v: explains %s", err, es[0].Subject)
	}
	s.reads[2] = true
	s.pass(5)
	if v := s.res.Of(0); v.Worst != 0 || !strings.Contains(v.Why, "p0 of orders") {
		t.Errorf("worst %d: %s", v.Worst, v.Why)
	}
}

// A group that was never seen at rest is rebalancing on every partition that waits, not on the one that committed before.
func TestRebalancingFromTheBegin(t *testing.T) {
	s := newSim(t, 3)
	s.readAll(false)
	s.state("PreparingRebalance")
	s.pass(20).is(Rebalancing, Calm)
	if v := s.res.Of(0); v.Counts[Rebalancing] != 3 {
		t.Errorf("positions are %v", v.Counts)
	}
}

// Members take their time to come back after an outage: the group is not empty, for records wait, and nobody knows yet.
func TestMembersAreNotBackYet(t *testing.T) {
	s := warm(t, 3)
	s.down = true
	s.pass(20)
	s.down = false
	s.state("Empty")
	s.readAll(false)
	s.pass(2).is(Unknown, Calm)
	if why := s.res.Of(0).Why; !strings.Contains(why, "has joined again yet") {
		t.Errorf("says %q", why)
	}
	s.state("Stable")
	s.members(1)
	s.readAll(true)
	s.pass(60).is(KeepingUp, Calm)
}
