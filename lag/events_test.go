package lag

import (
	"strings"
	"testing"
	"time"
)

// story lets a rig live for a while, changes something and returns the events of that.
func story(t *testing.T, prepare, change func(*rig)) []Event {
	t.Helper()
	g := newRig(2)
	g.ends, g.commits = []int64{1000, 1000}, []int64{1000, 1000}
	if prepare != nil {
		prepare(g)
	}
	for range 30 {
		g.tick(time.Second)
	}
	change(g)
	g.tick(time.Second)
	return g.diff()
}

func topo(f func(*Topology)) func(*rig) { return func(g *rig) { g.change(f) } }

func TestDiff(t *testing.T) {
	at := time.UnixMilli(1_800_000_000_000)
	members := func(g *rig, sec int, ids ...string) {
		g.change(func(t *Topology) {
			var ms []Member
			for _, id := range ids {
				ms = append(ms, Member{ID: id, ClientID: "app", Host: "/10.0.0.9"})
			}
			t.Groups[0].Members, t.Groups[0].MembersAt = ms, at.Add(time.Duration(sec)*time.Second)
		})
	}
	empty := func(g *rig) {
		g.change(func(t *Topology) { t.Groups[0].State, t.Groups[0].StateAt = "Empty", at })
	}
	still := func(g *rig) { // its state is read again
		g.change(func(t *Topology) { t.Groups[0].StateAt = at.Add(30 * time.Second) })
	}
	cases := map[string]struct {
		prepare, change func(*rig)
		want            []EventKind
		subject         string
		before, after   string
	}{
		"nothing":         {change: func(*rig) {}},
		"the group reads": {change: func(g *rig) { g.ends[0] += 500; g.commits[0] += 500 }},
		"rebalance": {change: topo(func(t *Topology) { t.Groups[0].State = "PreparingRebalance" }),
			want: []EventKind{RebalanceBegan}, subject: "c/group/g", before: "Stable", after: "PreparingRebalance"},
		"rebalance over": {prepare: topo(func(t *Topology) { t.Groups[0].State = "Assigning" }),
			change: topo(func(t *Topology) { t.Groups[0].State = "Stable" }), want: []EventKind{RebalanceEnded}},
		"members": {prepare: func(g *rig) { members(g, 1, "a", "b") }, change: func(g *rig) { members(g, 2, "b", "c", "d") },
			want: []EventKind{MembersLeft, MembersJoined}, before: "app on 10.0.0.9", after: "3 members"},
		"members read again": {prepare: func(g *rig) { members(g, 1, "a") }, change: func(g *rig) { members(g, 2, "a") }},
		"members not read":   {prepare: func(g *rig) { members(g, 1, "a") }, change: topo(func(t *Topology) { t.Groups[0].Members = nil })},
		"coordinator": {prepare: topo(func(t *Topology) { t.Nodes = append(t.Nodes, Node{ID: 2}) }),
			change: topo(func(t *Topology) { t.Groups[0].Coordinator = 1 }), want: []EventKind{CoordinatorMoved}, before: "b1", after: "b2"},
		"leader": {prepare: topo(func(t *Topology) { t.Nodes = append(t.Nodes, Node{ID: 2}) }),
			change: topo(func(t *Topology) { t.Partitions[1].Leader = 1 }), want: []EventKind{LeaderMoved}, subject: "c/partition/t/1",
			before: "b1", after: "b2"},
		"isr": {prepare: topo(func(t *Topology) { t.Partitions[0].ISR = []NodeIx{0, 1}; t.Nodes = append(t.Nodes, Node{ID: 2}) }),
			change: topo(func(t *Topology) { t.Partitions[0].ISR = []NodeIx{0} }), want: []EventKind{ISRShrunk}, before: "b1 b2", after: "b1"},
		"isr back": {prepare: topo(func(t *Topology) { t.Partitions[0].ISR = []NodeIx{0}; t.Nodes = append(t.Nodes, Node{ID: 2}) }),
			change: topo(func(t *Topology) { t.Partitions[0].ISR = []NodeIx{0, 1} }), want: []EventKind{ISRGrew}},
		"broker down": {change: topo(func(t *Topology) { t.Nodes[0].Gone = true }), want: []EventKind{BrokerDown}, subject: "c/broker/1"},
		"broker up": {change: topo(func(t *Topology) { t.Nodes = append(t.Nodes, Node{ID: 5, Host: "h"}) }),
			want: []EventKind{BrokerUp}, subject: "c/broker/5", after: "h"},
		"topic created": {change: topo(func(t *Topology) { t.Topics = append(t.Topics, Topic{Name: "new"}) }),
			want: []EventKind{TopicCreated}, subject: "c/topic/new", after: "0 partitions"},
		"topic deleted": {change: topo(func(t *Topology) { t.Topics[0].Gone = true }), want: []EventKind{TopicDeleted}, before: "2 partitions"},
		"topic anew":    {change: topo(func(t *Topology) { t.Topics[0].ID = [16]byte{9} }), want: []EventKind{TopicMadeAnew}, subject: "c/topic/t"},
		"topic id told": {prepare: topo(func(t *Topology) { t.Topics[0].ID = [16]byte{} }), change: topo(func(t *Topology) { t.Topics[0].ID = [16]byte{9} })},
		"partitions":    {change: func(g *rig) { g.grow(3) }, want: []EventKind{PartitionsAdded}, before: "2 partitions", after: "5 partitions"},
		"group new":     {change: topo(func(t *Topology) { t.Groups = append(t.Groups, Group{Name: "x", State: "Empty"}) }), want: []EventKind{GroupAppeared}},
		"config": {prepare: topo(func(t *Topology) { t.Topics[0].Settings = &Settings{} }),
			change: topo(func(t *Topology) {
				t.Topics[0].Settings = &Settings{Changed: []Setting{{Name: "retention.ms", Value: "1000", Default: "604800000"}}}
			}), want: []EventKind{ConfigChanged}, before: "retention.ms=604800000", after: "retention.ms=1000"},
		"config back": {prepare: topo(func(t *Topology) {
			t.Topics[0].Settings = &Settings{Changed: []Setting{{Name: "retention.ms", Value: "1000", Default: "604800000"}}}
		}), change: topo(func(t *Topology) { t.Topics[0].Settings = &Settings{} }), want: []EventKind{ConfigChanged},
			before: "retention.ms=1000", after: "retention.ms=604800000"},
		"config not read": {prepare: topo(func(t *Topology) { t.Topics[0].Settings = &Settings{Changed: []Setting{{Name: "a", Value: "b"}}} }),
			change: topo(func(t *Topology) { t.Topics[0].Settings = nil })},
		"rewind": {prepare: empty, change: func(g *rig) { g.commits[0] -= 5; g.commits[1] -= 900 }, want: []EventKind{OffsetsRewound},
			subject: "c/group/g", before: "t:0 1000", after: "995 and 1 more partition, 905 records in all"},
		"skip": {prepare: func(g *rig) { empty(g); g.commits[1] = 400 }, change: func(g *rig) { still(g); g.commits[1] = 1000 },
			want: []EventKind{OffsetsSkipped}, before: "t:1 400", after: "1000"},
		"a state too old to prove it":      {prepare: func(g *rig) { empty(g); g.commits[1] = 400 }, change: func(g *rig) { g.commits[1] = 1000 }},
		"rewind of a live group":           {change: func(g *rig) { g.commits[0] -= 500 }, want: []EventKind{OffsetsRewound}},
		"commits that overtook each other": {prepare: func(g *rig) {}, change: func(g *rig) { g.commits[0] -= 2 }},
		"a simple consumer reads": {prepare: func(g *rig) {
			g.change(func(t *Topology) { t.Groups[0].State, t.Groups[0].ProtocolType, t.Groups[0].Type = "Empty", "", Simple })
			g.commits[0] = 500
		}, change: func(g *rig) { g.commits[0] = 900 }},
		"a commit that was past the end": {prepare: func(g *rig) { g.commits[0] = 1400 }, change: func(g *rig) {
			g.change(func(t *Topology) { t.Topics[0].ID = [16]byte{9} })
			g.ends[0], g.commits[0] = 30, 10
		}, want: []EventKind{TopicMadeAnew}},
		"commits deleted":  {change: func(g *rig) { g.commits[0] = None }, want: []EventKind{OffsetsGone}, before: "t:0 1000", after: "no commit"},
		"commits not read": {change: func(g *rig) { g.commits[0], g.failed = None, true }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := story(t, c.prepare, c.change)
			if len(got) != len(c.want) {
				t.Fatalf("%+v, want %v", got, c.want)
			}
			for k, e := range got {
				if e.Kind != c.want[k] || e.At.IsZero() || e.Subject.Cluster != "c" {
					t.Errorf("%+v, want %v", e, c.want[k])
				}
			}
			if len(got) == 0 {
				return
			}
			if c.subject != "" && got[0].Subject.String() != c.subject {
				t.Errorf("subject %s, want %s", got[0].Subject, c.subject)
			}
			if c.before != "" && got[0].Before != c.before || c.after != "" && got[0].After != c.after {
				t.Errorf("from %q to %q, want %q and %q", got[0].Before, got[0].After, c.before, c.after)
			}
		})
	}
}

func TestFirstReadingTellsNothing(t *testing.T) {
	g := newRig(2)
	empty := &Reading{Topology: &Topology{}, Tick: g.at}
	g.h.Fold(empty)
	g.tick(time.Second)
	if got := Diff(empty, g.last, g.h); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestGroupIsGoneAfterAMinute(t *testing.T) {
	g := newRig(1)
	g.tick(time.Second)
	g.change(func(t *Topology) { t.Groups[0].Gone = true })
	told := 0
	for n := range 120 {
		g.tick(time.Second)
		for _, e := range g.diff() {
			if e.Kind != GroupGone || n < 55 {
				t.Errorf("after %d s: %+v", n, e)
			}
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

func TestManyEventsAreSummed(t *testing.T) {
	got := story(t, func(g *rig) {
		g.grow(3000)
		g.change(func(t *Topology) { t.Nodes = append(t.Nodes, Node{ID: 2}) })
	}, topo(func(t *Topology) {
		for p := range t.Partitions {
			t.Partitions[p].Leader = 1
		}
	}))
	if len(got) != eventsOfAKind+1 {
		t.Fatalf("%d events", len(got))
	}
	last := got[len(got)-1]
	if last.Subject.Kind != KindCluster || !strings.Contains(last.After, "2902 more") {
		t.Errorf("%+v", last)
	}
}
