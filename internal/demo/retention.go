package demo

import (
	"context"
	"time"
)

// What is unread is deleted a minute after it was written. The past ends where retention is about to begin.
var telemetry = topic{name: "telemetry", partitions: 6, retention: time.Minute, key: "device", keys: 500, history: 2400, span: 57 * time.Second}

const (
	telemetryExport = "telemetry-export" // nobody reads
	telemetryRollup = "telemetry-rollup" // reads too slowly
	telemetryAlerts = "telemetry-alerts" // keeps up
	telemetryRate   = 42                 // records a second, 7 of them to each partition

	// How many records a partition the two are behind at the start: 34 s and 47 s of the minute. The second also has to
	// be caught up with while it reads at half the rate.
	exportBehind = 240
	rollupBehind = 330
)

// retention: the log start runs after two groups and overtakes them.
var retention = Scenario{
	Name:  "retention",
	Title: "retention is about to delete what was not read",
	Sees: "telemetry keeps records for a minute. telemetry-export has a backlog and no members, telemetry-rollup reads too " +
		"slowly: within half a minute retention reaches them, and from then on records are lost unread. telemetry-alerts keeps up.",
	Within: 45 * time.Second,
	Expect: with(
		Expectation{Group: telemetryExport, States: []string{losingData}, Within: 45 * time.Second, Holds: true},
		Expectation{Group: telemetryRollup, States: []string{losingData, fallingBehind}, Within: 45 * time.Second},
		Expectation{Group: telemetryAlerts, States: trouble, Never: true},
		Expectation{Group: telemetryAlerts, States: healthy, From: 5 * time.Second, Within: known}),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		if err := s.create(telemetry); err != nil {
			return err
		}
		if err := s.remember(telemetry); err != nil {
			return err
		}
		for group, behind := range map[string]int64{telemetryRollup: rollupBehind, telemetryAlerts: 0} {
			if err := s.position(group, behind, telemetry.name); err != nil {
				return err
			}
		}
		if err := s.leftBehind(telemetryExport, exportBehind, telemetry.name); err != nil {
			return err
		}
		_, err := s.startAll(
			member{group: telemetryRollup, id: numbered(telemetryRollup, 0), protocol: classic, topics: []string{telemetry.name}, pace: 20},
			member{group: telemetryAlerts, id: numbered(telemetryAlerts, 0), protocol: consumer, topics: []string{telemetry.name}})
		if err != nil {
			return err
		}
		s.spawn(s.applyRetention)
		_, err = s.produce(telemetry, telemetryRate)
		return err
	},
}

// applyRetention deletes what has expired once a second, so that the log start moves evenly.
func (s *stage) applyRetention(ctx context.Context) {
	for sleep(ctx, time.Second) {
		s.fake.ApplyRetention()
	}
}
