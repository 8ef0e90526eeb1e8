package demo

import "fmt"

// restarted: nobody gave a broker its partitions back after a restart, as where auto.leader.rebalance.enable is off.
var restarted = Scenario{
	Name:  "broker-restarted",
	Title: "a broker is back and leads nothing",
	Sees: "Broker 1 is up and its copies are in sync, and the two others lead all that it led before its restart. Nobody is " +
		"behind for it. A preferred leader election gives it its partitions back.",
	Expect: calm(),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		return s.leadNothing(lostBroker)
	},
}

// leadNothing moves the leaders off a broker that stays in sync.
func (s *stage) leadNothing(node int32) error {
	topics, err := s.admin.ListTopics(s.ctx) // also fixes the order of the replicas
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	for _, t := range topics {
		for _, p := range t.Partitions {
			if p.Leader != node {
				continue
			}
			if err := s.fake.MoveTopicPartition(t.Topic, p.Partition, p.Replicas[1]); err != nil {
				return fmt.Errorf("move %s:%d: %w", t.Topic, p.Partition, err)
			}
		}
	}
	return nil
}
