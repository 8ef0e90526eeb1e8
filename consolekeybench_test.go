package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// press is a key, and what says on the screen that it was obeyed: one text that comes, and one that goes; "" for none.
type press struct{ key, comes, goes string }

// done reports whether a screen tells that the key was obeyed.
func (p press) done(screen string) bool {
	return strings.Contains(screen, p.comes) && (p.goes == "" || !strings.Contains(screen, p.goes))
}

const (
	enter, escape    = "\r", "\x1b"
	pageUp, pageDown = "\x1b[5~", "\x1b[6~"
)

// pressed goes through the views of a cluster of 1,000 groups, 1,000 topics and three brokers, and ends where it began.
var pressed = []press{
	{"2", "▸ groups", ""}, {"j", " 2 of 1000", ""}, {"k", " 1 of 1000", ""}, {pageDown, "", " 1 of 1000"}, {pageUp, " 1 of 1000", ""},
	{"G", " 1000 of 1000", ""}, {"g", " 1 of 1000", ""}, {"w", "COORD", ""}, {"w", "", "COORD"}, {"!", "none of 1000", ""}, {"!", " 1 of 1000", ""},
	{"N", "GROUP▴", ""}, {"L", "LAG ▾", ""}, {"/", "Enter keeps", ""}, {"9", "/9 ", ""}, {"9", "/99 ", ""}, {enter, "filter 99 (Esc)", "Enter keeps"}, {escape, "", "filter 99 (Esc)"},
	{":", ":   Tab", ""}, {escape, "", ":   Tab"}, {"a", "▸ act", ""}, {escape, "", "▸ act"}, {"?", "▸ help", ""}, {escape, "", "▸ help"},
	{enter, "lag and rates", ""}, {"p", "FROZEN", ""}, {"p", "", "FROZEN"}, {escape, "", "lag and rates"},
	{"3", "▸ topics", ""}, {"j", " 2 of 1000", ""}, {"G", " 1000 of 1000", ""}, {enter, "partitions ", "▸ topics  "}, {"j", " 2 of 100", ""}, {escape, "1000 of 1000", ""},
	{"g", " 1 of 1000", ""}, {"4", "▸ brokers", ""}, {"j", " 2 of 3", ""}, {enter, "▸ b1", ""}, {"j", " 2 of 33", ""}, {"G", "", " 2 of 33"},
	{"g", " 1 of 33", ""}, {escape, "", "▸ b1"}, {"k", " 1 of 3", ""}, {"5", "▸ events", ""}, {"1", "▸ overview", ""},
}

// rested is how long the screen rests before a key: longer than the program takes to fall into its slower pace.
const rested = 100 * time.Millisecond

// BenchmarkConsoleKey is from a key to the last byte of the frame that tells that it was obeyed, at 100,000 partitions and
// 1,000 groups. Frames that a reading or the clock brings meanwhile are not taken for it, but delay it as they do anybody's.
// Esc is told apart: the terminal layer waits 50 ms for what else may come, as keys that have no sign of their own begin so.
// Beside the time by the clock it tells that of the processor, of all threads of the program from the key to that frame,
// which holds on a machine that does other work too.
func BenchmarkConsoleKey(b *testing.B) {
	weir, broker := released(b), quiet(b, 1000, 100, 1000)
	m := measure(b, weir, broker)
	m.Await("1,000 groups", " live")
	opened := time.Since(m.begun)
	var wall, esc, cpu []time.Duration
	slowest := map[string]time.Duration{}
	for b.Loop() {
		for range 8 {
			for i, p := range pressed {
				time.Sleep(rested)
				if p.done(m.Screen()) {
					b.Fatalf("key %d, %q: what it brings is on the screen before:\n%s", i, p.key, m.Screen())
				}
				used, begun := m.used(b), time.Now()
				m.Type(p.key)
				last := m.AwaitFrame(fmt.Sprintf("what key %d, %q, brings", i, p.key), p.done)
				cpu = append(cpu, m.used(b)-used)
				if p.key == escape {
					esc = append(esc, last.Sub(begun))
					continue
				}
				wall = append(wall, last.Sub(begun))
				name := fmt.Sprintf("%d %q", i, p.key)
				slowest[name] = max(slowest[name], last.Sub(begun))
			}
		}
	}
	m.quit()
	var names []string
	for name := range slowest {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return int(slowest[b] - slowest[a]) })
	for _, name := range names[:10] {
		b.Logf("%-12s %s", name, slowest[name].Round(100*time.Microsecond))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(median(wall)), "ms-p50")
	b.ReportMetric(ms(wall[len(wall)*99/100]), "ms-p99")
	b.ReportMetric(ms(median(esc)), "ms-p50-esc")
	b.ReportMetric(ms(median(cpu)), "cpu-ms-p50")
	b.ReportMetric(ms(cpu[len(cpu)*99/100]), "cpu-ms-p99")
	b.ReportMetric(float64(len(wall)), "keys")
	b.ReportMetric(ms(opened), "ms-start")
}
