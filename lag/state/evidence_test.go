package state

import (
	"testing"

	"weir/lag"
)

// Kafka Streams deletes of its own topics what it has read and committed. Where that falls between the reads of the commit
// and of the log start, nothing is lost.
func TestWhatAClientDeletesAfterItsCommitIsNotLost(t *testing.T) {
	s := warm(t, 2)
	for range 6 {
		s.calmFor(25)
		old := s.commit[0]
		s.start[0] = s.end[0]
		s.calmFor(1) // this reading holds the old commit
		s.commit[0] = max(old, s.end[0])
	}
	s.calmFor(20)
	s.start[0] = s.end[0] + 50
	s.end[0] += 60
	s.reads[0] = false
	s.pass(1)
	s.within(2, LosingData)
}

// When only weir did not hear of a coordinator, its clients need no time to find it again: those that were at work meanwhile
// are judged at once.
func TestOnlyWeirWasAway(t *testing.T) {
	s := warm(t, 2)
	s.every = 1
	s.pass(60)
	s.deaf = true
	s.pass(20)
	s.deaf = false
	s.calmFor(2)
	s.reads[1] = false
	s.within(20, Stalled)

	s = warm(t, 2)
	s.every = 1
	s.pass(60)
	s.down = true
	s.pass(20)
	s.down = false
	s.readAll(false)
	s.calmFor(40) // here it was away for all
}

// A member that crashes and comes back shows as a partition that stands for some seconds, and then as a rebalance that waits
// for its old session.
func TestCrashThatARebalanceExplains(t *testing.T) {
	s := newSim(t, 4)
	s.every = 1
	s.pass(60).is(KeepingUp, Calm)
	s.reads[0] = false
	s.within(14, Stalled)
	s.state("PreparingRebalance")
	s.readAll(false)
	s.pass(1)
	s.calmFor(40)
	s.state("Stable")
	s.readAll(true)
	s.calmFor(60).is(KeepingUp, Calm)
}

// A member that is behind reads its partitions in turns; those of members that keep up tell nothing of it.
func TestAMemberThatIsBehindTakesTurns(t *testing.T) {
	s := newSim(t, 6)
	s.members(2)
	s.pass(120).is(KeepingUp, Calm)
	s.rate[0] = 200
	for n := range 200 {
		s.reads[0] = false // its own pace: half of what comes in
		if n%5 == 0 && n > 0 {
			s.commit[0] += 500
		}
		s.reads[2] = n < 50 || n%70 < 5
		s.pass(1)
		if v := s.res.Of(0); v.State == Stalled || v.State == Stopped {
			t.Fatalf("after %d s: %s", n, v.Why)
		}
	}
	s.is(FallingBehind, Warning)
}

// A single record that nobody reads is none of a marker where the client was at the very end of the log before.
func TestOneRecordThatNobodyReads(t *testing.T) {
	s := warm(t, 1)
	s.rate[0] = 0
	s.pass(200).is(Idle, Calm)
	s.reads[0] = false
	s.end[0]++
	s.within(30, Stopped)
	if h := s.h.Tracks()[0]; h.Told&lag.Reached == 0 {
		t.Error("the commit was at the end, and that is forgotten")
	}
}

// The first commit after long silence tells nothing of the pace yet; nor is a backlog that does not shrink for ten minutes a
// drain.
func TestBackFromSilence(t *testing.T) {
	s := warm(t, 2)
	s.readAll(false)
	s.within(40, Stopped)
	s.pass(120)
	for p := range s.commit {
		s.commit[p] += 10
	}
	s.pass(1).is(Draining, Calm)
}
