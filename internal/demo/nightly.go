package demo

import (
	"context"
	"time"
)

const (
	nightlyReport = "nightly-report"
	nightEvery    = 20 * time.Second // a night of this cluster
	nightLasts    = 6 * time.Second  // longer than groups go unlooked at: each run is seen
)

// nightly: a batch job, with nights that come every 20 s. Between its runs it has no members and a backlog that grows.
var nightly = Scenario{
	Name:  "nightly",
	Title: "a batch job that is absent between its runs",
	Sees: "nightly-report runs for some seconds every 20 s, reads all there is, and leaves. Its backlog grows in between, " +
		"with no members. Its owner has declared that rhythm, so it is no trouble.",
	Within: 30 * time.Second,
	Expect: with(
		Expectation{Group: nightlyReport, States: []string{empty}, From: 15 * time.Second, Within: 30 * time.Second},
		Expectation{Group: nightlyReport, States: trouble, Never: true}),
	Declared: []Declaration{{Group: nightlyReport, Cron: nightEvery}},
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		if err := s.position(nightlyReport, 0, shipments.name); err != nil {
			return err
		}
		s.expect(nightlyReport, 0)
		m := member{group: nightlyReport, id: numbered(nightlyReport, 0), protocol: classic, topics: []string{shipments.name}}
		s.at(time.Second, func(ctx context.Context) {
			for ok := true; ok; ok = sleep(ctx, nightEvery-nightLasts) {
				s.batch(ctx, m)
			}
		})
		return nil
	},
}

// batch is one run of the job.
func (s *stage) batch(ctx context.Context, m member) {
	p, err := s.start(m)
	if err != nil {
		s.log.Error("start", "client", m.id, "err", err)
		return
	}
	sleep(ctx, nightLasts)
	p.quit()
}
