package lag

import (
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

// Whatever clocks do, the axis never runs back, and the wall time of now is the last stamp, to a tenth of a second.
func TestAxisNeverRunsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newAxis()
		at := time.UnixMilli(1_800_000_000_000)
		last := Moment(0)
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.Int64Range(-7200_000, 7200_000).Draw(t, "by")) * time.Millisecond)
			a.step(at)
			if a.now < last {
				t.Fatalf("from %d to %d", last, a.now)
			}
			if last = a.now; at.Sub(a.time(a.now)) < 0 || at.Sub(a.time(a.now)) >= tenth {
				t.Fatalf("now is %v, want %v", a.time(a.now), at)
			}
			for i := range a.levels {
				l := &a.levels[i]
				for k := 1; k < l.count; k++ {
					if l.at[l.row(k)] > l.at[l.row(k-1)] {
						t.Fatalf("level %d runs back", i)
					}
				}
			}
		}
	})
}

// Readings come at odd times; since when something is so must not waver by that.
func TestAMomentKeepsItsTime(t *testing.T) {
	a := newAxis()
	at := time.UnixMilli(1_800_000_000_017)
	a.step(at)
	a.step(at.Add(1_999 * time.Millisecond))
	m := a.now
	want := a.time(m)
	for _, ms := range []int64{4_003, 6_091, 7_958, 10_000} {
		a.step(at.Add(time.Duration(ms) * time.Millisecond))
		if got := a.time(m); !got.Equal(want) {
			t.Errorf("after %d ms it was at %v, before at %v", ms, got, want)
		}
	}
}

func TestAxisSeesGaps(t *testing.T) {
	a := newAxis()
	at := time.UnixMilli(1_800_000_000_000)
	for range 20 {
		at = at.Add(5 * time.Second)
		if a.step(at) {
			t.Fatal("a gap within the usual step")
		}
	}
	if a.usual != 5*time.Second {
		t.Errorf("usual step %v", a.usual)
	}
	if !a.step(at.Add(time.Hour)) {
		t.Error("an hour without a reading is no gap")
	}
	was := a.now
	if a.step(at.Add(-time.Hour)); a.now-was < 40 || a.now-was > 60 {
		t.Errorf("a clock set back moves the axis by %d tenths, want the usual 50", a.now-was)
	}
	if !a.time(Never).IsZero() {
		t.Error("never has a time")
	}
}

func TestBackFindsTheFinestLevel(t *testing.T) {
	a := newAxis()
	at := time.UnixMilli(1_800_000_000_000)
	for range 10000 {
		at = at.Add(5 * time.Second)
		a.step(at)
	}
	for _, back := range []time.Duration{10 * time.Second, 4 * time.Minute, 7 * time.Minute, 50 * time.Minute, 5 * time.Hour} {
		lv, row := a.back(a.now - Moments(back))
		got := a.now.Duration(a.levels[lv].at[row])
		if got < back || got > back+back/4+10*time.Second {
			t.Errorf("%v back lies a row of %v", back, got)
		}
	}
	lv, row := a.back(a.now - Moments(100*time.Hour))
	if got := a.now.Duration(a.levels[lv].at[row]); got < 5*time.Hour {
		t.Errorf("the oldest row is of %v", got)
	}
}

// TestAxisCountsSleep: the clock of a process stands still while the machine sleeps, that of the wall goes on; and the wall's
// is set back without any time being lost.
func TestAxisCountsSleep(t *testing.T) {
	a, at := newAxis(), time.Now()
	for range 20 {
		at = at.Add(5 * time.Second)
		a.step(at)
	}
	was := a.now
	at = at.Add(5 * time.Second)
	*(*uint64)(unsafe.Pointer(&at)) += 3600 << 30 // the wall's seconds, in a time that has both clocks
	if !a.step(at) || a.now.Duration(was) != time.Hour+5*time.Second {
		t.Errorf("an hour of sleep moves the axis by %s, and must be a gap", a.now.Duration(was))
	}
	was, at = a.now, at.Add(5*time.Second)
	*(*uint64)(unsafe.Pointer(&at)) -= 7200 << 30
	if a.step(at) || a.now.Duration(was) != 5*time.Second || !a.time(a.now).Equal(at) {
		t.Errorf("a clock set back moves the axis by %s to %s", a.now.Duration(was), a.time(a.now))
	}
}
