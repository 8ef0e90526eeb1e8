package demo

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// producer writes to a topic at a rate that the script may change.
type producer struct {
	rate atomic.Uint64 // records a second, as bits of a float64
}

// setRate changes the rate, in records a second.
func (p *producer) setRate(perSecond float64) { p.rate.Store(math.Float64bits(perSecond)) }
func (p *producer) perSecond() float64        { return math.Float64frombits(p.rate.Load()) }

// produceEvery is how often a producer sends what has come up.
const produceEvery = 250 * time.Millisecond

// produce starts a producer with so many records a second.
func (s *stage) produce(t topic, perSecond float64) (*producer, error) {
	p := &producer{}
	p.setRate(perSecond)
	cl, err := s.client(t.name + "-producer")
	if err != nil {
		return nil, err
	}
	w := s.writer(t, "producer")
	s.spawn(func(ctx context.Context) {
		defer cl.Close()
		tick := time.NewTicker(produceEvery)
		defer tick.Stop()
		var owed float64
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			// A little jitter, so that rates look as rates do.
			owed += p.perSecond() * produceEvery.Seconds() * (0.8 + 0.4*w.rng.Float64())
			now := time.Now()
			for ; owed >= 1; owed-- {
				cl.Produce(ctx, w.record(now), s.produced)
			}
		}
	})
	return p, nil
}

// produced logs what could not be written; the end of the stage is no news.
func (s *stage) produced(r *kgo.Record, err error) {
	if err != nil && s.ctx.Err() == nil {
		s.log.Warn("produce", "topic", r.Topic, "partition", r.Partition, "err", err)
	}
}

// historySlices is in how many steps the past is written: batches are what retention deletes.
const historySlices = 24

// remember writes what was produced before the start: records whose timestamps reach from a topic's span ago to now.
func (s *stage) remember(topics ...topic) error {
	cl, err := s.client("history")
	if err != nil {
		return err
	}
	defer cl.Close()
	now := time.Now()
	writers := make([]*writer, len(topics))
	for i, t := range topics {
		writers[i] = s.writer(t, "history")
	}
	for slice := range historySlices {
		var records []*kgo.Record
		for i, t := range topics {
			from, to := slice*t.history/historySlices, (slice+1)*t.history/historySlices
			for n := from; n < to; n++ {
				age := t.span * time.Duration(t.history-n) / time.Duration(t.history)
				records = append(records, writers[i].record(now.Add(-age)))
			}
		}
		if err := cl.ProduceSync(s.ctx, records...).FirstErr(); err != nil {
			return err
		}
	}
	return nil
}

// position commits for a group without members: at the end of its topics, less the given number of records a
// partition, but no lower than their start.
func (s *stage) position(group string, behind int64, topics ...string) error {
	ends, err := s.admin.ListEndOffsets(s.ctx, topics...)
	if err != nil {
		return err
	}
	starts, err := s.admin.ListStartOffsets(s.ctx, topics...)
	if err != nil {
		return err
	}
	var offsets kadm.Offsets = kadm.Offsets{}
	ends.Each(func(end kadm.ListedOffset) {
		start, _ := starts.Lookup(end.Topic, end.Partition)
		offsets.AddOffset(end.Topic, end.Partition, max(end.Offset-behind, start.Offset), -1)
	})
	return s.admin.CommitAllOffsets(s.ctx, group, offsets)
}
