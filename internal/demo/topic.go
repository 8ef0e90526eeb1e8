package demo

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"
)

// topic is a topic of the script. Each has a replica on every broker.
type topic struct {
	name       string
	partitions int32
	retention  time.Duration // 0: for ever
	compacted  bool

	key  string  // what its keys name: customer, order …
	keys int     // how many different ones
	hot  float64 // part of the records that one key has; 0: none stands out

	history int           // records from before the start
	span    time.Duration // how far back they reach
}

// create makes the topics and spreads their leaders evenly.
func (s *stage) create(topics ...topic) error {
	for _, t := range topics {
		if err := s.fake.CreateTopic(t.name, t.partitions, t.configs()); err != nil {
			return fmt.Errorf("create topic %s: %w", t.name, err)
		}
		h := fnv.New32a()
		_, _ = h.Write([]byte(t.name))
		first := int32(h.Sum32() % brokers)
		for p := range t.partitions {
			if err := s.fake.MoveTopicPartition(t.name, p, (first+p)%brokers); err != nil {
				return fmt.Errorf("place topic %s: %w", t.name, err)
			}
		}
	}
	return nil
}

func (t topic) configs() map[string]string {
	c := map[string]string{"retention.ms": "-1"}
	if t.retention > 0 {
		c["retention.ms"] = strconv.FormatInt(t.retention.Milliseconds(), 10)
	}
	if t.compacted {
		c["cleanup.policy"] = "compact"
	}
	return c
}
