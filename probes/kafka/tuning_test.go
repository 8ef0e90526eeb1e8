package kafka_test

import (
	"slices"
	"testing"

	"weir/internal/realkafka"
	"weir/lag"
	"weir/probes"
)

// TestABrokerThatIsLookedAt: its log directories, and what of its configuration was set.
func TestABrokerThatIsLookedAt(t *testing.T) {
	c := realkafka.Shared(t)
	topic := realkafka.Name("disks")
	c.CreateTopic(t, topic, 1, 1, nil)
	c.Produce(t, topic, 0, 50)
	p := to{seeds: c.Seeds()}.probe(t)
	want := only(probes.Want{Due: probes.All}, topic)
	if r := sweep(t, p, want); len(r.Tuning) != 0 {
		t.Errorf("the configuration of %d brokers was read that nobody looks at", len(r.Tuning))
	}
	want.Focus = []lag.Ref{{Kind: lag.KindBroker, Name: "1"}}
	first := sweep(t, p, want)
	if len(first.Disks) != len(first.Nodes) || len(first.Tuning) != 1 {
		t.Fatalf("of %d brokers: disks of %d, configuration of %d", len(first.Nodes), len(first.Disks), len(first.Tuning))
	}
	held := int64(0)
	for n := range first.Nodes {
		for _, d := range first.Disks[lag.NodeIx(n)] {
			if held += d.Held; d.Path == "" || d.Fault != "" || d.Total <= 0 || d.Usable <= 0 || d.Usable > d.Total {
				t.Errorf("a log directory: %+v", d)
			}
		}
	}
	if held <= 0 {
		t.Error("50 records take no bytes")
	}
	for _, got := range first.Tuning {
		if !slices.ContainsFunc(got.Changed, func(s lag.Setting) bool { return s.Name == "process.roles" }) {
			t.Errorf("what was set: %+v", got.Changed)
		}
		for _, s := range got.Changed {
			if s.Value == s.Default {
				t.Errorf("%s is as by default", s.Name)
			}
		}
	}
	// Read once a minute, not in every sweep: it is large.
	again := sweep(t, p, want)
	for n, got := range again.Tuning {
		if !got.At.Equal(first.Tuning[n].At) {
			t.Error("the configuration was read again at once")
		}
	}
}
