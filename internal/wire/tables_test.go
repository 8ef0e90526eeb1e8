package wire

import (
	"encoding/json"
	"testing"

	"weir/lag"
	"weir/lag/state"
)

// want compares some keys of an item, given as JSON.
func want(t *testing.T, item map[string]any, wanted string) {
	t.Helper()
	var keys map[string]any
	if err := json.Unmarshal([]byte(wanted), &keys); err != nil {
		t.Fatal(err)
	}
	if item == nil {
		t.Fatalf("no such item, want %s", wanted)
	}
	for k, w := range keys {
		got, _ := json.Marshal(item[k])
		expect, _ := json.Marshal(w)
		if string(got) != string(expect) {
			t.Errorf("%v: %s = %s, want %s", item["ref"], k, got, expect)
		}
	}
}

func TestGroups(t *testing.T) {
	all := items(t, Groups([]Cluster{world()}), "group")
	if len(all) != 5 {
		t.Errorf("%d groups, want the 5 that are not gone", len(all))
	}
	want(t, all["payments"], `{"ref":"prod/group/payments","cluster":"prod","type":"classic","protocol_state":"preparing_rebalance",
		"state":"unknown","states":null,"lag":60,"lag_bound":"at_least","stable_lag":60,"lost":40,"members":1,"partitions":3,
		"worst":{"topic":"orders","partition":0,"lag":60},"coordinator":1,"time_lag_seconds":null,"unknown":{
		"state":"not_measured","states":"not_measured","state_since":"not_measured","state_basis":"not_measured","why":"not_measured","state_since_bound":"not_measured",
		"time_lag_seconds":"not_measured","time_lag_bound":"not_measured","produce_per_second":"not_measured",
		"consume_per_second":"not_measured","catch_up_seconds":"not_measured","retention_left_seconds":"not_measured"}}`)
	// A negative lag counts as none in a sum; its own position shows it.
	want(t, all["evil\x1b[31m\u202e\",|\n"], `{"type":"simple","lag":0,"lag_bound":"exact","members":0,"worst":{"topic":"orders","partition":0,"lag":-30}}`)
	want(t, all["workers"], `{"type":"connect","lag":0,"lag_bound":"exact","lost":0,"partitions":0,"members":1,"worst":null}`)
}

func TestGroupsThatCouldNotBeSeenHaveNoNumbers(t *testing.T) {
	all := items(t, Groups([]Cluster{world()}), "group")
	want(t, all["forbidden"], `{"type":null,"protocol_state":null,"lag":null,"lag_bound":null,"stable_lag":null,"lost":null,
		"members":null,"partitions":null,"worst":null}`)
	for _, field := range []string{"type", "lag", "lag_bound", "stable_lag", "lost", "members", "partitions", "worst"} {
		if why := all["forbidden"]["unknown"].(map[string]any)[field]; why != "not_authorized" {
			t.Errorf("unknown[%s] = %v, want not_authorized", field, why)
		}
	}
	want(t, all["shared"], `{"lag":null,"lag_bound":null,"lost":0}`)
	if why := all["shared"]["unknown"].(map[string]any)["lag"]; why != "unsupported" {
		t.Errorf("lag of a share group on an old broker is unknown for %v, want unsupported", why)
	}
}

func TestPositions(t *testing.T) {
	all := items(t, Positions([]Cluster{world()}), "ref")
	if len(all) != 5 {
		t.Errorf("%d positions, want 5", len(all))
	}
	want(t, all["prod/position/payments/orders:0"], `{"group":"payments","topic":"orders","partition":0,"committed":10,"start":50,
		"end":110,"stable_end":110,"member_id":"m-1","client_id":"settle","host":"10.0.0.7","state":"unknown","lag":60,"stable_lag":60,"lost":40}`)
	none := all["prod/position/payments/orders:1"]
	want(t, none, `{"committed":null,"end":10,"stable_end":5,"lag":null,"stable_lag":null,"lost":null,"member_id":"m-1"}`)
	for _, field := range []string{"committed", "lag", "stable_lag", "lost"} {
		if why := none["unknown"].(map[string]any)[field]; why != "no_commit" {
			t.Errorf("unknown[%s] = %v, want no_commit", field, why)
		}
	}
	lost := all["prod/position/payments/orders:2"]
	want(t, lost, `{"committed":3,"start":null,"end":null,"lag":null,"lost":null,"member_id":null}`)
	for field, reason := range map[string]string{"end": "no_leader", "lag": "no_leader", "member_id": "not_applicable", "client_id": "not_applicable", "host": "not_applicable"} {
		if why := lost["unknown"].(map[string]any)[field]; why != reason {
			t.Errorf("unknown[%s] = %v, want %s", field, why, reason)
		}
	}
	want(t, all[`prod/position/evil%1B%5B31m%E2%80%AE%22%2C%7C%0A/orders:0`], `{"committed":140,"end":110,"lag":-30,"lost":0}`)
}

func TestPositionsAreOrderedByNumber(t *testing.T) {
	table := Positions([]Cluster{world()})
	part, group := table.Column("partition"), table.Column("group")
	var got []string
	r := NewReader(&table)
	for row := range table.Len {
		if r.Cell(row, group).String() == "payments" {
			got = append(got, r.Cell(row, part).String())
		}
	}
	if len(got) != 3 || got[0] != "0" || got[1] != "1" || got[2] != "2" {
		t.Errorf("partitions of payments come as %v", got)
	}
}

func TestMembersTopicsPartitionsBrokers(t *testing.T) {
	c := []Cluster{world()}
	members := items(t, Members(c), "ref")
	want(t, members["prod/member/payments/m-1"], `{"group":"payments","client_id":"settle","host":"10.0.0.7","instance_id":null,
		"partitions":[{"topic":"orders","partition":0},{"topic":"orders","partition":1}],"unknown":{"instance_id":"not_applicable"}}`)
	topics := items(t, Topics(c), "topic")
	want(t, topics["orders"], `{"topic_id":"AQIDAAAAAAAAAAAAAAAAAA","internal":false,"partitions":3,"replication_factor":2,
		"under_replicated":2,"cleanup_policy":"delete","retention_seconds":3600,"size_bytes":null,"groups":["`+
		`evil\u001b[31m\u202e\",|\n","payments","shared"]}`)
	want(t, topics["__offsets"], `{"topic_id":null,"internal":true,"retention_seconds":null,"size_bytes":70,"groups":[],
		"unknown":{"topic_id":"unsupported","retention_seconds":"not_applicable","produce_per_second":"not_measured"}}`)
	partitions := items(t, Partitions(c), "ref")
	want(t, partitions["prod/partition/orders/0"], `{"leader":1,"replicas":[1,2],"isr":[1],"offline":[2],"start":50,"end":110,"size_bytes":1000}`)
	want(t, partitions["prod/partition/orders/2"], `{"leader":null,"replicas":[2],"isr":[],"end":null,"unknown":{"leader":"no_leader",
		"start":"no_leader","end":"no_leader","stable_end":"no_leader","size_bytes":"no_leader","produce_per_second":"not_measured"}}`)
	brokers := items(t, Brokers(c), "ref")
	want(t, brokers["prod/broker/1"], `{"broker":1,"host":"kafka-1","port":9092,"rack":"a","controller":true,"leaders":3,"replicas":3,
		"under_replicated":0,"latency_seconds":{"p50":0.001,"p99":null},"throttle_seconds":0,"unknown":{}}`)
	want(t, brokers["prod/broker/2"], `{"host":null,"port":null,"rack":null,"controller":false,"leaders":0,"replicas":2,"under_replicated":2,
		"latency_seconds":null,"unknown":{"host":"gone","port":"gone","rack":"gone","latency_seconds":"unreachable","throttle_seconds":"unreachable"}}`)
}

func TestNothingIsSeenOfADeadCluster(t *testing.T) {
	for name, table := range tables([]Cluster{dead(), {Name: "never"}}) {
		if name != "cluster" && !fixed[name] && table.Len != 0 {
			t.Errorf("%s: %d rows of clusters that did not answer", name, table.Len)
		}
	}
}

func TestPositionsOnceMeasured(t *testing.T) {
	c := watched()
	table := Positions([]Cluster{c})
	r := NewReader(&table)
	for row := range table.Len {
		for field, want := range map[string]string{"state": "stalled", "lost": "2", "time_lag_seconds": "1", "time_lag_bound": "exact", "consume_per_second": "2"} {
			if got := r.Cell(row, table.Column(field)).String(); got != want {
				t.Errorf("row %d: %s = %q, want %q", row, field, got, want)
			}
		}
		if !r.Cell(row, table.Column("catch_up_seconds")).Never() {
			t.Errorf("row %d catches up some day", row)
		}
		if why := r.Cell(row, table.Column("retention_left_seconds")).Reason(); why != lag.WindowTooShort {
			t.Errorf("row %d: retention left is unknown for %s", row, why)
		}
	}
}

// A watcher that judges groups may leave out the numbers of positions.
func TestPositionsJudgedWithoutNumbers(t *testing.T) {
	c := watched()
	asked := 0
	c.Positions = func(lag.GroupIx) []state.Position { asked++; return nil }
	item := items(t, Positions([]Cluster{c}), "ref")["prod/position/payments/orders:0"]
	want(t, item, `{"state":"unknown","lag":60,"lost":40,"time_lag_seconds":null}`)
	if asked != 3 {
		t.Errorf("asked %d times about the positions of 3 groups", asked)
	}
}
