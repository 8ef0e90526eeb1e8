package state

import (
	"testing"
	"time"

	"weir/lag"
)

// life is a group of which the truth is known, second by second: what a test of its says of it is what an expert would.
type life struct {
	name  string
	of    func(s *sim) func(second int) // prepares the group, and returns what happens in each second
	parts int
	told  [4]State // after 30 s, 2 minutes, 10 minutes and an hour
	grave bool     // that is trouble, from then on
	from  int      // second from which on it is
	till  int      // and until when; 0: the end
}

var looks = [4]int{30, 120, 600, 3600}

// byHand makes a group whose partitions are assigned by hand, as Flink and Spark do.
func byHand(s *sim) {
	g := &s.topo.Groups[0]
	g.Type, g.ProtocolType, g.State, g.Members = lag.Simple, "", "Empty", nil
}

var lives = []life{
	{name: "a Connect sink that commits each minute", parts: 3, told: [4]State{Unknown, KeepingUp, KeepingUp, KeepingUp},
		of: func(s *sim) func(int) { s.every = 60; return nil }},
	{name: "a Streams app that commits each 100 ms", parts: 3, told: [4]State{KeepingUp, KeepingUp, KeepingUp, KeepingUp},
		of: func(s *sim) func(int) { s.every = 1; return nil }},
	{name: "a Flink job with checkpoints each 10 minutes", parts: 3, told: [4]State{Unknown, Unknown, Unknown, KeepingUp},
		of: func(s *sim) func(int) { byHand(s); s.every = 590; return nil }},
	{name: "a Flink job with checkpoints each 5 minutes", parts: 3, told: [4]State{Unknown, Unknown, Unknown, KeepingUp},
		of: func(s *sim) func(int) { byHand(s); s.every = 290; return nil }},
	{name: "a subscribed group that commits each quarter of an hour", parts: 3, told: [4]State{Unknown, Unknown, Stopped, KeepingUp}, grave: true, from: 300, till: 2705,
		of: func(s *sim) func(int) { s.every = 895; return nil }},
	{name: "a reader of a few records a poll", parts: 3, told: [4]State{KeepingUp, KeepingUp, KeepingUp, KeepingUp},
		of: func(s *sim) func(int) { s.every = 1; s.behind = 12; return nil }},
	{name: "one record an hour", parts: 1, told: [4]State{KeepingUp, Idle, Idle, Idle},
		of: func(s *sim) func(int) {
			s.rate[0] = 0
			return func(t int) {
				if t%3000 == 1500 {
					s.end[0]++
				}
			}
		}},
	{name: "producers that stop", parts: 3, told: [4]State{KeepingUp, KeepingUp, Idle, Idle},
		of: func(s *sim) func(int) {
			return func(t int) {
				if t == 100 {
					s.rate[0], s.rate[1], s.rate[2] = 0, 0, 0
				}
			}
		}},
	{name: "a compacted topic whose lag never reaches 0", parts: 3, told: [4]State{KeepingUp, KeepingUp, KeepingUp, KeepingUp},
		of: func(s *sim) func(int) { s.behind = 2; return nil }},
	{name: "static members that restart each 10 minutes", parts: 3, told: [4]State{KeepingUp, KeepingUp, KeepingUp, KeepingUp},
		of: func(s *sim) func(int) {
			return func(t int) { s.readAll(t%600 >= 8 || t < 60) }
		}},
	{name: "cooperative rebalances each 2 minutes", parts: 4, told: [4]State{KeepingUp, Rebalancing, Rebalancing, Rebalancing},
		of: func(s *sim) func(int) {
			return func(t int) {
				word := "Stable"
				if t%120 < 4 {
					word = "PreparingRebalance"
				}
				if s.topo.Groups[0].State != word {
					s.state(word)
				}
				s.reads[0] = t%120 >= 6 || t < 60
			}
		}},
	{name: "lag that oscillates", parts: 2, told: [4]State{KeepingUp, KeepingUp, KeepingUp, KeepingUp},
		of: func(s *sim) func(int) {
			return func(t int) {
				s.behind = 20
				if t/20%2 == 0 {
					s.behind = 90
				}
			}
		}},
	{name: "a member that commits each minute among others that do each 5 s", parts: 12, told: [4]State{KeepingUp, KeepingUp, KeepingUp, KeepingUp},
		of: func(s *sim) func(int) {
			s.end[0] += 300 // its last commit was half a minute ago
			return func(t int) { s.reads[0] = t%60 == 35 }
		}},
	{name: "a partition that stands from soon after the watch began", parts: 12, told: [4]State{Stalled, Stalled, Stalled, Stalled}, grave: true, from: 12,
		of: func(s *sim) func(int) {
			return func(t int) { s.reads[0] = t < 8 }
		}},
	{name: "a partition that stood before while others move", parts: 12, told: [4]State{KeepingUp, Stalled, Stalled, Stalled}, grave: true, from: 65,
		of: func(s *sim) func(int) { s.end[0] += 100; s.reads[0] = false; return nil }},
	{name: "a sink of a commit a minute that comes to read but half", parts: 3, told: [4]State{Unknown, KeepingUp, FallingBehind, FallingBehind}, grave: true, from: 400,
		of: func(s *sim) func(int) {
			s.every = 60
			return func(t int) { s.behind = int64(max(0, t-361)) * 5 }
		}},
	{name: "a reader before an open transaction that lasts", parts: 2, told: [4]State{KeepingUp, Blocked, Blocked, Blocked}, grave: true, from: 100,
		of: func(s *sim) func(int) {
			return func(t int) {
				if t == 90 {
					s.stable[0] = s.end[0]
				}
			}
		}},
	{name: "as fast as the producer, two hours behind", parts: 2, told: [4]State{Draining, Draining, Draining, FallingBehind}, grave: true, from: 600,
		of: func(s *sim) func(int) {
			for p := range s.end {
				s.end[p] += 72000
			}
			s.behind = 72000
			return nil
		}},
	{name: "a slow leak of one record in a hundred", parts: 1, told: [4]State{KeepingUp, KeepingUp, KeepingUp, FallingBehind}, grave: true, from: 1500,
		of: func(s *sim) func(int) {
			s.rate[0] = 100
			return func(t int) { s.behind = int64(t) }
		}},
	{name: "a slow leak on twenty partitions", parts: 20, told: [4]State{KeepingUp, KeepingUp, KeepingUp, FallingBehind}, grave: true, from: 1500,
		of: func(s *sim) func(int) {
			return func(t int) { s.behind = int64(t) / 10 }
		}},
	{name: "a job of a minute, each 20 minutes, without a policy", parts: 2, told: [4]State{Stopped, Stopped, Empty, Empty}, grave: true, from: 10, till: 300,
		of: func(s *sim) func(int) {
			s.state("Empty")
			s.readAll(false)
			return func(t int) {
				switch t % 1200 {
				case 300:
					s.state("Stable")
					s.members(1)
					s.readAll(true)
				case 360:
					s.state("Empty")
					s.readAll(false)
				}
			}
		}},
}

// What is told of clients that the recordings don't have, after half a minute, two, ten, and an hour.
func TestLives(t *testing.T) {
	for _, l := range lives {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			s := newSim(t, l.parts)
			s.refresh = 5 * time.Second
			s.rate = append([]int64(nil), s.rate...)
			each := l.of(s)
			look := 0
			for second := 1; second <= 3600; second++ {
				if each != nil {
					each(second)
				}
				s.pass(1)
				if s.res == nil {
					continue
				}
				v := s.res.Of(lag.GroupIx(0))
				if v.Severity > Calm && (!l.grave || second < l.from || l.till > 0 && second > l.till) {
					t.Fatalf("after %d s it is %v (%v): %s", second, v.State, v.Severity, v.Why)
				}
				if second == looks[look] {
					t.Logf("after %4d s %v since %v: %s", second, v.State, s.at.Sub(v.Since), v.Why)
					if v.State != l.told[look] {
						t.Errorf("after %d s it is %v, want %v: %s", second, v.State, l.told[look], v.Why)
					}
					look++
				}
			}
		})
	}
}
