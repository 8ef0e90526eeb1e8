package demo

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	ordersFraud = "orders-fraud"
	hangsAfter  = 3 * time.Second // by then every partition has shown its rhythm
)

// stalledMember: franz-go heartbeats on while a poll loop hangs, so the group stays Stable with every member.
var stalledMember = Scenario{
	Name:  "stalled",
	Title: "one of three members hangs",
	Sees: "orders-fraud is stalled: its three members are there, but the partitions of one of them stand still from 3 s after " +
		"the start, while the others move on.",
	Within: 20 * time.Second,
	Expect: with(Expectation{Group: ordersFraud, States: []string{stalled}, Within: 20 * time.Second, Holds: true}),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		if err := s.position(ordersFraud, 0, orders.name); err != nil {
			return err
		}
		members := crew(3, member{group: ordersFraud, protocol: classic, topics: []string{orders.name}})
		var hangs atomic.Bool
		members[1].handle = func(ctx context.Context, _ *kgo.Record) bool {
			if hangs.Load() {
				<-ctx.Done()
				return false // it ends without a commit
			}
			return true
		}
		s.at(hangsAfter, func(context.Context) { hangs.Store(true) })
		s.expect(ordersFraud, len(members))
		again := false
		return s.runs(ordersFraud, func() (func(), error) {
			if again { // a program that was started anew hangs no more
				hangs.Store(false)
			}
			again = true
			var stops []func()
			for _, m := range members {
				p, err := s.start(m)
				if err != nil {
					together(stops)
					return nil, err
				}
				stops = append(stops, p.end)
			}
			return func() { together(stops) }, nil
		})
	},
}
