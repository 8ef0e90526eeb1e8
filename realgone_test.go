package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// This file makes the case whose records brokers delete by themselves, and that of a job that is away.

// deleting are Props of brokers that look every half second for what retention lets them delete, and begin at once.
func deleting(props map[string]string) map[string]string {
	maps.Copy(props, map[string]string{"log.retention.check.interval.ms": "500", "log.initial.task.delay.ms": "500"})
	return props
}

// nightly is left as any group that is stopped, but by a job whose owners have said that it comes once a night.
func (s *realStage) nightly() {
	topic := s.topic("nightly", 1)
	s.c.Produce(s, topic, 0, 100)
	m := s.c.JoinClassic(s, s.groups["nightly"], []string{topic})
	m.Read(s, 30)
	m.Leave()
}

// expiring is a group with a backlog on a topic that keeps everything yet.
func (s *realStage) expiring() {
	topic := s.topic("expires", 1)
	s.c.Produce(s, topic, 0, 60)
	s.c.CommitAdmin(s, s.groups["expires"], topic, 0, 10)
}

// expired has the brokers delete what is written, read or not, and then more written that they keep.
func (s *realStage) expired() {
	topic := s.topics["expires"]
	s.configure(topic, "retention.ms", "1")
	s.await("the brokers to delete "+topic, func(ctx context.Context, adm *kadm.Client) error {
		starts, err := adm.ListStartOffsets(ctx, topic)
		if err != nil {
			return err
		}
		if at, ok := starts.Lookup(topic, 0); !ok || at.Err != nil || at.Offset != 60 {
			return fmt.Errorf("the log starts at %d: %w", at.Offset, errors.Join(at.Err, errTooEarly))
		}
		return nil
	})
	s.configure(topic, "retention.ms", "-1")
	s.c.Produce(s, topic, 0, 40)
}

var errTooEarly = errors.New("not yet")

// configure sets one setting of a topic.
func (s *realStage) configure(topic, key, value string) {
	done, err := s.c.Admin(s).AlterTopicConfigs(s.Context(), []kadm.AlterConfig{{Name: key, Value: &value}}, topic)
	if err == nil {
		_, err = done.On(topic, func(r *kadm.AlterConfigsResponse) error { return r.Err })
	}
	if err != nil {
		s.Fatalf("set %s of %s: %v", key, topic, err)
	}
}

// await polls for what brokers do in their own time.
func (s *realStage) await(what string, is func(context.Context, *kadm.Client) error) {
	s.Helper()
	adm := s.c.Admin(s)
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	poll := time.NewTicker(100 * time.Millisecond)
	defer poll.Stop()
	for {
		err := is(ctx, adm)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			s.Fatalf("wait for %s: %v", what, err)
		case <-poll.C:
		}
	}
}
