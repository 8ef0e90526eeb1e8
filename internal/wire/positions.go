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

// positions makes the rows. It keeps the measures of the last group.
type positions struct {
	views    []*view
	rows     []positionRow
	group    lag.Position // the cluster (in place of a partition) and group whose measures these are
	measured []state.Position
}

// Positions is the table of all positions, ordered by cluster as given, group, topic and partition.
func Positions(clusters []Cluster) Table {
	b := &positions{views: views(clusters)}
	for i, v := range b.views {
		b.add(int32(i), v)
	}
	return Table{
		Schema: "weir.position/v1", Columns: positionColumns, Len: len(b.rows), Fill: b.fill, Name: "ref",
		Short: []string{"cluster", "state", "group", "topic", "partition", "lag", "time_lag_seconds", "produce_per_second",
			"consume_per_second", "lost", "committed", "end", "member_id", "state_since"},
		Wide: []string{"cluster", "state", "group", "topic", "partition", "lag", "time_lag_seconds", "produce_per_second",
			"consume_per_second", "catch_up_seconds", "retention_left_seconds", "lost", "stable_lag", "committed", "start", "end",
			"stable_end", "member_id", "state_since"},
		Drop: []string{"state_since", "member_id", "end", "committed", "lost", "consume_per_second", "produce_per_second"},
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

// fill makes one row. There may be half a million of them: nothing here looks anything up by name.
func (b *positions) fill(row int, dst []Value) {
	at := &b.rows[row]
	v := b.views[at.view]
	p := v.r.Positions[at.pos]
	part := &v.r.Partitions[p.Partition]
	dst[0] = v.positionRef(at.pos)
	dst[1] = Word(v.Name)
	dst[2] = Word(v.r.Groups[p.Group].Name)
	dst[3] = Word(v.r.Topics[part.Topic].Name)
	dst[4] = Int(int64(part.Number), lag.NoReason)
	dst[5] = v.commit(at.pos)
	dst[6] = v.offset(v.r.Start, p.Partition)
	dst[7] = v.offset(v.r.End, p.Partition)
	dst[8] = v.offset(v.r.Stable, p.Partition)
	dst[9] = v.owner(p.Group, at.owner)
	if v.Positions == nil {
		b.plain(v, at.pos, dst)
		return
	}
	if key := (lag.Position{Group: p.Group, Partition: lag.PartitionIx(at.view)}); b.measured == nil || b.group != key {
		b.group, b.measured = key, v.Positions(p.Group)
	}
	v.measure(&b.measured[at.nth], at.pos, dst)
}

// plain makes the cells of a position that was seen once.
func (b *positions) plain(v *view, i lag.PositionIx, dst []Value) {
	dst[10] = unmeasured()
	dst[11] = Value{}
	dst[12] = v.number(v.r.Lag(i, -1), i)
	dst[13] = v.number(v.r.StableLag(i, -1), i)
	dst[14] = v.number(v.r.Lost(i), i)
	clear(dst[15:])
}

// measure makes the cells of a position that was watched.
func (v *view) measure(m *state.Position, i lag.PositionIx, dst []Value) {
	name := func(col int) string { return positionColumns[col].Name }
	dst[10] = stateValue(m.State, m.Unknown)
	dst[11] = Moment(m.Since, m.Unknown[name(11)])
	dst[12] = v.number(m.Lag, i)
	dst[13] = v.number(m.StableLag, i)
	dst[14] = v.number(m.Lost, i)
	dst[15] = duration(m.TimeLag, m.Unknown, name(15))
	dst[16] = bound(dst[15], m.TimeLagBound)
	dst[17] = rate(m.Produce, m.Unknown, name(17))
	dst[18] = rate(m.Consume, m.Unknown, name(18))
	dst[19] = duration(m.CatchUp, m.Unknown, name(19))
	dst[20] = duration(m.RetentionLeft, m.Unknown, name(20))
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
