package records

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestForward(t *testing.T) {
	w, c := fake(t)
	p := w.topic("plain", nil)
	w.write(p, kv(0, 3)...)
	w.batch(w.cl, p, kv(3, 7)...)
	must(t, c.DeleteRecords(p.Topic, p.Partition, 2))
	for _, tt := range []struct {
		from int64
		l    Limits
		want string
	}{
		{2, Limits{}, "here 2: 2 next 3"},
		{2, Limits{Records: 3}, "here 2: 2 3 4 next 5"},
		{5, Limits{Records: 2}, "here 5: 5 6 next 7"},
		{5, Limits{Records: 100}, "here 5: 5 6 7 8 9 next 10"},
		{5, Limits{Records: 100, Bytes: 5}, "here 5: 5 6 next 7"},
		{0, Limits{}, "deleted 0: 2 next 3"},
		{10, Limits{}, "ahead 10: next 10"},
		{11, Limits{}, "beyond 11: next 10"},
		{4, Limits{Records: 9, until: 7}, "here 4: 4 5 6 next 7"},
	} {
		page := w.forward(p, tt.from, tt.l)
		if got := lines(page); got != tt.want {
			t.Errorf("from %d, %+v: %s, want %s", tt.from, tt.l, got, tt.want)
		}
		if page.Bounds != (Bounds{2, 10, 10}) {
			t.Errorf("from %d: bounds %+v", tt.from, page.Bounds)
		}
	}
}

func TestAllOfARecord(t *testing.T) {
	w, _ := fake(t)
	p := w.topic("whole", nil)
	at := time.UnixMilli(1_700_000_000_123)
	w.write(p,
		&kgo.Record{Key: []byte("k"), Value: []byte("v"), Timestamp: at, Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("x")}, {Key: "h"}, {Key: "e", Value: []byte{}}}},
		&kgo.Record{Key: []byte{}}, &kgo.Record{Value: []byte{}})
	got := w.forward(p, 0, Limits{Records: 3}).Records
	if len(got) != 3 {
		t.Fatalf("%+v", got)
	}
	r := got[0]
	if string(r.Key) != "k" || string(r.Value) != "v" || !r.At.Equal(at) || r.Clock != CreateTime || r.Txn != Plain || r.Compression == "" || r.Size() != 6 {
		t.Errorf("%+v", r)
	}
	if h := r.Headers; len(h) != 3 || string(h[0].Value) != "x" || h[1].Value != nil || h[2].Value == nil {
		t.Errorf("headers %+v", r.Headers)
	}
	if got[1].Key == nil || got[1].Value != nil || got[2].Key != nil || got[2].Value == nil {
		t.Errorf("null and empty are not told apart: %+v", got[1:])
	}
}

func TestTransactions(t *testing.T) {
	w, _ := fake(t)
	p := w.topic("txn", nil)
	w.inTxn("a", p, kgo.TryCommit, kv(0, 2)...) // 0 1, marker 2
	w.inTxn("a", p, kgo.TryAbort, kv(2, 2)...)  // 3 4, marker 5
	w.write(p, kv(4, 1)...)                     // 6
	w.inTxn("a", p, kgo.TryCommit, kv(5, 1)...) // 7, marker 8
	open := w.client(kgo.TransactionalID("open"))
	must(t, open.BeginTransaction())
	w.batch(open, p, kv(6, 2)...) // 9 10
	w.write(p, kv(8, 1)...)       // 11
	for from, want := range map[int64]string{
		0: "here 0: 0c 1c 3a 4a 6 7c 9u 10u 11 next 12",
		4: "here 4: 4a 6 7c 9u 10u 11 next 12",
		2: "marker 2: 3a 4a 6 7c 9u 10u 11 next 12",
		5: "marker 5: 6 7c 9u 10u 11 next 12",
		9: "here 9: 9u 10u 11 next 12",
	} {
		page := w.forward(p, from, Limits{Records: 100})
		if got := lines(page); got != want || page.Stable != 9 {
			t.Errorf("%s, want %s, stable %d", got, want, page.Stable)
		}
	}
	must(t, open.EndTransaction(t.Context(), kgo.TryAbort))
	if got, want := lines(w.forward(p, 9, Limits{Records: 100})), "here 9: 9a 10a 11 next 13"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestHoles(t *testing.T) {
	w, c := fake(t)
	compact := "compact"
	p := w.topic("compacted", map[string]*string{"cleanup.policy": &compact})
	w.write(p, kv(0, 3)...)
	for range 4 {
		w.write(p, kv(0, 1)...)
	}
	w.write(p, kv(9, 1)...)
	c.Compact()
	if got, want := lines(w.forward(p, 3, Limits{Records: 9})), "hole 3: 6 7 next 8"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	page, err := Around(t.Context(), w.conn, p, 5, 2, 1, Limits{})
	must(t, err)
	if got, want := lines(page), "hole 5: 1 2 6 next 7"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAround(t *testing.T) {
	w, _ := fake(t)
	p := w.topic("around", nil)
	w.write(p, kv(0, 4)...)
	w.batch(w.cl, p, kv(4, 6)...)
	for _, tt := range []struct {
		at            int64
		before, after int
		l             Limits
		want          string
	}{
		{5, 2, 2, Limits{}, "here 5: 3 4 5 6 next 7"},
		{5, 100, 1, Limits{}, "here 5: 0 1 2 3 4 5 next 6"},
		{10, 3, 0, Limits{}, "ahead 10: 7 8 9 next 10"},
		{99, 3, 0, Limits{}, "beyond 99: 7 8 9 next 99"},
		{0, 3, 1, Limits{}, "here 0: 0 next 1"},
		{5, 0, 1, Limits{}, "here 5: 5 next 6"},
		{9, 5, 0, Limits{Bytes: 9}, "here 9: 7 8 next 9"},
	} {
		page, err := Around(t.Context(), w.conn, p, tt.at, tt.before, tt.after, tt.l)
		must(t, err)
		if got := lines(page); got != tt.want {
			t.Errorf("around %d: %s, want %s", tt.at, got, tt.want)
		}
	}
}

func TestMissing(t *testing.T) {
	w, _ := fake(t)
	p := w.topic("there", nil)
	w.write(p, kv(0, 1)...)
	if _, err := Forward(t.Context(), w.conn, Place{"nowhere", 0}, 0, Limits{}); !errors.Is(err, ErrNoTopic) {
		t.Errorf("no topic: %v", err)
	}
	if _, err := Forward(t.Context(), w.conn, Place{"there", 2}, 0, Limits{}); !errors.Is(err, ErrNoPartition) {
		t.Errorf("no partition: %v", err)
	}
}

// TestLeaderMoved: the leader that metadata named doesn't lead any more. It is found anew, once.
func TestLeaderMoved(t *testing.T) {
	w, c := fake(t)
	p := w.topic("moved", nil)
	w.write(p, kv(0, 2)...)
	f := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: 1})
	page := w.forward(p, 0, Limits{Records: 2})
	if got, want := lines(page), "here 0: 0 1 next 2"; got != want || f.Hits() != 1 || page.Requests != 4 {
		t.Errorf("%s, want %s; %d hits, %d requests", got, want, f.Hits(), page.Requests)
	}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: -1})
	if _, err := Forward(t.Context(), w.conn, p, 0, Limits{}); !errors.Is(err, kerr.NotLeaderForPartition) {
		t.Errorf("still no leader: %v", err)
	}
}

func TestRefused(t *testing.T) {
	w, c := fake(t)
	p := w.topic("secret", nil)
	w.write(p, kv(0, 2)...)
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	if _, err := Forward(t.Context(), w.conn, p, 0, Limits{}); !errors.Is(err, kerr.TopicAuthorizationFailed) {
		t.Errorf("refused: %v", err)
	}
}

// TestBomb: a batch of a few kB that decompresses to far more than is read, in every codec, among others that are read.
func TestBomb(t *testing.T) {
	w, _ := fake(t)
	for name, codec := range map[string]kgo.CompressionCodec{"gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()} {
		p := w.topic("bomb-"+name, nil)
		cl := w.client(kgo.ProducerBatchCompression(codec), kgo.ProducerBatchMaxBytes(64<<20))
		w.write(p, kv(0, 1)...)
		w.batch(cl, p, kgo.StringRecord(strings.Repeat("0", 1<<20)))
		w.write(p, kv(2, 1)...)
		l := Limits{Records: 9, Bytes: 1000, Inflated: 1 << 19}
		page := w.forward(p, 0, l)
		if got, want := lines(page), "here 0: 0 next 1"; got != want || page.Unread == nil || !errors.Is(page.Unread.Err, ErrTooLarge) || page.Unread.First != 1 || page.Unread.Last != 1 {
			t.Errorf("%s: %s, %+v", name, got, page.Unread)
		}
		if page := w.forward(p, 1, l); page.Where != Unparsed || len(page.Records) != 0 {
			t.Errorf("%s: %s", name, lines(page))
		}
		l.Inflated = 2 << 20 // one record above the limit in bytes comes all the same
		page = w.forward(p, 1, l)
		if got, want := lines(page), "here 1: 1 next 2"; got != want || page.Records[0].Compression != name || page.Records[0].Size() != 1<<20 {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// bent changes what is fetched on its way.
type bent struct {
	Conn
	bend func([]byte) []byte
}

func (b bent) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	resp, err := b.Conn.Once(ctx, broker, req)
	if f, ok := resp.(*kmsg.FetchResponse); ok && err == nil {
		part := &f.Topics[0].Partitions[0]
		part.RecordBatches = b.bend(part.RecordBatches)
	}
	return resp, err
}

// TestDamaged: bytes that changed on the way or on disk are told as such, and what stands before them is read.
func TestDamaged(t *testing.T) {
	w, _ := fake(t)
	p := w.topic("damaged", nil)
	w.write(p, kv(0, 3)...)
	w.conn = bent{w.conn, func(raw []byte) []byte {
		second := int(binary.BigEndian.Uint32(raw[lengthAt:])) + lengthEnd
		raw[second+headerV2+3] ^= 1
		return raw
	}}
	page := w.forward(p, 0, Limits{Records: 3})
	if got := lines(page); got != "here 0: 0 next 1" || page.Unread == nil || !errors.Is(page.Unread.Err, ErrDamaged) || page.Unread.First != 1 {
		t.Errorf("%s, %+v", got, page.Unread)
	}
	w.conn = bent{w.conn.(bent).Conn, func(raw []byte) []byte { return raw[:min(len(raw), headerV2)] }}
	if _, err := Forward(t.Context(), w.conn, p, 0, Limits{}); err == nil || !strings.Contains(err.Error(), "without a whole batch") {
		t.Errorf("cut off: %v", err)
	}
}

// FuzzBatches: whatever a broker sends, reading it ends, within its limits.
func FuzzBatches(f *testing.F) {
	b := kmsg.RecordBatch{FirstOffset: 40, PartitionLeaderEpoch: 3, Magic: 2, LastOffsetDelta: 2, NumRecords: 3, Records: []byte{12, 0, 0, 0, 1, 1, 0}}
	f.Add(b.AppendTo(nil), int64(41))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 30, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, int64(0))
	f.Fuzz(func(t *testing.T, raw []byte, from int64) {
		r := newReader(nil, Place{"t", 0}, from, Limits{Inflated: 1 << 16})
		left := 1 << 16
		r.take(raw, decidedBy(nil), Limits{Records: 1000}, &left)
		for _, rec := range r.page.Records {
			if rec.Offset < from {
				t.Errorf("record %d before %d", rec.Offset, from)
			}
		}
	})
}

// FuzzInflate: no codec gives more than it may, nor panics.
func FuzzInflate(f *testing.F) {
	f.Add([]byte{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 1, 0, 'x'}, int8(2))
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 4, 0, 1, 0, 0, 0x99, 0xe9, 0xd8, 0x51}, int8(4))
	f.Fuzz(func(t *testing.T, src []byte, codec int8) {
		const limit = 4096
		if codec == 0 {
			return
		}
		if out, err := inflater(limit).Decompress(src, kgo.CompressionCodecType(codec)); err == nil && len(out) > limit {
			t.Errorf("codec %d gave %d bytes", codec, len(out))
		}
	})
}
