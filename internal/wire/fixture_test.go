package wire

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"weir/lag"
	"weir/lag/state"
)

var night = time.Date(2026, 11, 21, 3, 0, 0, 123e6, time.UTC)

const hostile = "evil\x1b[31m\u202e\",|\n"

// world is a cluster in which nearly everything is wrong somewhere:
//
//	broker 1 leads orders:0, orders:1 and gone:0, broker 2 is down and would lead orders:2
//	payments   classic, one member on orders:0 and 1: lag 60, lost 40 and no commit
//	evil…      simple, its commit on orders:0 lies 30 beyond the end
//	forbidden  refused by its coordinator
//	shared     share group whose broker doesn't tell the lag
//	workers    Connect: no positions
func world() Cluster {
	r := &lag.Reading{
		Topology: &lag.Topology{
			Cluster: "prod", ID: "Mk3OEYBSD34fcwNTJENDM2Qk", Controller: 0,
			Nodes: []lag.Node{{ID: 1, Host: "kafka-1", Port: 9092, Rack: "a"}, {ID: 2, Gone: true}},
			Topics: []lag.Topic{
				{Name: "orders", ID: [16]byte{1, 2, 3}, Partitions: []lag.PartitionIx{0, 1, 2},
					Settings: &lag.Settings{Cleanup: "delete", Retention: time.Hour, At: night}},
				{Name: "__offsets", Internal: true, Partitions: []lag.PartitionIx{3},
					Settings: &lag.Settings{Cleanup: "compact", Retention: -1, At: night}},
			},
			Partitions: []lag.Partition{
				{Topic: 0, Number: 0, Leader: 0, Replicas: []lag.NodeIx{0, 1}, ISR: []lag.NodeIx{0}, Offline: []lag.NodeIx{1}},
				{Topic: 0, Number: 1, Leader: 0, Replicas: []lag.NodeIx{0}, ISR: []lag.NodeIx{0}},
				{Topic: 0, Number: 2, Leader: lag.Nowhere, Replicas: []lag.NodeIx{1}, Offline: []lag.NodeIx{1}},
				{Topic: 1, Number: 0, Leader: 0, Replicas: []lag.NodeIx{0}, ISR: []lag.NodeIx{0}},
			},
			Groups: []lag.Group{
				{Name: "payments", Type: lag.Classic, ProtocolType: "consumer", State: "PreparingRebalance", Coordinator: 0,
					MembersAt: night, Members: []lag.Member{
						{ID: "m-1", ClientID: "settle", Host: "10.0.0.7", Assigned: []lag.PartitionIx{1, 0}}},
					Positions: []lag.PositionIx{1, 0, 2}},
				{Name: hostile, Type: lag.Simple, State: "Empty", Coordinator: 0, MembersAt: night, Positions: []lag.PositionIx{3}},
				{Name: "forbidden", Coordinator: 0},
				{Name: "shared", Type: lag.Share, State: "Stable", Coordinator: 0, MembersAt: night, Positions: []lag.PositionIx{4}},
				{Name: "workers", Type: lag.Connect, State: "Stable", Coordinator: 0, MembersAt: night,
					Members: []lag.Member{{ID: "w-1", InstanceID: "w", ClientID: "connect", Host: "10.0.0.8"}}},
				{Name: "over", Type: lag.Classic, Gone: true},
			},
			Positions: []lag.Position{{Group: 0, Partition: 0}, {Group: 0, Partition: 1}, {Group: 0, Partition: 2},
				{Group: 1, Partition: 0}, {Group: 3, Partition: 1}},
		},
		Tick:  night,
		Start: []int64{50, 0, lag.Unknown, 0}, End: []int64{110, 10, lag.Unknown, 7}, Stable: []int64{110, 5, lag.Unknown, 7},
		Size:      []int64{1000, 200, lag.Unknown, 70},
		Committed: []int64{10, lag.None, 3, 140, 4},
		Backlog:   map[lag.PositionIx]int64{4: lag.Unknown},
		EndAt:     []lag.ShardTime{{Sent: night, Answered: night}}, CommittedAt: []lag.ShardTime{{Sent: night, Answered: night}},
		Cost: lag.Cost{Took: 80 * time.Millisecond, Nodes: []lag.NodeCost{{Requests: 4, P50: time.Millisecond, P99: -1}}},
		Gaps: []lag.Gap{
			{Ref: lag.Ref{Cluster: "prod", Kind: lag.KindGroup, Name: "forbidden"}, Reason: lag.NotAuthorized, Detail: "no Read on it"},
			{Ref: lag.Ref{Cluster: "prod", Kind: lag.KindBroker, Name: "2"}, Reason: lag.Unreachable, Detail: "refused", Since: night},
		},
	}
	return Cluster{Name: "prod", Environment: "prod", Seen: true, Reading: r}
}

// dead is a cluster of which nothing was seen.
func dead() Cluster {
	return Cluster{Name: "dead", Reading: &lag.Reading{Tick: night, Gaps: []lag.Gap{
		{Ref: lag.Ref{Cluster: "dead", Kind: lag.KindCluster}, Reason: lag.Unreachable, Detail: "no broker answered"}}}}
}

func tables(clusters []Cluster) map[string]Table {
	return map[string]Table{
		"group": Groups(clusters), "position": Positions(clusters), "member": Members(clusters), "topic": Topics(clusters),
		"partition": Partitions(clusters), "broker": Brokers(clusters), "cluster": Clusters(clusters),
		"event": Events([]Event{
			{Cluster: "prod", At: night, Ref: lag.Ref{Cluster: "prod", Kind: lag.KindGroup, Name: "payments"}, Kind: lag.EventKinds()[0], Before: "2 members", After: "settle-3"},
			{At: night, Ref: lag.Ref{Kind: lag.KindCluster}, Kind: KindMark, After: "deploy 1.4"},
		}),
		"explanation": Explanations([]state.Explanation{
			{Rule: "stalled", Subject: lag.Ref{Cluster: "prod", Kind: lag.KindPosition, Name: "payments", Sub: "orders:0"}, Severity: state.Critical,
				Speaks: true, Because: "it stands", Inputs: []state.Input{{Name: "lag", Value: "61", Unit: "records"}, {Name: "memberless", Value: "false"}}},
			{Rule: "ahead", Subject: lag.Ref{Cluster: "prod", Kind: lag.KindGroup, Name: "payments"}, Severity: state.Warning},
		}),
		"check": Checks([]Check{
			{Cluster: "prod", Check: "tcp", Target: "kafka-1:9092", OK: true, Detail: "connected in 1 ms"},
			{Cluster: "prod", Check: "tls", Target: "kafka-1:9092", Detail: "expired", Remedy: "renew the certificate"},
			{Cluster: "prod", Check: "sasl", Target: "kafka-1:9092", Unknown: lag.Unreachable, Detail: "not tried"},
		}),
		"change": Changes(aPlan()), "action": Actions(offered()), "run": Runs(someRuns()), "audit": Entries(someEntries()),
		"record": Records(someRecords(), DecodeAuto, 0),
	}
}

func written(t *testing.T, d Document, f Format, s Style) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d, f, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// items decodes what a table says in JSON, by the key given.
func items(t *testing.T, table Table, by string) map[string]map[string]any {
	t.Helper()
	var doc struct{ Items []map[string]any }
	out := written(t, New("0.1.0", night, []Cluster{world()}, table), JSON, Style{})
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	found := map[string]map[string]any{}
	for _, item := range doc.Items {
		found[item[by].(string)] = item
	}
	return found
}
