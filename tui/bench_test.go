package tui

import (
	"fmt"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
	"weir/lag/state"
)

// wide is a cluster of 100,000 partitions and 1,000 groups, of which one reads 10,000.
func wide(at time.Time) engine.Cluster {
	c := newCast(6, at)
	big := c.topic("clickstream.raw", 10_000)
	for i := range 900 {
		c.topic(fmt.Sprintf("topic-%03d", i), 100)
	}
	c.group("agg", big, state.Verdict{State: state.Stalled, Severity: state.Critical, Since: at.Add(-time.Hour), Lag: 1_400_000, TimeLag: time.Hour,
		Produce: 10, Consume: 5, CatchUp: state.Never, RetentionLeft: state.NotKnown, Why: "p7 of clickstream.raw has not moved for 1h00m: nobody reads it."}, 20,
		func(p int) int64 { return int64(p*p) % 3000 })
	for i := 1; i < 1000; i++ {
		v := c.fine(int64(i), 10)
		if i%40 == 0 {
			v.State, v.Severity = state.FallingBehind, state.Warning
		}
		c.group(fmt.Sprintf("group-%04d", i), lag.TopicIx(i%900+1), v, 3, func(int) int64 { return 1 })
	}
	return c.cluster()
}

// BenchmarkKey is from a key to the finished frame.
func BenchmarkKey(b *testing.B) {
	for _, v := range screens {
		b.Run(v.name, func(b *testing.B) {
			c := open(b, nil, 150, 66, 1, wide)
			v.open(c, "agg", "clickstream.raw")
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.press([]string{"j", "k"}[i%2])
				_ = c.m.View()
			}
		})
	}
}

// BenchmarkState is from a new state to the finished frame.
func BenchmarkState(b *testing.B) {
	for _, v := range screens[:8] {
		b.Run(v.name, func(b *testing.B) {
			c := open(b, nil, 150, 66, 1, wide)
			v.open(c, "agg", "clickstream.raw")
			made := wide(night)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				next := made
				r := *made.Reading
				r.Tick = night.Add(time.Duration(i) * 5 * time.Second)
				next.Reading = &r
				c.tick(r.Tick, func(time.Time) engine.Cluster { return next })
				_ = c.m.View()
			}
		})
	}
}
