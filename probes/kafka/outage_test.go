package kafka_test

import (
	"context"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/probes"
)

// wires are the connections of a probe, which can be cut all at once.
type wires struct {
	dial func(ctx context.Context, network, addr string) (net.Conn, error)
	mu   sync.Mutex
	open []net.Conn
	cut  bool
}

func (w *wires) connect(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	cut := w.cut
	w.mu.Unlock()
	if cut {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	c, err := w.dial(ctx, network, addr)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = append(w.open, c)
	return c, err
}

// set cuts the wires, or has new ones made.
func (w *wires) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.open {
		_ = c.Close()
	}
	w.open, w.cut = nil, cut
}

// TestAClusterThatIsGoneIsToldSoSoon, and not when every way to heal it has run out of time; and when it is back all of it is
// read at once.
func TestAClusterThatIsGoneIsToldSoSoon(t *testing.T) {
	leakless(t)
	var way wires
	onFake(t, func(w *to) { way.dial, w.dial = w.dial, way.connect }, func(k *fake) {
		before := k.sweep(probes.Want{Due: probes.All})
		way.set(true)
		for name, due := range map[string]probes.Due{"numbers": probes.Refresh, "lists, too": probes.Refresh | probes.Groups, "all": probes.All} {
			began := time.Now()
			r := k.sweep(probes.Want{Due: due, Budget: 20 * time.Second})
			if took := time.Since(began); took > 9*time.Second { // a second before it, and the client's time-out of 4 s twice at most
				t.Errorf("%s: told after %s", name, took)
			}
			groups, partitions := r.old(before, 5, 10)
			if len(groups) != len(before.Positions) || len(partitions) != len(before.Partitions) || r.Complete || r.Heard || len(r.Gaps) == 0 {
				t.Errorf("%s: %d of %d commits and %d of %d ends are old, complete %v, gaps\n%s", name, len(groups), len(before.Positions), len(partitions), len(before.Partitions), r.Complete, r.gaps())
			}
			for _, g := range r.Groups {
				if g.Gone {
					t.Errorf("%s: group %s is gone", name, g.Name)
				}
			}
		}
		way.set(false)
		k.commit(5)
		r := k.sweep(probes.Want{Due: probes.All})
		groups, partitions := r.old(before, 5, 10)
		if len(groups)+len(partitions)+len(r.Gaps) > 0 || !r.Complete || !r.Heard {
			t.Errorf("back: old %v %v, gaps %s", groups, partitions, r.gaps())
		}
	})
}

// TestBrokersWithoutLeadersAreHeard: a cluster that starts answers before anybody leads or coordinates anything.
func TestBrokersWithoutLeadersAreHeard(t *testing.T) {
	leakless(t)
	onFake(t, nil, func(k *fake) {
		before := k.sweep(probes.Want{Due: probes.All})
		for keys, err := range map[kmsg.Key]*kerr.Error{kmsg.ListOffsets: kerr.NotLeaderForPartition, kmsg.OffsetFetch: kerr.NotCoordinator} {
			k.Fault(kfake.Fault{Keys: []kmsg.Key{keys}, Err: err, Count: -1})
		}
		r := k.sweep(refresh)
		groups, partitions := r.old(before, 5, 10)
		if !r.Heard || r.Complete || len(groups) != len(before.Positions) || len(partitions) != len(before.Partitions) {
			t.Errorf("heard %v, complete %v, %d old commits and %d old ends", r.Heard, r.Complete, len(groups), len(partitions))
		}
	})
}

// TestTheBudgetIsHeld to the moment, whichever brokers take requests and say nothing, on connections that stood before or
// were made since.
func TestTheBudgetIsHeld(t *testing.T) {
	leakless(t)
	for name, silent := range map[string][]int32{"one broker": {1}, "two": {0, 2}, "all": {0, 1, 2}} {
		for _, anew := range []bool{false, true} {
			var way wires
			onFake(t, func(w *to) { way.dial, w.dial = w.dial, way.connect }, func(k *fake) {
				before := k.sweep(probes.Want{Due: probes.All})
				var let []func()
				for _, n := range silent {
					let = append(let, k.control(n, func(kmsg.Request) (kmsg.Response, error, bool) { return nil, nil, true }))
				}
				if anew {
					way.set(false)
				}
				for _, due := range []probes.Due{probes.Refresh, probes.All} {
					for _, budget := range []time.Duration{time.Second, 4 * time.Second, 10 * time.Second, 20 * time.Second} {
						r := k.sweep(probes.Want{Due: due, Budget: budget})
						if r.Cost.Took > budget {
							t.Errorf("%s silent, anew %v: what is due of %b took %v of %v", name, anew, due, r.Cost.Took, budget)
						}
						if r.Complete || len(r.Positions) != len(before.Positions) {
							t.Errorf("%s silent, anew %v: complete %v, %d of %d positions", name, anew, r.Complete, len(r.Positions), len(before.Positions))
						}
					}
				}
				for _, l := range let {
					l()
				}
			})
		}
	}
}
