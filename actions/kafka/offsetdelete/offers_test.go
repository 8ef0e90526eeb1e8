package offsetdelete

import (
	"flag"
	"strings"
	"testing"

	"weir/lag"
)

// The kill sweeps of all packages are one command, which gives -all to each.
var _ = flag.Bool("all", false, "changes nothing here")

// TestOffers: what live members read is not offered, as brokers refuse it.
func TestOffers(t *testing.T) {
	member := func(parts ...lag.PartitionIx) lag.Member { return lag.Member{Assigned: parts} }
	for _, tt := range []struct {
		name      string
		typ       lag.GroupType
		state     string
		members   []lag.Member
		committed []int64
		ok        bool
		why       string
	}{
		{"nobody in it", lag.Classic, "Empty", nil, []int64{1, 1, 1}, true, "the group has no members"},
		{"who is in it was not seen", lag.Classic, "Stable", nil, []int64{1, 1, 1}, true, "topics that no member subscribes to"},
		{"rebalancing", lag.Classic, "PreparingRebalance", []lag.Member{member()}, []int64{1, 1, 1}, true, "topics that no member subscribes to"},
		{"everything is read", lag.Consumer, "Stable", []lag.Member{member(0), member(1, 2)}, []int64{1, 1, 1}, false, "read all its topics"},
		{"one is not", lag.Consumer, "Stable", []lag.Member{member(0, 1)}, []int64{1, 1, 1}, true, "possible on old, which no member reads"},
		{"one is not, and holds no commit", lag.Consumer, "Stable", []lag.Member{member(0, 1)}, []int64{1, 1, lag.None}, false, "read all its topics"},
		{"one is not, and its commit was not read", lag.Consumer, "Stable", []lag.Member{member(0, 1)}, []int64{1, 1, lag.Unknown}, true, "possible on old"},
		{"share", lag.Share, "Stable", nil, nil, false, "no committed offsets"},
	} {
		r := &lag.Reading{Committed: tt.committed, Topology: &lag.Topology{
			Topics: []lag.Topic{{Name: "orders"}, {Name: "old"}}, Partitions: []lag.Partition{{}, {Number: 1}, {Topic: 1}},
			Positions: []lag.Position{{Partition: 0}, {Partition: 1}, {Partition: 2}},
			Groups:    []lag.Group{{Name: "g", Type: tt.typ, State: tt.state, Members: tt.members, Positions: []lag.PositionIx{0, 1, 2}}},
		}}
		if got := (Action{}).Offers(lag.Ref{Kind: lag.KindGroup, Name: "g"}, r); got.Possible != tt.ok || !strings.Contains(got.Why, tt.why) {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
	if got := (Action{}).Offers(lag.Ref{Kind: lag.KindTopic, Name: "g"}, nil); got.Possible {
		t.Errorf("a topic: %+v", got)
	}
}
