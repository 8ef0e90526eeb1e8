package demo

import (
	"context"
	"time"
)

var catalog = topic{name: "catalog", partitions: 6, retention: 30 * time.Minute, key: "product", keys: 5000, history: 900, span: 10 * time.Minute}

const (
	catalogSearch = "catalog-search"
	burstAfter    = 8 * time.Second // its rhythm has been seen by then
	burstLasts    = 6 * time.Second
	burstEvery    = 90 * time.Second
	burstRate     = 700 // records a second, against 15 at other times
)

// burst: some 4000 records in 6 s, against members that read some 120 a second: gone after 40 s. What is gone sooner is
// never old enough for anybody to care.
var burst = Scenario{
	Name:  "burst",
	Title: "a burst that drains",
	Sees: "catalog-search gets a burst 8 s after the start. It is draining as soon as its oldest unread record is old, faster " +
		"than records come in, and has caught up within a minute. Every 90 s the next one comes. No trouble.",
	Within: 40 * time.Second,
	Expect: with(
		Expectation{Group: catalogSearch, States: []string{draining}, From: burstAfter, Within: 40 * time.Second},
		Expectation{Group: catalogSearch, States: []string{keepingUp}, From: 50 * time.Second, Within: 75 * time.Second},
		Expectation{Group: catalogSearch, States: trouble, Never: true}),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		if err := s.create(catalog); err != nil {
			return err
		}
		if err := s.remember(catalog); err != nil {
			return err
		}
		if err := s.position(catalogSearch, 0, catalog.name); err != nil {
			return err
		}
		if _, err := s.startAll(crew(2, member{group: catalogSearch, protocol: classic, topics: []string{catalog.name}, pace: 60})...); err != nil {
			return err
		}
		p, err := s.produce(catalog, 15)
		if err != nil {
			return err
		}
		s.at(burstAfter, func(ctx context.Context) {
			for ok := true; ok; ok = sleep(ctx, burstEvery-burstLasts) {
				p.setRate(burstRate)
				sleep(ctx, burstLasts)
				p.setRate(15)
			}
		})
		return nil
	},
}
