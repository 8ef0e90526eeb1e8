package wire

import (
	"weir/lag"
)

const numbersSchema = `{"type":"array","items":{"type":"integer"}}`

var partitionColumns = []Column{
	refColumn, clusterColumn,
	{Name: "topic", Kind: Text, Always: true, Doc: "Name of the topic."},
	topicIDColumn,
	{Name: "partition", Kind: Number, Head: "P", Always: true, Doc: "Number of the partition."},
	{Name: "leader", Kind: Number, Doc: "Id of the leading broker; null without a leader."},
	{Name: "replicas", Kind: Nested, Always: true, Schema: numbersSchema, Doc: "Ids of the brokers that hold it, the preferred leader first."},
	{Name: "isr", Kind: Nested, Always: true, Schema: numbersSchema, Doc: "Ids of the brokers that are in sync."},
	{Name: "offline", Kind: Nested, Always: true, Schema: numbersSchema, Doc: "Ids of the brokers that hold it and are down, or whose disk is."},
	{Name: "start", Kind: Number, Doc: "The first offset that can still be read."},
	{Name: "end", Kind: Number, Doc: "The high watermark: one past the last record that can be read."},
	{Name: "stable_end", Kind: Number, Head: "STABLE", Doc: "The last stable offset: how far a read_committed consumer can read."},
	{Name: "size_bytes", Kind: Bytes, Head: "SIZE", Doc: "Bytes on the leader's disk."},
	produceColumn,
}

// partitionRows are partitions, without a pointer for each: there may be a hundred thousand.
type partitionRows struct {
	views []*view
	until []int // of each view, where its rows end
	ixs   []lag.PartitionIx
}

func (p *partitionRows) cell(row, col int) Value {
	nth := 0
	for row >= p.until[nth] {
		nth++
	}
	return p.views[nth].partitionCell(p.ixs[row], col)
}

// Partitions is the table of all partitions, ordered by cluster as given, topic and number.
func Partitions(clusters []Cluster) Table {
	return PartitionsWhere(clusters, func(lag.PartitionIx) bool { return true })
}

// PartitionsWhere is the same of some partitions alone; is gets each by its index in its cluster, in the order of the rows.
func PartitionsWhere(clusters []Cluster, is func(lag.PartitionIx) bool) Table {
	return partitionsOf(clusters, (*view).topics, is)
}

// PartitionsOf is the same of one topic alone.
func PartitionsOf(clusters []Cluster, topic string) Table {
	named := func(v *view) []int32 {
		for t := range v.r.Topics {
			if is := &v.r.Topics[t]; is.Name == topic && !is.Gone {
				return []int32{int32(t)}
			}
		}
		return nil
	}
	return partitionsOf(clusters, named, func(lag.PartitionIx) bool { return true })
}

func partitionsOf(clusters []Cluster, topics func(*view) []int32, is func(lag.PartitionIx) bool) Table {
	rows := &partitionRows{views: views(clusters)}
	for _, v := range rows.views {
		for _, t := range topics(v) {
			for _, p := range v.r.Topics[t].Partitions {
				if !v.r.Partitions[p].Gone && is(p) {
					rows.ixs = append(rows.ixs, p)
				}
			}
		}
		rows.until = append(rows.until, len(rows.ixs))
	}
	return Table{
		Schema: "weir.partition/v1", Columns: partitionColumns, Len: len(rows.ixs), Name: "ref", Words: []string{"topic"},
		Fill:  func(row int, dst []Value) { fillCells(dst, func(col int) Value { return rows.cell(row, col) }) },
		Cell:  rows.cell,
		Short: []string{"cluster", "topic", "partition", "leader", "replicas", "isr", "start", "end", "size_bytes", "produce_per_second"},
		Wide: []string{"cluster", "topic", "partition", "leader", "replicas", "isr", "offline", "start", "end", "stable_end",
			"size_bytes", "produce_per_second", "topic_id"},
		Drop: []string{"size_bytes", "start", "isr"},
	}
}

func (v *view) partitionCell(p lag.PartitionIx, col int) Value {
	part := &v.r.Partitions[p]
	switch col {
	case 0:
		return Word(lag.Ref{Cluster: v.Name, Kind: lag.KindPartition, Name: v.topicOf(p).Name,
			Sub: Int(int64(part.Number), lag.NoReason).String()}.String())
	case 1:
		return Word(v.Name)
	case 2:
		return Word(v.topicOf(p).Name)
	case 3:
		return v.topicID(part.Topic)
	case 4:
		return Int(int64(part.Number), lag.NoReason)
	case 5:
		return v.brokerID(part.Leader, first(v.why.gapOf(p), lag.NoLeader))
	case 6:
		return Object(v.ids(part.Replicas))
	case 7:
		return Object(v.ids(part.ISR))
	case 8:
		return Object(v.ids(part.Offline))
	case 9:
		return v.offset(v.r.Start, p)
	case 10:
		return v.offset(v.r.End, p)
	case 11:
		return v.offset(v.r.Stable, p)
	case 12:
		return v.offset(v.r.Size, p)
	}
	return v.producedIn(p)
}

// ids are the brokers' ids, in the order given.
func (v *view) ids(nodes []lag.NodeIx) list[int32] {
	out := make(list[int32], 0, len(nodes))
	for _, n := range nodes {
		if n >= 0 && int(n) < len(v.r.Nodes) {
			out = append(out, v.r.Nodes[n].ID)
		}
	}
	return out
}
