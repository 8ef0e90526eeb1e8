package records

import (
	"fmt"
	"testing"
	"time"

	"weir/internal/config"
	"weir/internal/kafka"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// world is a cluster with clients of both kinds.
type world struct {
	t     *testing.T
	seeds []string
	cl    *kgo.Client
	adm   *kadm.Client
	conn  Conn
}

func on(t *testing.T, seeds []string) *world {
	t.Helper()
	w := &world{t: t, seeds: seeds}
	w.cl = w.client()
	w.adm = kadm.NewClient(w.cl)
	c, err := kafka.Dial(t.Context(), config.Cluster{Name: "test", Brokers: seeds, Timeout: 10 * time.Second}, kafka.Seeing, kafka.Options{})
	must(t, err)
	t.Cleanup(c.Close)
	w.conn = Over(c)
	return w
}

func fake(t *testing.T) (*world, *kfake.Cluster) {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SleepOutOfOrder())
	must(t, err)
	t.Cleanup(c.Close)
	return on(t, c.ListenAddrs()), c
}

func (w *world) client(opts ...kgo.Opt) *kgo.Client {
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(w.seeds...), kgo.RecordPartitioner(kgo.ManualPartitioner())}, opts...)...)
	must(w.t, err)
	w.t.Cleanup(cl.Close)
	return cl
}

func (w *world) topic(name string, configs map[string]*string) Place {
	_, err := w.adm.CreateTopic(w.t.Context(), 2, 1, configs, name)
	must(w.t, err)
	return Place{name, 1}
}

// write writes records one batch each.
func (w *world) write(p Place, rs ...*kgo.Record) {
	w.t.Helper()
	for _, r := range rs {
		w.batch(w.cl, p, r)
	}
}

// batch writes records as one batch.
func (w *world) batch(cl *kgo.Client, p Place, rs ...*kgo.Record) {
	w.t.Helper()
	for _, r := range rs {
		r.Topic, r.Partition = p.Topic, p.Partition
	}
	must(w.t, cl.ProduceSync(w.t.Context(), rs...).FirstErr())
}

// inTxn writes records in a transaction and ends it.
func (w *world) inTxn(id string, p Place, end kgo.TransactionEndTry, rs ...*kgo.Record) {
	w.t.Helper()
	cl := w.client(kgo.TransactionalID(id))
	must(w.t, cl.BeginTransaction())
	w.batch(cl, p, rs...)
	must(w.t, cl.EndTransaction(w.t.Context(), end))
}

// kv makes records of one key each, named by a number.
func kv(from, n int) []*kgo.Record {
	var out []*kgo.Record
	for i := from; i < from+n; i++ {
		out = append(out, kgo.KeyStringRecord(fmt.Sprintf("k%d", i), fmt.Sprintf("v%d", i)))
	}
	return out
}

func (w *world) forward(p Place, from int64, l Limits) Page {
	w.t.Helper()
	page, err := Forward(w.t.Context(), w.conn, p, from, l)
	must(w.t, err)
	return page
}

// lines tells a page in short.
func lines(p Page) string {
	s := fmt.Sprintf("%s %d:", p.Where, p.From)
	for _, r := range p.Records {
		s += fmt.Sprintf(" %d", r.Offset)
		if r.Txn != Plain {
			s += string(r.Txn[:1])
		}
	}
	return s + fmt.Sprintf(" next %d", p.Next)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
