package audit

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkAppend measures an append beside a bare write and fsync of the same
// bytes, in turns so that both see the same load. bare-ns/op and ratio count.
func BenchmarkAppend(b *testing.B) {
	dir := b.TempDir()
	o := testOptions(dir)
	o.SegmentBytes = 1 << 40
	l := mustOpen(b, o)
	e := intent("run", "step")
	e.Data = json.RawMessage(`{"before":{"orders-0":1234567,"orders-1":1234567},"after":{"orders-0":7654321,"orders-1":7654321}}`)
	mustAppend(b, l, e)
	size := len(readFile(b, segmentPaths(b, dir)[0]))
	f, err := os.OpenFile(filepath.Join(dir, "bare"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, size)
	var bare, full time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := f.Write(buf); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		mid := time.Now()
		if _, err := l.Append(context.Background(), e); err != nil {
			b.Fatal(err)
		}
		bare += mid.Sub(start)
		full += time.Since(mid)
	}
	b.ReportMetric(float64(bare.Nanoseconds())/float64(b.N), "bare-ns/op")
	b.ReportMetric(float64(full.Nanoseconds())/float64(b.N), "append-ns/op")
	b.ReportMetric(float64(full)/float64(bare), "ratio")
}

func benchLog(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	o := testOptions(dir)
	o.disk = newFaultDisk() // no fsync
	l := mustOpen(b, o)
	for range n {
		mustAppend(b, l, intent("run", "step"))
	}
	return dir
}

// BenchmarkOpen checks a log of 10,000 entries, as every writer does first.
func BenchmarkOpen(b *testing.B) {
	dir := benchLog(b, 10_000)
	for b.Loop() {
		l, err := Open(context.Background(), testOptions(dir))
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUnfinished is what every start of weir asks of 10,000 entries.
func BenchmarkUnfinished(b *testing.B) {
	r := NewReader(benchLog(b, 10_000))
	for b.Loop() {
		if _, err := r.Unfinished(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify checks 10,000 entries with every signature.
func BenchmarkVerify(b *testing.B) {
	dir := benchLog(b, 10_000)
	for b.Loop() {
		if rep := mustVerify(b, dir); !rep.OK() {
			b.Fatal(rep.Breaks)
		}
	}
}
