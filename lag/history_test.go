package lag

import (
	"math"
	"testing"
	"time"
)

func TestRates(t *testing.T) {
	g := newRig(2)
	for n := range 120 {
		g.ends[0] += 10
		g.ends[1] += 40
		if n%5 == 4 {
			g.commits[0] = g.ends[0]
			g.commits[1] += 100
		}
		g.tick(time.Second)
	}
	for p, want := range []float64{10, 40} {
		if got, ok := g.h.Produce(PartitionIx(p), 30*time.Second); !ok || math.Abs(got-want) > want/50 {
			t.Errorf("partition %d: %.2f records/s come in, want %.0f", p, got, want)
		}
	}
	for i, want := range []float64{10, 20} {
		if got, ok := g.h.Consume(PositionIx(i), 30*time.Second, 5*time.Second); !ok || math.Abs(got-want) > want/20 {
			t.Errorf("position %d: %.2f records/s are read, want %.0f", i, got, want)
		}
	}
	if p, ok := g.h.Pace(1, 15*time.Second, 5*time.Second); !ok || float64(p.Came) < 1.9*float64(p.Read) {
		t.Errorf("pace %+v, %v", p, ok)
	}
	if in, out, ok := g.h.GroupRates(0, 30*time.Second); !ok || math.Abs(in-50) > 2 || math.Abs(out-30) > 6 {
		t.Errorf("the group: %.1f in, %.1f out, %v", in, out, ok)
	}
	for range 60 {
		g.ends[0] += 10
		g.tick(time.Second)
	}
	if got, ok := g.h.Consume(0, 30*time.Second, 5*time.Second); !ok || got != 0 {
		t.Errorf("a silent position reads %.2f records/s, %v", got, ok)
	}
}

func TestRatesNeedTime(t *testing.T) {
	g := newRig(1)
	g.tick(time.Second)
	if v, ok := g.h.Produce(0, time.Minute); ok {
		t.Errorf("a rate of %.1f from one reading", v)
	}
	if _, _, ok := g.h.GroupRates(0, time.Minute); ok {
		t.Error("a rate of the group from one reading")
	}
	if _, ok := g.h.Consume(0, time.Minute, 0); ok {
		t.Error("a consume rate from one reading")
	}
}

func TestCatchUp(t *testing.T) {
	for _, c := range []struct {
		lag              int64
		produce, consume float64
		want             time.Duration
		ends             bool
	}{{0, 5, 0, 0, true}, {-4, 5, 0, 0, true}, {100, 10, 20, 10 * time.Second, true}, {100, 10, 10, 0, false}, {100, 10, 5, 0, false},
		{math.MaxInt64 / 2, 0, 1e-9, 0, false}} {
		if got, ends := CatchUp(c.lag, c.produce, c.consume); got != c.want || ends != c.ends {
			t.Errorf("CatchUp(%d, %v, %v) = %v, %v", c.lag, c.produce, c.consume, got, ends)
		}
	}
}

// A broker that fails leaves its values as they were: nothing is recorded for them, so that neither rates nor ages
// count the time as quiet.
func TestFailedShardRecordsNothing(t *testing.T) {
	g := newRig(1)
	for range 20 {
		g.ends[0] += 10
		g.tick(time.Second)
	}
	g.failed = true
	for range 10 {
		g.tick(time.Second)
	}
	e := g.h.Ends()[0]
	if g.h.Now()-e.Seen != 100 {
		t.Errorf("the end was seen %d tenths ago, want 100", g.h.Now()-e.Seen)
	}
	if v, ok := g.h.Produce(0, 15*time.Second); ok && (v < 9 || v > 11) {
		t.Errorf("%.1f records/s while nothing was seen, want 10 or nothing", v)
	}
	if tr := g.h.Tracks()[0]; tr.Told&Fresh != 0 {
		t.Error("a commit that was not read is fresh")
	}
	g.failed = false
	g.ends[0] += 100
	g.tick(time.Second)
	if v, ok := g.h.Produce(0, 20*time.Second); !ok || v < 8 || v > 12 {
		t.Errorf("%.1f records/s, %v", v, ok)
	}
}

func TestTopicMadeAnewBeginsASegment(t *testing.T) {
	g := newRig(2)
	for range 20 {
		g.ends[0] += 10
		g.commits[0] = g.ends[0]
		g.tick(time.Second)
	}
	g.change(func(t *Topology) { t.Topics[0].ID = [16]byte{2} })
	g.ends[0] = 30
	g.tick(time.Second)
	e, tr := g.h.Ends()[0], g.h.Tracks()[0]
	if e.Anew != g.h.Now() || e.Fell != g.h.Now() || tr.Since != g.h.Now() {
		t.Errorf("anew %d, fell %d, watched since %d at %d", e.Anew, e.Fell, tr.Since, g.h.Now())
	}
	if tr.Told&Had == 0 || tr.Moved != Never {
		t.Errorf("track %+v", tr)
	}
	if _, back := g.h.High(0); back {
		t.Error("told as having gone back")
	}
	evs := g.diff()
	if len(evs) != 1 || evs[0].Kind != TopicMadeAnew {
		t.Errorf("events %+v", evs)
	}
}

func TestHistoryGrows(t *testing.T) {
	g := newRig(1)
	g.ends[0] = 5
	g.tick(time.Second)
	g.grow(3)
	for range 5 {
		g.ends[3] += 7
		g.tick(time.Second)
	}
	if v, ok := g.h.Produce(3, 4*time.Second); !ok || math.Abs(v-7) > 0.2 {
		t.Errorf("%.1f, %v", v, ok)
	}
	if tr := g.h.Tracks()[3]; tr.Unread == Never {
		t.Error("records of an added partition do not wait")
	}
}

func TestRetention(t *testing.T) {
	g := newRig(1)
	set := func(s Settings) { g.change(func(t *Topology) { t.Topics[0].Settings = &s }) }
	set(Settings{Cleanup: "delete", Retention: time.Hour, RetentionBytes: -1})
	g.tick(time.Second)
	if _, endless, ok := g.h.RetentionLeft(g.last, 0); !endless || !ok {
		t.Error("nothing is unread, and yet something is deleted unread")
	}
	for range 600 {
		g.ends[0] += 5
		g.tick(time.Second)
	}
	if left, endless, ok := g.h.RetentionLeft(g.last, 0); !ok || endless || left < 49*time.Minute || left > 51*time.Minute {
		t.Errorf("left %v, endless %v, %v; want 50m", left, endless, ok)
	}
	set(Settings{Cleanup: "compact", Retention: time.Hour})
	g.tick(time.Second)
	if _, endless, ok := g.h.RetentionLeft(g.last, 0); !ok || !endless {
		t.Error("a compacted topic deletes by age")
	}
	set(Settings{Cleanup: "delete", Retention: -1, RetentionBytes: 1 << 30})
	for n := range 100 {
		g.ends[0] += 5
		if n%20 == 0 {
			g.starts[0] += 100
		}
		g.commits[0] = 1000
		g.tick(time.Second)
	}
	// The start goes 100 in 20 s, and has 500 to go to the commit.
	if left, endless, ok := g.h.RetentionLeft(g.last, 0); !ok || endless || left < 80*time.Second || left > 120*time.Second {
		t.Errorf("left %v, endless %v, %v; want 100s", left, endless, ok)
	}
}

func TestTotals(t *testing.T) {
	g := newRig(2)
	for n := range 301 {
		g.ends[0] += 10
		g.ends[1] += 20
		if g.failed = n >= 120 && n < 180; g.failed {
			g.ends[0], g.ends[1] = g.ends[0]-10, g.ends[1]-20
		}
		g.commits[0] = g.ends[0]
		g.tick(time.Second)
	}
	ps := g.h.GroupSeries(0, time.Hour)
	if len(ps) != 5 {
		t.Fatalf("%d minutes, want 5: %+v", len(ps), ps)
	}
	for k, p := range ps {
		if k == 2 {
			if p.Lag != Unknown || p.Produce >= 0 {
				t.Errorf("a minute not seen is %+v", p)
			}
			continue
		}
		if math.Abs(p.Produce-30) > 1.5 || math.Abs(p.Consume-10) > 1 || p.Lag <= 0 {
			t.Errorf("minute %d: %+v", k, p)
		}
		if k > 0 && p.At.Sub(ps[k-1].At) != time.Minute {
			t.Errorf("minutes at %v and %v", ps[k-1].At, p.At)
		}
	}
	for _, ps := range [][]Point{g.h.TopicSeries(0, time.Hour), g.h.BrokerSeries(0, time.Hour)} {
		if len(ps) != 5 || math.Abs(ps[0].Produce-30) > 1.5 || ps[0].Consume >= 0 || ps[0].Lag != Unknown {
			t.Errorf("%+v", ps)
		}
	}
	if got := g.h.TopicSeries(7, time.Hour); len(got) != 0 {
		t.Errorf("a topic that does not exist: %+v", got)
	}
	if got := g.h.GroupSeries(0, 90*time.Second); len(got) != 1 {
		t.Errorf("%d minutes of the last 90 s", len(got))
	}
}
