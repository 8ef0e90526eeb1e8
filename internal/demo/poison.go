package demo

import (
	"bytes"
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

var invoices = topic{name: "invoices", partitions: 4, retention: 30 * time.Minute, key: "invoice", keys: 400, history: 600, span: 10 * time.Minute}

const (
	invoicesPDF    = "invoices-pdf"
	poisonAfter    = 4 * time.Second
	poisonedPart   = 2
	restartsWithin = time.Second
)

// unreadable is what its readers die of.
var unreadable = []byte(`{"invoice":"invoice-0013","n":`)

// poison: whoever gets the partition reads the record, commits what came before it, dies, and is started again.
var poison = Scenario{
	Name:  "poison",
	Title: "a record that kills its reader",
	Sees: "invoices-pdf stands still on invoices:2: whoever reads the next record there dies of it and is restarted, and the " +
		"members before it are still listed for a session, so the group rebalances for most of the time.",
	Within: time.Minute,
	Expect: with(Expectation{Group: invoicesPDF, States: []string{stalled, stopped, fallingBehind, rebalancing}, From: poisonAfter, Within: time.Minute}),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		if err := s.create(invoices); err != nil {
			return err
		}
		if err := s.remember(invoices); err != nil {
			return err
		}
		if err := s.position(invoicesPDF, 0, invoices.name); err != nil {
			return err
		}
		if err := s.runs(invoicesPDF, func() (func(), error) {
			var stops []func()
			for _, m := range crew(2, member{group: invoicesPDF, protocol: classic, topics: []string{invoices.name}, handle: readInvoice}) {
				stops = append(stops, s.keepAlive(m, restartsWithin))
			}
			return func() { together(stops) }, nil
		}); err != nil {
			return err
		}
		s.expect(invoicesPDF, 2)
		s.at(poisonAfter, s.writePoison)
		_, err := s.produce(invoices, 12)
		return err
	},
}

// readInvoice dies of what it can't read.
func readInvoice(_ context.Context, r *kgo.Record) bool { return !bytes.Equal(r.Value, unreadable) }

// writePoison writes one unreadable record.
func (s *stage) writePoison(ctx context.Context) {
	cl, err := s.client("invoices-import", kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		s.log.Error("poison", "err", err)
		return
	}
	defer cl.Close()
	r := &kgo.Record{Topic: invoices.name, Partition: poisonedPart, Key: []byte("invoice-0013"), Value: unreadable}
	s.produced(r, cl.ProduceSync(ctx, r).FirstErr())
}
