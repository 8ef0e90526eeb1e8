package main

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"weir/internal/realkafka"
)

// This file makes the cases whose members die, or are too slow for what comes in.

const (
	unreadable = "unreadable"
	tooSlow    = 4 // records a second, of the ten that come in
)

// lively starts groups that are well until disturb.
func (s *realStage) lively() {
	c := s.c
	var busy []string
	for _, name := range []string{"slow", "burst", "storm", "poison"} {
		busy = append(busy, s.topic(name, 2))
	}
	s.write(busy)
	for _, name := range []string{"slow", "burst", "storm"} {
		s.beside(name, s.read(c.JoinClassic(s, s.groups[name], []string{s.topics[name]}), false))
	}
	s.mortal("poison", time.Second, func(r *kgo.Record) bool { return string(r.Value) == unreadable })
}

// beside remembers the reader of a case.
func (s *realStage) beside(name string, r *reader) {
	if s.readers == nil {
		s.readers = map[string]*reader{}
	}
	s.readers[name] = r
}

// disturb does to each group what it is named after.
func (s *realStage) disturb() {
	c := s.c
	s.readers["slow"].hang()
	s.readSlowly(s.readers["slow"].m, false, tooSlow)
	c.Produce(s, s.topics["burst"], 0, 20_000)
	s.mortal("storm", 0, func(*kgo.Record) bool { return true })

	cl := c.Client(s, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err := cl.ProduceSync(s.Context(), &kgo.Record{Topic: s.topics["poison"], Value: []byte(unreadable)}).FirstErr(); err != nil {
		s.Fatal(err)
	}
}

// mortal keeps a member in the group of a case, which dies of some records before it commits them and comes back as
// another after a while. As with any crash the group waits for the dead one's session.
func (s *realStage) mortal(name string, pause time.Duration, dies func(*kgo.Record) bool) {
	ctx, cancel := context.WithCancel(context.Background())
	group, topic := s.groups[name], s.topics[name] // later cases are put on the stage meanwhile
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			s.live(ctx, name, group, topic, dies)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	})
	s.Cleanup(func() { cancel(); wg.Wait() })
}

// live is one life of a mortal member. A named instance doesn't say goodbye when it closes.
func (s *realStage) live(ctx context.Context, name, group, topic string, dies func(*kgo.Record) bool) {
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.c.Seeds()...), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic),
		kgo.InstanceID(realkafka.Name(name)), kgo.DisableAutoCommit(), kgo.Balancers(kgo.RangeBalancer()),
		kgo.HeartbeatInterval(300*time.Millisecond), kgo.SessionTimeout(6*time.Second), kgo.RebalanceTimeout(10*time.Second),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		s.Error(err)
		return
	}
	defer cl.CloseAllowingRebalance()
	for ctx.Err() == nil {
		poll, end := context.WithTimeout(ctx, time.Second)
		fetches := cl.PollFetches(poll)
		end()
		dead := false
		fetches.EachRecord(func(r *kgo.Record) { dead = dead || dies(r) })
		if dead {
			return
		}
		_ = cl.CommitUncommittedOffsets(ctx) // what fails shows as a state
	}
}
