package demo

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestSteadyHasEveryKindOfGroup(t *testing.T) {
	watch(t, "", func(o *observer) {
		want := map[string][3]string{ // type, protocol type, state
			ordersBilling:  {"classic", "consumer", "Stable"},
			clicksSessions: {"classic", "consumer", "Stable"},
			flagsCache:     {"classic", "consumer", "Stable"},
			warehouse:      {"consumer", "consumer", "Stable"},
			paymentsLedger: {"consumer", "consumer", "Stable"},
			shipmentsETA:   {"classic", "", "Empty"},
			auditArchive:   {"classic", "consumer", "Empty"},
			mailer:         {"share", "share", "Stable"},
		}
		got := o.listed()
		for name, w := range want {
			g := got[name]
			if have := [3]string{g.GroupType, g.ProtocolType, g.GroupState}; have != w {
				o.Errorf("%s is listed as %q, want %q", name, have, w)
			}
		}
		if len(got) != len(want) {
			o.Errorf("%d groups listed, want %d: %v", len(got), len(want), got)
		}
	})
}

func TestSteadyMoves(t *testing.T) {
	tell(t, "", func(o *observer) {
		time.Sleep(2 * time.Second)
		for group, topic := range map[string]topic{
			ordersBilling: orders, warehouse: orders, paymentsLedger: payments, clicksSessions: clicks, shipmentsETA: shipments,
		} {
			still, moved := o.still(group, topic.name, 10*time.Second)
			if len(moved)+len(still) != int(topic.partitions) || len(moved) < len(still) {
				o.Errorf("%s: in 10 s %v moved and %v did not", group, moved, still)
			}
			if lag := o.lag(group, topic.name); lag > 200 {
				o.Errorf("%s is %d behind on %s", group, lag, topic.name)
			}
		}
	})
}

func TestSteadyGroupsThatDoNotMove(t *testing.T) {
	watch(t, "", func(o *observer) {
		before := o.lag(auditArchive, auditLog.name)
		if before < int64(auditLog.partitions)*auditArchiveBehind {
			o.Errorf("%s begins with a backlog of %d", auditArchive, before)
		}
		still, moved := o.still(auditArchive, auditLog.name, 10*time.Second)
		if len(moved) > 0 || len(still) != int(auditLog.partitions) {
			o.Errorf("%s has nobody, and %v moved", auditArchive, moved)
		}
		if after := o.lag(auditArchive, auditLog.name); after <= before {
			o.Errorf("its backlog went from %d to %d while the topic grew", before, after)
		}
		if got := o.commits(flagsCache); len(got) > 0 {
			o.Errorf("%s committed %v", flagsCache, got)
		}
		if state, members := o.state(flagsCache); state != "Stable" || members != 1 {
			o.Errorf("%s is %s with %d members", flagsCache, state, members)
		}
	})
}

func TestSteadyShareGroup(t *testing.T) {
	watch(t, "", func(o *observer) {
		time.Sleep(5 * time.Second)
		req := kmsg.NewPtrDescribeShareGroupOffsetsRequest()
		g := kmsg.NewDescribeShareGroupOffsetsRequestGroup()
		g.GroupID = mailer
		req.Groups = append(req.Groups, g)
		var rows int
		var read int64
		for node := range int32(brokers) {
			for _, g := range ask[*kmsg.DescribeShareGroupOffsetsResponse](o, node, req).Groups {
				for _, topic := range g.Topics {
					for _, p := range topic.Partitions {
						rows++
						read += p.StartOffset
						if p.Lag < 0 || p.Lag > 20 {
							o.Errorf("lag of %s:%d is %d", topic.Topic, p.Partition, p.Lag)
						}
					}
				}
			}
		}
		if rows != int(notifications.partitions) || read < int64(notifications.history) {
			o.Errorf("%d partitions and %d records read, want %d and at least %d", rows, read, notifications.partitions, notifications.history)
		}
	})
}

func TestSteadyTopics(t *testing.T) {
	watch(t, "", func(o *observer) {
		topics, err := o.adm.ListTopics(o.Context())
		if err != nil {
			o.Fatal(err)
		}
		leads := map[int32]int{}
		for _, want := range []topic{orders, payments, clicks, shipments, notifications, auditLog, featureFlags} {
			got := topics[want.name]
			if len(got.Partitions) != int(want.partitions) || got.Err != nil {
				o.Errorf("%s has %d partitions, want %d: %v", want.name, len(got.Partitions), want.partitions, got.Err)
			}
			for _, p := range got.Partitions {
				leads[p.Leader]++
				if len(p.Replicas) != brokers || len(p.ISR) != brokers || p.Replicas[0] != p.Leader {
					o.Errorf("%s:%d replicas %v, in sync %v, leader %d", want.name, p.Partition, p.Replicas, p.ISR, p.Leader)
				}
			}
		}
		for node, n := range leads {
			if n < 15 || n > 25 {
				o.Errorf("broker %d leads %d of 60 partitions", node, n)
			}
		}
		configs, err := o.adm.DescribeTopicConfigs(o.Context(), featureFlags.name, orders.name)
		if err != nil {
			o.Fatal(err)
		}
		for topic, want := range map[string][2]string{featureFlags.name: {"cleanup.policy", "compact"}, orders.name: {"retention.ms", "1800000"}} {
			rc, err := configs.On(topic, nil)
			if err != nil {
				o.Fatal(err)
			}
			for _, c := range rc.Configs {
				if c.Key == want[0] && c.MaybeValue() != want[1] {
					o.Errorf("%s: %s = %s, want %s", topic, c.Key, c.MaybeValue(), want[1])
				}
			}
		}
	})
}

// A broker of Kafka 4 does not describe KIP-848 and share groups as classic ones, and knows unknown groups no commits.
func TestBrokersAnswerAsApaches(t *testing.T) {
	watch(t, "", func(o *observer) {
		for group, message := range map[string]string{
			warehouse: "Group warehouse is not a classic group.", mailer: "Group notifications-mail is not a classic group.",
			"nobody": "Group nobody not found.",
		} {
			node := o.coordinator(group)
			req := kmsg.NewPtrDescribeGroupsRequest()
			req.Groups = []string{group, ordersBilling}
			g := ask[*kmsg.DescribeGroupsResponse](o, node, req).Groups[0]
			if g.ErrorCode != kerr.GroupIDNotFound.Code || g.State != "Dead" || g.ErrorMessage == nil || *g.ErrorMessage != message {
				o.Errorf("%s is described as %+v", group, g)
			}
		}
		for _, group := range []string{"nobody", mailer} {
			req := kmsg.NewPtrOffsetFetchRequest()
			g := kmsg.NewOffsetFetchRequestGroup()
			g.Group = group
			req.Groups = append(req.Groups, g)
			got := ask[*kmsg.OffsetFetchResponse](o, o.coordinator(group), req).Groups[0]
			if got.ErrorCode != 0 || len(got.Topics) != 0 {
				o.Errorf("commits of %s: %+v", group, got)
			}
		}
		for _, d := range ask[*kmsg.DescribeLogDirsResponse](o, 0, kmsg.NewPtrDescribeLogDirsRequest()).Dirs {
			if d.TotalBytes <= d.UsableBytes {
				o.Errorf("a disk of %d bytes has %d free", d.TotalBytes, d.UsableBytes)
			}
		}
	})
}

// Over sockets: a connection in memory has no address.
func TestMembersHaveHostsWithoutPorts(t *testing.T) {
	live(t, "", func(o *observer) {
		var hosts []string
		o.eventually(longest, "six members", func() bool {
			hosts = nil
			classic := kmsg.NewPtrDescribeGroupsRequest()
			classic.Groups = []string{ordersBilling}
			for _, m := range ask[*kmsg.DescribeGroupsResponse](o, o.coordinator(ordersBilling), classic).Groups[0].Members {
				hosts = append(hosts, m.ClientHost)
			}
			modern := kmsg.NewPtrConsumerGroupDescribeRequest()
			modern.Groups = []string{warehouse}
			for _, m := range ask[*kmsg.ConsumerGroupDescribeResponse](o, o.coordinator(warehouse), modern).Groups[0].Members {
				hosts = append(hosts, m.ClientHost)
			}
			shared := kmsg.NewPtrShareGroupDescribeRequest()
			shared.GroupIDs = []string{mailer}
			for _, m := range ask[*kmsg.ShareGroupDescribeResponse](o, o.coordinator(mailer), shared).Groups[0].Members {
				hosts = append(hosts, m.ClientHost)
			}
			return len(hosts) == 6
		})
		for _, h := range hosts {
			if h != "/127.0.0.1" {
				o.Errorf("a member is on %s", h)
			}
		}
	})
}

// Replica lists keep their order when a leader moves.
func TestReplicasKeepTheirOrder(t *testing.T) {
	watch(t, "", func(o *observer) {
		before := o.partition(orders.name, 0)
		if err := o.cluster.stage.fake.MoveTopicPartition(orders.name, 0, before.Replicas[1]); err != nil {
			o.Fatal(err)
		}
		after := o.partition(orders.name, 0)
		if after.Leader != before.Replicas[1] || after.Replicas[0] != before.Replicas[0] || len(after.ISR) != brokers {
			o.Errorf("before %+v, after %+v", before, after)
		}
	})
}
