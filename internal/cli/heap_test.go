package cli

import (
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

func TestTheLimitOfTheHeapLeavesTheCollectorRoom(t *testing.T) {
	for live, want := range map[uint64]int64{0: heapKept, 100 << 20: heapKept, 150 << 20: heapKept, 200 << 20: 320 << 20, 1 << 30: (1 << 30) / 5 * 8} {
		if got := heapLimit(live); got < want-8 || got > want+8 {
			t.Errorf("with %d MiB of live objects the limit is %d MiB, want %d", live>>20, got>>20, want>>20)
		}
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	if metrics.Read(live); live[0].Value.Kind() != metrics.KindUint64 {
		t.Error("the runtime does not tell what lives in the heap")
	}
}

func TestTheHeapIsHeldWhileTheConsoleIsUp(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	for env, want := range map[string]int64{"": heapKept, "1GiB": before} {
		a := &app{Env: Env{Getenv: func(string) string { return env }}}
		stop := a.keepHeap(t.Context())
		if got := debug.SetMemoryLimit(-1); got != want {
			t.Errorf("GOMEMLIMIT=%s: the limit is %d, want %d", env, got, want)
		}
		if stop(); debug.SetMemoryLimit(-1) != before {
			t.Errorf("GOMEMLIMIT=%s: the limit stays", env)
		}
	}
}
