package demo

import "time"

var uploads = topic{name: "uploads", partitions: 6, retention: 30 * time.Minute, key: "tenant", keys: 300, hot: 0.75, history: 900, span: 5 * time.Minute}

const thumbnails = "thumbnails"

// slow: the member that owns the hot partition gets four times what it can handle.
var slow = Scenario{
	Name:  "slow",
	Title: "a consumer too slow for one hot partition",
	Sees: "thumbnails is falling behind: tenant-0000 sends most of the uploads, all to one partition, more than the member " +
		"that reads it can handle. The other member keeps up.",
	Within: 45 * time.Second,
	Expect: with(
		Expectation{Group: thumbnails, States: []string{fallingBehind}, Within: 45 * time.Second, Holds: true},
		Expectation{Group: thumbnails, States: critical, Never: true}),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		if err := s.create(uploads); err != nil {
			return err
		}
		if err := s.remember(uploads); err != nil {
			return err
		}
		if err := s.position(thumbnails, 0, uploads.name); err != nil {
			return err
		}
		if _, err := s.startAll(crew(2, member{group: thumbnails, protocol: consumer, topics: []string{uploads.name}, pace: 20})...); err != nil {
			return err
		}
		_, err := s.produce(uploads, 90)
		return err
	},
}
