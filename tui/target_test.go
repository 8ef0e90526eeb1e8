package tui

import (
	"encoding/json"
	"strings"
	"testing"

	"weir/actions"
	"weir/internal/wire"
	"weir/lag"
)

// A plan of partitions or of the whole cluster is told, and given as a command, as what it is.
func TestTargetsOfElections(t *testing.T) {
	spec := actions.Spec{Verb: "leader-election", Target: "TOPIC[:P,…]", On: []string{lag.KindTopic, lag.KindPartition, lag.KindCluster}}
	for _, c := range []struct {
		ref         lag.Ref
		typed, said string
	}{
		{lag.Ref{Cluster: "prod", Kind: lag.KindTopic, Name: "orders"}, "orders", "topic orders"},
		{lag.Ref{Cluster: "prod", Kind: lag.KindPartition, Name: "orders", Sub: "3"}, "orders:3", "partition orders:3"},
		{lag.Ref{Cluster: "prod", Kind: lag.KindCluster}, "--all", "cluster prod"},
	} {
		if got := strings.Join(targetArgs(spec, c.ref, &selection{}), " "); got != c.typed {
			t.Errorf("%s is typed %q, want %q", c.ref, got, c.typed)
		}
		if got := aimed(&snap{}, c.ref); got != c.said {
			t.Errorf("%s is called %q, want %q", c.ref, got, c.said)
		}
	}
	if got := changedName("prod/partition/orders/3"); got != "orders:3" {
		t.Errorf("a change of a partition is called %q", got)
	}
	p := &actions.Plan{Changes: []actions.Change{
		{Ref: "prod/partition/orders/3", Field: "leader", Before: json.RawMessage("2"), After: json.RawMessage("1")},
		{Ref: "prod/position/g/orders:3", Field: "committed", Before: json.RawMessage("2"), After: json.RawMessage("1")},
	}}
	row := make([]wire.Value, len(planTableColumns))
	for i, want := range []bool{false, true} {
		planTable(p).Fill(i, row)
		if _, told := row[5].Integer(); told != want {
			t.Errorf("the difference of %s is told: %v, want %v", p.Changes[i].Field, told, want)
		}
	}
}
