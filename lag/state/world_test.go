package state

import (
	"strings"
	"testing"
	"time"

	"weir/lag"
)

func TestRecreatedTopic(t *testing.T) {
	s := warm(t, 2)
	s.topo.Topics[0].ID = [16]byte{2}
	s.topo.Gen++
	for p := range s.end {
		s.end[p], s.commit[p] = 0, lag.None
	}
	s.pass(1)
	if !s.happened(lag.TopicMadeAnew) || s.happened(lag.OffsetsRewound) {
		t.Errorf("events %v", s.events)
	}
	s.pass(5)
	copy(s.commit[:], s.end[:])
	s.calmFor(60).is(KeepingUp, Calm)
}

func TestRecreatedTopicThatNobodyReads(t *testing.T) {
	s := warm(t, 2)
	s.topo.Topics[0].ID = [16]byte{2}
	s.topo.Gen++
	for p := range s.end {
		s.end[p], s.commit[p], s.reads[p] = 0, lag.None, false
	}
	s.within(120, NeverCommitted)

	s = warm(t, 2)
	s.topo.Topics[0].ID = [16]byte{2}
	s.topo.Gen++
	for p := range s.end {
		s.end[p], s.reads[p] = 0, false
	}
	s.within(30, Ahead)
	if why := s.res.Of(0).Why; !strings.Contains(why, "made anew") {
		t.Errorf("says %q", why)
	}
}

func TestDeletedTopic(t *testing.T) {
	s := warm(t, 2)
	s.topo.Topics[0].Gone = true
	for p := range s.topo.Partitions {
		s.topo.Partitions[p].Gone = true
	}
	s.topo.Gen++
	s.readAll(false)
	s.calmFor(30).is(KeepingUp, Calm)
	s.calmFor(60).is(Unknown, Calm)
	v := s.res.Of(0)
	if v.Positions != 0 || v.TimeLag > 0 || v.Worst != lag.Nowhere {
		t.Errorf("phantom lag: %+v", v)
	}
	if ps := s.j.Positions(s.r, s.h, 0); ps[0].Unknown["lag"] != lag.Gone {
		t.Errorf("%+v", ps[0])
	}
}

func TestAddedPartitions(t *testing.T) {
	s := warm(t, 3)
	s.add(2, 10)
	for p := 3; p < 5; p++ {
		s.end[p], s.commit[p], s.reads[p] = 0, lag.None, false
	}
	s.calmFor(200)
	s.commit[3], s.commit[4], s.reads[3], s.reads[4] = 0, 0, true, true
	s.calmFor(30).is(KeepingUp, Calm)

	s = warm(t, 3)
	s.add(1, 10)
	s.end[3], s.commit[3], s.reads[3] = 0, lag.None, false
	s.within(400, NeverCommitted)
}

func TestGroupThatNeverCommits(t *testing.T) {
	s := newSim(t, 3)
	for p := range s.commit {
		s.commit[p] = lag.None
	}
	s.calmFor(900).is(NeverCommitted, Calm)
	if v := s.res.Of(0); v.Lag != lag.Unknown || v.Unknown["lag"] != lag.NoCommit {
		t.Errorf("lag %d, %v", v.Lag, v.Unknown)
	}
}

// A partition whose log was cut, by an unclean election, starts a new segment: nothing of the old one counts.
func TestCounterReset(t *testing.T) {
	s := warm(t, 2)
	for p := range s.end {
		s.end[p] -= 400
		s.commit[p] = s.end[p]
	}
	s.calmFor(60).is(KeepingUp, Calm)
	if s.happened(lag.OffsetsRewound) {
		t.Errorf("the fall of the log is told as a rewind: %v", s.events)
	}
	if v := s.res.Of(0); v.Produce < 10 || v.Produce > 30 {
		t.Errorf("%.1f records/s come in, want 20", v.Produce)
	}
}

func TestClockSteps(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -10 * time.Second} {
		s := warm(t, 3)
		s.skew = by
		s.calmFor(120).is(KeepingUp, Calm)
		s.reads[0] = false
		s.within(30, Stalled)
		if since := s.at.Add(by).Sub(s.res.Of(0).Since); since < 5*time.Second || since > time.Minute {
			t.Errorf("clock set by %v: stalled since %v", by, since)
		}
	}
}

func TestLatePolls(t *testing.T) {
	s := warm(t, 3)
	for n := range 40 {
		s.down = n%3 != 0 // two of three readings bring nothing
		s.pass(1)
		if v := s.res.Of(0); v.Severity > Calm && v.State != NotVisible {
			t.Fatalf("%v: %s", v.State, v.Why)
		}
	}
	s.down = false
	s.refresh = 7 * time.Second
	s.calmFor(140).is(KeepingUp, Calm)
}

func TestBrokerThatDoesNotAnswer(t *testing.T) {
	s := warm(t, 3)
	s.reads[1] = false
	s.within(30, Stalled)
	s.down = true
	s.pass(120).is(Stalled, Critical)

	s = warm(t, 3)
	s.down = true
	s.pass(30).is(NotVisible, Warning)
	if v := s.res.Of(0); v.Unknown["produce_per_second"] != lag.NoReason && v.Lag < 0 {
		t.Errorf("what was seen is forgotten: %+v", v)
	}
	if why := s.res.Of(0).Why; !strings.Contains(why, "timeout") {
		t.Errorf("says %q", why)
	}
	s.down = false
	s.calmFor(120).is(KeepingUp, Calm)
}

// A coordinator that starts lists no groups, then says it is loading: neither is news of the group.
func TestRestartingBroker(t *testing.T) {
	s := warm(t, 3)
	s.down = true
	s.pass(15)
	s.down = false
	s.topo.Groups[0].Gone = true
	s.readAll(false)
	for range 4 {
		s.pass(1)
		if v := s.res.Of(0); v.Severity == Critical {
			t.Fatalf("%v: %s", v.State, v.Why)
		}
	}
	s.topo.Groups[0].Gone = false
	s.calmFor(35)
	s.readAll(true)
	s.calmFor(60).is(KeepingUp, Calm)
	if s.happened(lag.GroupGone) {
		t.Errorf("a starting coordinator is told as a group that is gone")
	}
}
