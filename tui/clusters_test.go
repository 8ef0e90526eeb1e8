package tui

import (
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
)

// two is a console on two clusters: the one in hand, and another.
func two(t *testing.T, w, h int, here, there func(time.Time) engine.Cluster) *console {
	t.Helper()
	c := open(t, nil, w, h, 1, here)
	c.m.clusters = append(c.m.clusters, Cluster{Name: "stage", Environment: "stage"}, Cluster{Name: "slow"})
	other := there(night)
	other.Name, other.Environment = "stage", "stage"
	unread := engine.Cluster{Name: "slow", Reading: &lag.Reading{Topology: &lag.Topology{Cluster: "slow", Controller: lag.Nowhere}}}
	c.send(stateMsg(engine.State{At: night, Clusters: []engine.Cluster{here(night), other, unread}}))
	return c
}

func TestTroublesOfOtherClustersAreToldWhereverOneLooks(t *testing.T) {
	c := two(t, 120, 40, healthy, troubled)
	c.reads("no trouble, 3 elsewhere", "Elsewhere: stage has 3 troubles. 0 lists the clusters.")
	c.press("2").reads("no trouble, 3 elsewhere")
	c = two(t, 80, 24, healthy, gaps)
	c.reads("Elsewhere: stage can't be seen. 0 lists the clusters.")
	c = two(t, 80, 24, troubled, healthy)
	c.reads("3 troubles").lacks("lsewhere")
}

func TestClustersAreListedAndGoneTo(t *testing.T) {
	c := two(t, 120, 40, healthy, troubled)
	c.press("0").reads("1 cluster in trouble, 1 not seen, of 3.", "stage", "1 group is losing data", "All 16 groups keep up or rest", "being read", "Reading slow for the first time.", "1 of 3")
	sound(t, c)
	c.press("j", "y").reads("JSON of stage", `"schema": "weir.cluster/v1"`, `"troubles": 3`, `"lag_bound": "at_least"`).press("esc")
	c.press("d").reads("all fields of stage", "troubles            3", "under_replicated    0").press("esc")
	c.press("j", "y").reads("JSON of slow", `"groups": null`, `"complete": false`).press("esc", "k")
	c.press("enter").reads("stage ▸ overview", "1 group is losing data")
	c.press(":").write("ctx pr").press("tab").reads(":ctx prod-eu").press("enter").reads("prod-eu ▸ overview")
	c.press("0").reads("1 of 3").press("@").reads("-c prod-eu -c stage -c slow")
	c = two(t, 80, 24, healthy, healthy)
	c.press(":").write("clusters").press("enter").reads("1 of 3 clusters can't be seen now; the others are calm.")
	sound(t, c)
}
