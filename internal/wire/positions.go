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
	{Name: "client_id", Kind: Text, Head: "CLIENT", Doc: "The client.id that this member gave itself."},
	{Name: "host", Kind: Text, Doc: "The address that this member comes from."},
	sinceBoundColumn,
}

// positionRow is one row: which position of which cluster, in which place of its group, and whose it is.
type positionRow struct {
	view  int32
	pos   lag.PositionIx
	nth   int32 // in Group.Positions
	owner int32 // index into the group's members; −1: none
}

// positions makes the rows. It keeps the numbers of the group it asked about last.
type positions struct {
	views   []*view
	rows    []positionRow
	asked   bool
	view    int32
	group   lag.GroupIx
	numbers []state.Position
}

// Positions is the table of all positions, ordered by cluster as given, group, topic and partition.
func Positions(clusters []Cluster) Table {
	b := &positions{views: views(clusters)}
	most := 0
	for _, v := range b.views {
		for _, g := range v.groups() {
			most += len(v.r.Groups[g].Positions)
		}
	}
	b.rows = make([]positionRow, 0, most)
	for i, v := range b.views {
		b.add(int32(i), v)
	}
	return Table{
		Schema: "weir.position/v1", Columns: positionColumns, Len: len(b.rows), Fill: b.fill, Cell: b.cell, Name: "ref",
		Words: []string{"group", "topic", "member_id", "client_id", "host"},
		Short: []string{"cluster", "state", "group", "topic", "partition", "lag", "time_lag_seconds", "produce_per_second",
			"consume_per_second", "lost", "committed", "end", "member_id", "state_since"},
		Wide: []string{"cluster", "state", "group", "topic", "partition", "lag", "time_lag_seconds", "produce_per_second",
			"consume_per_second", "catch_up_seconds", "retention_left_seconds", "lost", "stable_lag", "committed", "start", "end",
			"stable_end", "member_id", "client_id", "host", "state_since"},
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
