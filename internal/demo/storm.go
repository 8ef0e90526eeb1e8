package demo

import (
	"context"
	"time"
)

var quotes = topic{name: "quotes", partitions: 6, retention: 30 * time.Minute, key: "instrument", keys: 200, history: 900, span: 10 * time.Minute}

const (
	pricing = "pricing"
	// Each rebalance waits for the session of the member that died before it, and has just ended when the next one dies.
	stormPeriod = sessionTimeout + 500*time.Millisecond
)

var storm = Scenario{
	Name:  "storm",
	Title: "a rebalance storm",
	Sees: "pricing rebalances over and over: one more member joins and dies without a word every few seconds, and each " +
		"time all others stop reading.",
	Within: 30 * time.Second,
	Expect: with(Expectation{Group: pricing, States: []string{rebalancing, fallingBehind, stalled}, From: 4 * time.Second, Within: 30 * time.Second}),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		if err := s.create(quotes); err != nil {
			return err
		}
		if err := s.remember(quotes); err != nil {
			return err
		}
		if err := s.position(pricing, 0, quotes.name); err != nil {
			return err
		}
		m := member{group: pricing, protocol: eager, topics: []string{quotes.name}}
		if _, err := s.startAll(crew(3, m)...); err != nil {
			return err
		}
		m.id = numbered(pricing, 3)
		s.at(3*time.Second, func(ctx context.Context) { s.joinAndDie(ctx, m) })
		_, err := s.produce(quotes, 15)
		return err
	},
}

// joinAndDie starts a member and kills it, again and again.
func (s *stage) joinAndDie(ctx context.Context, m member) {
	for life := time.Second; ctx.Err() == nil; life = stormPeriod {
		p, err := s.start(m)
		if err != nil {
			s.log.Error("start", "client", m.id, "err", err)
			return
		}
		sleep(ctx, life)
		p.crash()
	}
}
