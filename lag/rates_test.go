package lag

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestProduceAll: at once or one by one, the rates are the same, whatever was not read, made anew, or came later.
func TestProduceAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newRig(rapid.IntRange(1, 4).Draw(t, "partitions"))
		for range rapid.IntRange(1, 40).Draw(t, "ticks") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				g.failed = !g.failed
			case 1:
				g.grow(1)
			case 2:
				g.ends[rapid.IntRange(0, len(g.ends)-1).Draw(t, "which")] = rapid.SampledFrom([]int64{Unknown, 0, 5}).Draw(t, "end")
			}
			for p := range g.ends {
				if Known(g.ends[p]) {
					g.ends[p] += int64(rapid.IntRange(0, 100).Draw(t, "grown"))
				}
			}
			g.tick(time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second)
			d := time.Duration(rapid.IntRange(2, 300).Draw(t, "over")) * time.Second
			want, got := make([]float64, len(g.ends)), make([]float64, len(g.ends))
			for p := range want {
				rate, known := g.h.Produce(PartitionIx(p), d)
				if !known {
					rate = -1
				}
				want[p] = rate
			}
			if g.h.ProduceAll(d, got); !slices.Equal(got, want) {
				t.Fatalf("over %s: %v at once, %v one by one", d, got, want)
			}
		}
	})
}
