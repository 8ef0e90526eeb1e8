package demo

import (
	"context"
	"fmt"
	"time"
)

const (
	lostBroker = 1
	lostAfter  = 5 * time.Second
)

// brokerLost: a killed broker looks healthy until its session has ended; then leaders, in-sync replicas and the list of
// brokers change in one step.
var brokerLost = Scenario{
	Name:  "broker-lost",
	Title: "a broker dies",
	Sees: "Broker 1 stops answering 5 s after the start. For 9 s it is still listed, as leader too, and what it leads or " +
		"coordinates can't be read or seen. Then the others lead its partitions, all of them under-replicated, and the " +
		"groups it coordinated come back.",
	Within: 20 * time.Second,
	Expect: recovers(ordersBilling, warehouse, paymentsLedger, clicksSessions, shipmentsETA, mailer),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		s.at(lostAfter, s.loseBroker)
		return nil
	},
}

// recovers expects groups to be well a minute after the broker is declared dead, and nobody to be woken for them.
func recovers(groups ...string) []Expectation {
	var out []Expectation
	for _, g := range groups {
		out = append(out,
			Expectation{Group: g, States: critical, Never: true},
			Expectation{Group: g, States: healthy, From: lostAfter + brokerSession + 30*time.Second, Within: lostAfter + brokerSession + time.Minute})
	}
	return out
}

// loseBroker kills a broker, and after its session does what the controller does.
func (s *stage) loseBroker(ctx context.Context) {
	s.nodes[lostBroker].kill()
	if !sleep(ctx, brokerSession) {
		return
	}
	if err := s.failOver(ctx); err != nil {
		s.log.Error("broker lost", "err", err)
	}
}

// failOver moves leaders and coordinators off the dead broker and takes it off the list.
func (s *stage) failOver(ctx context.Context) error {
	topics, err := s.admin.ListTopics(ctx)
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	for _, t := range topics {
		for _, p := range t.Partitions {
			if p.Leader != lostBroker {
				continue
			}
			next := p.Replicas[0]
			if next == lostBroker {
				next = p.Replicas[1]
			}
			if err := s.fake.MoveTopicPartition(t.Topic, p.Partition, next); err != nil {
				return fmt.Errorf("move %s:%d: %w", t.Topic, p.Partition, err)
			}
		}
	}
	// Coordinators can only be dealt anew, all at once: deal until none is on the dead broker.
	for s.coordinates(lostBroker) {
		s.fake.RehashCoordinators()
	}
	s.edit.replicas.bury(lostBroker)
	return nil
}

// coordinates reports whether a broker coordinates a group of the cast.
func (s *stage) coordinates(node int32) bool {
	for _, g := range s.groups {
		if s.fake.CoordinatorFor(g.name) == node {
			return true
		}
	}
	return false
}
