package wire

import (
	"cmp"
	"slices"

	"weir/lag"
	"weir/lag/state"
)

var positionColumns = []Column{
	refColumn, clusterColumn,
	{Name: "group", Kind: Text, Always: true, Doc: "Name of the group."},
	{Name: "topic", Kind: Text, Always: true, Doc: "Name of the topic."},
	{Name: "partition", Kind: Number, Always: true, Head: "P", Doc: "Number of the partition."},
	{Name: "committed", Kind: Number, Doc: "The committed offset: the next record to read. Null without a commit."},
	{Name: "start", Kind: Number, Doc: "The first offset that can still be read."},
	{Name: "end", Kind: Number, Doc: "The high watermark: one past the last record that can be read."},
	{Name: "stable_end", Kind: Number, Doc: "The last stable offset: how far a read_committed consumer can read."},
	{Name: "member_id", Kind: Text, Head: "MEMBER", Doc: "Id of the member the partition is assigned to."},
	stateColumn, sinceColumn,
	{Name: "lag", Kind: Count, Doc: "Records that can still be read: end − max(committed, start). Negative only when the commit is ahead of the log."},
	{Name: "stable_lag", Kind: Count, Head: "STABLE", Doc: "The lag against stable_end."},
	{Name: "lost", Kind: Count, Doc: "Records deleted before they were read: start − committed, where positive."},
	timeLagColumn, timeLagBoundColumn, produceColumn, consumeColumn, catchUpColumn, retentionLeftColumn,
}

// positionRow is one row: which position of which cluster, in which place of its group, and whose it is.
type positionRow struct {
	view  int32
	pos   lag.PositionIx
	nth   int32 // in Group.Positions
	owner int32 // index into the group's members; −1: none
}

// positions makes the cells. It keeps what it worked out for the row in hand and for the last group.
type positions struct {
	views []*view
	rows  []positionRow
	row   int // the row that the numbers are of; −1: none yet
	numbers
	group    lag.Position // the cluster (in place of a group) and group whose measures these are
	measured []state.Position
}

// numbers are those of one position.
type numbers struct {
	lag, stable, lost int64
	m                 *state.Position // nil until measured
}

// Positions is the table of all positions, ordered by cluster as given, group, topic and partition.
func Positions(clusters []Cluster) Table {
	b := &positions{views: views(clusters), row: -1}
	for i, v := range b.views {
		b.add(int32(i), v)
	}
	return Table{
		Schema: "weir.position/v1", Columns: positionColumns, Len: len(b.rows), Cell: b.cell, Name: "ref",
		Short: []string{"cluster", "state", "group", "topic", "partition", "lag", "time_lag_seconds", "produce_per_second",
			"consume_per_second", "lost", "committed", "end", "member_id", "state_since"},
		Wide: []string{"cluster", "state", "group", "topic", "partition", "lag", "time_lag_seconds", "produce_per_second",
			"consume_per_second", "catch_up_seconds", "retention_left_seconds", "lost", "stable_lag", "committed", "start", "end",
			"stable_end", "member_id", "state_since"},
	}
}

func (b *positions) add(nth int32, v *view) {
	places := v.places()
	owner := make([]int32, len(v.r.Partitions)) // member + 1, by partition, of the group in hand
	for _, g := range v.groups() {
		group := &v.r.Groups[g]
		mark(owner, group.Members, true)
		from := len(b.rows)
		for k, p := range group.Positions {
			who := owner[v.r.Positions[p].Partition] - 1
			b.rows = append(b.rows, positionRow{view: nth, pos: p, nth: int32(k), owner: who})
		}
		slices.SortFunc(b.rows[from:], func(x, y positionRow) int {
			return cmp.Compare(places[v.r.Positions[x.pos].Partition], places[v.r.Positions[y.pos].Partition])
		})
		mark(owner, group.Members, false)
	}
}

// mark notes in owner whose each partition is, or takes the notes back.
func mark(owner []int32, members []lag.Member, set bool) {
	for i := range members {
		for _, p := range members[i].Assigned {
			owner[p] = 0
			if set {
				owner[p] = int32(i) + 1
			}
		}
	}
}

// seek works out the numbers of a row.
func (b *positions) seek(row int) {
	at := &b.rows[row]
	v := b.views[at.view]
	b.row = row
	if v.Positions == nil {
		b.numbers = numbers{lag: v.r.Lag(at.pos, -1), stable: v.r.StableLag(at.pos, -1), lost: v.r.Lost(at.pos)}
		return
	}
	g := v.r.Positions[at.pos].Group
	if key := (lag.Position{Group: g, Partition: lag.PartitionIx(at.view)}); b.measured == nil || b.group != key {
		b.group, b.measured = key, v.Positions(g)
	}
	m := &b.measured[at.nth]
	b.numbers = numbers{lag: m.Lag, stable: m.StableLag, lost: m.Lost, m: m}
}

func (b *positions) cell(row, col int) Value {
	at := &b.rows[row]
	v := b.views[at.view]
	p := v.r.Positions[at.pos]
	switch col {
	case 0:
		return v.positionRef(at.pos)
	case 1:
		return Word(v.Name)
	case 2:
		return Word(v.r.Groups[p.Group].Name)
	case 3:
		return Word(v.topicOf(p.Partition).Name)
	case 4:
		return Int(int64(v.r.Partitions[p.Partition].Number), lag.NoReason)
	case 5:
		return v.commit(at.pos)
	case 6:
		return v.offset(v.r.Start, p.Partition)
	case 7:
		return v.offset(v.r.End, p.Partition)
	case 8:
		return v.offset(v.r.Stable, p.Partition)
	case 9:
		return v.owner(p.Group, at.owner)
	}
	if row != b.row {
		b.seek(row)
	}
	switch col {
	case 12:
		return v.number(b.lag, at.pos)
	case 13:
		return v.number(b.stable, at.pos)
	case 14:
		return v.number(b.lost, at.pos)
	}
	return b.measure(v, at, col)
}

// measure makes the cells that take time to measure.
func (b *positions) measure(v *view, at *positionRow, col int) Value {
	m := b.m
	if m == nil {
		if col == 10 {
			return unmeasured()
		}
		return Missing(lag.NotMeasured)
	}
	name := positionColumns[col].Name
	switch col {
	case 10:
		return stateValue(m.State, m.Unknown)
	case 11:
		return Moment(m.Since, m.Unknown[name])
	case 15:
		return duration(m.TimeLag, m.Unknown, name)
	case 16:
		return bound(duration(m.TimeLag, m.Unknown, "time_lag_seconds"), m.TimeLagBound)
	case 17:
		return rate(m.Produce, m.Unknown, name)
	case 18:
		return rate(m.Consume, m.Unknown, name)
	case 19:
		return duration(m.CatchUp, m.Unknown, name)
	}
	return duration(m.RetentionLeft, m.Unknown, name)
}

func (v *view) commit(i lag.PositionIx) Value {
	c := at(v.r.Committed, i)
	if c == lag.Unknown {
		return Missing(v.why.ofCommit(i))
	}
	return Int(c, lag.NoReason)
}

func (v *view) offset(column []int64, p lag.PartitionIx) Value {
	o := at(column, p)
	if !lag.Known(o) {
		return Missing(v.why.ofPartition(p))
	}
	return Int(o, lag.NoReason)
}

// number is a lag or what follows from it.
func (v *view) number(n int64, i lag.PositionIx) Value {
	if !lag.Known(n) {
		return Missing(v.why.ofLag(i))
	}
	return Int(n, lag.NoReason)
}

// owner is the id of the member that a partition is assigned to. A group whose members were read and which has none there
// has no owner; where they were not read, none is known.
func (v *view) owner(g lag.GroupIx, member int32) Value {
	group := &v.r.Groups[g]
	switch {
	case member >= 0:
		return Word(group.Members[member].ID)
	case group.MembersAt.IsZero():
		return Missing(v.why.ofGroup(g))
	}
	return Missing(lag.NotApplicable)
}
