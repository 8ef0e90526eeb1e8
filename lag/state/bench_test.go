package state

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"weir/lag"
)

// world is a cluster of a size, whose groups read 5 s apart and whose topics grow all the time.
type world struct {
	topo          *lag.Topology
	at            time.Time
	r             *lag.Reading
	rnd           *rand.Rand
	stopAt, ticks int          // after so many readings nobody commits; 0: never
	next          *lag.Reading // the columns of the reading before last, to be written over
}

func newWorld(topics, partitions, groups int) *world {
	w := &world{topo: &lag.Topology{Cluster: "big", Nodes: make([]lag.Node, 3)}, at: time.UnixMilli(1_800_000_000_000),
		rnd: rand.New(rand.NewPCG(1, 2))}
	for t := range topics {
		topic := lag.Topic{Name: "t"}
		for n := range partitions {
			topic.Partitions = append(topic.Partitions, lag.PartitionIx(len(w.topo.Partitions)))
			w.topo.Partitions = append(w.topo.Partitions, lag.Partition{Topic: lag.TopicIx(t), Number: int32(n), Leader: lag.NodeIx(n % 3)})
		}
		w.topo.Topics = append(w.topo.Topics, topic)
	}
	for g := range groups {
		grp := lag.Group{Name: "g", Type: lag.Classic, ProtocolType: "consumer", State: "Stable", Coordinator: lag.NodeIx(g % 3)}
		// As in the measurements of facts: groups on 1 to 10 topics, 548 positions each on average.
		for t := range 1 + g%10 {
			for _, p := range w.topo.Topics[(g*7+t*13)%topics].Partitions {
				grp.Positions = append(grp.Positions, lag.PositionIx(len(w.topo.Positions)))
				w.topo.Positions = append(w.topo.Positions, lag.Position{Group: lag.GroupIx(g), Partition: p})
			}
		}
		w.topo.Groups = append(w.topo.Groups, grp)
	}
	w.r, w.next = w.blank(), w.blank()
	return w
}

func (w *world) blank() *lag.Reading {
	p, n := len(w.topo.Partitions), len(w.topo.Positions)
	return &lag.Reading{Topology: w.topo, Start: make([]int64, p), End: make([]int64, p), Stable: make([]int64, p), Committed: make([]int64, n)}
}

// tick makes the next reading, 5 s on: every partition has grown and every position has followed.
func (w *world) tick() *lag.Reading {
	was, r := w.r, w.next
	w.at = w.at.Add(5 * time.Second)
	r.Tick = w.at
	st := []lag.ShardTime{{Sent: w.at, Answered: w.at.Add(20 * time.Millisecond)}}
	st = append(st, st[0], st[0])
	r.EndAt, r.StableAt, r.CommittedAt = st, st, st
	for p := range r.End {
		r.End[p] = was.End[p] + 50 + int64(w.rnd.IntN(450))
		r.Stable[p] = r.End[p]
	}
	if w.ticks++; w.stopAt > 0 && w.ticks > w.stopAt {
		copy(r.Committed, was.Committed)
		w.r, w.next = r, was
		return r
	}
	for i := range r.Committed {
		r.Committed[i] = max(was.Committed[i], was.End[w.topo.Positions[i].Partition]-int64(i%10))
	}
	w.r, w.next = r, was
	return r
}

// processTime is the processor time taken so far, which unlike the clock does not count what others do on the machine.
func processTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRefresh folds and judges a large cluster in which everything moves.
func BenchmarkRefresh(b *testing.B) { refresh(b, newWorld(1000, 100, 1000), KeepingUp) }

// BenchmarkRefreshBehind does so where every group has stopped, so that every position takes a closer look.
func BenchmarkRefreshBehind(b *testing.B) {
	w := newWorld(1000, 100, 1000)
	w.stopAt = 40
	refresh(b, w, Stopped)
}

func refresh(b *testing.B, w *world, want State) {
	h, j := lag.NewHistory(), New(nil)
	for range 60 {
		r := w.tick()
		h.Fold(r)
		j.Judge(r, h)
	}
	b.ReportAllocs()
	b.ResetTimer()
	var res *Result
	var folding, judging, both []float64 // ms of the processor
	for range b.N {
		b.StopTimer()
		r := w.tick()
		b.StartTimer()
		began := processTime(b)
		h.Fold(r)
		folded := processTime(b)
		res = j.Judge(r, h)
		folding = append(folding, (folded-began).Seconds()*1e3)
		judged := processTime(b)
		judging = append(judging, (judged-folded).Seconds()*1e3)
		both = append(both, (judged-began).Seconds()*1e3)
	}
	b.StopTimer()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	for unit, took := range map[string][]float64{"cpu-ms/op": both, "fold-cpu-ms": folding, "judge-cpu-ms": judging} {
		slices.Sort(took)
		b.ReportMetric(took[b.N/2], unit) // others on the machine make some refreshes dearer
	}
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
	b.ReportMetric(float64(len(w.topo.Positions)), "positions")
	if res.Groups[0].State != want {
		b.Fatalf("the groups are %v", res.Groups[0].State)
	}
	runtime.KeepAlive(h)
	runtime.KeepAlive(j)
	runtime.KeepAlive(w)
}
