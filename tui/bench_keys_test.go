package tui

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// everyKey is a tour of the keys that one view may be asked for, with a filter typed, kept and taken off.
var everyKey = []string{"j", "k", "G", "g", "pgdown", "ctrl+d", "right", "O", "O", "left", "N", "L", "R", "E", "A", "!", "!", "w", "w", "f", "f",
	"space", "p", "p", "t", "t", "/", "g", "r", "o", "u", "p", "-", "1", "enter", "esc", "/", "l", "a", "g", ">", "1", "enter", "esc",
	":", "g", "r", "tab", "esc", "d", "esc", "y", "esc", "?", "esc", "@", "c", "tab", "tab", "enter", "esc", "-"}

// BenchmarkAnyKey is from any key to the finished frame, over 100,000 partitions and 1,000 groups, in every view. An
// iteration is one round of keys in all views; what counts is the slowest hundredth. It tells the time by the clock and
// that of the processor, which holds on a machine that does other work too.
func BenchmarkAnyKey(b *testing.B) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c := open(b, nil, 150, 66, 1, wide)
	var wall, cpu []time.Duration
	worst := map[string]time.Duration{}
	for b.Loop() {
		for _, v := range screens {
			c.m.stack, c.m.prompt, c.m.notice = []view{newOverview()}, nil, ""
			v.open(c, "agg", "clickstream.raw")
			_ = c.m.View()
			for _, key := range everyKey {
				on := v.name + " " + key + " on " + strings.Join(c.m.top().crumbs(c.m.snap()), "/")
				begun, used := time.Now(), processor(b)
				c.press(key)
				_ = c.m.View()
				wall, cpu = append(wall, time.Since(begun)), append(cpu, processor(b)-used)
				worst[on] = max(worst[on], cpu[len(cpu)-1])
			}
		}
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	at := func(all []time.Duration, share float64) float64 {
		return float64(all[int(share*float64(len(all)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(at(wall, 0.5), "ms-p50")
	b.ReportMetric(at(wall, 0.99), "ms-p99")
	b.ReportMetric(at(cpu, 0.5), "cpu-ms-p50")
	b.ReportMetric(at(cpu, 0.99), "cpu-ms-p99")
	names := slices.SortedFunc(maps.Keys(worst), func(a, b string) int { return cmp.Compare(worst[b], worst[a]) })
	slow := 0
	for _, d := range cpu {
		if d > 8*time.Millisecond {
			slow++
		}
	}
	b.ReportMetric(100*float64(slow)/float64(len(cpu)), "%above-8ms")
	var said strings.Builder
	for _, on := range names[:40] {
		fmt.Fprintf(&said, "\n%-50s %s", on, worst[on].Round(10*time.Microsecond))
	}
	b.Log("the slowest, by the processor:", said.String())
}

// processor is the time that this thread has used.
func processor(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}
