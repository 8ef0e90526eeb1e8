package demo

import (
	"context"
	"time"
)

var catalog = topic{name: "catalog", partitions: 6, retention: 30 * time.Minute, key: "product", keys: 5000, history: 900, span: 10 * time.Minute}

const (
	catalogSearch = "catalog-search"
	burstAfter    = 4 * time.Second
	burstLasts    = 4 * time.Second
	burstEvery    = 90 * time.Second
	burstRate     = 500 // records a second, against 15 at other times
)

// burst: some 2000 records in 4 s, against members that read some 120 a second: gone after 20 s.
var burst = Scenario{
	Name:  "burst",
	Title: "a burst that drains",
	Sees: "catalog-search is draining a burst from 4 s after the start, faster than records come in, and has caught up half a " +
		"minute later. Every 90 s the next one comes. No trouble.",
	Within: 18 * time.Second,
	Expect: with(
		Expectation{Group: catalogSearch, States: []string{draining}, From: burstAfter, Within: 18 * time.Second},
		Expectation{Group: catalogSearch, States: healthy, From: 45 * time.Second, Within: time.Minute},
		Expectation{Group: catalogSearch, States: critical, Never: true}),
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
