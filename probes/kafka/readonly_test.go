package kafka_test

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"weir/internal/kafka/tap"
	"weir/internal/realkafka"
	"weir/lag"
	"weir/probes"
)

// harmless are the API keys that a probe may send, by name. None changes anything, and none joins a group.
var harmless = map[string]bool{
	"ApiVersions": true, "Metadata": true, "DescribeACLs": true, "DescribeCluster": true, "DescribeQuorum": true,
	"ListGroups": true, "FindCoordinator": true, "OffsetFetch": true, "ListOffsets": true, "DescribeShareGroupOffsets": true,
	"DescribeGroups": true, "ConsumerGroupDescribe": true, "ShareGroupDescribe": true, "StreamsGroupDescribe": true,
	"DescribeConfigs": true, "DescribeLogDirs": true, "SASLHandshake": true, "SASLAuthenticate": true,
	"DescribeProducers": true, "ListTransactions": true, "DescribeTransactions": true,
}

// observed makes every kind of sweep and returns what the last two refreshes sent.
func observed(t *testing.T, seeds []string, focus ...lag.Ref) *tap.Recorder {
	t.Helper()
	var rec tap.Recorder
	p := to{seeds: seeds, wrap: rec.Wrap}.probe(t)
	check := func(what string) {
		t.Helper()
		for _, q := range rec.Requests() {
			if !harmless[q.Name] {
				t.Errorf("%s sent %s (key %d)", what, q.Name, q.Key)
			}
		}
		if len(rec.Requests()) == 0 || len(rec.Errs()) > 0 {
			t.Errorf("%s sent %d requests, errors %v", what, len(rec.Requests()), rec.Errs())
		}
		rec.Reset()
	}
	sweep(t, p, everything)
	check("a read of everything")
	for due := probes.Commits; due <= probes.Sizes; due <<= 1 {
		sweep(t, p, probes.Want{Due: due})
	}
	check("each cadence by itself")
	sweep(t, p, probes.Want{Due: probes.Refresh, Focus: focus})
	check("a refresh with a focus")
	r := sweep(t, p, probes.Want{Due: probes.Refresh})
	asked := map[string][2]int{}
	for _, q := range rec.Requests() {
		n := asked[q.Broker]
		switch q.Name {
		case "OffsetFetch":
			n[0]++
		case "ListOffsets":
			n[1]++
		default:
			t.Errorf("a refresh sent %s", q.Name)
		}
		asked[q.Broker] = n
	}
	for broker, n := range asked {
		if n != [2]int{1, 1} {
			t.Errorf("a refresh sent %d OffsetFetch and %d ListOffsets to %s", n[0], n[1], broker)
		}
	}
	if len(asked) != 3 || r.Cost.Requests != 6 {
		t.Errorf("a refresh of three brokers asked %v, and says that it sent %d requests", asked, r.Cost.Requests)
	}
	out, in := rec.Bytes()
	if out != r.Cost.BytesOut || in != r.Cost.BytesIn {
		t.Errorf("a refresh cost %d and %d bytes, and says %d and %d", out, in, r.Cost.BytesOut, r.Cost.BytesIn)
	}
	return &rec
}

func TestOnlyReadsOnRealKafka(t *testing.T) {
	c := realkafka.Shared(t)
	topic := realkafka.Name("orders")
	c.CreateTopic(t, topic, 6, 1, nil)
	c.Produce(t, topic, 0, 20)
	classic, consumer, share := realkafka.Name("classic"), realkafka.Name("consumer"), realkafka.Name("share")
	c.JoinClassic(t, classic, []string{topic}).Read(t, 5)
	c.JoinConsumer(t, consumer, []string{topic}).Read(t, 5)
	for range 12 { // so that every broker coordinates a group
		c.CommitAdmin(t, realkafka.Name("simple"), topic, 1, 0)
	}
	observed(t, c.Seeds(), lag.Ref{Kind: lag.KindGroup, Name: classic}, lag.Ref{Kind: lag.KindGroup, Name: consumer}, lag.Ref{Kind: lag.KindTopic, Name: topic})

	// A share group costs one request more, to its coordinator.
	c.JoinShare(t, share, []string{topic}).Read(t, 5)
	var rec tap.Recorder
	p := to{seeds: c.Seeds(), wrap: rec.Wrap}.probe(t)
	sweep(t, p, everything)
	rec.Reset()
	sweep(t, p, probes.Want{Due: probes.Refresh, Focus: []lag.Ref{{Kind: lag.KindGroup, Name: share}}})
	if n := rec.Count(); n["DescribeShareGroupOffsets"] != 1 || n["ShareGroupDescribe"] != 1 || len(rec.Requests()) != 8 {
		t.Errorf("with a share group in focus a refresh sent %v", n)
	}
}

func TestOnlyReadsOnFake(t *testing.T) {
	c, err := kfake.NewCluster(kfake.NumBrokers(3))
	must(t, err)
	t.Cleanup(c.Close)
	must(t, world{topics: 3, partitions: 6, groups: many(12, 3)}.load(t.Context(), c.ListenAddrs()))
	observed(t, c.ListenAddrs(), lag.Ref{Kind: lag.KindGroup, Name: worldGroup(1)})
}
