package kafka_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/internal/realkafka"
	"weir/lag"
	"weir/probes"
)

// looked is a refresh while somebody looks at topics.
func looked(topics ...string) probes.Want {
	w := refresh
	for _, t := range topics {
		w.Focus = append(w.Focus, lag.Ref{Kind: lag.KindTopic, Name: t})
	}
	return w
}

// writers are who writes a topic, as far as a reading tells; nil when it doesn't.
func (r seen) writers(topic string) *lag.Writers {
	for t := range r.Topics {
		if r.Topics[t].Name == topic {
			return r.Writers[lag.TopicIx(t)]
		}
	}
	return nil
}

func told(w *lag.Writers) string {
	var out []string
	for _, g := range w.Gaps {
		out = append(out, strings.TrimPrefix(g.Ref.String(), g.Ref.Cluster+"/")+" "+g.Reason.String())
	}
	return join(out)
}

// TestWhoWritesIsAskedOfWhatIsLookedAt: of the topic in focus alone, each leader once, no more often than every half
// minute; an open transaction has its id, its begin and its age.
func TestWhoWritesIsAskedOfWhatIsLookedAt(t *testing.T) {
	leakless(t)
	var way to
	onFake(t, func(w *to) { way = *w }, func(k *fake) {
		cl, err := kgo.NewClient(kgo.SeedBrokers(k.ListenAddrs()...), kgo.Dialer(way.dial), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionalID("settle-1"), kgo.TransactionTimeout(10*time.Minute))
		must(k.t, err)
		k.t.Cleanup(cl.Close)
		must(k.t, cl.BeginTransaction())
		must(k.t, cl.ProduceSync(k.t.Context(), &kgo.Record{Topic: "orders", Partition: 2, Value: []byte("x")}).FirstErr())
		begun := time.Now()
		asked, leaders := 0, map[int32]bool{}
		for p := range int32(fakePartitions) {
			leaders[k.LeaderFor("orders", p)] = true
		}
		k.ControlKey(int16(kmsg.DescribeProducers), func(kmsg.Request) (kmsg.Response, error, bool) {
			k.KeepControl()
			asked++
			return nil, nil, false
		})
		if r := k.sweep(probes.Want{Due: probes.All}); len(r.Writers) != 0 || asked != 0 {
			t.Errorf("nobody looks, and %d leaders are asked who writes: %v", asked, r.Writers)
		}
		time.Sleep(time.Minute)
		r := k.sweep(looked("orders"))
		w := r.writers("orders")
		if w == nil || len(r.Writers) != 1 || asked != len(leaders) || w.Asked != fakePartitions || len(w.Written) != fakePartitions || len(w.Gaps) != 0 {
			t.Fatalf("%d leaders were asked who writes; told: %+v", asked, w)
		}
		got := w.Written[r.partition("orders", 2)]
		if got.Count != 1 || got.At.Before(r.Tick) {
			t.Fatalf("of the partition that is written: %+v", got)
		}
		p := got.Producers[0]
		if p.TxnID != "settle-1" || p.TxnState != "Ongoing" || p.TxnStart != 10 || !p.Transactional || p.TxnSince.Sub(begun).Abs() > time.Second {
			t.Errorf("the producer: %+v, its transaction began at %s", p, begun)
		}
		if other := w.Written[r.partition("orders", 1)]; other.Count != 0 || other.At.IsZero() {
			t.Errorf("of one that nobody writes: %+v", other)
		}
		if again := k.sweep(looked("orders")); again.writers("orders") != w || asked != len(leaders) {
			t.Errorf("asked again at once: %d", asked)
		}
		time.Sleep(30 * time.Second)
		if again := k.sweep(looked("orders")); again.writers("orders").At == w.At || asked != 2*len(leaders) {
			t.Errorf("not asked again after half a minute: %d", asked)
		}
		if r := k.sweep(refresh); r.writers("orders") == nil || asked != 2*len(leaders) {
			t.Errorf("nobody looks any more: what was told is forgotten, or asked: %d", asked)
		}
	})
}

// TestWhoWritesIsNotKnown: the reason is told beside what is known, and the reading is none the less complete.
func TestWhoWritesIsNotKnown(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault kfake.Fault
		gaps  string
		told  int // partitions
	}{
		{"refused", kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeProducers}, Topic: "orders", Err: kerr.TopicAuthorizationFailed}, "topic/orders not_authorized", 0},
		{"a leader that moved", kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeProducers}, Topic: "orders", Partitions: []int32{2}, Err: kerr.NotLeaderForPartition}, "partition/orders/2 no_leader", fakePartitions - 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			leakless(t)
			onFake(t, nil, func(k *fake) {
				k.sweep(probes.Want{Due: probes.All})
				c.fault.Count = -1
				k.Fault(c.fault)
				r := k.sweep(looked("orders"))
				w := r.writers("orders")
				if w == nil || told(w) != c.gaps || len(w.Written) != c.told || r.gaps() != "" || !r.Complete {
					t.Errorf("told: %+v; gaps of the reading: %s", w, r.gaps())
				}
			})
		})
	}
}

// TestATopicWithManyWriters: a reply has no bound of its own, so that the next look is smaller and later, and only the
// producers that matter are kept.
func TestATopicWithManyWriters(t *testing.T) {
	leakless(t)
	onFake(t, nil, func(k *fake) {
		k.sweep(probes.Want{Due: probes.All})
		asked := 0
		k.forge(kmsg.DescribeProducers, func(req kmsg.Request) kmsg.Response {
			resp := reply(req).(*kmsg.DescribeProducersResponse)
			for _, rt := range req.(*kmsg.DescribeProducersRequest).Topics {
				st := kmsg.NewDescribeProducersResponseTopic()
				st.Topic = rt.Topic
				for _, n := range rt.Partitions {
					asked++
					sp := kmsg.NewDescribeProducersResponseTopicPartition()
					sp.Partition = n
					for id := range int64(10_000) {
						ap := kmsg.NewDescribeProducersResponseTopicPartitionActiveProducer()
						ap.ProducerID, ap.LastTimestamp, ap.CoordinatorEpoch = id, 1_000_000+id, -1
						if id == 77 || id == 78 {
							ap.CurrentTxnStartOffset = 100 - id
						}
						sp.ActiveProducers = append(sp.ActiveProducers, ap)
					}
					st.Partitions = append(st.Partitions, sp)
				}
				resp.Topics = append(resp.Topics, st)
			}
			return resp
		})
		r := k.sweep(looked("orders"))
		got := r.writers("orders").Written[r.partition("orders", 3)]
		if got.Count != 10_000 || len(got.Producers) != lag.MostProducers || got.Producers[0].ID != 78 || got.Producers[1].ID != 77 || got.Producers[2].ID != 9999 {
			t.Errorf("kept of 10,000: %d: %+v", len(got.Producers), got.Producers)
		}
		time.Sleep(time.Minute)
		k.sweep(looked("orders"))
		if asked != fakePartitions {
			t.Errorf("%d partitions asked about within a minute, of a topic that 60,000 producers write", asked)
		}
		time.Sleep(5 * time.Minute)
		r = k.sweep(looked("orders"))
		if w := r.writers("orders"); w.Asked != 2 || asked != fakePartitions+2 || len(w.Written) != fakePartitions {
			t.Errorf("the next look asks about %d partitions, and knows of %d", w.Asked, len(w.Written))
		}
	})
}

// TestWhoWritesARealTopic: an idempotent producer, one with a transaction open and one that has ended its own; and what
// may be known by whom.
func TestWhoWritesARealTopic(t *testing.T) {
	c := realkafka.Shared(t)
	topic := realkafka.Name("written")
	c.CreateTopic(t, topic, 2, 1, nil)
	before := time.Now().Add(-time.Minute)
	c.Produce(t, topic, 0, 10)
	ended := c.OpenTransaction(t, topic, 0, 3)
	ended.End(t, kgo.TryCommit)
	open := c.OpenTransaction(t, topic, 0, 5)
	want := only(looked(topic), topic)
	want.Due = probes.All

	r := sweep(t, to{seeds: c.Seeds()}.probe(t), want)
	w := r.writers(topic)
	if w == nil || len(w.Gaps) != 0 || w.Asked != 2 || len(w.Written) != 2 || w.Written[r.partition(topic, 1)].Count != 0 {
		t.Fatalf("told: %+v", w)
	}
	got := w.Written[r.partition(topic, 0)]
	if got.Count != 3 || len(got.Producers) != 3 {
		t.Fatalf("producers: %+v", got)
	}
	kinds := map[string]int{}
	for i, p := range got.Producers {
		if p.Wrote.Before(before) || p.Wrote.After(time.Now().Add(time.Minute)) {
			t.Errorf("last wrote at %s: %+v", p.Wrote, p)
		}
		switch {
		case i == 0:
			if p.TxnID != open.ID || p.TxnStart != open.First || p.TxnState != "Ongoing" || p.TxnSince.Before(before) || p.TxnSince.After(time.Now()) {
				t.Errorf("the transaction that is open: %+v, want %+v", p, open)
			}
		case p.Transactional:
			kinds["ended"]++
			if p.TxnID != ended.ID || p.TxnStart != lag.None || !p.TxnSince.IsZero() {
				t.Errorf("the transaction that has ended: %+v, want %+v", p, ended)
			}
		default:
			kinds["idempotent"]++
			if p.TxnID != "" || p.TxnStart != lag.None || p.Sequence != 9 {
				t.Errorf("the producer without a transaction: %+v", p)
			}
		}
	}
	if kinds["ended"] != 1 || kinds["idempotent"] != 1 {
		t.Errorf("producers: %+v", got.Producers)
	}

	u := c.NewUser(t)
	c.Grant(t, u, realkafka.OnTopic(topic, kmsg.ACLOperationDescribe))
	r = sweep(t, to{seeds: c.SASLSeeds(), user: &u}.probe(t), want)
	if w := r.writers(topic); told(w) != "topic/"+topic+" not_authorized" || len(w.Written) != 0 {
		t.Errorf("who may only describe the topic: %+v", w)
	}
	u = c.NewUser(t)
	c.Grant(t, u, realkafka.OnTopic(topic, kmsg.ACLOperationDescribe), realkafka.OnTopic(topic, kmsg.ACLOperationRead))
	r = sweep(t, to{seeds: c.SASLSeeds(), user: &u}.probe(t), want)
	if p := r.writers(topic).Written[r.partition(topic, 0)].Producers; len(p) != 3 || !p[0].Transactional || p[0].TxnID != "" {
		t.Errorf("who may read the topic and describe no transactional id: %+v", p)
	}
}

// TestWhoWritesIsAskedOfWhatIsNamed: nobody looks at the topic, and it hangs on its writers what a group's state is.
func TestWhoWritesIsAskedOfWhatIsNamed(t *testing.T) {
	leakless(t)
	onFake(t, func(*to) {}, func(k *fake) {
		k.sweep(probes.Want{Due: probes.All})
		w := refresh
		w.Writers = []string{"orders", "no-such"}
		if r := k.sweep(w); r.writers("orders") == nil || len(r.Writers) != 1 {
			t.Errorf("told of %v", r.Writers)
		}
	})
}

// TestWhoWroteALogThatIsGone: who wrote a topic is forgotten with its log, as it says nothing of one that is made anew.
func TestWhoWroteALogThatIsGone(t *testing.T) {
	leakless(t)
	onFake(t, func(*to) {}, func(k *fake) {
		k.sweep(probes.Want{Due: probes.All})
		if r := k.sweep(looked("orders")); r.writers("orders") == nil {
			t.Fatal("nobody told")
		}
		_, err := k.admin.DeleteTopic(k.t.Context(), "orders")
		must(k.t, err)
		if r := k.sweep(probes.Want{Due: probes.All}); r.writers("orders") != nil {
			t.Errorf("of a topic that is gone: %+v", r.writers("orders"))
		}
	})
}
