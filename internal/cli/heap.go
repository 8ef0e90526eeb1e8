package cli

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The collector lets the heap grow to twice what lives in it, which with an hour of history of a large cluster is more than an
// ops box should give. heapKept is what the console may take however little lives; beyond, what lives and three fifths more, so
// that a cluster of any size leaves the collector room.
const heapKept = 240 << 20

// heapLimit returns the limit of memory, in bytes, where so many live.
func heapLimit(live uint64) int64 { return max(heapKept, int64(live+live/5*3)) }

// keepHeap holds the memory of the console to that, until it is stopped. Who set GOMEMLIMIT is left alone.
func (a *app) keepHeap(ctx context.Context) (stop func()) {
	if a.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetMemoryLimit(heapKept)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		often := time.NewTicker(10 * time.Second)
		defer often.Stop()
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for {
			select {
			case <-ctx.Done():
				return
			case <-often.C:
				metrics.Read(live)
				debug.SetMemoryLimit(heapLimit(live[0].Value.Uint64()))
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		debug.SetMemoryLimit(before)
	}
}
