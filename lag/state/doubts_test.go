package state

import (
	"testing"
	"time"

	"weir/lag"
)

// resting is a group whose client rests a record short of the end of an idle log, and was never seen at the very end.
func resting(t *testing.T) *sim {
	s := newSim(t, 2)
	s.behind = 1
	s.pass(120)
	for p := range s.rate {
		s.rate[p] = 0
	}
	return s
}

// told has the leaders tell who writes the topic.
func (s *sim) told(transactional bool) {
	by := []lag.Producer{{ID: 7, TxnStart: lag.None, Transactional: transactional}}
	s.writers = map[lag.TopicIx]*lag.Writers{0: {At: s.at, Asked: 2, Written: map[lag.PartitionIx]lag.Written{
		0: {Count: 1, Producers: by}, 1: {Count: 1, Producers: by}}}}
}

// What is unread where transactional producers write may be their markers, however short their transactions are; where no
// such writes it is a record that nobody reads.
func TestWhoWritesTellsMarkersFromRecords(t *testing.T) {
	s := resting(t)
	s.calmFor(280)
	if d := s.j.Doubts(); len(d) != 0 {
		t.Errorf("asks already: %v", d)
	}
	s.calmFor(60)
	if d := s.j.Doubts(); len(d) != 1 || d[0] != 0 {
		t.Fatalf("asks about %v", d)
	}
	s.told(true)
	s.calmFor(3600)
	if d := s.j.Doubts(); len(d) != 0 || s.res.Of(0).TimeLag != 0 {
		t.Errorf("asks about %v still; %v behind", d, s.res.Of(0).TimeLag)
	}
	for p := range s.end {
		s.end[p] += 3
	}
	s.readAll(false)
	s.within(60, Stopped) // three are no markers

	s = resting(t)
	s.pass(340).told(false)
	s.pass(1)
	if d := s.j.Doubts(); len(d) != 0 {
		t.Errorf("asks again: %v", d)
	}
	s.pass(300).is(Stopped, Critical)

	s = resting(t) // nobody may tell: it is not asked for ever
	s.pass(340)
	if len(s.j.Doubts()) != 1 {
		t.Error("does not ask")
	}
	s.pass(400).is(Stopped, Critical)
	if d := s.j.Doubts(); len(d) != 0 {
		t.Errorf("asks for ever: %v", d)
	}
}

// A client that was seen at the very end of the log has no marker before it.
func TestMarkersAreNoExcuseForThoseWhoReachTheEnd(t *testing.T) {
	s := newSim(t, 1)
	s.told(true)
	s.pass(120)
	s.rate[0], s.reads[0] = 0, false
	s.pass(10)
	s.end[0]++
	s.within(60, Stopped)
	if s.res.Of(0).TimeLag < time.Second {
		t.Errorf("%v behind", s.res.Of(0).TimeLag)
	}
}
