package wire

import (
	"slices"

	"weir/lag"
	"weir/lag/state"
)

var groupColumns = []Column{
	refColumn, clusterColumn,
	{Name: "group", Kind: Text, Always: true, Doc: "Name of the group."},
	{Name: "type", Kind: Enum, Names: typeNames, Doc: "Kind of the group's protocol; null where the broker is too old to tell."},
	{Name: "protocol_state", Kind: Text, Head: "PROTOCOL", Doc: "The group's state as its coordinator names it, in snake_case."},
	stateColumn,
	{Name: "states", Kind: Nested, Doc: "Number of positions by state.",
		Schema: `{"type":["object","null"],"propertyNames":{"$ref":"#/$defs/state"},"additionalProperties":{"type":"integer","minimum":1}}`},
	sinceColumn,
	{Name: "state_basis", Kind: Nested, Head: "BASIS", Doc: "What the state rests on: how long the group was watched, and at how many moments a commit was seen to move.",
		Schema: `{"type":["object","null"],"required":["window_seconds","samples"],"additionalProperties":false,"properties":{"window_seconds":{"type":"number"},"samples":{"type":"integer"}}}`},
	{Name: "why", Kind: Text, Doc: "The sentence that explains the state."},
	{Name: "lag", Kind: Count, Bound: "lag_bound", Doc: "Records that can still be read, over the positions that are known; negative ones count 0."},
	{Name: "lag_bound", Kind: Enum, Names: boundNames, Doc: "Whether lag is the sum itself or, with some positions unknown, its lower bound; null where lag is."},
	{Name: "stable_lag", Kind: Count, Head: "STABLE", Bound: "lag_bound", Doc: "The lag against the last stable offsets."},
	{Name: "lost", Kind: Count, Bound: "lag_bound", Doc: "Records deleted before they were read."},
	timeLagColumn, timeLagBoundColumn, produceColumn, consumeColumn, catchUpColumn, retentionLeftColumn,
	{Name: "members", Kind: Count, Doc: "Number of members."},
	{Name: "partitions", Kind: Count, Doc: "Number of positions."},
	{Name: "worst", Kind: Nested, Doc: "The position the state rests on, or else the one with the most lag.",
		Schema: `{"type":["object","null"],"required":["topic","partition","lag"],"additionalProperties":false,"properties":{"topic":{"type":"string"},"partition":{"type":"integer"},"lag":{"type":["integer","null"]}}}`},
	{Name: "coordinator", Kind: Number, Doc: "Id of the broker that coordinates the group."},
	sinceBoundColumn,
}

var typeNames = []string{lag.Classic.String(), lag.Consumer.String(), lag.Share.String(), lag.Streams.String(),
	lag.Connect.String(), lag.Simple.String()}

// groupRow is a group and, once a cell asks for them, its sums.
type groupRow struct {
	view *view
	ix   lag.GroupIx
	sums *totals
	v    *state.Verdict // nil until measured
}

// totals are the group's sums.
func (g *groupRow) totals() *totals {
	if g.sums == nil {
		t := g.view.total(g.ix, g.v)
		g.sums = &t
	}
	return g.sums
}

// Groups is the table of all groups, ordered by cluster as given, then gravest first, then by name.
func Groups(clusters []Cluster) Table {
	var rows []groupRow
	for _, v := range views(clusters) {
		from := len(rows)
		for _, g := range v.groups() {
			row := groupRow{view: v, ix: lag.GroupIx(g)}
			if v.Verdicts != nil {
				row.v = v.Verdicts.Of(row.ix)
			}
			rows = append(rows, row)
		}
		slices.SortStableFunc(rows[from:], gravest)
	}
	return Table{
		Schema: "weir.group/v1", Columns: groupColumns, Len: len(rows), Name: "group", Words: []string{"group"},
		Fill: func(row int, dst []Value) { fillCells(dst, rows[row].cell) },
		Cell: func(row, col int) Value { return rows[row].cell(col) },
		Short: []string{"cluster", "state", "group", "type", "lag", "time_lag_seconds", "produce_per_second", "consume_per_second",
			"catch_up_seconds", "retention_left_seconds", "lost", "members", "partitions", "state_since"},
		Wide: []string{"cluster", "state", "group", "type", "protocol_state", "lag", "lag_bound", "time_lag_seconds",
			"produce_per_second", "consume_per_second", "catch_up_seconds", "retention_left_seconds", "lost", "stable_lag",
			"members", "partitions", "state_since", "coordinator", "worst", "why"},
		Drop: []string{"type", "partitions", "members", "lost", "state_since", "retention_left_seconds", "catch_up_seconds", "consume_per_second", "produce_per_second"},
	}
}

func (g *groupRow) cell(col int) Value {
	group := &g.view.r.Groups[g.ix]
	switch col {
	case 0:
		return g.view.ref(lag.KindGroup, group.Name, "")
	case 1:
		return Word(g.view.Name)
	case 2:
		return Word(group.Name)
	case 3:
		if group.Type == lag.Untold {
			return Missing(first(g.view.why.gap(lag.KindGroup, group.Name, ""), lag.Unsupported))
		}
		return Word(group.Type.String())
	case 4:
		if group.State == "" {
			return Missing(g.view.why.ofGroup(g.ix))
		}
		return Word(snake(group.State))
	case 10:
		return g.lag()
	case 11:
		return g.lagBound()
	case 12:
		if g.v != nil && lag.Known(g.v.StableLag) {
			return Int(g.v.StableLag, lag.NoReason)
		}
		return g.sum(g.totals().stable)
	case 13:
		if g.v != nil && lag.Known(g.v.Lost) {
			return Int(g.v.Lost, lag.NoReason)
		}
		return g.sum(g.totals().lost)
	case 20:
		if group.MembersAt.IsZero() {
			return Missing(g.view.why.ofGroup(g.ix))
		}
		return Int(int64(len(group.Members)), lag.NoReason)
	case 21:
		if why := g.view.unseen(g.ix); why != lag.NoReason {
			return Missing(why)
		}
		return Int(int64(len(group.Positions)), lag.NoReason)
	case 22:
		return g.worstPosition()
	case 23:
		return g.view.brokerID(group.Coordinator, g.view.why.ofGroup(g.ix))
	case 24:
		return g.view.sinceBound(g.cell(7))
	}
	return g.measure(col)
}

// lagBound is whether that lag is the sum itself.
func (g *groupRow) lagBound() Value {
	if g.v != nil {
		return bound(g.lag(), g.v.LagBound)
	}
	return bound(g.lag(), g.totals().bound)
}

// lag is the group's lag, without adding it up where the verdict has it.
func (g *groupRow) lag() Value {
	if g.v != nil && lag.Known(g.v.Lag) {
		return Int(g.v.Lag, lag.NoReason)
	}
	return g.sum(g.totals().lag)
}

// sum is one of the group's sums, and why it is not known.
func (g *groupRow) sum(n int64) Value {
	if !lag.Known(n) {
		return Missing(g.totals().reason)
	}
	return Int(n, lag.NoReason)
}

func (g *groupRow) worstPosition() Value {
	t := g.totals()
	if t.worst < 0 {
		return Missing(first(t.unseen, lag.NotApplicable))
	}
	p := g.view.r.Positions[t.worst].Partition
	return Object(worst{g.view.topicOf(p).Name, g.view.r.Partitions[p].Number, t.worstLag})
}

// measure makes the cells that take time to measure.
func (g *groupRow) measure(col int) Value {
	v := g.v
	if v == nil {
		if col == 5 {
			return unmeasured()
		}
		return Missing(lag.NotMeasured)
	}
	name := groupColumns[col].Name
	switch col {
	case 5:
		return stateValue(v.State, v.Unknown)
	case 6:
		return Object(counts(v.Counts))
	case 7:
		return Moment(v.Since, v.Unknown[name])
	case 8:
		return Object(basis(v.Basis))
	case 9:
		return Word(v.Why)
	case 14:
		return duration(v.TimeLag, v.Unknown, name)
	case 15:
		return bound(duration(v.TimeLag, v.Unknown, "time_lag_seconds"), v.TimeLagBound)
	case 16:
		return rate(v.Produce, v.Unknown, name)
	case 17:
		return rate(v.Consume, v.Unknown, name)
	case 18:
		return duration(v.CatchUp, v.Unknown, name)
	}
	return duration(v.RetentionLeft, v.Unknown, name)
}
