package kafka_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"weir/probes"
)

// cost measures what this process spends: CPU time, and bytes and objects allocated.
type cost struct {
	cpu            time.Duration
	bytes, objects uint64
}

func spent() cost {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return cost{}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return cost{time.Duration(u.Utime.Nano() + u.Stime.Nano()), m.TotalAlloc, m.Mallocs}
}

func report(b *testing.B, before cost, walls []time.Duration) {
	now, n := spent(), float64(len(walls))
	slices.Sort(walls)
	b.ReportMetric(float64(walls[len(walls)/2].Microseconds())/1e3, "wall-ms")
	b.ReportMetric(float64((now.cpu-before.cpu).Microseconds())/1e3/n, "cpu-ms")
	b.ReportMetric(float64(now.bytes-before.bytes)/1e6/n, "MB")
	b.ReportMetric(float64(now.objects-before.objects)/n, "objects")
	b.ReportMetric(0, "ns/op") // the median tells
}

// timed runs f b.N times, at least once, and reports what it cost this process.
func timed(b *testing.B, f func()) {
	f()
	runtime.GC()
	var walls []time.Duration
	before := spent()
	for b.Loop() {
		began := time.Now()
		f()
		walls = append(walls, time.Since(began))
	}
	report(b, before, walls)
}

// BenchmarkRefresh is one refresh of 100,000 partitions and 1,000 groups beside a bare exchange of the same bytes, and
// beside the ways of other tools. The cluster is an embedded one in a process of its own.
//
//	go test ./probes/kafka -run '^$' -bench BenchmarkRefresh -benchtime 10x
func BenchmarkRefresh(b *testing.B) {
	seeds := ownProcess(b, "large")
	b.Run("weir", func(b *testing.B) {
		tape := &tape{sent: map[net.Conn][]byte{}}
		p := to{seeds: seeds, wrap: tape.wrap, timeout: time.Minute}.probe(b)
		refresh := probes.Want{Due: probes.Refresh}
		first := sweep(b, p, probes.Want{Due: probes.All &^ probes.Sizes})
		for range 3 {
			sweep(b, p, refresh)
		}
		tape.reset()
		r := sweep(b, p, refresh)
		frames := tape.frames()
		if r.Cost.Requests != 6 || len(r.Positions) != large.commits() || !r.Complete {
			b.Fatalf("%d requests, %d positions (%d at first), gaps %s", r.Cost.Requests, len(r.Positions), len(first.Positions), r.gaps())
		}
		tape.reset()
		raw := openBare(b, frames)
		var walls, bare []time.Duration
		var own cost
		for b.Loop() {
			before, began := spent(), time.Now()
			sweep(b, p, refresh)
			walls = append(walls, time.Since(began))
			now := spent()
			own.cpu, own.bytes, own.objects = own.cpu+now.cpu-before.cpu, own.bytes+now.bytes-before.bytes, own.objects+now.objects-before.objects
			began = time.Now()
			raw.exchange(b)
			bare = append(bare, time.Since(began))
		}
		now := spent()
		report(b, cost{now.cpu - own.cpu, now.bytes - own.bytes, now.objects - own.objects}, walls)
		slices.Sort(bare)
		b.ReportMetric(float64(bare[len(bare)/2].Microseconds())/1e3, "bare-ms")
		b.ReportMetric(float64(walls[len(walls)/2])/float64(bare[len(bare)/2]), "wall/bare")
		b.ReportMetric(float64(r.Cost.Requests), "requests")
		b.ReportMetric(float64(r.Cost.BytesIn)/1e6, "MB-in")
	})
	cl, err := kgo.NewClient(kgo.SeedBrokers(seeds...))
	must(b, err)
	defer cl.Close()
	adm := kadm.NewClient(cl)
	b.Run("kadm.Lag", func(b *testing.B) {
		timed(b, func() {
			lags, err := adm.Lag(b.Context())
			if err != nil || lags.Error() != nil {
				b.Fatal(err, lags.Error())
			}
		})
	})
	b.Run("a request a group", func(b *testing.B) {
		timed(b, func() { requestAGroup(b, adm) })
	})
}

func requestAGroup(b *testing.B, adm *kadm.Client) {
	ctx := context.Background()
	for g := range large.groups {
		if _, err := adm.FetchOffsets(ctx, worldGroup(g)); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := adm.ListEndOffsets(ctx); err != nil {
		b.Fatal(err)
	}
	if _, err := adm.ListStartOffsets(ctx); err != nil {
		b.Fatal(err)
	}
}

// tape keeps what a client writes, by connection.
type tape struct {
	sync.Mutex
	sent map[net.Conn][]byte
}

type taped struct {
	net.Conn
	tape *tape
}

func (t *tape) wrap(_ string, c net.Conn) net.Conn { return taped{c, t} }

func (c taped) Write(p []byte) (int, error) {
	c.tape.Lock()
	if c.tape.sent != nil {
		c.tape.sent[c.Conn] = append(c.tape.sent[c.Conn], p...)
	}
	c.tape.Unlock()
	return c.Conn.Write(p)
}

func (t *tape) reset() { t.Lock(); clear(t.sent); t.Unlock() }

// frames returns what was sent, by address, and stops the tape.
func (t *tape) frames() map[string][]byte {
	t.Lock()
	defer t.Unlock()
	out := map[string][]byte{}
	for c, b := range t.sent {
		out[c.RemoteAddr().String()] = append(out[c.RemoteAddr().String()], b...)
	}
	t.sent = nil
	return out
}

// bare sends recorded requests over sockets of its own and throws the replies away.
type bare struct {
	conns    []net.Conn
	requests [][]byte
	replies  []int
}

func openBare(b *testing.B, frames map[string][]byte) *bare {
	x := &bare{}
	for addr, f := range frames {
		c, err := net.Dial("tcp", addr)
		must(b, err)
		b.Cleanup(func() { _ = c.Close() })
		n := 0
		for rest := f; len(rest) > 0; n++ {
			rest = rest[4+binary.BigEndian.Uint32(rest):]
		}
		x.conns, x.requests, x.replies = append(x.conns, c), append(x.requests, f), append(x.replies, n)
	}
	return x
}

func (x *bare) exchange(b *testing.B) {
	var wait sync.WaitGroup
	for i, c := range x.conns {
		wait.Go(func() {
			if _, err := c.Write(x.requests[i]); err != nil {
				b.Error(err)
				return
			}
			for range x.replies[i] {
				var head [4]byte
				if _, err := io.ReadFull(c, head[:]); err != nil {
					b.Error(err)
					return
				}
				if _, err := io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(head[:]))); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
}
