package realkafka

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const openLimit = 10 * time.Minute // before the broker ends a transaction left open; the most it allows is 15 minutes

// Transaction is one that a producer began and has not ended.
type Transaction struct {
	ID     string // the transactional id
	First  int64  // the offset of its first record: what a reader of committed records can't pass
	Client *kgo.Client
}

// OpenTransaction writes n records to a partition in a transaction and leaves it open. The producer goes away with the test, without
// ending it; the broker would after 10 minutes.
func (c *Cluster) OpenTransaction(t testing.TB, topic string, partition int32, n int) *Transaction {
	t.Helper()
	id := Name("txn")
	cl := c.Client(t, kgo.TransactionalID(id), kgo.TransactionTimeout(openLimit), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err := cl.BeginTransaction(); err != nil {
		t.Fatalf("begin transaction: %v", err)
	}
	return &Transaction{ID: id, First: produce(t, cl, topic, partition, n), Client: cl}
}

// Abandon makes the producer go away without a word, as a crash does: the transaction stays open.
func (x *Transaction) Abandon() { x.Client.Close() }

// End commits or aborts.
func (x *Transaction) End(t testing.TB, commit kgo.TransactionEndTry) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	if err := x.Client.EndTransaction(ctx, commit); err != nil {
		t.Fatalf("end transaction: %v", err)
	}
}
