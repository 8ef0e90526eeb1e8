package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/screentest"
	"weir/internal/text"
)

// The measures of the console as a program: the real one, built as a release is, on a terminal of 150×66, and a cluster in a
// process of its own, whose work is not counted.
//
//	go test . -run '^$' -bench BenchmarkConsole -benchtime 1x -timeout 30m

// released builds the program as it is released.
func released(b *testing.B) string {
	b.Helper()
	weir := filepath.Join(b.TempDir(), "weir")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", weir, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return weir
}

// measured is a console that is measured.
type measured struct {
	*screentest.Terminal
	run   *screentest.Program
	begun time.Time
}

func measure(b *testing.B, weir, broker string) *measured {
	b.Helper()
	m := &measured{Terminal: screentest.New(b, screentest.Options{Width: 150, Height: 66, Synchronized: true})}
	cmd := exec.Command(weir, "--brokers", broker)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LANG=C.UTF-8", "XDG_STATE_HOME="+b.TempDir())
	m.begun = time.Now()
	m.run = m.Start(cmd)
	return m
}

// quit leaves it, so that the next one has the machine for itself.
func (m *measured) quit() {
	m.Type("\x03")
	m.run.Wait()
	m.Drain()
}

// used is the time of the processor that the program has taken.
func (m *measured) used(b *testing.B) time.Duration {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", m.run.Process.Pid)) // of its first thread alone
	if err != nil {
		b.Fatal(err)
	}
	var sum, n int64
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", m.run.Process.Pid))
	if err != nil || len(tasks) == 0 {
		b.Fatalf("no threads of %d: %v, %s", m.run.Process.Pid, err, raw)
	}
	for _, t := range tasks {
		if raw, err := os.ReadFile(t); err == nil { // a thread may have ended
			if _, err := fmt.Sscan(string(raw), &n); err != nil {
				b.Fatal(err)
			}
			sum += n
		}
	}
	return time.Duration(sum)
}

// resident is the memory that the program has at present, in MB.
func (m *measured) resident(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.run.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1000
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkConsoleStart is from the start of the process to a screen that tells of the groups, and beside it, in turn, what
// weir get groups takes on the same cluster, and a weir that does nothing.
func BenchmarkConsoleStart(b *testing.B) {
	weir := released(b)
	for _, size := range []struct {
		name                 string
		topics, each, groups int
	}{{"30", 10, 3, 10}, {"10000", 100, 100, 100}} {
		b.Run(size.name+"partitions", func(b *testing.B) {
			broker := quiet(b, size.topics, size.each, size.groups)
			var took, get, bare []time.Duration
			for b.Loop() {
				for range 9 {
					m := measure(b, weir, broker)
					m.Await(fmt.Sprintf("among %d groups", size.groups), " live")
					took = append(took, time.Since(m.begun))
					m.quit()
					get = append(get, timed(b, weir, "get", "groups", "--brokers", broker))
					bare = append(bare, timed(b, weir, "version"))
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(ms(median(took)), "ms")
			b.ReportMetric(ms(median(get)), "ms-get")
			b.ReportMetric(ms(median(bare)), "ms-version")
		})
	}
}

// timed is how long a command takes.
func timed(b *testing.B, weir string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(weir, args...)
	begun := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return time.Since(begun)
}

// BenchmarkConsoleIdle is a console that nobody touches, on a cluster in which nothing moves: what it writes, what it uses, and
// how large it is. It is looked at, within the minute after a key and later, and then not.
func BenchmarkConsoleIdle(b *testing.B) {
	weir := released(b)
	for _, size := range []struct {
		name                 string
		topics, each, groups int
	}{{"30", 10, 3, 10}, {"10000", 100, 100, 100}, {"100000", 1000, 100, 1000}} {
		b.Run(size.name+"partitions", func(b *testing.B) {
			broker := quiet(b, size.topics, size.each, size.groups)
			for b.Loop() {
				m := measure(b, weir, broker)
				m.Await(text.Exact(int64(size.groups))+" groups", " live")
				m.Type("j")
				for _, state := range []struct {
					name, key     string
					settles, over time.Duration
				}{{"-touched", "", 20 * time.Second, 35 * time.Second}, {"", "", 30 * time.Second, 2 * time.Minute}, {"-away", "\x1b[O", 20 * time.Second, time.Minute}} {
					m.Type(state.key)
					time.Sleep(state.settles) // states settle, and paces
					raw, _ := m.Written()
					used, begun := m.used(b), time.Now()
					time.Sleep(state.over)
					after, _ := m.Written()
					over := time.Since(begun).Seconds()
					b.ReportMetric(float64(len(after)-len(raw))/over, "B/s"+state.name)
					b.ReportMetric(100*(m.used(b)-used).Seconds()/over, "%cpu"+state.name)
				}
				b.ReportMetric(m.resident(b), "MB")
				m.quit()
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
