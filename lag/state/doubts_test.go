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
		0: {Count: 1, Producers: by, At: s.at}, 1: {Count: 1, Producers: by, At: s.at}}}}
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

// What was told of a topic before its last record came says nothing of that, and what could not be told once may be later.
func TestWhoWritesIsAskedAgain(t *testing.T) {
	s := newSim(t, 2)
	s.behind = 1
	s.told(false)
	s.pass(120)
	for range 2 {
		s.rate[0], s.rate[1] = 0, 0
		s.pass(340)
		if d := s.j.Doubts(); len(d) != 1 {
			t.Errorf("after %d s it asks about %v", s.seconds, d)
		}
		s.rate[0], s.rate[1] = 10, 10
		s.pass(60)
	}
}

// Of many topics each has its turn, though nobody tells of those before it.
func TestManyDoubts(t *testing.T) {
	const topics = 3 * mostDoubts
	r := &lag.Reading{Topology: &lag.Topology{}}
	for i := range topics {
		r.Partitions = append(r.Partitions, lag.Partition{Topic: lag.TopicIx(i)})
	}
	m := newMemory()
	j, asked := New(nil), map[lag.TopicIx]bool{}
	for m.now = 10_000; m.now < 10_000+4*standard.restFor/2; m.now += 50 {
		j.doubts.begin(m.now)
		for p := range r.Partitions {
			t := lag.Track{Commit: 9, Unread: 1, Third: lag.Never}
			j.doubt(&facts{l: &standard, r: r, m: &m, t: &t, e: &lag.EndTrack{}, p: lag.PartitionIx(p)})
		}
		if len(j.Doubts()) > mostDoubts {
			t.Fatalf("at once it asks about %v", j.Doubts())
		}
		for _, topic := range j.Doubts() {
			asked[topic] = true
		}
	}
	if len(asked) != topics {
		t.Errorf("it asks about %v", asked)
	}
}
