package kafka_test

import (
	"runtime"
	"testing"

	"weir/internal/kafka/tap"
	"weir/probes"
)

// TestRefreshCostsLittle: a refresh allocates the replies and the two columns it publishes anew, and nothing for each
// value in them.
func TestRefreshCostsLittle(t *testing.T) {
	var rec tap.Recorder
	p := to{seeds: ownProcess(t, "small"), wrap: rec.Wrap}.probe(t)
	refresh := probes.Want{Due: probes.Refresh}
	sweep(t, p, probes.Want{Due: probes.All})
	for range 3 {
		sweep(t, p, refresh)
	}
	rec.Reset()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const runs = 10
	for range runs {
		sweep(t, p, refresh)
	}
	runtime.ReadMemStats(&after)
	_, in := rec.Bytes()
	r := sweep(t, p, refresh)
	if got := len(r.Positions); got != small.commits() || !r.Complete {
		t.Fatalf("%d positions of %d, complete %v, gaps %s", got, small.commits(), r.Complete, r.gaps())
	}
	if n := r.Cost.Requests; n != 6 {
		t.Errorf("%d requests a refresh, want 6", n)
	}
	bytes, objects := (after.TotalAlloc-before.TotalAlloc)/runs, (after.Mallocs-before.Mallocs)/runs
	must := uint64(in)/runs + 8*uint64(len(r.Positions)+len(r.Partitions))
	t.Logf("%d values: %d bytes in %d objects a refresh; replies and columns are %d", len(r.Positions)+len(r.Partitions), bytes, objects, must)
	if bytes > must+must/4+200_000 || objects > 1500 {
		t.Errorf("%d bytes in %d objects for replies and columns of %d", bytes, objects, must)
	}
}
