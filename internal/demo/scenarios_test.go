package demo

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// The tests of scenarios look for the facts that brokers must show, with plain requests; and, beside them, for what weir
// makes of them.

func TestStalled(t *testing.T) {
	tell(t, "stalled", func(o *observer) {
		time.Sleep(hangsAfter + 2*time.Second)
		before := o.ends(orders.name)
		still, moved := o.still(ordersFraud, orders.name, 10*time.Second)
		if len(still) != 4 || len(moved) != 8 {
			o.Errorf("%v stand and %v move", still, moved)
		}
		for _, p := range still {
			if o.ends(orders.name)[p] == before[p] {
				o.Errorf("nothing was written to %d meanwhile", p)
			}
		}
		if state, members := o.state(ordersFraud); state != "Stable" || members != 3 {
			o.Errorf("the group is %s with %d members", state, members)
		}
		if still, _ := o.still(ordersBilling, orders.name, 10*time.Second); len(still) > 2 {
			o.Errorf("in another group %v stand", still)
		}
	})
}

func TestSlow(t *testing.T) {
	tell(t, "slow", func(o *observer) {
		time.Sleep(10 * time.Second)
		first := o.lag(thumbnails, uploads.name)
		time.Sleep(25 * time.Second)
		committed, ends := o.commits(thumbnails)[uploads.name], o.ends(uploads.name)
		var lags []int64
		for p, c := range committed {
			lags = append(lags, ends[p]-c.At)
		}
		slices.Sort(lags)
		if hot, rest := lags[len(lags)-1], lags[:3]; hot < 800 || rest[2] > 100 {
			o.Errorf("lags are %v: one should stand out", lags)
		}
		if last := o.lag(thumbnails, uploads.name); last < 2*first {
			o.Errorf("lag grew from %d to %d only", first, last)
		}
		if still, _ := o.still(thumbnails, uploads.name, 8*time.Second); len(still) > 0 {
			o.Errorf("%v stand, and should be read slowly", still)
		}
	})
}

func TestRetention(t *testing.T) {
	lost := func(o *observer, group string) (n int64) {
		starts := o.starts(telemetry.name)
		for p, c := range o.commits(group)[telemetry.name] {
			n += max(0, starts[p]-c.At)
		}
		return n
	}
	tell(t, "retention", func(o *observer) {
		time.Sleep(10 * time.Second)
		if n := lost(o, telemetryExport); n > 0 {
			o.Errorf("%d records are lost after 10 s already", n)
		}
		starts := o.starts(telemetry.name)
		time.Sleep(30 * time.Second)
		for p, start := range o.starts(telemetry.name) {
			if start <= starts[p] {
				o.Errorf("the log start of %d stands at %d", p, start)
			}
		}
		if n := lost(o, telemetryExport); n == 0 {
			o.Error("nothing is lost after 40 s")
		}
		if lag := o.lag(telemetryRollup, telemetry.name); lag < 1500 {
			o.Errorf("the slow group is %d behind only", lag)
		}
		if lag := o.lag(telemetryAlerts, telemetry.name); lag > 150 {
			o.Errorf("the fast group is %d behind", lag)
		}
		if state, members := o.state(telemetryExport); state != "Empty" || members != 0 {
			o.Errorf("the group that nobody runs is %s with %d members", state, members)
		}
	})
}

func TestBlocked(t *testing.T) {
	tell(t, "blocked", func(o *observer) {
		time.Sleep(opensAfter + 3*time.Second)
		before := o.stable(transfers.name)
		still, moved := o.still(settlement, transfers.name, 10*time.Second)
		if !slices.Equal(still, []int32{0, 1}) || !slices.Equal(moved, []int32{2, 3}) {
			o.Errorf("%v stand and %v move", still, moved)
		}
		stable, ends := o.stable(transfers.name), o.ends(transfers.name)
		for p := range ends {
			if held := p < 2; held != (stable[p] == before[p]) || held != (ends[p] > stable[p]+10) {
				o.Errorf("partition %d: stable %d, before %d, end %d", p, stable[p], before[p], ends[p])
			}
		}
		if still, _ := o.still(transfersAudit, transfers.name, 10*time.Second); len(still) > 0 {
			o.Errorf("to who reads uncommitted records %v stand", still)
		}
		txns, err := o.adm.ListTransactions(o.Context(), nil, []string{"Ongoing"})
		if err != nil || len(txns) != 1 || txns[bridge].TxnID != bridge {
			o.Errorf("open transactions: %v, %v", txns, err)
		}
	})
}

func TestBurst(t *testing.T) {
	tell(t, "burst", func(o *observer) {
		time.Sleep(burstAfter + burstLasts + time.Second)
		peak := o.lag(catalogSearch, catalog.name)
		time.Sleep(6 * time.Second)
		later := o.lag(catalogSearch, catalog.name)
		if peak < 2500 || later >= peak || later < 100 {
			o.Errorf("lag after the burst %d, 6 s later %d", peak, later)
		}
		time.Sleep(40 * time.Second)
		if lag := o.lag(catalogSearch, catalog.name); lag > 60 {
			o.Errorf("still %d behind", lag)
		}
	})
}

func TestNightly(t *testing.T) {
	tell(t, "nightly", func(o *observer) {
		var runs int
		var backlog int64
		last := "Empty"
		for range 160 {
			state, members := o.state(nightlyReport)
			if members > 1 {
				o.Errorf("%d members", members)
			}
			if lag := o.lag(nightlyReport, shipments.name); state == "Empty" {
				backlog = max(backlog, lag)
				if last != "Empty" && lag > 20 {
					o.Errorf("%d records are left after a run", lag)
				}
			}
			if state != "Empty" && last == "Empty" {
				runs++
			}
			last = state
			time.Sleep(500 * time.Millisecond)
		}
		if runs < 3 || runs > 5 || backlog < 20 {
			o.Errorf("%d runs in 80 s, and a backlog of %d at most", runs, backlog)
		}
	})
}

func TestRestarted(t *testing.T) {
	tell(t, "broker-restarted", func(o *observer) {
		leads := func() (n int) {
			time.Sleep(2 * time.Second) // a client keeps what it knows of topics for a while
			topics, err := o.adm.ListTopics(o.Context())
			if err != nil {
				o.Fatal(err)
			}
			for _, topic := range topics {
				for _, p := range topic.Partitions {
					if len(p.ISR) != brokers || !slices.Contains(p.ISR, lostBroker) {
						o.Errorf("%s:%d has %v in sync", p.Topic, p.Partition, p.ISR)
					}
					if p.Leader == lostBroker {
						n++
					}
				}
			}
			return n
		}
		if n := leads(); n != 0 {
			o.Errorf("the broker leads %d partitions", n)
		}
		got, err := o.adm.ElectLeaders(o.Context(), kadm.ElectPreferredReplica, kadm.TopicsSet{orders.name: {0: {}, 2: {}}, "typo": {0: {}}})
		if err != nil || got[orders.name][2].Err != nil || !errors.Is(got[orders.name][0].Err, kerr.ElectionNotNeeded) || !errors.Is(got["typo"][0].Err, kerr.UnknownTopicOrPartition) {
			o.Errorf("elected %v, %v", got, err)
		}
		if n := leads(); n != 1 {
			o.Errorf("after one election the broker leads %d partitions", n)
		}
		if _, err := o.adm.ElectLeaders(o.Context(), kadm.ElectPreferredReplica, nil); err != nil {
			o.Error(err)
		}
		if n := leads(); n != 20 {
			o.Errorf("after all elections the broker leads %d partitions", n)
		}
	})
}
