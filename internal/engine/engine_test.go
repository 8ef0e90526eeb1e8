package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"weir/lag"
	"weir/lag/state"
	"weir/probes"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a probe of one group on one partition. reply decides what a sweep does; nil answers at once.
type fake struct {
	name   string
	reply  func(ctx context.Context, n int) (*lag.Reading, error)
	n      atomic.Int32
	wants  chan probes.Want
	closed atomic.Bool
}

func (f *fake) Name() string { return "fake" }
func (f *fake) Close() error { f.closed.Store(true); return nil }
func (f *fake) Observe(ctx context.Context, w probes.Want) (probes.Part, error) {
	n := int(f.n.Add(1))
	if f.wants != nil {
		f.wants <- w
	}
	if f.reply != nil {
		r, err := f.reply(ctx, n)
		return probes.Part{Reading: r}, err
	}
	return probes.Part{Reading: f.reading(n)}, nil
}

// topology is what fakes observe: one group on one partition.
func topology(name string) *lag.Topology {
	return &lag.Topology{
		Cluster: name, ID: "id-" + name, Nodes: []lag.Node{{ID: 1, Host: "h", Port: 1}},
		Topics:     []lag.Topic{{Name: "t", Partitions: []lag.PartitionIx{0}}},
		Partitions: []lag.Partition{{Topic: 0}},
		Groups:     []lag.Group{{Name: "g", Type: lag.Classic, State: "Stable", Positions: []lag.PositionIx{0}}},
		Positions:  []lag.Position{{}},
	}
}

func (f *fake) reading(n int) *lag.Reading {
	now := time.Now()
	at := []lag.ShardTime{{Sent: now, Answered: now}}
	return &lag.Reading{
		Topology: topology(f.name), Tick: now, Start: []int64{0}, End: []int64{int64(100 * n)}, Stable: []int64{int64(100 * n)},
		Size: []int64{lag.Unknown}, Committed: []int64{int64(100*n - 10)},
		StartAt: at, EndAt: at, StableAt: at, SizeAt: make([]lag.ShardTime, 1), CommittedAt: at, Complete: true,
	}
}

func (f *fake) source() Source {
	return Source{Name: f.name, Refresh: 5 * time.Second, Open: func(context.Context) (probes.Probe, error) { return f, nil }}
}

// collect runs an engine for a while of fake time and returns every state that could be read.
func collect(t *testing.T, d time.Duration, sources ...Source) []State {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	e := New(sources, Options{})
	var got []State
	ended := make(chan struct{})
	go func() { e.Run(ctx); close(ended) }()
	for {
		select {
		case s := <-e.States():
			got = append(got, s)
		case <-ended:
			return got
		}
	}
}

func TestASweepATickAndAllIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a"}
		got := collect(t, 31*time.Second, f.source())
		if n := int(f.n.Load()); n != 7 || len(got) != n {
			t.Errorf("%d sweeps and %d states in 31 s at 5 s, want 7 of each", n, len(got))
		}
		if !f.closed.Load() {
			t.Error("the probe was not closed")
		}
		last := got[len(got)-1].Clusters[0]
		if !last.Seen || last.Failed != 0 || last.Verdicts == nil || last.Verdicts.Of(0).Lag != 10 {
			t.Errorf("last state: %+v", last)
		}
	})
}

func TestADeadClusterHarmsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, hung := &fake{name: "good"}, &fake{name: "hung"}
		hung.reply = func(ctx context.Context, _ int) (*lag.Reading, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		unopened := Source{Name: "unopened", Refresh: 5 * time.Second, Open: func(context.Context) (probes.Probe, error) {
			return nil, errors.New("no such host")
		}}
		got := collect(t, 31*time.Second, good.source(), hung.source(), unopened)
		if n := good.n.Load(); n != 7 {
			t.Errorf("the good cluster was swept %d times, want 7", n)
		}
		last := got[len(got)-1]
		for i, want := range []string{"", context.DeadlineExceeded.Error(), ""} {
			c := last.Clusters[i]
			if c.Reading == nil || (i > 0) == c.Seen || (i > 0 && len(c.Reading.Gaps) == 0) {
				t.Errorf("%s: seen %v, %+v %s", c.Name, c.Seen, c.Reading, want)
			}
		}
		if d := last.Clusters[2].Reading.Gaps[0].Detail; d == "" {
			t.Error("a source that can't be opened gives no reason")
		}
	})
}

func TestEveryTickYieldsAReadingWhileASweepHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a"}
		f.reply = func(ctx context.Context, n int) (*lag.Reading, error) {
			if n == 2 {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return f.reading(n), nil
		}
		got := collect(t, 40*time.Second, f.source())
		var late int
		for i, s := range got {
			r := s.Clusters[0].Reading
			if i > 0 && r.Tick.Before(got[i-1].Clusters[0].Reading.Tick) {
				t.Errorf("state %d goes back to %s", i, r.Tick)
			}
			if len(r.Gaps) > 0 {
				late++
				if r.End[0] != 100 || r.Complete || !r.EndAt[0].Answered.Before(r.Tick) {
					t.Errorf("a late tick must keep the old values and stamps: end %d, %+v", r.End[0], r.EndAt[0])
				}
			}
		}
		if late < 2 {
			t.Errorf("%d late ticks told, want at least 2 (of %d states)", late, len(got))
		}
		if last := got[len(got)-1].Clusters[0]; last.Reading.End[0] == 100 || len(last.Reading.Gaps) > 0 {
			t.Errorf("it never came back: %+v", last.Reading)
		}
	})
}

// Sweeps that outlast their ticks end with readings that began before what was told meanwhile: that is no clock set back,
// and no time passes that did not. A cluster of which some brokers answer is not one that doesn't.
func TestLongSweepsMakeNoTime(t *testing.T) {
	for _, silent := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			f := &fake{name: "a"}
			f.reply = func(ctx context.Context, n int) (*lag.Reading, error) {
				r := f.reading(n)
				if n > 1 {
					first := lag.ShardTime{Sent: begun, Answered: begun}
					r.End[0], r.Committed[0], r.CommittedAt = 100, 90, []lag.ShardTime{first}
					if silent {
						r.EndAt, r.StartAt, r.StableAt = r.CommittedAt, r.CommittedAt, r.CommittedAt
					}
					r.Gaps, r.Complete = []lag.Gap{{Ref: lag.Ref{Cluster: "a", Kind: lag.KindBroker, Name: "1"}, Reason: lag.Timeout}}, false
					time.Sleep(9 * time.Second)
				}
				return r, nil
			}
			got := collect(t, 10*time.Minute, f.source())
			last := got[len(got)-1].Clusters[0]
			v := last.Verdicts.Of(0)
			if v.State != state.NotVisible || v.Since.Before(begun) || v.Since.After(begun.Add(time.Minute)) {
				t.Errorf("silent %v: %v since %v of the watch: %s", silent, v.State, v.Since.Sub(begun), v.Why)
			}
			if failed := last.Failed > 0; failed != silent {
				t.Errorf("silent %v, and %d sweeps failed", silent, last.Failed)
			}
			for i, s := range got[1:] {
				if r := s.Clusters[0].Reading; r.Tick.Before(got[i].Clusters[0].Reading.Tick) {
					t.Errorf("state %d goes back to %s", i, r.Tick)
				}
			}
		})
	}
}

func TestAClusterThatNeverAnswersIsAskedLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a"}
		f.reply = func(context.Context, int) (*lag.Reading, error) { return nil, errors.New("connection refused") }
		got := collect(t, 5*time.Minute, f.source())
		if n := f.n.Load(); n < 8 || n > 14 {
			t.Errorf("%d sweeps in 5 minutes, want about one in 30 s once it keeps failing", n)
		}
		if len(got) < 55 {
			t.Errorf("%d states in 60 ticks: the clock stopped", len(got))
		}
	})
}

// TestAClusterThatDiesIsLookedForWhileThereIsHope: its return is seen at the next tick. Later, and where it refuses, it is
// asked rarely.
func TestAClusterThatDiesIsLookedForWhileThereIsHope(t *testing.T) {
	for _, tt := range []struct {
		reason       lag.Reason
		soon, in5min int32 // sweeps after its death
	}{{lag.Unreachable, 6, 33}, {lag.Timeout, 6, 33}, {lag.NotAuthorized, 2, 10}} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{name: "a"}
			var dead atomic.Int32
			f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
				r := f.reading(n)
				if n > 2 {
					dead.Add(1)
					r.EndAt, r.CommittedAt, r.StartAt, r.StableAt = []lag.ShardTime{{}}, []lag.ShardTime{{}}, []lag.ShardTime{{}}, []lag.ShardTime{{}}
					r.Gaps = []lag.Gap{{Ref: lag.Ref{Cluster: "a", Kind: lag.KindCluster}, Reason: tt.reason}}
				}
				return r, nil
			}
			watched(t, f, Options{}, func(*Engine) {
				time.Sleep(39 * time.Second)
				if n := dead.Load(); n != tt.soon {
					t.Errorf("%s: %d sweeps in the half minute after its death, want %d", tt.reason, n, tt.soon)
				}
				time.Sleep(271 * time.Second)
				if n := dead.Load(); n < tt.in5min-1 || n > tt.in5min+1 {
					t.Errorf("%s: %d sweeps in 5 minutes, want about %d", tt.reason, n, tt.in5min)
				}
			})
		})
	}
}

// TestTheSweepOfAReadingIsTold also while its numbers are told again.
func TestTheSweepOfAReadingIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		f := &fake{name: "a"}
		f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
			if n == 3 {
				time.Sleep(9 * time.Second)
			}
			return f.reading(n), nil
		}
		var told []time.Duration
		for _, s := range collect(t, 26*time.Second, f.source()) {
			told = append(told, s.Clusters[0].Swept.Sub(begun).Round(time.Second))
		}
		want := []time.Duration{0, 5 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 25 * time.Second}
		if !slices.Equal(told, want) {
			t.Errorf("sweeps told of %v, want %v", told, want)
		}
	})
}

func TestASlowReaderFindsTheLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a"}
		ctx, cancel := context.WithCancel(t.Context())
		e := New([]Source{f.source()}, Options{})
		ended := make(chan struct{})
		go func() { e.Run(ctx); close(ended) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		s := <-e.States()
		if want := int64(100 * f.n.Load()); s.Clusters[0].Reading.End[0] != want || want < 1000 {
			t.Errorf("the reader found end %d, the latest is %d", s.Clusters[0].Reading.End[0], want)
		}
		cancel()
		<-ended
	})
}

// TestWhatIsKnownOfAFocusIsToldAtOnce: the numbers of the positions of a group are worked out from the last sweep when
// the group comes into focus, not with the next one.
func TestWhatIsKnownOfAFocusIsToldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := &fake{name: "a"}
		e := New([]Source{f.source(), (&fake{name: "b"}).source()}, Options{Rates: true})
		ended := make(chan struct{})
		go func() { e.Run(ctx); close(ended) }()
		time.Sleep(21 * time.Second)
		synctest.Wait()
		before := <-e.States()
		if got := before.Clusters[0].Positions[0]; got != nil {
			t.Fatalf("nobody looks at the group, and its positions are worked out: %v", got)
		}
		sweeps := f.n.Load()
		e.Focus([]lag.Ref{{Cluster: "a", Kind: lag.KindGroup, Name: "g"}, {Cluster: "a", Kind: lag.KindGroup, Name: "none"}})
		synctest.Wait()
		after := (<-e.States()).Clusters[0]
		if p := after.Positions[0]; len(p) != 1 || math.Abs(p[0].Produce-20) > 1 || math.Abs(p[0].Consume-20) > 1 {
			t.Errorf("positions in focus: %+v, want rates of about 20 a second", p)
		}
		if f.n.Load() != sweeps || after.Reading != before.Clusters[0].Reading || len(after.Produce) != 1 {
			t.Errorf("swept %d times more, or something else than the numbers changed", f.n.Load()-sweeps)
		}
		e.Focus([]lag.Ref{{Cluster: "a", Kind: lag.KindGroup, Name: "g"}})
		synctest.Wait()
		select {
		case <-e.States():
			t.Error("nothing new is in focus, and a state was published")
		default:
		}
		e.Focus([]lag.Ref{{Cluster: "a", Kind: lag.KindTopic, Name: "t"}, {Cluster: "a", Kind: lag.KindTopic, Name: "none"}})
		synctest.Wait()
		if got := (<-e.States()).Clusters[0].Slowest; len(got) != 1 || got[0].Group != 0 || got[0].Position.Lag != 10 {
			t.Errorf("the slowest readers of a topic in focus: %+v", got)
		}
		cancel()
		<-ended
	})
}

func TestFocusAndCadencesReachTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a", wants: make(chan probes.Want, 100)}
		ctx, cancel := context.WithCancel(t.Context())
		e := New([]Source{f.source()}, Options{})
		ended := make(chan struct{})
		go func() { e.Run(ctx); close(ended) }()
		first := <-f.wants
		if first.Due != probes.All {
			t.Errorf("the first sweep reads %b, want everything", first.Due)
		}
		e.Focus([]lag.Ref{{Cluster: "a", Kind: lag.KindGroup, Name: "g"}, {Cluster: "b", Kind: lag.KindGroup, Name: "h"}})
		due := map[probes.Due]int{}
		for range 24 { // two minutes
			w := <-f.wants
			if fmt.Sprint(w.Focus) != "[a/group/g]" {
				t.Fatalf("focus %v", w.Focus)
			}
			for d := probes.Commits; d <= probes.Sizes; d <<= 1 {
				if w.Due.Has(d) {
					due[d]++
				}
			}
		}
		for d, want := range map[probes.Due]int{probes.Commits: 24, probes.Ends: 24, probes.Groups: 24, probes.Starts: 12, probes.Layout: 12, probes.Members: 2, probes.Sizes: 2} {
			if due[d] != want {
				t.Errorf("cadence %b: read %d times in 24 sweeps, want %d", d, due[d], want)
			}
		}
		cancel()
		<-ended
	})
}

func TestOnceGivesEachSourceAReading(t *testing.T) {
	good := &fake{name: "good"}
	bad := Source{Name: "bad", Open: func(context.Context) (probes.Probe, error) { return nil, errors.New("no such host") }}
	s := Once(t.Context(), []Source{good.source(), bad}, probes.Want{Due: probes.All})
	if c := s.Clusters[0]; !c.Seen || c.Reading.End[0] != 100 || !good.closed.Load() {
		t.Errorf("good: %+v", c)
	}
	if c := s.Clusters[1]; c.Seen || len(c.Reading.Gaps) != 1 || c.Reading.Gaps[0].Detail != "no such host" || c.Reading.Complete {
		t.Errorf("bad: %+v", c.Reading)
	}
}

func TestRatesOfPartitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a"}
		ctx, cancel := context.WithTimeout(t.Context(), 21*time.Second)
		defer cancel()
		e := New([]Source{f.source()}, Options{Rates: true})
		e.Run(ctx)
		s := <-e.States()
		if got := s.Clusters[0].Produce; len(got) != 1 || got[0] < 19 || got[0] > 21 {
			t.Errorf("100 records every 5 s are %v records a second", got)
		}
	})
}
