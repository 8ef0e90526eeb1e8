package state

import (
	"testing"
	"time"
)

// Who commits oftener than weir looks has its own rhythm, not that of the looks.
func TestRhythmIsNotThatOfTheLooks(t *testing.T) {
	for _, every := range []int{1, 5} {
		s := newSim(t, 4)
		s.refresh, s.every = 10*time.Second, every
		s.pass(300).is(KeepingUp, Calm)
		if r, most := s.res.Of(0).Rhythm, time.Duration(every)*time.Second+1500*time.Millisecond; r == 0 || r > most {
			t.Errorf("commits each %d s, looked at each 10 s: a rhythm of %v, want %v at most", every, r, most)
		}
		s.readAll(false)
		s.within(21, Stopped)
	}
	s := newSim(t, 4)
	s.refresh, s.every = 10*time.Second, 25
	s.pass(10).calmFor(1200)
}

// Records that come in bursts and are read one after the other grow old without any trouble; what grows older than they
// usually do is told.
func TestBurstsReadEvenly(t *testing.T) {
	s := newSim(t, 3)
	s.refresh = 5 * time.Second
	s.rate, s.reads = []int64{0, 0, 0}, []bool{false, false, false}
	from, to := append([]int64(nil), s.end...), append([]int64(nil), s.end...)
	missed := int64(0)
	second := func(k int) {
		for p := range s.end {
			at := k + 7*p
			if at%12 == 0 { // sometimes more, sometimes less
				from[p], to[p] = to[p], to[p]+int64(100+150*(at/12%4))
				s.end[p] = to[p]
			}
			if at%5 == 0 {
				s.commit[p] = max(s.commit[p], from[p]+(to[p]-from[p])*int64(at%12)/12-missed)
			}
		}
		s.pass(1)
	}
	for k := range 1500 {
		second(k)
		if k < 300 {
			continue
		}
		if v := s.res.Of(0); v.Severity > Calm {
			t.Fatalf("after %d s a healthy group is %v: %s", k, v.State, v.Why)
		}
	}
	for k := 1500; k < 1620; k++ {
		missed += 8
		if second(k); s.res.Of(0).State == FallingBehind {
			return
		}
	}
	t.Fatalf("not told to fall behind: %v, %s", s.res.Of(0).State, s.res.Of(0).Why)
}
