package demo

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

var transfers = topic{name: "transfers", partitions: 4, retention: 30 * time.Minute, key: "account", keys: 300, history: 600, span: 10 * time.Minute}

const (
	settlement     = "transfers-settlement" // reads committed records
	transfersAudit = "transfers-audit"      // reads all
	bridge         = "transfers-bridge"     // transactional id of the producer that hangs
	opensAfter     = 4 * time.Second
)

// blockedReaders: a transaction that is never ended holds the last stable offset of two partitions.
var blockedReaders = Scenario{
	Name:  "blocked",
	Title: "an open transaction blocks who reads committed records",
	Sees: "transfers-settlement is blocked on transfers:0 and transfers:1: transfers-bridge opened a transaction there and " +
		"never ended it. transfers-audit, which reads uncommitted records, keeps up.",
	Within: 30 * time.Second,
	Expect: with(
		Expectation{Group: settlement, States: []string{blocked}, Within: 30 * time.Second, Holds: true},
		Expectation{Group: transfersAudit, States: trouble, Never: true},
		Expectation{Group: transfersAudit, States: healthy, From: 5 * time.Second, Within: known}),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		if err := s.create(transfers); err != nil {
			return err
		}
		if err := s.remember(transfers); err != nil {
			return err
		}
		members := append(
			crew(2, member{group: settlement, protocol: classic, topics: []string{transfers.name}, committed: true}),
			crew(1, member{group: transfersAudit, protocol: consumer, topics: []string{transfers.name}})...)
		for _, g := range []string{settlement, transfersAudit} {
			if err := s.position(g, 0, transfers.name); err != nil {
				return err
			}
		}
		if _, err := s.startAll(members...); err != nil {
			return err
		}
		s.at(opensAfter, s.openTransaction)
		_, err := s.produce(transfers, 16)
		return err
	},
}

// openTransaction writes to two partitions in a transaction and leaves it open for as long as brokers allow.
func (s *stage) openTransaction(ctx context.Context) {
	cl, err := s.client(bridge, kgo.TransactionalID(bridge), kgo.TransactionTimeout(15*time.Minute),
		kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		s.log.Error("open transaction", "err", err)
		return
	}
	defer cl.Close()
	if err := cl.BeginTransaction(); err != nil {
		s.log.Error("open transaction", "err", err)
		return
	}
	w := s.writer(transfers, bridge)
	for p := range int32(2) {
		r := w.record(time.Now())
		r.Partition = p
		s.produced(r, cl.ProduceSync(ctx, r).FirstErr())
	}
	<-ctx.Done()
}
