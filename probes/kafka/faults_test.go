package kafka_test

import (
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
	"weir/probes"
)

var refresh = probes.Want{Due: probes.Refresh, Budget: 10 * time.Second}

// TestFaults injects one fault between two refreshes: whatever it does not touch is read anew, whatever it does is read
// anew too or keeps its old value with its old stamp beside a gap, and all is well once the fault is gone.
func TestFaults(t *testing.T) {
	always := func(f kfake.Fault) func(*fake) {
		return func(k *fake) { f.Count = -1; k.fault = k.Fault(f) }
	}
	once := func(f kfake.Fault) func(*fake) { return func(k *fake) { k.fault = k.Fault(f) } }
	fetch, list := []kmsg.Key{kmsg.OffsetFetch}, []kmsg.Key{kmsg.ListOffsets}
	for _, w := range []struct {
		name       string
		inject     func(*fake)
		groups     string // with old commits
		partitions string // with old ends
		gaps       string
	}{
		{"a coordinator that moved, once", once(kfake.Fault{Keys: fetch, Group: "g1", Err: kerr.NotCoordinator}), "", "", ""},
		{"a coordinator that loads, once", once(kfake.Fault{Keys: fetch, Group: "g1", Err: kerr.CoordinatorLoadInProgress}), "", "", ""},
		{"no coordinator for a group", always(kfake.Fault{Keys: fetch, Group: "g1", Err: kerr.NotCoordinator}), "g1", "", "group/g1 no_coordinator"},
		{"no coordinator, from the one who should know", always(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetFetch, kmsg.FindCoordinator}, Group: "g1", Err: kerr.CoordinatorNotAvailable}), "g1", "", "group/g1 no_coordinator"},
		{"a leader that moved, once", once(kfake.Fault{Keys: list, Topic: "orders", Partitions: []int32{2}, Err: kerr.NotLeaderForPartition}), "", "", ""},
		{"no leader for a partition", always(kfake.Fault{Keys: list, Topic: "orders", Partitions: []int32{2}, Err: kerr.NotLeaderForPartition}), "", "orders:2", "partition/orders/2 no_leader"},
		{"a group that may not be seen", always(kfake.Fault{Keys: fetch, Group: "g4", Err: kerr.GroupAuthorizationFailed}), "g4", "", "group/g4 not_authorized"},
		{"the coordinators all move", func(k *fake) { k.RehashCoordinators() }, "", "", ""},
		{"a leader moves", func(k *fake) { must(k.t, k.MoveTopicPartition("orders", 1, (k.LeaderFor("orders", 1)+1)%3)) }, "", "", ""},
	} {
		t.Run(w.name, func(t *testing.T) {
			leakless(t)
			onFake(t, nil, func(k *fake) {
				before := k.sweep(probes.Want{Due: probes.All})
				if before.gaps() != "" || !before.Complete {
					t.Fatalf("without a fault: complete %v, gaps %s", before.Complete, before.gaps())
				}
				k.commit(5)
				w.inject(k)
				r := k.sweep(refresh)
				groups, partitions := r.old(before, 5, 10)
				r.wants("groups with old commits", join(groups), w.groups)
				r.wants("partitions with old ends", join(partitions), w.partitions)
				r.wants("gaps", r.gaps(), w.gaps)
				if r.Complete != (w.gaps == "") {
					t.Errorf("complete: %v", r.Complete)
				}
				if k.fault != nil {
					k.fault.Remove()
				}
				since := r.Gaps
				r = k.sweep(refresh)
				groups, partitions = r.old(before, 5, 10)
				if len(groups)+len(partitions)+len(r.Gaps) > 0 || !r.Complete {
					t.Errorf("after it: old %v %v, gaps %s (were %v)", groups, partitions, r.gaps(), since)
				}
			})
		})
	}
}

// TestForbiddenTopic: brokers answer for each partition, and nothing else suffers. What may no longer be seen is unknown.
func TestForbiddenTopic(t *testing.T) {
	onFake(t, nil, func(k *fake) {
		before := k.sweep(probes.Want{Due: probes.All})
		k.commit(5)
		k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: "payments", Err: kerr.TopicAuthorizationFailed, Count: -1})
		r := k.sweep(refresh)
		for p := range fakePartitions {
			if got := r.End[r.partition("payments", p)]; got != lag.Unknown {
				t.Errorf("end of payments:%d is %s", p, num(got))
			}
			r.wants("orders", r.row("g0", "orders", p), "5 0 10 10 5 5 0")
			r.wants("payments", r.row("g0", "payments", p), "5 0 ? 10 ? 5 0")
		}
		if got := strings.Count(r.gaps(), "partition/payments/"); got != fakePartitions || len(r.Gaps) != fakePartitions || before.End[0] != 10 {
			t.Errorf("gaps: %s", r.gaps())
		}
	})
}

// control answers every request to one broker by f until it is let go.
func (k *fake) control(node int32, f func(kmsg.Request) (kmsg.Response, error, bool)) (let func()) {
	var off atomic.Bool
	k.ControlKey(-1, func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		if off.Load() || k.CurrentNode() != node {
			return nil, nil, false
		}
		return f(req)
	})
	return func() { off.Store(true) }
}

// TestBrokerThatIsGone cuts every connection of one broker, whose partitions and groups stay its own.
func TestBrokerThatIsGone(t *testing.T) {
	leakless(t)
	onFake(t, nil, func(k *fake) {
		before := k.sweep(probes.Want{Due: probes.All})
		groups, partitions := k.touched(1)
		k.commit(5)
		let := k.control(1, func(kmsg.Request) (kmsg.Response, error, bool) { return nil, errors.New("cut"), true })
		for range 3 {
			r := k.sweep(refresh)
			k.wantsStale(r, before, groups, partitions, lag.Unreachable)
		}
		let()
		if r := k.sweep(refresh); len(r.Gaps) > 0 || !r.Complete {
			t.Errorf("after it: %s", r.gaps())
		} else if g, p := r.old(before, 5, 10); len(g)+len(p) > 0 {
			t.Errorf("after it: old %v %v", g, p)
		}
	})
}

// wantsStale checks what a sweep with one silent broker must tell.
func (k *fake) wantsStale(r, before seen, groups, partitions []string, why lag.Reason) {
	k.t.Helper()
	g, p := r.old(before, 5, 10)
	r.wants("groups with old commits", join(g), join(groups))
	r.wants("partitions with old ends", join(p), join(partitions))
	want := map[string]bool{"broker/1 " + why.String(): true}
	for _, name := range groups {
		want["group/"+name+" "+why.String()] = true
	}
	for _, line := range strings.Split(r.gaps(), "\n") {
		if !want[line] {
			k.t.Errorf("gap %q", line)
		}
		delete(want, line)
	}
	if len(want) > 0 || r.Complete {
		k.t.Errorf("complete %v, missing gaps %v", r.Complete, want)
	}
	for _, gap := range r.Gaps {
		if gap.Since.Before(before.Tick) || gap.Since.After(r.Tick) || gap.Detail == "" {
			k.t.Errorf("gap %+v", gap)
		}
	}
}

// TestBrokerThatHangs: a broker that takes requests and says nothing costs a part of the budget, the first time; later a
// second at most, but for one sweep of four.
func TestBrokerThatHangs(t *testing.T) {
	leakless(t)
	onFake(t, nil, func(k *fake) {
		before := k.sweep(probes.Want{Due: probes.All})
		groups, partitions := k.touched(1)
		k.commit(5)
		let := k.control(1, func(kmsg.Request) (kmsg.Response, error, bool) { return nil, nil, true })
		var took []time.Duration
		for range 6 {
			r := k.sweep(refresh)
			took = append(took, r.Cost.Took.Round(time.Second))
			k.wantsStale(r, before, groups, partitions, lag.Timeout)
			if r.Cost.Took > refresh.Budget {
				t.Errorf("took %v of a budget of %v", r.Cost.Took, refresh.Budget)
			}
		}
		t.Logf("took %v", took)
		if took[0] > 5*time.Second || took[1] > 2*time.Second || took[2] > 2*time.Second {
			t.Errorf("took %v", took)
		}
		all := k.sweep(probes.Want{Due: probes.All, Serial: true, Budget: 10 * time.Second})
		if all.Cost.Took > 10*time.Second {
			t.Errorf("a sweep of everything took %v", all.Cost.Took)
		}
		k.wants(all, before, groups, partitions)
		let()
		for range 2 {
			k.sweep(refresh)
		}
		if r := k.sweep(probes.Want{Due: probes.All}); len(r.Gaps) > 0 {
			t.Errorf("after it: %s", r.gaps())
		}
	})
}

// wants checks that what the silent broker does not hold is read anew, whatever else is missing.
func (k *fake) wants(r, before seen, groups, partitions []string) {
	k.t.Helper()
	g, p := r.old(before, 5, 10)
	r.wants("groups with old commits", join(g), join(groups))
	r.wants("partitions with old ends", join(p), join(partitions))
}

// cutter breaks a connection in the middle of a long reply.
type cutter struct {
	net.Conn
	left *atomic.Int64
}

func (c cutter) Read(p []byte) (int, error) {
	if left := c.left.Load(); left >= 0 && left < int64(len(p)) && len(p) > 64 {
		n, err := c.Conn.Read(p[:left])
		if c.left.Add(-int64(n)) <= 0 {
			c.left.Store(-1)
			_ = c.Conn.Close()
		}
		return n, err
	}
	return c.Conn.Read(p)
}

// TestConnectionCutWithinReply: the reply is asked for again.
func TestConnectionCutWithinReply(t *testing.T) {
	leakless(t)
	var left atomic.Int64
	left.Store(-1)
	onFake(t, func(w *to) { w.wrap = func(_ string, c net.Conn) net.Conn { return cutter{c, &left} } }, func(k *fake) {
		before := k.sweep(probes.Want{Due: probes.All})
		k.commit(5)
		left.Store(40)
		r := k.sweep(refresh)
		if left.Load() != -1 {
			t.Fatal("nothing was cut")
		}
		if g, p := r.old(before, 5, 10); len(g)+len(p)+len(r.Gaps) > 0 {
			t.Errorf("old %v %v, gaps %s", g, p, r.gaps())
		}
	})
}

// TestBrokerThatNeverSpoke: somebody who looks for the first time waits a moment for a broker that takes connections and
// says nothing, and sees what is missing.
func TestBrokerThatNeverSpoke(t *testing.T) {
	leakless(t)
	for _, greeting := range []time.Duration{1500 * time.Millisecond, 3 * time.Second} {
		onFake(t, nil, func(k *fake) {
			let := k.control(1, func(kmsg.Request) (kmsg.Response, error, bool) { return nil, nil, true })
			r := k.sweep(probes.Want{Due: probes.All, Greeting: greeting, Budget: 10 * time.Second})
			groups, partitions := k.touched(1)
			unknown := 0
			for i := range r.Partitions {
				if r.Nodes[r.Partitions[i].Leader].ID == 1 && r.End[i] == lag.Unknown {
					unknown++
				}
			}
			if r.Unlisted != 1 || unknown != len(partitions) || len(partitions) == 0 || len(r.Groups)+len(groups) != fakeGroups || r.Complete {
				t.Errorf("%d brokers unlisted, %d of %d ends unknown, %d groups and %d of the broker", r.Unlisted, unknown, len(partitions), len(r.Groups), len(groups))
			}
			if least, most := greeting, greeting+2*time.Second; r.Cost.Took < least || r.Cost.Took > most {
				t.Errorf("took %v, want %v to %v", r.Cost.Took, least, most)
			}
			let()
			k.sweep(probes.Want{Due: probes.All})
			if r := k.sweep(probes.Want{Due: probes.All}); r.Unlisted != 0 || len(r.Gaps) > 0 || len(r.Groups) != fakeGroups {
				t.Errorf("after it: %d unlisted, %d groups, %s", r.Unlisted, len(r.Groups), r.gaps())
			}
		})
	}
}
