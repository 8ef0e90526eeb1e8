package wire

import (
	"testing"

	"weir/lag"
	"weir/lag/state"
)

// TestClustersAreSums: what of a cluster can't be told is unknown, and a sum of which a part is not known says so.
func TestClustersAreSums(t *testing.T) {
	once := items(t, Clusters([]Cluster{world()}), "cluster")["prod"]
	want(t, once, `{"ref":"prod/cluster","brokers":1,"groups":5,"lag":60,"lag_bound":"at_least","troubles":null,"states":null,"produce_per_second":null,
		"consume_per_second":null,"complete":false}`)
	c := world()
	c.Produce = make([]float64, len(c.Reading.Partitions))
	for i := range c.Produce {
		c.Produce[i] = 2
	}
	c.Verdicts = &state.Result{}
	for g := range c.Reading.Groups {
		v := state.Verdict{Group: lag.GroupIx(g), State: state.KeepingUp, Lag: 10, Consume: 3}
		switch g {
		case 0:
			v.State, v.Severity = state.Stalled, state.Critical
		case 1:
			v.State, v.Severity, v.Muted = state.Stalled, state.Critical, true
		}
		c.Verdicts.Groups = append(c.Verdicts.Groups, v)
	}
	seen, alive := items(t, Clusters([]Cluster{c}), "cluster")["prod"], len((&view{Cluster: c, r: c.Reading}).groups())
	if seen["lag"] != float64(10*alive) || seen["lag_bound"] != "exact" || seen["consume_per_second"] != float64(3*alive) || seen["consume_bound"] != "exact" {
		t.Errorf("of %d groups: %v", alive, seen)
	}
	muted := 0.0
	for _, g := range []int{0, 1} {
		if !c.Reading.Groups[g].Gone && g == 0 {
			muted++
		}
	}
	if seen["troubles"] != muted || seen["produce_bound"] != "exact" || seen["produce_per_second"].(float64) <= 0 {
		t.Errorf("%v", seen)
	}
	c.Produce[0], c.Verdicts.Groups[2].Consume = -1, -1
	part := items(t, Clusters([]Cluster{c}), "cluster")["prod"]
	if part["produce_bound"] != "at_least" || part["consume_bound"] != "at_least" {
		t.Errorf("with a part unknown: %v", part)
	}
	gone := items(t, Clusters([]Cluster{dead(), {Name: "never", Environment: "stage"}}), "cluster")
	want(t, gone["never"], `{"environment":"stage","complete":false,"groups":null,"lag":null,"brokers":null,"unknown":{"cluster_id":"not_measured","read_at":"not_measured",
		"brokers":"not_measured","topics":"not_measured","partitions":"not_measured","leaderless":"not_measured","under_replicated":"not_measured","groups":"not_measured",
		"troubles":"not_measured","states":"not_measured","lag":"not_measured","lag_bound":"not_measured","produce_per_second":"not_measured","produce_bound":"not_measured",
		"consume_per_second":"not_measured","consume_bound":"not_measured"}}`)
	if len(gone) != 2 {
		t.Errorf("%d rows of two clusters", len(gone))
	}
}
