package state

import (
	"strings"
	"testing"

	"weir/lag"
)

// A group whose coordinator will not tell its commits is neither empty nor idle, whatever its coordinator calls it.
func TestGroupThatMayNotBeRead(t *testing.T) {
	for _, word := range []string{"Empty", "Stable"} {
		s := newSim(t, 1)
		s.topo.Groups[0].Positions = nil
		s.state(word)
		s.unread = map[lag.GroupIx]lag.Reason{0: lag.NotAuthorized}
		s.pass(30).is(Unknown, Calm)
		v := s.res.Of(0)
		if v.Lag != 0 && v.Unknown["lag"] != lag.NotAuthorized || v.Unknown["state"] != lag.NotAuthorized || !strings.Contains(v.Why, "may not see") {
			t.Errorf("%s: lag %d, %v: %s", word, v.Lag, v.Unknown, v.Why)
		}
	}
}

// Where the brokers leave out what one may not see, what a group has is a lower bound, and a group of which nothing is
// seen may have anything.
func TestGroupsThatMayHaveMore(t *testing.T) {
	s := warm(t, 2)
	s.partial = true
	s.pass(5).is(KeepingUp, Calm)
	v := s.res.Of(0)
	if v.LagBound != lag.AtLeast || v.TimeLagBound != lag.AtLeast || !lag.Known(v.Lag) || !lag.Known(v.StableLag) || !lag.Known(v.Lost) {
		t.Errorf("%+v", v)
	}

	s = newSim(t, 1)
	s.partial = true
	s.topo.Groups[0].Positions = nil
	s.state("Empty")
	s.pass(30).is(Unknown, Calm)
	if v := s.res.Of(0); v.Lag != lag.Unknown || v.Unknown["lag"] != lag.Filtered || v.Unknown["state"] != lag.Filtered || !strings.Contains(v.Why, "may see") {
		t.Errorf("lag %d, %v: %s", v.Lag, v.Unknown, v.Why)
	}
	s.topo.Groups[0].Type, s.topo.Groups[0].ProtocolType = lag.Connect, "connect"
	s.state("Stable")
	s.pass(1).is(Idle, Calm)
}

// Workers of Connect, and members that got no partition, have nothing to read: that is known, and calm.
func TestMembersWithoutPositions(t *testing.T) {
	for kind, want := range map[lag.GroupType]string{lag.Connect: "connect-NAME", lag.Classic: "no partitions"} {
		s := newSim(t, 1)
		s.topo.Groups[0].Positions, s.topo.Groups[0].Type = nil, kind
		s.pass(5).is(Idle, Calm)
		if v := s.res.Of(0); v.Unknown["state"] != lag.NoReason || v.Lag != 0 || !strings.Contains(v.Why, want) {
			t.Errorf("%s: lag %d, %v: %s", kind, v.Lag, v.Unknown, v.Why)
		}
		s.state("Empty")
		s.pass(1).is(Empty, Calm)
	}
}

// A group without commits whose members could not be read may have any partition.
func TestMembersThatWereNotRead(t *testing.T) {
	s := newSim(t, 1)
	s.topo.Groups[0].Positions, s.members0 = nil, true
	s.pass(30).is(Unknown, Calm)
	if v := s.res.Of(0); v.Lag != lag.Unknown || v.Unknown["lag"] == lag.NoReason || v.Unknown["state"] == lag.NoReason || !strings.Contains(v.Why, "members have not been read") {
		t.Errorf("lag %d, %v: %s", v.Lag, v.Unknown, v.Why)
	}
}

// A partition without a commit that never had a record has nothing to read, and that is known at once.
func TestEmptyPartitionWithoutACommit(t *testing.T) {
	s := newSim(t, 3)
	s.end[2], s.commit[2], s.rate[2] = 0, lag.None, 0
	s.pass(20).is(KeepingUp, Calm)
	if v := s.res.Of(0); v.Counts[Unknown] != 0 || v.Counts[Idle] != 1 {
		t.Errorf("positions by state %v", v.Counts)
	}
}

// That a share group is read too costs the positions of other groups no closer look.
func TestShareGroupsLeaveOthersAGlance(t *testing.T) {
	s := warm(t, 4)
	s.backlog = map[lag.PositionIx]int64{99: 5}
	s.pass(5).is(KeepingUp, Calm)
	if n := len(s.j.slow); n != 0 {
		t.Errorf("%d positions of a calm group take more than a glance", n)
	}
}

// What was deleted unread makes nothing older than it is.
func TestDeletedRecordsHaveNoAge(t *testing.T) {
	s := warm(t, 2)
	s.reads[0] = false
	s.pass(60)
	s.start[0] = s.end[0]
	s.rate[0] = 0
	s.pass(5).is(LosingData, Critical)
	if v := s.res.Of(0); v.TimeLag.Seconds() > 10 || v.Lag > 60 {
		t.Errorf("lag %d, %v behind, and all of it was deleted", v.Lag, v.TimeLag)
	}
}

// Where the end of a log was never told, as its broker is silent, a group that is calm elsewhere may be anything; one that
// isn't calm elsewhere is that.
func TestGroupOnALogThatWasNeverSeen(t *testing.T) {
	s := newSim(t, 3)
	s.mute = map[int]bool{2: true}
	s.pass(60).is(Unknown, Calm)
	v := s.res.Of(0)
	if v.LagBound != lag.AtLeast || v.TimeLagBound != lag.AtLeast || v.CatchUp != NotKnown || v.Unknown["state"] != lag.Timeout ||
		v.Lag == 0 && v.Why != "The log ends of 1 of its 3 partitions could not be read; nothing is unread in the others." ||
		v.Lag > 0 && !strings.Contains(v.Why, "The log ends of 1 of its 3 partitions could not be read: at least") {
		t.Errorf("%+v", v)
	}
	s.reads[0] = false
	s.pass(60).is(Stalled, Critical)
	s.reads[0], s.mute = true, nil
	s.pass(60).is(KeepingUp, Calm)
}
