package records

import (
	"os"
	"strings"
	"testing"
	"time"

	"weir/internal/realkafka"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestMain(m *testing.M) { os.Exit(realkafka.Main(m)) }

// TestReal reads what only a real log has: segments that were compacted, every codec, batches above the limit, and the
// aborted list of a real index.
func TestReal(t *testing.T) {
	c := realkafka.Start(t, realkafka.Options{Props: map[string]string{"log.cleaner.backoff.ms": "100", "broker.session.timeout.ms": "30000"}})
	w := on(t, c.Seeds())
	t.Run("compressed and large", func(t *testing.T) { w.in(t).realCodecs() })
	t.Run("transactions", func(t *testing.T) { w.in(t).realTransactions() })
	t.Run("ends", func(t *testing.T) { w.in(t).realEnds(c) })
	t.Run("compacted", func(t *testing.T) { w.in(t).realHoles() })
}

func (w *world) in(t *testing.T) *world { v := *w; v.t = t; return &v }

func (w *world) realCodecs() {
	stamped := "LogAppendTime"
	p := w.topic("codecs", map[string]*string{"message.timestamp.type": &stamped})
	w.write(p, kv(0, 1)...) // it waits for the leader
	for name, codec := range map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()} {
		cl := w.client(kgo.ProducerBatchCompression(codec))
		end, err := Ends(w.t.Context(), w.conn, p)
		must(w.t, err)
		head := kgo.RecordHeader{Key: "codec", Value: []byte(name)}
		w.batch(cl, p, &kgo.Record{Key: []byte("small"), Headers: []kgo.RecordHeader{head}}, &kgo.Record{Value: []byte(strings.Repeat("a", 600_000))}, &kgo.Record{Value: []byte("last")})
		page := w.forward(p, end.End, Limits{Records: 3, Bytes: 100}) // the batch comes whole although it is larger (KIP-74)
		if len(page.Records) != 2 || page.Where != Here || page.Records[1].Size() != 600_000 {
			w.t.Errorf("%s: %s", name, lines(page))
			continue
		}
		r := page.Records[0]
		if r.Compression != name || r.Value != nil || string(r.Headers[0].Value) != name || r.Clock != AppendTime || r.At.IsZero() || r.Epoch < 0 {
			w.t.Errorf("%s: %+v", name, r)
		}
		if last := w.forward(p, end.End+2, Limits{}); string(last.Records[0].Value) != "last" {
			w.t.Errorf("%s: %s", name, lines(last))
		}
		if page := w.forward(p, end.End, Limits{Inflated: 1000}); name != "none" && (page.Unread == nil || page.Where != Unparsed) {
			w.t.Errorf("%s: %+v", name, page)
		}
	}
}

func (w *world) realTransactions() {
	p := w.topic("txn", nil)
	w.inTxn("a", p, kgo.TryCommit, kv(0, 2)...) // 0 1, marker 2
	w.inTxn("a", p, kgo.TryAbort, kv(2, 2)...)  // 3 4, marker 5
	w.write(p, kv(4, 1)...)                     // 6
	w.inTxn("a", p, kgo.TryCommit, kv(5, 1)...) // 7, marker 8
	open := w.client(kgo.TransactionalID("open"))
	must(w.t, open.BeginTransaction())
	w.batch(open, p, kv(6, 2)...) // 9 10
	w.write(p, kv(8, 1)...)       // 11
	for from, want := range map[int64]string{
		0: "here 0: 0c 1c 3a 4a 6 7c 9u 10u 11 next 12",
		4: "here 4: 4a 6 7c 9u 10u 11 next 12",
		5: "marker 5: 6 7c 9u 10u 11 next 12",
		9: "here 9: 9u 10u 11 next 12",
	} {
		if got := lines(w.forward(p, from, Limits{Records: 100})); got != want {
			w.t.Errorf("%s, want %s", got, want)
		}
	}
	must(w.t, open.EndTransaction(w.t.Context(), kgo.TryAbort))
	if got, want := lines(w.forward(p, 9, Limits{Records: 100})), "here 9: 9a 10a 11 next 13"; got != want {
		w.t.Errorf("%s, want %s", got, want)
	}
}

func (w *world) realEnds(c *realkafka.Cluster) {
	p := w.topic("ends", nil)
	w.write(p, kv(0, 9)...)
	c.DeleteRecords(w.t, p.Topic, p.Partition, 4)
	for from, want := range map[int64]string{0: "deleted 0: 4 next 5", 4: "here 4: 4 next 5", 9: "ahead 9: next 9", 10: "beyond 10: next 9"} {
		page := w.forward(p, from, Limits{})
		if got := lines(page); got != want || page.Bounds != (Bounds{4, 9, 9}) {
			w.t.Errorf("%s, want %s; %+v", got, want, page.Bounds)
		}
	}
	if local, err := LocalStart(w.t.Context(), w.conn, p); local != 4 || err != nil {
		w.t.Errorf("nothing is tiered, and the local log start is %d, %v", local, err)
	}
	page, err := Around(w.t.Context(), w.conn, p, 6, 10, 1, Limits{})
	must(w.t, err)
	if got := lines(page); got != "here 6: 4 5 6 next 7" {
		w.t.Errorf("around: %s", got)
	}
}

// realHoles waits for the broker's own cleaner: the segments before the active one keep only the newest of each key.
func (w *world) realHoles() {
	p := w.topic("compacted", configs("cleanup.policy", "compact", "segment.ms", "1", "min.cleanable.dirty.ratio", "0.01", "min.compaction.lag.ms", "0"))
	at := time.Now().Add(-time.Hour)
	all := append(append(kv(0, 3), kv(0, 1)[0], kv(0, 1)[0], kv(0, 1)[0]), &kgo.Record{Key: []byte("k1")}, kv(7, 1)[0])
	for i, r := range all { // a segment each
		r.Timestamp = at.Add(time.Duration(i) * time.Second)
		w.write(p, r)
	}
	want := "hole 3: 5 6 7 next 8"
	for range 300 {
		if lines(w.forward(p, 3, Limits{Records: 9})) == want {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	page := w.forward(p, 3, Limits{Records: 9})
	if got := lines(page); got != want {
		w.t.Fatalf("%s, want %s", got, want)
	}
	if page.Records[1].Value != nil || string(page.Records[1].Key) != "k1" {
		w.t.Errorf("the tombstone is %+v", page.Records[1])
	}
	page, err := Around(w.t.Context(), w.conn, p, 5, 2, 1, Limits{})
	must(w.t, err)
	if got := lines(page); got != "here 5: 2 5 next 6" {
		w.t.Errorf("around: %s", got)
	}
}

func configs(kvs ...string) map[string]*string {
	out := map[string]*string{}
	for i := 0; i < len(kvs); i += 2 {
		out[kvs[i]] = &kvs[i+1]
	}
	return out
}
