package wire

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/lag"
	"weir/lag/state"
)

// Cluster is what is known of one cluster, as the tables want it.
type Cluster struct {
	Name, Environment string
	Seen              bool // something of the cluster answered
	Reading           *lag.Reading
	// Begun is when the first reading of this watch came, Refresh how far readings lie apart. Zero: it was looked at once.
	Begun   time.Time
	Refresh time.Duration
	// Verdicts holds the states of the reading's groups; nil until states were measured.
	Verdicts *state.Result
	// Positions returns a group's positions with their numbers, in the order of Group.Positions; nil until states were
	// measured.
	Positions func(lag.GroupIx) []state.Position
	// Produce is the records a second that come into each partition, by its index, negative where not known; nil until
	// rates were measured.
	Produce []float64
}

// FromStart reports whether a moment is that at which watching began: what is so since then may have been so before.
func (c *Cluster) FromStart(t time.Time) bool {
	return !t.IsZero() && !c.Begun.IsZero() && t.Sub(c.Begun).Abs() <= c.Refresh
}

var refColumn = Column{Name: "ref", Kind: Text, Always: true,
	Doc: "A stable name in one word: cluster/kind/name/sub, percent-escaped."}

var clusterColumn = Column{Name: "cluster", Kind: Text, Always: true, Doc: "The cluster's name in the configuration."}

// view is a cluster with what the builders look up for every row.
type view struct {
	Cluster
	r    *lag.Reading
	why  *reasons
	refs map[lag.GroupIx]string // of positions, up to the topic; by group
	tops []string               // escaped topic names, by index
}

func views(clusters []Cluster) []*view {
	out := make([]*view, len(clusters))
	for i, c := range clusters {
		r := c.Reading
		if r == nil {
			r = &lag.Reading{}
		}
		if r.Topology == nil {
			filled := *r
			filled.Topology = &lag.Topology{Cluster: c.Name, Controller: lag.Nowhere}
			r = &filled
		}
		out[i] = &view{Cluster: c, r: r, why: newReasons(r), refs: map[lag.GroupIx]string{}}
	}
	return out
}

// at returns a column's value, Unknown where the column was never read.
func at[I ~int32](column []int64, i I) int64 {
	if i < 0 || int(i) >= len(column) {
		return lag.Unknown
	}
	return column[i]
}

func (v *view) ref(kind, name, sub string) Value {
	return Word(lag.Ref{Cluster: v.Name, Kind: kind, Name: name, Sub: sub}.String())
}

// positionRef is ref for positions, with the escaped parts kept: there may be half a million of them.
func (v *view) positionRef(i lag.PositionIx) Value {
	p := v.r.Positions[i]
	prefix, made := v.refs[p.Group]
	if !made {
		whole := lag.Ref{Cluster: v.Name, Kind: lag.KindPosition, Name: v.r.Groups[p.Group].Name, Sub: ":"}.String()
		prefix = strings.TrimSuffix(whole, ":")
		v.refs[p.Group] = prefix
	}
	part := &v.r.Partitions[p.Partition]
	return Word(prefix + v.escapedTopic(part.Topic) + ":" + strconv.Itoa(int(part.Number)))
}

func (v *view) escapedTopic(t lag.TopicIx) string {
	if v.tops == nil {
		v.tops = make([]string, len(v.r.Topics))
	}
	if v.tops[t] == "" {
		v.tops[t] = strings.TrimPrefix(lag.Ref{Name: v.r.Topics[t].Name}.String(), "//")
	}
	return v.tops[t]
}

func (v *view) topicOf(p lag.PartitionIx) *lag.Topic { return &v.r.Topics[v.r.Partitions[p].Topic] }

// brokerID returns a broker's id, or why there is none.
func (v *view) brokerID(n lag.NodeIx, why lag.Reason) Value {
	if n < 0 || int(n) >= len(v.r.Nodes) {
		return Missing(why)
	}
	return Int(int64(v.r.Nodes[n].ID), why)
}

// present returns the indexes of what exists, by name.
func present[T any](all []T, gone func(*T) bool, name func(*T) string) []int32 {
	out := make([]int32, 0, len(all))
	for i := range all {
		if !gone(&all[i]) {
			out = append(out, int32(i))
		}
	}
	slices.SortFunc(out, func(a, b int32) int { return strings.Compare(name(&all[a]), name(&all[b])) })
	return out
}

func (v *view) groups() []int32 {
	return present(v.r.Groups, func(g *lag.Group) bool { return g.Gone }, func(g *lag.Group) string { return g.Name })
}

func (v *view) topics() []int32 {
	return present(v.r.Topics, func(t *lag.Topic) bool { return t.Gone }, func(t *lag.Topic) string { return t.Name })
}

// places ranks partitions by topic name and number, so that a sort needs no strings: by partition index.
func (v *view) places() []int32 {
	byName := make([]int32, len(v.r.Topics))
	for i := range byName {
		byName[i] = int32(i)
	}
	slices.SortFunc(byName, func(a, b int32) int { return strings.Compare(v.r.Topics[a].Name, v.r.Topics[b].Name) })
	out, rank := make([]int32, len(v.r.Partitions)), int32(0)
	for _, t := range byName {
		for _, p := range v.r.Topics[t].Partitions {
			out[p] = rank
			rank++
		}
	}
	return out
}
