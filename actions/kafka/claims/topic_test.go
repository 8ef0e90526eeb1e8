package claims

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"weir/actions/kafka/kafkatest"
	"weir/actions/lease"
	"weir/internal/config"
	"weir/internal/kafka"

	"github.com/twmb/franz-go/pkg/kfake"
)

const topic = "weir-claims"

func fake(t *testing.T) (*kfake.Cluster, config.Cluster) {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SeedTopics(1, topic))
	must(t, err)
	t.Cleanup(c.Close)
	return c, config.Cluster{Name: "ops", Brokers: c.ListenAddrs(), Timeout: 5 * time.Second, Mode: config.ReadOnly}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func group(name string) []lease.Claim {
	return []lease.Claim{{Resource: "C/group/" + name}, {Resource: "C", Shared: true}}
}

func who(name string) lease.Holder {
	return lease.Holder{Who: name, Run: "r-" + name, Host: name + "-host", Why: "INC-7", Since: time.Now()}
}

func TestOnTopic(t *testing.T) {
	c, on := fake(t)
	kafkatest.NewAppendTime(t, c, topic)
	l := OnTopic(on, config.Claims{Topic: topic, Lease: time.Minute}, kafka.Options{})
	ann, err := l.Acquire(t.Context(), group("g"), who("ann"))
	must(t, err)
	if i := ann.Info(); i.Log != "ops/weir-claims" || i.Token != 0 || i.Lease != 60 || len(i.TookOver) > 0 {
		t.Errorf("%+v", i)
	}
	var held *lease.HeldError
	_, err = l.Acquire(t.Context(), group("g"), who("bob"))
	if !errors.As(err, &held) || held.Resource != "C/group/g" || held.By.Who != "ann" || held.By.Why != "INC-7" || held.Left <= 50*time.Second || held.Left > time.Minute {
		t.Fatalf("%v", err)
	}
	other, err := l.Acquire(t.Context(), group("h"), who("bob"))
	must(t, err)
	if _, err := l.Acquire(t.Context(), []lease.Claim{{Resource: "C"}}, who("cid")); !errors.As(err, &held) {
		t.Errorf("the whole cluster: %v", err)
	}
	must(t, ann.Check(t.Context()))
	must(t, ann.(*claim).renew(t.Context()))
	must(t, ann.Check(t.Context()))
	must(t, ann.Release(t.Context()))
	must(t, ann.Release(t.Context()))
	if err := ann.Check(t.Context()); !errors.Is(err, ErrLost) {
		t.Errorf("after the release: %v", err)
	}
	bound, cancel := ann.Bind(t.Context())
	if !errors.Is(context.Cause(bound), ErrLost) {
		t.Error("after the release the context goes on")
	}
	cancel()
	again, err := l.Acquire(t.Context(), group("g"), who("bob"))
	must(t, err)
	must(t, again.Release(t.Context()))
	must(t, other.Release(t.Context()))
}

// TestForgotten lets retention remove a claim of which renewals are left.
func TestForgotten(t *testing.T) {
	c, on := fake(t)
	at := kafkatest.NewAppendTime(t, c, topic)
	l := OnTopic(on, config.Claims{Topic: topic, Lease: time.Minute}, kafka.Options{})
	ann, err := l.Acquire(t.Context(), group("g"), who("ann"))
	must(t, err)
	defer ann.Release(t.Context())
	for range 3 {
		must(t, ann.(*claim).renew(t.Context()))
	}
	at.DropBefore(2)
	var held *lease.HeldError
	if _, err := l.Acquire(t.Context(), group("g"), who("bob")); !errors.As(err, &held) || held.By.Who != "ann" {
		t.Fatalf("%v", err)
	}
	must(t, ann.Check(t.Context()))
	must(t, ann.(*claim).renew(t.Context()))
}

func TestUnusable(t *testing.T) {
	c, on := fake(t)
	on.Timeout = time.Second
	l := func(topic string) *Claims {
		return OnTopic(on, config.Claims{Topic: topic, Lease: time.Minute}, kafka.Options{})
	}
	if _, err := l(topic).Acquire(t.Context(), group("g"), who("ann")); !errors.Is(err, errUnstamped) || !strings.Contains(err.Error(), "message.timestamp.type=LogAppendTime") {
		t.Errorf("client time: %v", err)
	}
	if _, err := l("missing").Acquire(t.Context(), group("g"), who("ann")); err == nil || c.TopicInfo("missing") != nil || !strings.Contains(err.Error(), "weir makes no topic") {
		t.Errorf("no topic: %v", err)
	}
	checks := map[string]string{}
	for _, k := range Examine(t.Context(), on, config.Claims{Topic: topic, Lease: time.Minute}, kafka.Options{}) {
		if checks[k.Check] = k.Detail; k.OK {
			checks[k.Check] = ""
		}
	}
	if !strings.Contains(checks["clock"], "=CreateTime: no claim can be taken") || checks["topic"] != "" || checks["retention"] != "" {
		t.Errorf("%q", checks)
	}
	if k := Examine(t.Context(), on, config.Claims{Topic: "missing"}, kafka.Options{}); len(k) != 1 || k[0].OK || !strings.Contains(k[0].Remedy, "LogAppendTime") {
		t.Errorf("%+v", k)
	}
	c.Close()
	var held *lease.HeldError
	if _, err := l(topic).Acquire(t.Context(), group("g"), who("ann")); err == nil || errors.As(err, &held) {
		t.Errorf("down: %v", err)
	}
}
