package engine

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"weir/lag"
	"weir/probes"
)

// watched runs an engine over a fake in fake time, and returns when each sweep began, since the start.
func watched(t *testing.T, f *fake, o Options, live func(*Engine)) []time.Duration {
	t.Helper()
	start := time.Now()
	var at []time.Duration
	reply := f.reply
	f.reply = func(ctx context.Context, n int) (*lag.Reading, error) {
		at = append(at, time.Since(start))
		if reply != nil {
			return reply(ctx, n)
		}
		return f.reading(n), nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	e := New([]Source{f.source()}, o)
	ended := make(chan struct{})
	go func() { e.Run(ctx); close(ended) }()
	live(e)
	cancel()
	<-ended
	return at
}

// within counts the moments of a stretch.
func within(at []time.Duration, from, to time.Duration) int {
	n := 0
	for _, d := range at {
		if d > from && d <= to {
			n++
		}
	}
	return n
}

func TestSweepsAreRarerWhileNobodyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a"}
		var refresh time.Duration
		at := watched(t, f, Options{}, func(e *Engine) {
			time.Sleep(61 * time.Second)
			e.SetPace(Pace{Away: true})
			time.Sleep(115 * time.Second)
			refresh = (<-e.States()).Clusters[0].Refresh
			e.SetPace(Pace{})
			time.Sleep(time.Second)
			synctest.Wait()
			if s := <-e.States(); time.Since(s.Clusters[0].Reading.Tick) > time.Second {
				t.Error("nothing was read at once when somebody looked again")
			}
			time.Sleep(time.Minute)
		})
		if n := within(at, 61*time.Second, 175*time.Second); n != 5 || refresh != 20*time.Second {
			t.Errorf("%d sweeps in 115 s in which nobody looked, told as one in %s; want one in 20 s", n, refresh)
		}
		if n := within(at, 175*time.Second, 237*time.Second); n != 13 {
			t.Errorf("%d sweeps in the minute after, want 13: one at once, then one in 5 s", n)
		}
	})
}

func TestAwayIsNeverSoRareThatSilenceProvesNothing(t *testing.T) {
	w := &watcher{Source: Source{Refresh: 10 * time.Second}}
	for asked, want := range map[time.Duration]time.Duration{2 * time.Second: 8 * time.Second, 10 * time.Second: 30 * time.Second,
		time.Second: 8 * time.Second, time.Minute: time.Minute, 0: 30 * time.Second} {
		if w.setPace(Pace{Refresh: asked, Away: true}); w.every != want {
			t.Errorf("a refresh of %s: %s while nobody looks, want %s", asked, w.every, want)
		}
	}
}

func TestReadNowReadsAllAndKeepsTheFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a", wants: make(chan probes.Want, 100)}
		at := watched(t, f, Options{Refresh: time.Minute}, func(e *Engine) {
			time.Sleep(10 * time.Second)
			for range 40 { // a key that is held down
				e.ReadNow()
				time.Sleep(100 * time.Millisecond)
			}
			time.Sleep(3 * time.Minute)
		})
		if n := within(at, 9*time.Second, 15*time.Second); n != 3 {
			t.Errorf("asked forty times in four seconds, it read %d times, want 3", n)
		}
		for i := 1; i < len(at); i++ {
			if d := at[i] - at[i-1]; d < MinRefresh {
				t.Errorf("sweeps %d and %d are %s apart", i-1, i, d)
			}
		}
		if n := within(at, 15*time.Second, 190*time.Second); n != 2 && n != 3 {
			t.Errorf("%d sweeps in the three minutes after, want one a minute again", n)
		}
		close(f.wants)
		<-f.wants
		if w := <-f.wants; w.Due != probes.All {
			t.Errorf("read now reads %b, want everything", w.Due)
		}
	})
}

func TestThePaceIsChangedWhileItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := watched(t, &fake{name: "a"}, Options{}, func(e *Engine) {
			time.Sleep(31 * time.Second)
			e.SetPace(Pace{Refresh: time.Second})
			time.Sleep(30 * time.Second)
			e.SetPace(Pace{Refresh: 10 * time.Second})
			time.Sleep(time.Minute)
		})
		if n := within(at, 31*time.Second, 61*time.Second); n != 15 {
			t.Errorf("%d sweeps in 30 s at the floor of 2 s", n)
		}
		if n := within(at, 61*time.Second, 121*time.Second); n != 6 {
			t.Errorf("%d sweeps in a minute at 10 s", n)
		}
	})
}

func TestAClusterThatIsStrainedIsAskedLessAndToldSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a"}
		const long = 9 * time.Second
		var took atomic.Int64
		took.Store(int64(long))
		f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
			r := f.reading(n)
			r.Cost.Took = time.Duration(took.Load())
			time.Sleep(r.Cost.Took)
			return r, nil
		}
		watched(t, f, Options{}, func(e *Engine) {
			time.Sleep(2 * time.Minute)
			c := (<-e.States()).Clusters[0]
			if c.Strain == nil || c.Strain.Asked != 5*time.Second || c.Strain.Took != long || c.Strain.Group != "g" || c.Strain.Positions != 1 || c.Refresh != 10*time.Second {
				t.Errorf("sweeps of 9 s every 5: %+v, one in %s", c.Strain, c.Refresh)
			}
			took.Store(0)
			time.Sleep(3 * time.Minute)
			if c := (<-e.States()).Clusters[0]; c.Strain != nil || c.Refresh != 5*time.Second {
				t.Errorf("long done at once again: %+v, one in %s", c.Strain, c.Refresh)
			}
		})
	})
}

func TestWhatDoesNotAnswerIsNoStrain(t *testing.T) {
	r := &lag.Reading{Topology: topology("a"), Cost: lag.Cost{Took: time.Minute}, Gaps: []lag.Gap{{Reason: lag.Timeout}}}
	w := &watcher{Source: Source{Refresh: 5 * time.Second}}
	w.setPace(Pace{})
	for range 10 {
		w.weigh(r)
	}
	if w.strained(r) != nil {
		t.Error("a broker that hangs counts as load")
	}
	r.Gaps, r.Cost.Took = nil, time.Second
	r.Cost.Nodes = []lag.NodeCost{{Throttle: 3 * time.Second}}
	for range strainAfter {
		w.weigh(r)
	}
	if s := w.strained(r); s == nil || s.Throttled != 3*time.Second {
		t.Errorf("throttled for 3 s of 5: %+v", s)
	}
}

// TestReadNowWaitsForTheSweepUnderWay: what is asked for while a sweep runs is not dropped: that one may have read it before.
func TestReadNowWaitsForTheSweepUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a", wants: make(chan probes.Want, 100)}
		f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
			time.Sleep(4 * time.Second)
			return f.reading(n), nil
		}
		at := watched(t, f, Options{Refresh: time.Minute}, func(e *Engine) {
			time.Sleep(2 * time.Second) // the first sweep is under way
			e.ReadNow()
			time.Sleep(20 * time.Second)
		})
		if n := within(at, 2*time.Second, 5*time.Second); n != 1 || len(at) != 2 {
			t.Errorf("sweeps begin at %v, want one more when the first is done", at)
		}
		<-f.wants
		if w := <-f.wants; w.Due != probes.All {
			t.Errorf("it reads %b, want everything", w.Due)
		}
	})
}
