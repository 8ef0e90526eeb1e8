package state

import "testing"

// While a leader is away nobody can read there; once it is back, silence counts from then.
func TestALeaderThatIsAwayMakesNoStall(t *testing.T) {
	s := newSim(t, 4)
	s.pass(120).is(KeepingUp, Calm)
	s.reads[1] = false
	s.calmFor(3) // what came in before it went
	s.dark = map[int]bool{1: true}
	s.calmFor(60)
	s.dark, s.reads[1] = nil, true
	s.calmFor(20).is(KeepingUp, Calm)

	s.reads[1] = false
	s.calmFor(3)
	s.dark = map[int]bool{1: true}
	s.calmFor(30)
	s.dark = nil
	s.calmFor(10)
	s.within(25, Stalled)
}

// After a burst a reader takes its partitions in turns, and the last of them waits for longer than anything ever does.
func TestPartitionsReadInTurnsAreNoStall(t *testing.T) {
	s := newSim(t, 6)
	s.every = 1
	s.pass(60).is(KeepingUp, Calm)
	for p := range s.end {
		s.end[p] += 1500
	}
	s.readAll(false)
	for turn := range 30 {
		p := turn % len(s.commit)
		for range 2 {
			s.commit[p] = min(s.commit[p]+120, s.end[p])
			s.calmFor(1)
		}
	}
}

// One that stands while the others are prompt is stalled all the same.
func TestOneThatStandsBesidePromptOnesIsStalled(t *testing.T) {
	s := newSim(t, 6)
	s.every = 1
	s.pass(60).is(KeepingUp, Calm)
	s.reads[3] = false
	s.within(12, Stalled)
}
