package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
	"weir/lag/state"
)

// The night of the frames: a Saturday, 03:14:08 in a zone of its own.
var (
	cet   = time.FixedZone("CET", 3600)
	night = time.Date(2026, 11, 21, 3, 14, 8, 0, cet)
)

// cast builds a cluster.
type cast struct {
	topo  lag.Topology
	r     lag.Reading
	v     state.Result
	pos   map[lag.GroupIx][]state.Position
	rates []float64
	at    time.Time
}

func newCast(nodes int, at time.Time) *cast {
	c := &cast{at: at, pos: map[lag.GroupIx][]state.Position{}}
	c.topo = lag.Topology{Cluster: "prod-eu", ID: "Mk3", Controller: min(1, lag.NodeIx(nodes)-1)}
	for n := range nodes {
		c.topo.Nodes = append(c.topo.Nodes, lag.Node{ID: int32(n + 1), Host: fmt.Sprintf("10.4.0.%d", n+1), Port: 9092, Rack: "1" + string(rune('a'+n%3))})
		answered := lag.ShardTime{Sent: at.Add(-20 * time.Millisecond), Answered: at}
		for _, col := range []*[]lag.ShardTime{&c.r.StartAt, &c.r.EndAt, &c.r.StableAt, &c.r.SizeAt, &c.r.CommittedAt} {
			*col = append(*col, answered)
		}
		c.r.Cost.Nodes = append(c.r.Cost.Nodes, lag.NodeCost{P50: 2 * time.Millisecond, P99: time.Duration(4+n) * time.Millisecond})
	}
	c.r.Disks = map[lag.NodeIx][]lag.LogDir{0: {{Path: "/var/lib/kafka", Held: 1, Total: lag.Unknown, Usable: lag.Unknown}},
		1: {{Path: "/data/1", Held: 410e9, Total: 1e12, Usable: 120e9}, {Path: "/data/2", Held: lag.Unknown, Fault: "KAFKA_STORAGE_ERROR: disk error"}}}
	c.r.Tuning = map[lag.NodeIx]lag.Tuning{1: {At: at, Changed: []lag.Setting{{Name: "num.io.threads", Value: "16", Default: "8"}, {Name: "broker.id", Value: "2"}}}}
	c.r.Tick, c.r.Complete = at, true
	c.r.Cost.Requests, c.r.Cost.BytesIn, c.r.Cost.BytesOut = 5, 150_000, 40_000
	return c
}

// topic adds a topic of n partitions, each of 1,000,000 records.
func (c *cast) topic(name string, n int) lag.TopicIx {
	t := lag.TopicIx(len(c.topo.Topics))
	topic := lag.Topic{Name: name, Settings: &lag.Settings{Cleanup: "delete", Retention: 7 * 24 * time.Hour, RetentionBytes: -1,
		Changed: []lag.Setting{{Name: "retention.ms", Value: "604800000", Default: "259200000"}}, At: c.at}}
	for i := range n {
		p := lag.PartitionIx(len(c.topo.Partitions))
		topic.Partitions = append(topic.Partitions, p)
		lead := lag.NodeIx(i % len(c.topo.Nodes))
		held := []lag.NodeIx{lead, lag.NodeIx((i + 1) % len(c.topo.Nodes)), lag.NodeIx((i + 2) % len(c.topo.Nodes))}
		c.topo.Partitions = append(c.topo.Partitions, lag.Partition{Topic: t, Number: int32(i), Leader: lead, Epoch: 3, Replicas: held, ISR: held})
		c.rates = append(c.rates, 50+float64(i%7)/2)
		c.r.Start, c.r.End = append(c.r.Start, 7_000_000), append(c.r.End, 38_914_043+int64(i))
		c.r.Stable, c.r.Size = append(c.r.Stable, 38_914_043+int64(i)), append(c.r.Size, 17_100_000_000)
	}
	c.topo.Topics = append(c.topo.Topics, topic)
	return t
}

// group adds a group on a topic, which lags by lagOf in each partition.
func (c *cast) group(name string, t lag.TopicIx, v state.Verdict, members int, lagOf func(p int) int64) lag.GroupIx {
	g := lag.GroupIx(len(c.topo.Groups))
	grp := lag.Group{Name: name, Type: lag.Classic, ProtocolType: "consumer", State: "Stable", StateAt: c.at, Epoch: -1,
		Coordinator: lag.NodeIx(int(g) % len(c.topo.Nodes)), MembersAt: c.at}
	for m := range members {
		grp.Members = append(grp.Members, lag.Member{ID: fmt.Sprintf("%s-%d-9f1c2b3a", name, m), InstanceID: fmt.Sprintf("settle-%d", m),
			ClientID: "settle/1.42.0", Host: fmt.Sprintf("/10.4.2.%d", 11+m)})
	}
	var all []state.Position
	var worst lag.PositionIx = lag.Nowhere
	for i, p := range c.topo.Topics[t].Partitions {
		ix := lag.PositionIx(len(c.topo.Positions))
		c.topo.Positions = append(c.topo.Positions, lag.Position{Group: g, Partition: p})
		grp.Positions = append(grp.Positions, ix)
		n := lagOf(i)
		committed := lag.Unknown
		if lag.Known(n) {
			committed = c.r.End[p] - n
		}
		c.r.Committed = append(c.r.Committed, committed)
		if members > 0 {
			m := &grp.Members[i*members/len(c.topo.Topics[t].Partitions)]
			m.Assigned = append(m.Assigned, p)
		}
		pos := state.Position{Position: ix, State: state.KeepingUp, Lag: n, StableLag: n, TimeLag: time.Second, Produce: 52.4, Consume: 52.4,
			CatchUp: 0, RetentionLeft: 167 * time.Hour, Since: c.at.Add(-48 * time.Hour), Member: i * members / len(c.topo.Topics[t].Partitions)}
		if n > 1000 && v.Severity > state.Calm || !lag.Known(n) {
			pos.State, pos.Severity, pos.Since, worst = v.State, v.Severity, v.Since, ix
		}
		all = append(all, pos)
	}
	v.Group, v.Worst, v.Positions, v.Members = g, worst, len(grp.Positions), members
	c.pos[g] = all
	c.topo.Groups = append(c.topo.Groups, grp)
	c.v.Groups = append(c.v.Groups, v)
	return g
}

// fine is the verdict of a group that keeps up.
func (c *cast) fine(records int64, rate float64) state.Verdict {
	return state.Verdict{State: state.KeepingUp, Since: c.at.Add(-50 * time.Hour), Lag: records, StableLag: records, TimeLag: time.Second,
		Produce: rate, Consume: rate, RetentionLeft: 167 * time.Hour, Rhythm: 5 * time.Second, Why: "All partitions are read as fast as they are written."}
}

func (c *cast) cluster() engine.Cluster {
	topo := c.topo
	c.r.Topology = &topo
	c.v.At = c.at
	v := c.v
	r := c.r
	return engine.Cluster{Name: "prod-eu", Environment: "prod", Refresh: 5 * time.Second, Reading: &r, Seen: true, Verdicts: &v, Positions: c.pos, Produce: c.rates,
		Slowest: c.slowest()}
}

// writers has it told who writes one topic, and refused who writes another.
func (c *cast) writers(refused, told lag.TopicIx) {
	at := c.at.Add(-6 * time.Second)
	of := &lag.Writers{At: at, Asked: 24, Written: map[lag.PartitionIx]lag.Written{}}
	for i, p := range c.topo.Topics[told].Partitions {
		one := lag.Producer{ID: 4711, Epoch: 2, Sequence: 90, Wrote: at.Add(-time.Duration(i) * time.Second), TxnStart: lag.None}
		of.Written[p] = lag.Written{Count: 1, Producers: []lag.Producer{one}, At: at}
	}
	first := c.topo.Topics[told].Partitions[7]
	of.Written[first] = lag.Written{Count: 3, At: at, Producers: []lag.Producer{
		{ID: 4712, Sequence: 8, Wrote: at.Add(-23 * time.Minute), TxnStart: 38_841_207, Transactional: true, TxnID: "settle-2", TxnState: "Ongoing", TxnSince: at.Add(-24 * time.Minute)},
		of.Written[first].Producers[0], {ID: 4713, Sequence: 1, Wrote: at.Add(-3 * time.Hour), TxnStart: lag.None, Transactional: true}}}
	ref := lag.Ref{Cluster: "prod-eu", Kind: lag.KindTopic, Name: c.topo.Topics[refused].Name}
	c.r.Writers = map[lag.TopicIx]*lag.Writers{told: of, refused: {At: at, Asked: 32, Gaps: []lag.Gap{{Ref: ref, Reason: lag.NotAuthorized,
		Detail: "producers: TOPIC_AUTHORIZATION_FAILED: Not authorized to access topics; who writes a topic is told to who may read it", Since: at}}}}
}

// slowest is what the engine works out of a topic that is looked at; here of all.
func (c *cast) slowest() map[lag.PartitionIx]state.Slowest {
	out := map[lag.PartitionIx]state.Slowest{}
	for g := range lag.GroupIx(len(c.topo.Groups)) {
		for _, p := range c.pos[g] {
			at := c.topo.Positions[p.Position].Partition
			s, any := out[at]
			if !any {
				s.Group = lag.Nowhere
			}
			s.Readers++
			if !lag.Known(p.Lag) {
				s.Unseen++
			} else if s.Group == lag.Nowhere || p.Lag > s.Position.Lag {
				s.Group, s.Position = g, p
			}
			out[at] = s
		}
	}
	return out
}

var calmNames = []string{"ad-attrib", "billing-export", "card-auth-stream", "cdc-orders", "clickstream-agg", "fraud-score", "geo-enrich",
	"invoices-pdf", "kyc-screen", "ledger-post", "notify-email", "notify-push", "price-cache", "returns-flow", "risk-features"}

// healthy is a cluster in which nothing is wrong.
func healthy(at time.Time) engine.Cluster {
	c := newCast(6, at)
	t := c.topic("orders.v2", 12)
	c.topic("payments.events", 24)
	for i, name := range calmNames {
		c.group(name, t, c.fine(int64(9+i*37), 96.2*float64(i+1)), i%4+1, func(p int) int64 { return int64(p % 4) })
	}
	c.group("flags", t, state.Verdict{State: state.Abandoned, Since: at.Add(-72 * time.Hour), TimeLag: 0, Produce: 0, Consume: 0}, 0,
		func(int) int64 { return 0 })
	return c.cluster()
}

// troubled is the night that the frames tell.
func troubled(at time.Time) engine.Cluster {
	c := newCast(6, at)
	audit, pay, orders, big := c.topic("audit.log", 48), c.topic("payments.events", 24), c.topic("orders.v2", 300), c.topic("scores", 3)
	c.group("audit-sink", audit, state.Verdict{State: state.LosingData, Severity: state.Critical, Since: at.Add(-227 * time.Second), Lag: 177_000_000,
		Lost: 1_840_000, TimeLag: 6 * time.Hour, TimeLagBound: lag.AtLeast, Produce: 8210, Consume: 0, CatchUp: state.Never,
		RetentionLeft: 0, Why: "Nobody has read it for 6h04m: no member since 21:10; 9 of 48 partitions stand below the log start."}, 0,
		func(p int) int64 { return 3_600_000 })
	c.group("payments-settle", pay, state.Verdict{State: state.Stalled, Severity: state.Critical, Since: at.Add(-23 * time.Minute), Lag: 73_400,
		TimeLag: 23*time.Minute + 10*time.Second, Produce: 1260, Consume: 1210, CatchUp: state.Never, RetentionLeft: 167 * time.Hour,
		Why: "p7 of payments.events has not moved for 23m: settle-2 on 10.4.2.17 stays at 38,841,207; 52.4 records/s pile up behind it. The other 23 partitions keep up. Nothing is lost."},
		8, func(p int) int64 {
			if p == 7 {
				return 72_836
			}
			return int64(p * 3)
		})
	c.group("fraud-shadow", big, state.Verdict{State: state.NotVisible, Severity: state.Warning, Since: at.Add(-362 * time.Minute), Lag: lag.Unknown,
		Lost: lag.Unknown, TimeLag: state.NotKnown, Produce: -1, Consume: -1, CatchUp: state.NotKnown, RetentionLeft: state.NotKnown,
		Why: "It can't be seen.", Unknown: map[string]lag.Reason{"lag": lag.NotAuthorized}}, 0, func(int) int64 { return lag.Unknown })
	c.group("orders-index", orders, state.Verdict{State: state.Draining, Since: at.Add(-31 * time.Minute), Lag: 4_210_000, TimeLag: 22 * time.Minute,
		Produce: 3100, Consume: 9800, CatchUp: 14 * time.Minute, RetentionLeft: 71 * time.Hour, Why: "Done in about 14m, by its slowest partition p3."}, 12,
		func(p int) int64 { return int64(p*p*7%9000) + 10 })
	for i, name := range calmNames {
		c.group(name, big, c.fine(int64(9+i*37), 96.2), 3, func(p int) int64 { return 3 })
	}
	c.writers(audit, pay)
	c.r.Gaps = []lag.Gap{{Ref: lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: "fraud-shadow"}, Reason: lag.NotAuthorized,
		Detail: "Describe on this group is refused", Since: at.Add(-362 * time.Minute)}}
	c.r.Complete = false
	out := c.cluster()
	ref := func(kind, name, sub string) lag.Ref {
		return lag.Ref{Cluster: "prod-eu", Kind: kind, Name: name, Sub: sub}
	}
	out.Events = []lag.Event{
		{At: at.Add(-40 * time.Minute), Subject: ref(lag.KindPartition, "payments.events", "3"), Kind: lag.LeaderMoved, Before: "b2", After: "b5"},
		{At: at.Add(-24 * time.Minute), Subject: ref(lag.KindGroup, "payments-settle", ""), Kind: lag.MembersJoined, Before: "0 members", After: "settle-0 on 10.4.2.11 and 7 more"},
		{At: at.Add(-22*time.Minute - 30*time.Second), Subject: ref(lag.KindGroup, "payments-settle", ""), Kind: lag.StateChanged, Before: "keeping_up", After: "stalled"},
		{At: at.Add(-5 * time.Minute), Subject: ref(lag.KindGroup, "orders-index", ""), Kind: lag.OffsetsRewound, Before: "orders.v2:3 4000", After: "100"},
	}
	return out
}

// gaps is a cluster that has not answered for three minutes.
func gaps(at time.Time) engine.Cluster {
	out := troubled(at.Add(-3 * time.Minute))
	out.Failed = 4
	r := *out.Reading
	r.Tick = at
	r.Gaps = append([]lag.Gap{{Ref: lag.Ref{Cluster: "prod-eu", Kind: lag.KindCluster}, Reason: lag.Timeout, Detail: "no broker answers within 10 s", Since: at.Add(-3 * time.Minute)}}, r.Gaps...)
	out.Reading = &r
	return out
}

// empty is a cluster of brokers alone.
func empty(at time.Time) engine.Cluster { return newCast(3, at).cluster() }

// many is a cluster of many groups, the first of which reads a topic of as many partitions.
func many(n int) func(at time.Time) engine.Cluster {
	return func(at time.Time) engine.Cluster {
		c := newCast(6, at)
		wide, small := c.topic("clickstream.raw", n), c.topic("orders", 3)
		c.group("agg", wide, state.Verdict{State: state.FallingBehind, Severity: state.Warning, Since: at.Add(-time.Hour), Lag: 1_400_000, TimeLag: time.Hour,
			Produce: 10, Consume: 5, CatchUp: state.Never, RetentionLeft: state.NotKnown, Why: "Written twice as fast as read."}, 20,
			func(p int) int64 { return int64(p*p) % 3000 })
		for i := 1; i < n; i++ {
			c.group(fmt.Sprintf("group-%05d", i), small, c.fine(int64(i), 1), 0, func(int) int64 { return 1 })
		}
		return c.cluster()
	}
}

// hostile is a cluster whose names steer terminals, turn text round, are wide, combine, and are long.
func hostile(at time.Time) engine.Cluster {
	c := newCast(3, at)
	names := []string{"\x1b[31mred\x1b[0m", "a\u202egnp.exe", "日本語のグループ名がとても長い場合のテスト", "e\u0301\u0302\u0303combining", "line\nbreak\ttab",
		strings.Repeat("long-", 80), "\x9b2J", "\xff\xfe", "**bold** `tick` | pipe", "👩‍👩‍👧 family", ""}
	for i, name := range names {
		t := c.topic(name, 3)
		v := c.fine(5, 1)
		if i%2 == 0 {
			v.State, v.Severity, v.Why = state.Stalled, state.Critical, name+" has not moved: "+name+" stays"
		}
		g := c.group(name, t, v, 2, func(p int) int64 { return 5000 })
		c.topo.Groups[g].Members[0].InstanceID, c.topo.Groups[g].Members[0].ClientID, c.topo.Groups[g].Members[0].Host = name, name, name
		c.topo.Topics[t].Settings.Changed[0] = lag.Setting{Name: name, Value: name, Default: name}
		c.topo.Nodes[i%3].Host, c.topo.Nodes[i%3].Rack = name, name
		c.r.Disks[1] = append(c.r.Disks[1], lag.LogDir{Path: name, Fault: name})
		c.r.Tuning[1] = lag.Tuning{At: at, Changed: append(c.r.Tuning[1].Changed, lag.Setting{Name: name, Value: name, Default: name})}
	}
	out := c.cluster()
	for _, name := range names {
		out.Events = append(out.Events, lag.Event{At: at, Subject: lag.Ref{Cluster: "prod-eu", Kind: lag.KindTopic, Name: name}, Kind: lag.TopicMadeAnew, Before: name, After: name})
	}
	out.Reading.Gaps = []lag.Gap{{Ref: lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: names[0]}, Reason: lag.Unreachable, Detail: names[1]}}
	return out
}

// scene is a cluster to draw.
type scene struct {
	name string
	make func(time.Time) engine.Cluster
	page string // group whose page is drawn
	read string // topic whose page is drawn
}

var scenes = []scene{
	{"healthy", healthy, "ad-attrib", "orders.v2"},
	{"troubled", troubled, "payments-settle", "payments.events"},
	{"gaps", gaps, "orders-index", "audit.log"},
	{"empty", empty, "nobody", "nothing"},
	{"many", many(10_000), "agg", "clickstream.raw"},
	{"hostile", hostile, "\x1b[31mred\x1b[0m", "a\u202egnp.exe"},
}

// console is one to press keys on.
type console struct {
	t testing.TB
	m *model
}

// open makes a console of w by h cells that has watched a cluster for a while.
func open(t testing.TB, env map[string]string, w, h, minutes int, make func(time.Time) engine.Cluster) *console {
	t.Helper()
	if env == nil {
		env = map[string]string{"LANG": "C.UTF-8", "TERM": "xterm-256color"}
	}
	m := newModel(Options{Getenv: func(k string) string { return env[k] },
		Clusters: []Cluster{{Name: "prod-eu", Environment: "prod", ReadOnly: true}}}, outside{})
	m.local, m.back = cet, backDark
	c := &console{t, m}
	c.size(w, h)
	for i := minutes; i >= 0; i-- {
		c.tick(night.Add(-time.Duration(i)*time.Minute), make)
	}
	return c
}

func (c *console) size(w, h int) { c.send(sizeMsg(w, h)) }

// tick brings a state made for a moment, and the clock to it.
func (c *console) tick(at time.Time, make func(time.Time) engine.Cluster) {
	c.send(stateMsg(engine.State{At: at, Clusters: []engine.Cluster{make(at)}}))
	c.send(tickMsg(at))
}

// anew is a console that has watched the same and in which nothing was pressed yet.
func (c *console) anew(t testing.TB, w, h int) *console {
	m := *c.m
	m.stack, m.last, m.past = []view{newOverview()}, nil, map[byte][]string{}
	out := &console{t, &m}
	out.size(w, h)
	return out
}
