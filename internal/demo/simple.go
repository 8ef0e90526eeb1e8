package demo

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// startSimple runs a consumer that assigns itself every partition of a topic and commits as an administrator does: its
// group never has a member.
func (s *stage) startSimple(group string, t topic) error {
	committed, err := s.admin.FetchOffsets(s.ctx, group)
	if err != nil {
		return err
	}
	from := map[int32]kgo.Offset{}
	for p := range t.partitions {
		from[p] = kgo.NewOffset().AtStart()
		if o, ok := committed.Lookup(t.name, p); ok && o.At >= 0 {
			from[p] = kgo.NewOffset().At(o.At)
		}
	}
	cl, err := s.client(group,
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{t.name: from}), kgo.FetchMaxWait(2*time.Second))
	if err != nil {
		return err
	}
	s.expect(group, 0)
	s.spawn(func(ctx context.Context) {
		defer cl.Close()
		s.readSimple(ctx, cl, group)
	})
	return nil
}

// readSimple polls, and commits once a second what has moved.
func (s *stage) readSimple(ctx context.Context, cl *kgo.Client, group string) {
	admin := kadm.NewClient(cl)
	next, last := kadm.Offsets{}, time.Now()
	for ctx.Err() == nil {
		poll, cancel := context.WithDeadline(ctx, last.Add(commitEvery))
		fetches := cl.PollFetches(poll)
		cancel()
		fetches.EachRecord(func(r *kgo.Record) { next.AddOffset(r.Topic, r.Partition, r.Offset+1, -1) })
		if time.Since(last) < commitEvery {
			continue
		}
		last = time.Now()
		if len(next) == 0 {
			continue
		}
		if err := admin.CommitAllOffsets(ctx, group, next); err != nil {
			s.log.Debug("commit", "group", group, "err", err)
			continue
		}
		next = kadm.Offsets{}
	}
}
