package demo

import (
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Tests that pass their time waiting need not wait for each other.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestStorm(t *testing.T) {
	tellLive(t, "storm", func(o *observer) {
		seen, joined := map[string]int{}, map[string]bool{}
		o.eventually(longest, "three that joined and died, and rebalances for most of the time", func() bool {
			groups, err := o.adm.DescribeGroups(o.Context(), pricing)
			if err != nil {
				o.Fatal(err)
			}
			seen[groups[pricing].State]++
			for _, m := range groups[pricing].Members {
				if m.ClientID == numbered(pricing, 3) {
					joined[m.MemberID] = true
				}
			}
			return len(joined) >= 3 && seen["PreparingRebalance"] > 2*seen["Stable"]
		})
		before := o.ends(quotes.name)
		o.eventually(longest, "records that are written meanwhile", func() bool { return o.ends(quotes.name)[0] > before[0] })
	})
}

func TestPoison(t *testing.T) {
	tellLive(t, "poison", func(o *observer) {
		before := o.commits(invoicesPDF)[invoices.name]
		members := map[string]bool{}
		o.eventually(longest, "three members that restart", func() bool {
			groups, err := o.adm.DescribeGroups(o.Context(), invoicesPDF)
			if err != nil {
				o.Fatal(err)
			}
			for _, m := range groups[invoicesPDF].Members {
				members[m.MemberID] = true
			}
			return len(members) >= 5
		})
		still, ends := o.commits(invoicesPDF)[invoices.name][poisonedPart].At, o.ends(invoices.name)
		o.eventually(longest, "some partition that is read while the poisoned one is not", func() bool {
			after := o.commits(invoicesPDF)[invoices.name]
			if after[poisonedPart].At != still {
				o.Fatalf("the commit before the poison moved from %d to %d", still, after[poisonedPart].At)
			}
			for p := range after {
				if p != poisonedPart && after[p].At > before[p].At+10 && o.ends(invoices.name)[poisonedPart] > ends[poisonedPart] {
					return true
				}
			}
			return false
		})
	})
}

func TestDeploy(t *testing.T) {
	tellLive(t, "deploy", func(o *observer) {
		restarts, last := 0, 3
		o.eventually(longest, "three members that leave and return", func() bool {
			_, members := o.state(checkout)
			if members < 2 || members > 3 {
				o.Fatalf("%d members", members)
			}
			if members == 3 && last == 2 {
				restarts++
			}
			last = members
			return restarts == 3
		})
		for _, g := range []string{checkout, checkoutEvents} {
			o.eventually(longest, "a group that has caught up", func() bool { return o.lag(g, orders.name) < 60 })
		}
	})
}

func TestBrokerLost(t *testing.T) {
	tellLive(t, "broker-lost", func(o *observer) {
		o.eventually(longest, "a broker that does not answer", func() bool {
			_, err := o.cl.Broker(lostBroker).Request(o.Context(), kmsg.NewPtrListGroupsRequest())
			return err != nil
		})
		lost, short := o.led()
		switch alive := o.alive(); {
		case time.Since(o.begun) > lostAfter+brokerSession:
			o.Log("this machine is too slow to look before the broker's session has ended")
		case lost != 20 || short != 0 || alive != 3:
			o.Errorf("before its session ends it leads %d partitions, %d are short, %d brokers are listed", lost, short, alive)
		}
		o.eventually(longest, "its absence", func() bool { return o.alive() == 2 })
		if lost, short := o.led(); lost != 0 || short != 60 {
			o.Errorf("after its session it leads %d partitions, %d are short", lost, short)
		}
		o.connect()
		req := kmsg.NewPtrDescribeClusterRequest()
		req.IncludeFencedBrokers = true
		if got := ask[*kmsg.DescribeClusterResponse](o, 0, req).Brokers; len(got) != 3 || !got[lostBroker].IsFenced || got[0].IsFenced {
			o.Errorf("brokers with the fenced: %+v", got)
		}
		for group, topic := range map[string]topic{ordersBilling: orders, warehouse: orders, paymentsLedger: payments, clicksSessions: clicks, shipmentsETA: shipments} {
			if node := o.coordinator(group); node == lostBroker {
				o.Errorf("%s is coordinated by the dead broker", group)
			}
			o.eventually(longest, group+" reads on", func() bool { return o.lag(group, topic.name) < 60 })
		}
	})
}

// alive returns how many brokers the first one lists.
func (o *observer) alive() int {
	return len(ask[*kmsg.DescribeClusterResponse](o, 0, kmsg.NewPtrDescribeClusterRequest()).Brokers)
}

// led returns how many partitions the lost broker leads, and how many miss it in their ISR.
func (o *observer) led() (lost, short int) {
	o.Helper()
	for _, t := range ask[*kmsg.MetadataResponse](o, 0, kmsg.NewPtrMetadataRequest()).Topics {
		for _, p := range t.Partitions {
			if p.Leader == lostBroker {
				lost++
			}
			if len(p.ISR) == brokers-1 && slices.Equal(p.OfflineReplicas, []int32{lostBroker}) {
				short++
			}
		}
	}
	return lost, short
}
