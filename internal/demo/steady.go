package demo

import (
	"slices"
	"time"
)

// The cast that every scenario has in the background.
var (
	orders        = topic{name: "orders", partitions: 12, retention: 30 * time.Minute, key: "customer", keys: 800, history: 3000, span: 25 * time.Minute}
	payments      = topic{name: "payments.events", partitions: 6, retention: 30 * time.Minute, key: "payment", keys: 600, history: 1500, span: 25 * time.Minute}
	clicks        = topic{name: "clicks", partitions: 24, retention: 30 * time.Minute, key: "session", keys: 2000, history: 6000, span: 25 * time.Minute}
	shipments     = topic{name: "shipments", partitions: 8, retention: 30 * time.Minute, key: "parcel", keys: 400, history: 800, span: 25 * time.Minute}
	notifications = topic{name: "notifications", partitions: 4, retention: 30 * time.Minute, key: "customer", keys: 800, history: 400, span: 25 * time.Minute}
	auditLog      = topic{name: "audit-log", partitions: 3, key: "user", keys: 60, history: 1800, span: 50 * time.Minute}
	featureFlags  = topic{name: "feature-flags", partitions: 3, compacted: true, key: "flag", keys: 40, history: 60, span: 50 * time.Minute}
)

// Groups of the steady cast.
const (
	ordersBilling  = "orders-billing"     // classic
	warehouse      = "warehouse"          // KIP-848, two topics
	paymentsLedger = "payments-ledger"    // KIP-848, reads committed
	clicksSessions = "clicks-sessions"    // classic
	shipmentsETA   = "shipments-eta"      // simple: assigned, never a member
	mailer         = "notifications-mail" // share
	auditArchive   = "audit-archive"      // no members, and a backlog
	flagsCache     = "flags-cache"        // reads without ever committing
)

// auditArchiveBehind is how many records a partition audit-archive stands behind at the start.
const auditArchiveBehind = 400

var steady = Scenario{
	Name:  Steady,
	Title: "every kind of group; one has a backlog and nobody who reads",
	Sees: "Groups of every kind keep up. flags-cache never commits, as caches do. audit-archive has a backlog and no " +
		"members: its offsets may be reset.",
	Within: 30 * time.Second,
	Expect: append(calm(),
		Expectation{Group: auditArchive, States: []string{stopped}, Within: 30 * time.Second, Holds: true},
		Expectation{Group: flagsCache, States: []string{neverCommitted}, Within: 15 * time.Second, Holds: true},
	),
	play: func(s *stage) error {
		if err := s.background(); err != nil {
			return err
		}
		return s.leftBehind(auditArchive, auditArchiveBehind, auditLog.name)
	},
}

// background sets up the cast that keeps up: topics, their past, producers, and groups of every kind.
func (s *stage) background() error {
	topics := []topic{orders, payments, clicks, shipments, notifications, auditLog, featureFlags}
	if err := s.create(topics...); err != nil {
		return err
	}
	if err := s.remember(topics...); err != nil {
		return err
	}
	if err := s.positionCast(); err != nil {
		return err
	}
	if err := s.startReaders(); err != nil {
		return err
	}
	return s.startProducers()
}

// startProducers starts a producer for every topic but the feature flags, which nobody changes.
func (s *stage) startProducers() error {
	for _, p := range []struct {
		topic     topic
		perSecond float64
	}{{orders, 20}, {payments, 8}, {clicks, 40}, {shipments, 5}, {notifications, 3}, {auditLog, 2}} {
		if _, err := s.produce(p.topic, p.perSecond); err != nil {
			return err
		}
	}
	return nil
}

// positionCast commits for the groups that had been reading before the start.
func (s *stage) positionCast() error {
	for _, g := range []struct {
		group  string
		topics []string
	}{
		{ordersBilling, []string{orders.name}},
		{warehouse, []string{orders.name, shipments.name}},
		{paymentsLedger, []string{payments.name}},
		{clicksSessions, []string{clicks.name}},
		{shipmentsETA, []string{shipments.name}},
	} {
		if err := s.position(g.group, 0, g.topics...); err != nil {
			return err
		}
	}
	return nil
}

// startReaders starts the members of the steady groups.
func (s *stage) startReaders() error {
	s.fake.SetGroupConfigs(mailer, map[string]string{"share.auto.offset.reset": "earliest"})
	if err := s.startSimple(shipmentsETA, shipments); err != nil {
		return err
	}
	members := slices.Concat(
		crew(2, member{group: ordersBilling, protocol: classic, topics: []string{orders.name}}),
		crew(2, member{group: warehouse, protocol: consumer, topics: []string{orders.name, shipments.name}}),
		crew(3, member{group: paymentsLedger, protocol: consumer, topics: []string{payments.name}, committed: true}),
		crew(2, member{group: clicksSessions, protocol: classic, topics: []string{clicks.name}}),
		crew(2, member{group: mailer, protocol: share, topics: []string{notifications.name}}),
		crew(1, member{group: flagsCache, protocol: classic, topics: []string{featureFlags.name}, silent: true}),
	)
	_, err := s.startAll(members...)
	return err
}
