package state

import (
	"testing"

	"weir/lag"
)

// front has a group take up a topic whose name stands before those that it reads: positions are listed by topic.
func (s *sim) front(n int) {
	topic := lag.TopicIx(len(s.topo.Topics))
	s.topo.Topics = append(s.topo.Topics, lag.Topic{Name: "audit", ID: [16]byte{9}})
	var list []lag.PositionIx
	for k := range n {
		p := lag.PartitionIx(len(s.topo.Partitions))
		s.topo.Partitions = append(s.topo.Partitions, lag.Partition{Topic: topic, Number: int32(k)})
		s.topo.Topics[topic].Partitions = append(s.topo.Topics[topic].Partitions, p)
		list = append(list, lag.PositionIx(len(s.topo.Positions)))
		s.topo.Positions = append(s.topo.Positions, lag.Position{Partition: p})
		s.start, s.end, s.stable = append(s.start, 0), append(s.end, 100), append(s.stable, lag.Unknown)
		s.commit, s.rate, s.reads = append(s.commit, 100), append(s.rate, 10), append(s.reads, true)
	}
	s.topo.Groups[0].Positions = append(list, s.topo.Groups[0].Positions...)
	s.topo.Gen++
}

// TestTakingUpATopic: what was told of a position stays with it, wherever it is listed.
func TestTakingUpATopic(t *testing.T) {
	s := warm(t, 3)
	s.reads[0] = false
	s.within(60, Stalled)
	s.pass(30)
	_, _, since := s.res.PositionState(0, 0)
	s.front(2)
	s.pass(1)
	for k, want := range []State{KeepingUp, KeepingUp, Stalled, KeepingUp, KeepingUp} {
		is, _, at := s.res.PositionState(0, k)
		if want == KeepingUp && is == Idle {
			is = KeepingUp
		}
		if is != want || want == Stalled && !at.Equal(since) {
			t.Errorf("position %d is %v since %v, want %v (stalled since %v)", k, is, at, want, since)
		}
	}
	s.pass(60)
	for k, want := range []State{KeepingUp, KeepingUp, Stalled, KeepingUp, KeepingUp} {
		if is, _, _ := s.res.PositionState(0, k); is != want {
			t.Errorf("after a minute position %d is %v, want %v", k, is, want)
		}
	}
}

// TestGivingUpATopic: the same where the topic is not read any more.
func TestGivingUpATopic(t *testing.T) {
	s := warm(t, 3)
	s.front(2)
	s.pass(30)
	s.end[0] += 1000
	s.start[0] = s.end[0] - 5
	s.reads[0] = false
	s.within(60, LosingData)
	s.pass(20)
	_, _, since := s.res.PositionState(0, 2)
	s.topo.Groups[0].Positions = s.topo.Groups[0].Positions[2:]
	s.topo.Gen++
	s.pass(1)
	if is, _, at := s.res.PositionState(0, 0); is != LosingData || !at.Equal(since) {
		t.Errorf("it is %v since %v, want losing data since %v", is, at, since)
	}
}

// TestAPartitionMore: what was so at the first look has not begun when the topic got a partition more.
func TestAPartitionMore(t *testing.T) {
	s := newSim(t, 1)
	s.start[0], s.end[0], s.reads[0] = 500, 600, false
	s.pass(30)
	is, _, since := s.res.PositionState(0, 0)
	if is != LosingData {
		t.Fatalf("it is %v", is)
	}
	s.add(1, 10)
	s.pass(1)
	if is, _, at := s.res.PositionState(0, 0); is != LosingData || !at.Equal(since) {
		t.Errorf("it is %v since %v, want losing data since %v", is, at, since)
	}
}
