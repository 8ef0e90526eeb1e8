package demo

import (
	"context"
	"time"
)

const (
	checkout       = "checkout"        // classic
	checkoutEvents = "checkout-events" // KIP-848
	deployAfter    = 4 * time.Second
	deployEvery    = 30 * time.Second
	restartTakes   = 1500 * time.Millisecond
	restartsApart  = 3 * time.Second
)

// deploy: each member leaves in peace and is back a moment later, one after the other.
var deploy = Scenario{
	Name:  "deploy",
	Title: "members are restarted one by one",
	Sees: "checkout and checkout-events lose and regain a member every few seconds, for some 10 s of every 30: a deployment. " +
		"Rebalances come and go, and nothing is called trouble.",
	Within: 20 * time.Second,
	Expect: with(
		Expectation{Group: checkout, States: append([]string{rebalancing}, healthy...), Within: known},
		Expectation{Group: checkout, States: trouble, Never: true},
		Expectation{Group: checkoutEvents, States: append([]string{rebalancing}, healthy...), Within: known},
		Expectation{Group: checkoutEvents, States: trouble, Never: true}),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		for group, how := range map[string]protocol{checkout: classic, checkoutEvents: consumer} {
			if err := s.position(group, 0, orders.name); err != nil {
				return err
			}
			members := crew(3, member{group: group, protocol: how, topics: []string{orders.name}})
			running, err := s.startAll(members...)
			if err != nil {
				return err
			}
			s.at(deployAfter, func(ctx context.Context) { s.deploy(ctx, members, running) })
		}
		return nil
	},
}

// deploy restarts every member in turn, again and again.
func (s *stage) deploy(ctx context.Context, members []member, running []*process) {
	for {
		for i, m := range members {
			running[i].quit()
			if !sleep(ctx, restartTakes) {
				return
			}
			p, err := s.start(m)
			if err != nil {
				s.log.Error("start", "client", m.id, "err", err)
				return
			}
			running[i] = p
			if !sleep(ctx, restartsApart) {
				return
			}
		}
		if !sleep(ctx, deployEvery-time.Duration(len(members))*(restartTakes+restartsApart)) {
			return
		}
	}
}
