package wire

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weir/lag"
)

// one is a cluster of one of everything, with nothing read.
func one(gaps ...lag.Gap) *lag.Reading {
	return &lag.Reading{
		Topology: &lag.Topology{
			Cluster: "prod", Controller: lag.Nowhere, Nodes: []lag.Node{{ID: 7, Host: "kafka-7", Port: 9092}},
			Topics:     []lag.Topic{{Name: "orders", Partitions: []lag.PartitionIx{0}}},
			Partitions: []lag.Partition{{}},
			Groups:     []lag.Group{{Name: "payments", Type: lag.Classic, Positions: []lag.PositionIx{0}}},
			Positions:  []lag.Position{{}},
		},
		Start: []int64{lag.Unknown}, End: []int64{lag.Unknown}, Stable: []int64{lag.Unknown}, Size: []int64{lag.Unknown},
		Committed: []int64{lag.Unknown}, Gaps: gaps,
	}
}

func gap(why lag.Reason, kind, name, sub string) lag.Gap {
	return lag.Gap{Ref: lag.Ref{Cluster: "prod", Kind: kind, Name: name, Sub: sub}, Reason: why}
}

func TestReasons(t *testing.T) {
	const auth, late, gone, away = lag.NotAuthorized, lag.Timeout, lag.Gone, lag.Unreachable
	for name, c := range map[string]struct {
		gaps            []lag.Gap
		change          func(*lag.Reading)
		end, commit, it lag.Reason // of the partition's end, of the commit, of the position's lag
	}{
		"nothing said":         {end: lag.NotMeasured, commit: lag.NotMeasured, it: lag.NotMeasured},
		"partition":            {gaps: []lag.Gap{gap(late, lag.KindPartition, "orders", "0")}, end: late, commit: lag.NotMeasured, it: lag.NotMeasured},
		"another partition":    {gaps: []lag.Gap{gap(late, lag.KindPartition, "orders", "1")}, end: lag.NotMeasured, commit: lag.NotMeasured, it: lag.NotMeasured},
		"topic":                {gaps: []lag.Gap{gap(auth, lag.KindTopic, "orders", "")}, end: auth, commit: auth, it: auth},
		"group":                {gaps: []lag.Gap{gap(auth, lag.KindGroup, "payments", "")}, end: lag.NotMeasured, commit: auth, it: auth},
		"position":             {gaps: []lag.Gap{gap(late, lag.KindPosition, "payments", "orders:0")}, end: lag.NotMeasured, commit: late, it: late},
		"broker":               {gaps: []lag.Gap{gap(away, lag.KindBroker, "7", "")}, end: away, commit: away, it: away},
		"cluster":              {gaps: []lag.Gap{gap(late, lag.KindCluster, "", "")}, end: late, commit: late, it: late},
		"nearest":              {gaps: []lag.Gap{gap(away, lag.KindBroker, "7", ""), gap(auth, lag.KindTopic, "orders", "")}, end: auth, commit: auth, it: auth},
		"a list was filtered":  {gaps: []lag.Gap{gap(lag.Filtered, lag.KindCluster, "", "")}, end: lag.NotMeasured, commit: lag.NotMeasured, it: lag.NotMeasured},
		"an old broker":        {gaps: []lag.Gap{gap(lag.Unsupported, lag.KindCluster, "", "")}, end: lag.NotMeasured, commit: lag.NotMeasured, it: lag.NotMeasured},
		"no leader":            {change: func(r *lag.Reading) { r.Partitions[0].Leader = lag.Nowhere }, end: lag.NoLeader, commit: lag.NotMeasured, it: lag.NotMeasured},
		"no coordinator":       {change: func(r *lag.Reading) { r.Groups[0].Coordinator = lag.Nowhere }, end: lag.NotMeasured, commit: lag.NoCoordinator, it: lag.NoCoordinator},
		"topic gone":           {change: func(r *lag.Reading) { r.Topics[0].Gone = true }, end: gone, commit: lag.NotMeasured, it: lag.NotMeasured},
		"group gone":           {change: func(r *lag.Reading) { r.Groups[0].Gone = true }, end: lag.NotMeasured, commit: gone, it: gone},
		"never committed":      {change: func(r *lag.Reading) { r.Committed[0] = lag.None }, end: lag.NotMeasured, commit: lag.NotMeasured, it: lag.NoCommit},
		"committed, no leader": {change: func(r *lag.Reading) { r.Committed[0], r.Partitions[0].Leader = 5, lag.Nowhere }, end: lag.NoLeader, commit: lag.NotMeasured, it: lag.NoLeader},
		"share, untold":        {change: func(r *lag.Reading) { r.Backlog = map[lag.PositionIx]int64{0: lag.Unknown} }, end: lag.NotMeasured, commit: lag.NotMeasured, it: lag.Unsupported},
	} {
		r := one(c.gaps...)
		if c.change != nil {
			c.change(r)
		}
		w := newReasons(r)
		if end, commit, it := w.ofPartition(0), w.ofCommit(0), w.ofLag(0); end != c.end || commit != c.commit || it != c.it {
			t.Errorf("%s: end %s, commit %s, lag %s; want %s, %s, %s", name, end, commit, it, c.end, c.commit, c.it)
		}
	}
}

func TestGroupsThatMayHaveMoreAreBounds(t *testing.T) {
	r := one(gap(lag.Filtered, lag.KindGroup, "payments", ""))
	r.Start[0], r.End[0], r.Stable[0], r.Committed[0] = 0, 10, 10, 4
	want(t, items(t, Groups([]Cluster{{Name: "prod", Reading: r}}), "group")["payments"],
		`{"lag":6,"lag_bound":"at_least","stable_lag":6,"lost":0,"partitions":null}`)
	r.Gaps, r.Partial = nil, true
	want(t, items(t, Groups([]Cluster{{Name: "prod", Reading: r}}), "group")["payments"],
		`{"lag":6,"lag_bound":"at_least","stable_lag":6,"lost":0,"partitions":null}`)
	r.Partial, r.Stable[0] = false, lag.Unknown
	want(t, items(t, Groups([]Cluster{{Name: "prod", Reading: r}}), "group")["payments"],
		`{"lag":6,"lag_bound":"exact","stable_lag":null,"lost":0,"partitions":1}`)
}

func TestGroupsWhoseMembersWereNotRead(t *testing.T) {
	r := one()
	r.Groups[0].Positions = nil // its members may have partitions
	group := func() map[string]any {
		return items(t, Groups([]Cluster{{Name: "prod", Reading: r}}), "group")["payments"]
	}
	want(t, group(), `{"lag":null,"lost":null,"partitions":null}`)
	r.Groups[0].Type = lag.Connect
	want(t, group(), `{"lag":0,"lost":0,"partitions":0}`)
	r.Groups[0].Type, r.Groups[0].MembersAt = lag.Classic, night
	want(t, group(), `{"lag":0,"lost":0,"partitions":0}`)
}

// TestNullHasAReason: a field is null exactly when "unknown" names it; only a state may have a value and a reason.
func TestNullHasAReason(t *testing.T) {
	offset := rapid.SampledFrom([]int64{lag.Unknown, lag.None, -3, 0, 5, 9})
	rapid.Check(t, func(t *rapid.T) {
		c := world()
		for _, column := range [][]int64{c.Reading.Start, c.Reading.End, c.Reading.Stable, c.Reading.Size, c.Reading.Committed} {
			for i := range column {
				column[i] = offset.Draw(t, "offset")
			}
		}
		if rapid.Bool().Draw(t, "no gaps") {
			c.Reading.Gaps = nil
		}
		for name, table := range tables([]Cluster{c}) {
			var b strings.Builder
			if err := Write(&b, New("0.1.0", night, []Cluster{c}, table), JSON, Style{}); err != nil {
				t.Fatal(err)
			}
			var doc struct{ Items []map[string]any }
			if err := json.Unmarshal([]byte(b.String()), &doc); err != nil {
				t.Fatal(err)
			}
			for _, item := range doc.Items {
				unknown := item["unknown"].(map[string]any)
				for key, v := range item {
					if _, told := unknown[key]; told != (v == nil) && key != "state" {
						t.Errorf("%s: %s is %v, and unknown says %v", name, key, v, unknown[key])
					}
				}
			}
		}
	})
}
