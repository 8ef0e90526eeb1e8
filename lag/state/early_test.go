package state

import (
	"strings"
	"testing"
	"time"

	"weir/lag"
)

// TestOldRecordsAtTheBeginOfAWatch: a group whose other partitions keep up is not called so while it is known to have let
// records wait for minutes, and nobody can tell yet whether it will read them.
func TestOldRecordsAtTheBeginOfAWatch(t *testing.T) {
	s := newSim(t, 4)
	s.topo.Topics[0].Settings = &lag.Settings{Cleanup: "delete"}
	s.refresh, s.every = 5*time.Second, 1
	s.end[0], s.commit[0], s.reads[0] = 10_000, 9_000, false
	s.pass(5)
	s.h.Seed(0, 9_500, s.at.Add(-5*time.Minute)) // the oldest unread is older than that
	s.pass(5)
	s.is(Unknown, Calm)
	if why := s.res.Of(0).Why; !strings.Contains(why, "too few to know") || !strings.Contains(why, "m") {
		t.Errorf("it says %q", why)
	}
	s.pass(30).is(Stalled, Critical)
}

// TestALateGroupIsNotSaidToDrainUnseen: until the watch is long enough to tell that a partition stands, it is unknown what becomes
// of it.
func TestALateGroupIsNotSaidToDrainUnseen(t *testing.T) {
	s := newSim(t, 4)
	s.topo.Topics[0].Settings = &lag.Settings{Cleanup: "delete"}
	s.refresh, s.every = 2*time.Second, 1
	s.end[0], s.commit[0], s.reads[0] = 10_000, 9_000, false
	s.pass(2)
	s.h.Seed(0, 9_500, s.at.Add(-5*time.Minute))
	late := 0
	for s.pass(2); s.res.Of(0).State != Stalled; s.pass(2) {
		v := s.res.Of(0)
		if v.State != Unknown || s.seconds > 30 {
			t.Fatalf("after %d s it is %v: %s", s.seconds, v.State, v.Why)
		}
		if s.j.mem[0].r > 0 {
			if late++; !strings.Contains(v.Why, "too short a time to tell whether it catches up") {
				t.Errorf("after %d s it says %q", s.seconds, v.Why)
			}
		}
	}
	if late == 0 {
		t.Error("it stalls as soon as its rhythm is known")
	}
}

// TestRebalancesThatNeverEnd: nothing is late, as each ends before long; but a group that rebalances for minutes is no deploy.
func TestRebalancesThatNeverEnd(t *testing.T) {
	s := newSim(t, 4)
	s.every = 1
	s.pass(60).is(KeepingUp, Calm)
	began := s.seconds
	for s.seconds < began+170 {
		s.rebalance()
		if v := s.res.Of(0); v.Severity > Calm {
			t.Fatalf("%d s of rebalances are told as %v: %s", s.seconds-began, v.State, v.Why)
		}
	}
	for range 4 {
		s.rebalance()
	}
	s.is(Rebalancing, Warning)
	if why := s.res.Of(0).Why; !strings.Contains(why, "reading stops for each") {
		t.Errorf("it says %q", why)
	}
	for range 3 {
		s.rebalance()
		s.is(Rebalancing, Warning)
	}
	s.readAll(true)
	s.state("Stable")
	s.pass(60).is(KeepingUp, Calm)
}

// rebalance is one of 4 s, and 4 s in which all is read.
func (s *sim) rebalance() {
	s.state("PreparingRebalance")
	s.readAll(false)
	s.pass(4)
	s.state("Stable")
	s.readAll(true)
	s.pass(4)
}
