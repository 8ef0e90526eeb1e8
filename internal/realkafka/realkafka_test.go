package realkafka

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// soon bounds one request of a test.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	t.Cleanup(cancel)
	return ctx
}

func brokersOf(t *testing.T, c *Cluster) kadm.BrokerDetails {
	t.Helper()
	brokers, err := c.Admin(t).ListBrokers(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	return brokers
}

func TestOneNode(t *testing.T) {
	began := time.Now()
	c := Start(t, Options{Props: map[string]string{"message.max.bytes": "54321"}})
	t.Logf("one node answered after %v", time.Since(began))
	if got := brokersOf(t, c); len(got) != 1 || got[0].NodeID != 1 || got[0].Rack != nil {
		t.Fatalf("listed %+v", got)
	}
	meta, err := c.Admin(t).BrokerMetadata(soon(t))
	if err != nil || meta.Cluster != c.ID() {
		t.Fatalf("cluster %q, error %v, want %q", meta.Cluster, err, c.ID())
	}
	configs, err := c.Admin(t).DescribeBrokerConfigs(soon(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	if at := slices.IndexFunc(configs[0].Configs, func(c kadm.Config) bool { return c.Key == "message.max.bytes" }); at < 0 ||
		configs[0].Configs[at].MaybeValue() != "54321" {
		t.Fatal("a property of the caller did not arrive")
	}
	if log := c.nodes[0].tail(0); strings.Contains(log, "[cds]") {
		t.Errorf("the class data archive does not fit:\n%s", log)
	}
}

func TestKillAndRestart(t *testing.T) {
	began := time.Now()
	c := Start(t, Options{Nodes: 3, Racks: []string{"a", "b", "c"}})
	t.Logf("three nodes answered after %v", time.Since(began))
	if got := brokersOf(t, c); len(got) != 3 || got[2].Rack == nil || *got[2].Rack != "c" {
		t.Fatalf("listed %+v", got)
	}
	topic := Name("orders")
	c.CreateTopic(t, topic, 3, 3, nil)
	c.Produce(t, topic, 1, 10)

	began = time.Now()
	c.Kill(2)
	c.WaitGone(2)
	c.WaitISR(topic, 2)
	t.Logf("killed, gone after %v", time.Since(began))
	began = time.Now()
	c.Restart(2)
	c.WaitISR(topic, 3)
	t.Logf("restarted, in sync after %v", time.Since(began))

	began = time.Now()
	c.Pause(3)
	c.WaitGone(3)
	c.Resume(3)
	c.WaitISR(topic, 3)
	t.Logf("paused and back after %v", time.Since(began))

	if !c.Stop(1, 30*time.Second) {
		t.Fatal("a clean stop took over 30 s with a quorum of two left")
	}
	c.WaitGone(1)
	c.WaitISR(topic, 2)
	if at := c.Produce(t, topic, 1, 1); at != 10 {
		t.Fatalf("after three failures the next record has offset %d, want 10", at)
	}
}

func TestSharedIsNotToBeBroken(t *testing.T) {
	c := &Cluster{core: &core{}, shared: true}
	for name, do := range map[string]func(){
		"Kill": func() { c.Kill(1) }, "Stop": func() { c.Stop(1, 0) }, "Pause": func() { c.Pause(1) },
		"Resume": func() { c.Resume(1) }, "Restart": func() { c.Restart(1) },
	} {
		f := &fakeTB{TB: t}
		c.t = f
		f.run(do)
		if f.skipped || !strings.Contains(f.failure, "use Start") {
			t.Errorf("%s: %q", name, f.failure)
		}
	}
}

func TestSeparateController(t *testing.T) {
	c := Start(t, Options{Nodes: 2, SeparateController: true})
	if got := brokersOf(t, c); len(got) != 2 {
		t.Fatalf("listed %+v", got)
	}
	config, err := os.ReadFile(c.node(3).config())
	if err != nil || !strings.Contains(string(config), "process.roles=controller\n") {
		t.Fatalf("node 3 is no controller: %v\n%s", err, config)
	}
	topic := Name("orders")
	c.CreateTopic(t, topic, 1, 2, map[string]string{"retention.ms": "60000"})
	c.Produce(t, topic, 0, 3)
}

func TestOlder(t *testing.T) {
	began := time.Now()
	c := Start(t, Options{Version: Older, SASL: true})
	t.Logf("one node of %s answered after %v", c.Version(), time.Since(began))
	topic, group := Name("orders"), Name("billing")
	c.CreateTopic(t, topic, 1, 1, nil)
	c.Produce(t, topic, 0, 5)
	m := c.JoinClassic(t, group, []string{topic})
	m.Read(t, 2)
	m.Leave()
	if got := committed(t, c, group, topic, 0); got != 2 {
		t.Fatalf("committed %d, want 2", got)
	}
	for _, mechanism := range []string{PLAIN, SCRAM256, SCRAM512} {
		if err := c.ClientAs(t, c.User("carol"), mechanism).Ping(soon(t)); err != nil {
			t.Errorf("%s: %v", mechanism, err)
		}
	}
}

func committed(t *testing.T, c *Cluster, group, topic string, partition int32) int64 {
	t.Helper()
	offsets, err := c.Admin(t).FetchOffsets(soon(t), group)
	if err != nil {
		t.Fatal(err)
	}
	o, ok := offsets.Lookup(topic, partition)
	if !ok || o.Err != nil {
		t.Fatalf("no offset of %s on %s/%d: %v", group, topic, partition, o.Err)
	}
	return o.At
}
