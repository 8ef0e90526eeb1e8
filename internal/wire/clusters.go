package wire

import (
	"time"

	"weir/lag"
	"weir/lag/state"
)

var clusterColumns = []Column{
	refColumn, clusterColumn,
	{Name: "environment", Kind: Text, Head: "ENV", Always: true, Doc: "What the configuration calls its environment; empty where it doesn't."},
	{Name: "cluster_id", Kind: Text, Doc: "The id that its brokers tell."},
	{Name: "read_at", Kind: Time, Head: "READ", Doc: "When the newest of its offsets was read; null while none was."},
	{Name: "complete", Kind: Bool, Always: true, Doc: "Whether nothing that was asked for is missing."},
	{Name: "brokers", Kind: Count, Doc: "Brokers that the cluster lists."},
	{Name: "topics", Kind: Count, Doc: "Topics that were seen."},
	{Name: "partitions", Kind: Count, Doc: "Partitions of these topics."},
	{Name: "leaderless", Kind: Count, Doc: "Partitions without a leader."},
	{Name: "under_replicated", Kind: Count, Head: "UNDER", Doc: "Partitions with a copy that is not in sync."},
	{Name: "groups", Kind: Count, Doc: "Groups that were seen."},
	{Name: "troubles", Kind: Count, Doc: "Groups whose state is a warning or critical and not muted; null while none was judged."},
	{Name: "states", Kind: Nested, Doc: "Number of groups by state.",
		Schema: `{"type":["object","null"],"propertyNames":{"$ref":"#/$defs/state"},"additionalProperties":{"type":"integer","minimum":1}}`},
	{Name: "lag", Kind: Count, Bound: "lag_bound", Doc: "Records that groups can still read, over the groups that are known."},
	{Name: "lag_bound", Kind: Enum, Names: boundNames, Doc: "Whether lag is the sum itself or, with some groups unknown, its lower bound; null where lag is."},
	{Name: "produce_per_second", Kind: Rate, Head: "IN/s", Bound: "produce_bound", Doc: "Records written, a second, but for the brokers' own topics."},
	{Name: "produce_bound", Kind: Enum, Names: boundNames, Doc: "Whether produce_per_second is the sum itself or its lower bound."},
	{Name: "consume_per_second", Kind: Rate, Head: "OUT/s", Bound: "consume_bound", Doc: "Records committed, a second, by all groups."},
	{Name: "consume_bound", Kind: Enum, Names: boundNames, Doc: "Whether consume_per_second is the sum itself or its lower bound."},
}

// clusterSum is a cluster and what is counted of it.
type clusterSum struct {
	*view
	unseen                                lag.Reason // why nothing of it is known; NoReason: something is
	brokers, topics, parts, leaderless    int64
	under, groups, troubles               int64
	states                                counts
	lag                                   lag.Sum
	lags                                  int // groups that have a lag, known or not
	produce, consume                      float64
	produced, produceLeast, consumed, cut bool // produced, consumed: some of it is known; cut: the consumed is a lower bound
}

// Clusters is the table of the clusters, as given.
func Clusters(clusters []Cluster) Table {
	var rows []*clusterSum
	for _, v := range views(clusters) {
		rows = append(rows, sumOf(v))
	}
	return Table{
		Schema: "weir.cluster/v1", Columns: clusterColumns, Len: len(rows), Name: "cluster", Words: []string{"cluster", "environment"},
		Fill: func(row int, dst []Value) { fillCells(dst, rows[row].cell) },
		Short: []string{"cluster", "environment", "troubles", "groups", "lag", "produce_per_second", "consume_per_second", "brokers", "under_replicated",
			"leaderless", "read_at"},
		Wide: []string{"cluster", "environment", "troubles", "groups", "states", "lag", "produce_per_second", "consume_per_second", "brokers", "topics",
			"partitions", "under_replicated", "leaderless", "complete", "read_at", "cluster_id"},
		Drop: []string{"environment", "leaderless", "brokers"},
	}
}

func sumOf(v *view) *clusterSum {
	c := &clusterSum{view: v}
	if !v.Seen {
		c.unseen = first(v.why.cluster)
		return c
	}
	for i := range v.r.Nodes {
		if !v.r.Nodes[i].Gone {
			c.brokers++
		}
	}
	for i := range v.r.Topics {
		if t := &v.r.Topics[i]; !t.Gone {
			c.topics++
			c.layout(t)
		}
	}
	for _, g := range v.groups() {
		c.group(lag.GroupIx(g))
	}
	return c
}

// layout counts the partitions of a topic, and what comes into them.
func (c *clusterSum) layout(t *lag.Topic) {
	for _, ix := range t.Partitions {
		p := &c.r.Partitions[ix]
		if p.Gone {
			continue
		}
		c.parts++
		if p.Leader < 0 {
			c.leaderless++
		}
		if len(p.ISR) < len(p.Replicas) {
			c.under++
		}
		switch {
		case t.Internal:
		case int(ix) < len(c.Produce) && c.Produce[ix] >= 0:
			c.produce, c.produced = c.produce+c.Produce[ix], true
		default:
			c.produceLeast = true
		}
	}
}

// group counts a group. One that commits nothing has no lag to add.
func (c *clusterSum) group(g lag.GroupIx) {
	c.groups++
	row := groupRow{view: c.view, ix: g}
	if c.Verdicts != nil {
		row.v = c.Verdicts.Of(g)
	}
	switch v := row.lag(); {
	case v.Known():
		n, _ := v.Integer()
		c.lags++
		c.lag.Add(n)
		if row.lagBound().String() == lag.AtLeast.String() {
			c.lag.Add(lag.Unknown)
		}
	case v.Reason() != lag.NoCommit && v.Reason() != lag.NotApplicable:
		c.lags++
		c.lag.Add(lag.Unknown)
	}
	if row.v == nil {
		c.cut = true
		return
	}
	c.states[row.v.State]++
	if row.v.Severity >= state.Warning && !row.v.Muted {
		c.troubles++
	}
	if row.v.Consume < 0 {
		c.cut = true
		return
	}
	c.consume, c.consumed = c.consume+row.v.Consume, true
}

func (c *clusterSum) cell(col int) Value {
	switch name := clusterColumns[col].Name; name {
	case "ref":
		return c.ref(lag.KindCluster, "", "")
	case "cluster":
		return Word(c.Name)
	case "environment":
		return Word(c.Environment)
	case "complete":
		return Truth(c.r.Complete && c.Seen)
	default:
		if c.unseen != lag.NoReason {
			return Missing(c.unseen)
		}
		return c.seen(name)
	}
}

// seen is a cell of a cluster of which something was seen.
func (c *clusterSum) seen(name string) Value {
	counted := map[string]int64{"brokers": c.brokers, "topics": c.topics, "partitions": c.parts, "leaderless": c.leaderless, "under_replicated": c.under, "groups": c.groups}
	if n, is := counted[name]; is {
		return Int(n, lag.NoReason)
	}
	switch name {
	case "cluster_id":
		if c.r.ID == "" {
			return Missing(lag.NotMeasured)
		}
		return Word(c.r.ID)
	case "read_at":
		return Moment(newest(c.r), lag.NotMeasured)
	case "troubles":
		if c.Verdicts == nil {
			return Missing(lag.NotMeasured)
		}
		return Int(c.troubles, lag.NoReason)
	case "states":
		if c.Verdicts == nil {
			return Missing(lag.NotMeasured)
		}
		return Object(c.states)
	case "lag":
		return c.sumOfLag()
	case "lag_bound":
		_, b := c.lag.Value()
		return bound(c.sumOfLag(), b)
	case "produce_per_second":
		return rateOf(c.produce, c.produced)
	case "produce_bound":
		return bound(rateOf(c.produce, c.produced), boundOf(c.produceLeast))
	case "consume_per_second":
		return rateOf(c.consume, c.consumed)
	}
	return bound(rateOf(c.consume, c.consumed), boundOf(c.cut))
}

// sumOfLag is the lag of all groups; none is known of a cluster without one that commits.
func (c *clusterSum) sumOfLag() Value {
	if c.lags == 0 {
		return Missing(lag.NotApplicable)
	}
	n, _ := c.lag.Value()
	return Int(n, first(c.why.cluster))
}

func rateOf(perSecond float64, known bool) Value {
	if !known {
		return Missing(lag.NotMeasured)
	}
	return Float(perSecond)
}

func boundOf(least bool) lag.Bound {
	if least {
		return lag.AtLeast
	}
	return lag.Exact
}

// newest is when the newest of a reading's offsets were read; zero when none were.
func newest(r *lag.Reading) time.Time {
	var out time.Time
	for _, at := range [][]lag.ShardTime{r.EndAt, r.CommittedAt, r.StartAt} {
		for _, s := range at {
			if s.Answered.After(out) {
				out = s.Answered
			}
		}
	}
	return out
}
