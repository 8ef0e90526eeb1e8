package engine

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"weir/lag"
	"weir/lag/state"
)

// dear is a fake each sweep of which takes so much of the processor.
func dear(takes time.Duration) (*fake, Options) {
	f := &fake{name: "a"}
	var used atomic.Int64
	f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
		used.Add(int64(takes))
		return f.reading(n), nil
	}
	return f, Options{Used: func() time.Duration { return time.Duration(used.Load()) }}
}

func TestSweepsThatTakeMuchAreRarerWhileNothingIsTouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := dear(50 * time.Millisecond)
		const want = 11 * time.Second // 50 ms are 0.5 % of 10 s
		at := watched(t, f, o, func(e *Engine) {
			time.Sleep(61 * time.Second)
			if c := (<-e.States()).Clusters[0]; c.Eased != 0 || c.Refresh != 5*time.Second {
				t.Errorf("while somebody works here it is read every %s, eased from %s", c.Refresh, c.Eased)
			}
			e.SetPace(Pace{Idle: true})
			synctest.Wait()
			c := (<-e.States()).Clusters[0]
			if c.Eased != 5*time.Second || c.Refresh != want {
				t.Errorf("told at once: every %s, eased from %s; want %s", c.Refresh, c.Eased, want)
			}
			for range 24 {
				time.Sleep(5 * time.Second)
				synctest.Wait()
				select {
				case s := <-e.States():
					c = s.Clusters[0]
				default:
				}
				if age := time.Since(c.Reading.EndAt[0].Answered); age > want || len(c.Reading.Gaps) > 0 || !c.Reading.Complete {
					t.Errorf("numbers %s old, gaps %v: a wider pace is neither late nor a gap", age, c.Reading.Gaps)
				}
			}
			e.SetPace(Pace{}) // at 181 s, 10 s after the last sweep
			synctest.Wait()
			if c := (<-e.States()).Clusters[0]; c.Eased != 0 || c.Refresh != 5*time.Second || time.Since(c.Reading.Tick) > 0 {
				t.Errorf("touched again: read %s ago, every %s", time.Since(c.Reading.Tick), c.Refresh)
			}
			time.Sleep(time.Minute)
		})
		if n := within(at, 61*time.Second, 180*time.Second); n < 10 || n > 11 {
			t.Errorf("%d sweeps in 119 s, want one in %s", n, want)
		}
		if n := within(at, 180*time.Second, 242*time.Second); n != 13 {
			t.Errorf("%d sweeps in the minute after, want 13: one at once, then one in 5 s", n)
		}
	})
}

func TestWhatWasJustReadIsNotReadAgainAtATouch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := dear(50 * time.Millisecond)
		var touched time.Duration
		at := watched(t, f, o, func(e *Engine) {
			start := time.Now()
			e.SetPace(Pace{Idle: true})
			time.Sleep(2 * time.Minute)
			c := (<-e.States()).Clusters[0]
			time.Sleep(time.Until(c.Reading.Tick.Add(13 * time.Second))) // 2 s after the next sweep
			touched = time.Since(start)
			e.SetPace(Pace{})
			time.Sleep(20 * time.Second)
		})
		if n := within(at, touched, touched+2900*time.Millisecond); n != 0 {
			t.Errorf("what was read 2 s ago is read again at once")
		}
		if n := within(at, touched, touched+3100*time.Millisecond); n != 1 {
			t.Errorf("%d sweeps until a usual refresh has passed since the last, want 1", n)
		}
	})
}

func TestWhatTakesLittleKeepsItsPaceAndSoDoesARefreshThatWasChosen(t *testing.T) {
	for _, c := range []struct {
		takes time.Duration
		pace  Pace
		want  time.Duration
	}{
		{20 * time.Millisecond, Pace{Idle: true}, 5 * time.Second},
		{0, Pace{Idle: true}, 5 * time.Second},
		{60 * time.Millisecond, Pace{Idle: true, Refresh: 2 * time.Second}, 2 * time.Second},
		{60 * time.Millisecond, Pace{}, 5 * time.Second},
		{60 * time.Millisecond, Pace{Away: true}, 20 * time.Second},
		{125 * time.Millisecond, Pace{Away: true}, 26 * time.Second},
		{time.Second, Pace{Idle: true}, awayMost},
	} {
		w := &watcher{Source: Source{Refresh: 5 * time.Second}}
		w.effort.take(c.takes)
		if w.setPace(c.pace); w.every != c.want || (w.eased == 5*time.Second) != (c.want > 5*time.Second) {
			t.Errorf("%s a sweep, %+v: every %s, eased from %s; want %s", c.takes, c.pace, w.every, w.eased, c.want)
		}
	}
}

func TestAPaceDoesNotGoUpAndDown(t *testing.T) {
	var e effort
	e.take(50 * time.Millisecond)
	for range 100 {
		e.take(49 * time.Millisecond)
		e.take(51 * time.Millisecond)
	}
	if e.every != 11*time.Second {
		t.Errorf("every %s", e.every)
	}
	for range 30 {
		e.take(25 * time.Millisecond)
	}
	if e.every > 8*time.Second {
		t.Errorf("at half of it every %s", e.every)
	}
}

// TestTheRulesSeeTheSameAtAWiderPace: a group that keeps up does so all along, and one that stops is told of, when the pace
// widens and narrows under them.
func TestTheRulesSeeTheSameAtAWiderPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := dear(100 * time.Millisecond)
		reply := f.reply
		start := time.Now()
		stops := 9 * time.Minute
		f.reply = func(ctx context.Context, n int) (*lag.Reading, error) {
			r, err := reply(ctx, n)
			since := time.Since(start)
			r.End[0] = int64(since/time.Second) * 20
			r.Stable[0], r.Committed[0] = r.End[0], int64(min(since, stops)/time.Second)*20
			return r, err
		}
		watched(t, f, o, func(e *Engine) {
			paces := []Pace{{}, {Idle: true}, {}, {Away: true}, {}, {Idle: true}}
			var last state.State
			for i := range 36 {
				if i%4 == 0 {
					e.SetPace(paces[i/4%len(paces)])
				}
				time.Sleep(30 * time.Second)
				synctest.Wait()
				select {
				case s := <-e.States():
					v := s.Clusters[0].Verdicts.Of(0)
					if last = v.State; time.Since(start) > 2*time.Minute && time.Since(start) < stops && v.Severity != state.Calm {
						t.Errorf("%s after the start it is %s: %s", time.Since(start), v.State, v.Why)
					}
				default:
				}
			}
			if last != state.Stopped && last != state.Stalled {
				t.Errorf("nine minutes after it stopped it is %s", last)
			}
		})
	})
}
