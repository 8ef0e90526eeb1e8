package state

import (
	"testing"
	"time"

	"weir/lag"
)

// later begins a new watch of the same cluster, with what the one before has learned.
func (s *sim) later(seconds int) *sim {
	hs := s.j.Habits(s.r, s.h)
	s.h, s.j, s.r, s.prev, s.res = lag.NewHistory(), New(nil), nil, nil, nil
	s.j.Recall(hs)
	for range seconds {
		s.second()
	}
	return s
}

// rare is a group that commits each 15 minutes, and is watched until that is known.
func rare(t *testing.T) *sim {
	s := newSim(t, 2)
	s.refresh, s.every = 5*time.Second, 900
	s.topo.Topics[0].Settings = &lag.Settings{Cleanup: "delete", Retention: time.Hour, RetentionBytes: -1}
	return s.pass(4 * 900)
}

// seed tells when what waits came, as look-ups do.
func (s *sim) seed(ago time.Duration) {
	for p := range s.end {
		s.h.Seed(lag.PartitionIx(p), s.commit[p], s.at.Add(-ago))
		s.h.Seed(lag.PartitionIx(p), s.commit[p]+3, s.at.Add(-ago+time.Second))
	}
}

func TestRhythmOutlivesAStart(t *testing.T) {
	s := rare(t)
	if hs := s.j.Habits(s.r, s.h); len(hs) != 1 || hs[0].Rhythm < 15*time.Minute || hs[0].Rhythm > 18*time.Minute {
		t.Fatalf("learned %+v", hs)
	}
	s.later(500).pass(5)
	s.seed(505 * time.Second)
	for range 75 {
		if s.pass(5); s.res.Of(0).Severity > Calm {
			t.Fatalf("%d s after its commit it is %v: %s", s.seconds%900, s.res.Of(0).State, s.res.Of(0).Why)
		}
	}
	if v := s.res.Of(0); v.State != KeepingUp {
		t.Errorf("it is %v: %s", v.State, v.Why)
	}
	s.readAll(false) // what it should have committed by now, it does not
	for n := 0; s.res.Of(0).State != Stopped; n++ {
		if s.pass(5); n > 120 {
			t.Fatalf("%d s later it is %v: %s", 5*n, s.res.Of(0).State, s.res.Of(0).Why)
		}
	}
	if over := s.seconds - 4*900; over < 18*60 || over > 24*60 {
		t.Errorf("told as stopped %d s after its last commit", over)
	}

	fresh := rare(t) // without it
	fresh.later(500)
	fresh.j.Recall(nil)
	fresh.pass(5)
	fresh.seed(505 * time.Second)
	fresh.within(120, Stopped)
}

// What was learned before makes nothing be told sooner, and ends where the group is seen to be otherwise now.
func TestHabitsArePatienceOnly(t *testing.T) {
	for _, before := range []time.Duration{0, time.Minute, 20 * time.Minute} {
		s := newSim(t, 2)
		s.j.Recall([]Habit{{Group: "billing", Seen: s.at, Rhythm: before}})
		s.pass(30).is(KeepingUp, Calm)
		s.readAll(false)
		s.within(30, Stopped)
	}
	s := newSim(t, 2)
	s.j.Recall([]Habit{{Group: "billing", Seen: s.at, Rhythm: time.Minute}})
	s.pass(200)
	if hs := s.j.Habits(s.r, s.h); len(hs) != 1 || hs[0].Rhythm != 0 {
		t.Errorf("after 200 s of commits each 5 s it is still told as %+v", hs)
	}
	if hs := newSim(t, 2).pass(200).habits(); len(hs) != 0 {
		t.Errorf("what is soon learned again is kept: %+v", hs)
	}
}

func (s *sim) habits() []Habit { return s.j.Habits(s.r, s.h) }

func TestHabitsThatCannotBeAreLeftOut(t *testing.T) {
	at := newSim(t, 1).at
	for name, b := range map[string]Habit{
		"too old":       {Seen: at.Add(-15 * 24 * time.Hour), Rhythm: time.Hour},
		"of the future": {Seen: at.Add(time.Hour), Rhythm: time.Hour},
		"negative":      {Seen: at, Rhythm: -time.Hour},
		"endless":       {Seen: at, Rhythm: 1000 * time.Hour},
		"of another":    {Group: "x", Seen: at, Rhythm: time.Hour},
	} {
		if b.Group == "" {
			b.Group = "billing"
		}
		s := newSim(t, 1)
		s.j.Recall([]Habit{b})
		s.pass(1)
		if s.j.mem[0].before != 0 {
			t.Errorf("%s: gone by", name)
		}
	}
}

// A job that was seen to come and go is none that went away, after a start as before it; and is late after one and a half
// of its intervals.
func TestJobOutlivesAStart(t *testing.T) {
	s := newSim(t, 2)
	s.refresh = 5 * time.Second
	s.state("Empty")
	s.readAll(false)
	run := func() {
		s.state("Stable")
		s.members(1)
		s.readAll(true)
		s.pass(60)
		s.state("Empty")
		s.readAll(false)
	}
	s.pass(540)
	for range 3 {
		run()
		s.pass(540)
	}
	s.later(0)
	for n := range 7 {
		s.pass(30)
		if v := s.res.Of(0); v.State != Empty || v.Severity != Calm {
			t.Fatalf("%d s into the watch it is %v: %s", 30*n, v.State, v.Why)
		}
	}
	s.pass(120)
	if v := s.res.Of(0); v.State != Stopped {
		t.Errorf("overdue, it is %v: %s", v.State, v.Why)
	}
	s.later(0).pass(30)
	if v := s.res.Of(0); v.State != Stopped {
		t.Errorf("overdue before the start, it is %v: %s", v.State, v.Why)
	}
}
