package engine

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"weir/lag"
	"weir/lag/state"
	"weir/probes"
)

// What was learned before is asked for once; what is learned is given away now and then, one at a time, and at the end.
func TestHabitsAreRecalledAndRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a"}
		f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
			r := f.reading(n)
			r.Committed[0] = int64(100 * (n / 12 * 12)) // each minute
			return r, nil
		}
		src := f.source()
		recalled := 0
		src.Recall = func(id string) []state.Habit {
			recalled++
			if id != "id-a" {
				t.Errorf("asked for those of %q", id)
			}
			return []state.Habit{{Group: "g", Seen: time.Now(), Rhythm: 100 * time.Minute}}
		}
		var under atomic.Int32
		var given [][]state.Habit
		src.Learned = func(id string, hs []state.Habit) {
			if under.Add(1) > 1 || id != "id-a" {
				t.Errorf("given those of %q, %d at a time", id, under.Load())
			}
			if len(given) == 0 {
				time.Sleep(7 * time.Minute) // on a disk that is slow
			}
			given = append(given, hs)
			under.Add(-1)
		}
		got := collect(t, 21*time.Minute, src)
		if recalled != 1 || len(got) < 200 {
			t.Errorf("recalled %d times, in %d states", recalled, len(got))
		}
		if n := len(given); n < 3 || n > 5 {
			t.Errorf("given %d times in 21 minutes", n)
		}
		last := given[len(given)-1]
		if len(last) != 1 || last[0].Group != "g" || last[0].Rhythm < time.Minute || last[0].Rhythm > 80*time.Second {
			t.Errorf("learned %+v", last)
		}
	})
}

// Where it hangs on who writes a topic whether anything is unread, the probe is asked.
func TestDoubtsReachTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a", wants: make(chan probes.Want, 1000)}
		f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
			r := f.reading(n)
			r.End[0], r.Stable[0], r.Committed[0] = 100, 100, 99
			return r, nil
		}
		collect(t, 7*time.Minute, f.source())
		close(f.wants)
		asked, sweeps := 0, 0
		for w := range f.wants {
			if sweeps++; len(w.Writers) > 0 {
				asked++
				if w.Writers[0] != "t" || sweeps < 60 {
					t.Errorf("asked in sweep %d about %v", sweeps, w.Writers)
				}
			}
		}
		if asked < 10 {
			t.Errorf("asked in %d of %d sweeps", asked, sweeps)
		}
	})
}
