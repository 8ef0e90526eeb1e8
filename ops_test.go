package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/twmb/franz-go/pkg/kfake"

	"weir/actions"
	"weir/actions/kafka/claims"
	"weir/actions/kafka/kafkatest"
	"weir/actions/lease"
	"weir/internal/config"
	"weir/internal/kafka"
)

// opsCluster is where scripts anchor their audit logs and keep claims. Its clock can leap.
type opsCluster struct {
	addr string

	mu    sync.Mutex
	ahead time.Duration
	open  map[string]actions.Claim // by script and group
}

func newOps(t *testing.T) *opsCluster {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "weir-audit", "weir-claims"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	o := &opsCluster{addr: c.ListenAddrs()[0], open: map[string]actions.Claim{}}
	kafkatest.NewAppendTime(t, c, "weir-claims").Now = func() time.Time {
		o.mu.Lock()
		defer o.mu.Unlock()
		return time.Now().Add(o.ahead)
	}
	return o
}

// claimed has someone on another host hold a group of the embedded cluster, with a lease of a minute; a second time, it is
// given back. A script that doesn't, leaves it as one who was killed: nothing renews it while a script leaps.
func (o *opsCluster) claimed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: claimed GROUP WHO")
	}
	o.mu.Lock()
	held := o.open[args[0]]
	delete(o.open, args[0])
	o.mu.Unlock()
	if held != nil {
		ts.Check(held.Release(context.Background()))
		return
	}
	log := claims.OnTopic(config.Cluster{Name: "ops", Brokers: []string{o.addr}, Timeout: 10 * time.Second},
		config.Claims{Topic: "weir-claims", Lease: time.Minute}, kafka.Options{})
	by := lease.Holder{Who: args[1], Run: "r-" + args[1], Host: "ops9", PID: 4711, Why: "INC-7", Since: time.Now()}
	got, err := log.Acquire(context.Background(), []lease.Claim{{Resource: "weir-demo/group/" + args[0]}, {Resource: "weir-demo", Shared: true}}, by)
	ts.Check(err)
	o.mu.Lock()
	o.open[args[0]] = got
	o.mu.Unlock()
	ts.Defer(func() { _ = got.Release(context.Background()) }) // given back or overtaken meanwhile
}

// leap moves the clock of the broker on.
func (o *opsCluster) leap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: leap DURATION")
	}
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ahead += d
}
