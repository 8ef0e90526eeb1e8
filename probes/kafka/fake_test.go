package kafka_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"weir/lag"
	"weir/probes"
	probe "weir/probes/kafka"
)

// fake is a cluster of three brokers in a bubble of its own time, with topics orders and payments of six partitions and
// groups g0 to g5, each with commits on both.
type fake struct {
	*kfake.Cluster
	t     *testing.T
	p     *probe.Probe
	admin *kadm.Client
	// How many records each partition has, and what each group committed on each.
	written, committed int64
	fault              *kfake.FaultHandle
}

const (
	fakeGroups     = 6
	fakePartitions = 6
)

var fakeTopics = []string{"orders", "payments"}

// onFake runs f in a bubble. mod may change the way to the cluster, of which the time-out is 4 s.
func onFake(t *testing.T, mod func(*to), f func(*fake)) {
	synctest.Test(t, func(t *testing.T) {
		var wire kfake.VirtualNetwork
		c, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.Ports(9001, 9002, 9003), kfake.ListenFn(wire.Listen), kfake.ClusterID("fake"),
			kfake.SeedTopics(fakePartitions, fakeTopics...))
		must(t, err)
		t.Cleanup(c.Close)
		cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.Dialer(wire.DialContext), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		must(t, err)
		t.Cleanup(cl.Close)
		w := to{seeds: c.ListenAddrs(), dial: wire.DialContext, timeout: 4 * time.Second}
		if mod != nil {
			mod(&w)
		}
		k := &fake{Cluster: c, t: t, p: w.probe(t), admin: kadm.NewClient(cl), written: 10}
		k.grow(cl, 10)
		k.commit(3)
		f(k)
	})
}

// grow adds n records to each partition.
func (k *fake) grow(cl *kgo.Client, n int) {
	var rs []*kgo.Record
	for _, topic := range fakeTopics {
		for p := range int32(fakePartitions) {
			for range n {
				rs = append(rs, &kgo.Record{Topic: topic, Partition: p, Value: []byte("x")})
			}
		}
	}
	must(k.t, cl.ProduceSync(k.t.Context(), rs...).FirstErr())
}

// commit commits one offset for all groups everywhere.
func (k *fake) commit(at int64) {
	k.committed = at
	for g := range fakeGroups {
		var offsets kadm.Offsets
		for _, topic := range fakeTopics {
			for p := range int32(fakePartitions) {
				offsets.AddOffset(topic, p, at, -1)
			}
		}
		must(k.t, k.admin.CommitAllOffsets(k.t.Context(), name(g), offsets))
	}
}

func name(g int) string { return fmt.Sprintf("g%d", g) }

func (k *fake) sweep(w probes.Want) seen {
	k.t.Helper()
	time.Sleep(time.Second) // of the bubble: so that the stamps of two sweeps differ
	return sweep(k.t, k.p, w)
}

// old tells the commits and ends that a sweep did not read anew: values and stamps must be those of the sweep before.
// A value that is neither old nor new, or whose stamp is not of its own sweep, fails the test.
func (r seen) old(before seen, committed, end int64) (groups, partitions []string) {
	r.t.Helper()
	for i := range r.Positions {
		ix := lag.PositionIx(i)
		g := r.Groups[r.Positions[i].Group].Name
		if !r.judge("commit of "+g, r.Committed[i], before.Committed[i], committed, r.CommitStamp(ix), before.CommitStamp(ix)) {
			groups = append(groups, g)
		}
	}
	for i := range r.Partitions {
		ix := lag.PartitionIx(i)
		p := fmt.Sprintf("%s:%d", r.Topics[r.Partitions[i].Topic].Name, r.Partitions[i].Number)
		if !r.judge("end of "+p, r.End[i], before.End[i], end, r.EndStamp(ix), before.EndStamp(ix)) {
			partitions = append(partitions, p)
		}
	}
	return groups, partitions
}

func (r seen) judge(what string, got, old, now int64, at, was lag.ShardTime) (isNew bool) {
	r.t.Helper()
	fresh := !at.Sent.Before(r.Tick)
	switch {
	case got == now && fresh:
		return true
	case got == old && at == was:
		return false
	}
	r.t.Errorf("%s is %s (was %s, is %s), stamped %v (was %v) in a sweep of %v", what, num(got), num(old), num(now), at.Sent, was.Sent, r.Tick)
	return false
}

func join(s []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(s))), " ")
}

// touched tells which groups a broker coordinates and which partitions it leads.
func (k *fake) touched(node int32) (groups, partitions []string) {
	for g := range fakeGroups {
		if k.CoordinatorFor(name(g)) == node {
			groups = append(groups, name(g))
		}
	}
	for _, topic := range fakeTopics {
		for p := range int32(fakePartitions) {
			if k.LeaderFor(topic, p) == node {
				partitions = append(partitions, fmt.Sprintf("%s:%d", topic, p))
			}
		}
	}
	if len(groups) == 0 || len(partitions) == 0 || len(groups) == fakeGroups {
		k.t.Fatalf("broker %d coordinates %v and leads %v: choose other names", node, groups, partitions)
	}
	return groups, partitions
}
