package wire

import (
	"encoding/base64"

	"weir/lag"
)

const namesSchema = `{"type":"array","items":{"type":"string"}}`

var topicColumns = []Column{
	refColumn, clusterColumn,
	{Name: "topic", Kind: Text, Always: true, Doc: "Name of the topic."},
	topicIDColumn,
	{Name: "internal", Kind: Bool, Always: true, Doc: "Whether the brokers use it themselves."},
	{Name: "partitions", Kind: Count, Doc: "Number of partitions."},
	{Name: "replication_factor", Kind: Count, Head: "REPLICAS", Doc: "Replicas of its first partition."},
	{Name: "under_replicated", Kind: Count, Head: "UNDER", Doc: "Partitions with fewer replicas in sync than they have."},
	{Name: "cleanup_policy", Kind: Text, Head: "CLEANUP", Doc: "cleanup.policy: delete, compact, or both joined by a comma."},
	{Name: "retention_seconds", Kind: Seconds, Head: "RETENTION", Doc: "retention.ms in seconds; null, not_applicable, when records are kept for ever."},
	{Name: "size_bytes", Kind: Bytes, Head: "SIZE", Doc: "Bytes on the leaders' disks."},
	produceColumn,
	{Name: "groups", Kind: Nested, Always: true, Schema: namesSchema, Doc: "Names of the groups that have a position in it, as far as they could be seen."},
}

var topicIDColumn = Column{Name: "topic_id", Kind: Text, Head: "ID", Doc: "The topic's id, as Kafka prints it; null where the broker is too old to tell."}

type topicRow struct {
	view   *view
	ix     lag.TopicIx
	groups list[string]
}

// Topics is the table of all topics, ordered by cluster as given, then by name.
func Topics(clusters []Cluster) Table {
	var rows []topicRow
	for _, v := range views(clusters) {
		readers := v.readers()
		for _, t := range v.topics() {
			rows = append(rows, topicRow{view: v, ix: lag.TopicIx(t), groups: readers[t]})
		}
	}
	return Table{
		Schema: "weir.topic/v1", Columns: topicColumns, Len: len(rows), Name: "topic", Words: []string{"topic"},
		Fill: func(row int, dst []Value) { fillCells(dst, rows[row].cell) },
		Cell: func(row, col int) Value { return rows[row].cell(col) },
		Short: []string{"cluster", "topic", "partitions", "replication_factor", "under_replicated", "cleanup_policy",
			"retention_seconds", "size_bytes", "produce_per_second", "groups"},
		Wide: []string{"cluster", "topic", "partitions", "replication_factor", "under_replicated", "cleanup_policy",
			"retention_seconds", "size_bytes", "produce_per_second", "internal", "topic_id", "groups"},
		Drop: []string{"groups", "replication_factor", "cleanup_policy", "retention_seconds"},
	}
}

// readers returns the names of the groups on each topic, sorted, by topic index.
func (v *view) readers() []list[string] {
	out := make([]list[string], len(v.r.Topics))
	for _, g := range v.groups() {
		group := &v.r.Groups[g]
		for _, i := range group.Positions {
			t := v.r.Partitions[v.r.Positions[i].Partition].Topic
			if n := len(out[t]); n == 0 || out[t][n-1] != group.Name {
				out[t] = append(out[t], group.Name)
			}
		}
	}
	return out
}

func (t *topicRow) cell(col int) Value {
	topic := &t.view.r.Topics[t.ix]
	switch col {
	case 0:
		return t.view.ref(lag.KindTopic, topic.Name, "")
	case 1:
		return Word(t.view.Name)
	case 2:
		return Word(topic.Name)
	case 3:
		return t.view.topicID(t.ix)
	case 4:
		return Truth(topic.Internal)
	case 5:
		return t.counted(int64(len(topic.Partitions)))
	case 6:
		return t.counted(t.factor())
	case 7:
		return t.counted(int64(t.under()))
	case 8:
		if topic.Settings == nil || topic.Settings.Cleanup == "" {
			return Missing(t.view.why.ofTopic(t.ix))
		}
		return Word(topic.Settings.Cleanup)
	case 9:
		return t.retention()
	case 10:
		return t.size()
	case 11:
		return t.produced()
	}
	return Object(t.groups)
}

// produced is what comes into all partitions, unknown when one of them is.
func (t *topicRow) produced() Value {
	v, sum := t.view, 0.0
	if v.Produce == nil {
		return Missing(lag.NotMeasured)
	}
	for _, p := range v.r.Topics[t.ix].Partitions {
		if v.r.Partitions[p].Gone {
			continue
		}
		rate := v.producedIn(p)
		n, known := rate.Measure()
		if !known {
			return rate
		}
		sum += n
	}
	return Float(sum)
}

// producedIn is what comes into one partition.
func (v *view) producedIn(p lag.PartitionIx) Value {
	switch {
	case v.Produce == nil:
		return Missing(lag.NotMeasured)
	case int(p) >= len(v.Produce) || v.Produce[p] < 0:
		return Missing(first(v.why.gapOf(p), lag.WindowTooShort))
	}
	return Float(v.Produce[p])
}

// counted is a number that only a topic with partitions has: one without any could not be seen.
func (t *topicRow) counted(n int64) Value {
	if len(t.view.r.Topics[t.ix].Partitions) == 0 {
		return Missing(t.view.why.ofTopic(t.ix))
	}
	return Int(n, lag.NoReason)
}

func (t *topicRow) factor() int64 {
	for _, p := range t.view.r.Topics[t.ix].Partitions {
		return int64(len(t.view.r.Partitions[p].Replicas))
	}
	return 0
}

func (t *topicRow) under() int {
	n := 0
	for _, p := range t.view.r.Topics[t.ix].Partitions {
		if part := &t.view.r.Partitions[p]; !part.Gone && len(part.ISR) < len(part.Replicas) {
			n++
		}
	}
	return n
}

func (t *topicRow) retention() Value {
	s := t.view.r.Topics[t.ix].Settings
	switch {
	case s == nil:
		return Missing(t.view.why.ofTopic(t.ix))
	case s.Retention == lag.UnknownRetention:
		return Missing(lag.NotMeasured)
	case s.Retention < 0:
		return Missing(lag.NotApplicable)
	}
	return Float(s.Retention.Seconds())
}

// size is the sum over the partitions, unknown when one of them is: nothing would tell a lower bound.
func (t *topicRow) size() Value {
	var sum lag.Sum
	why := t.view.why.ofTopic(t.ix)
	for _, p := range t.view.r.Topics[t.ix].Partitions {
		n := at(t.view.r.Size, p)
		if !lag.Known(n) {
			why = t.view.why.ofPartition(p)
		}
		sum.Add(n)
	}
	n, b := sum.Value()
	if b == lag.AtLeast || len(t.view.r.Topics[t.ix].Partitions) == 0 {
		return Missing(why)
	}
	return Int(n, why)
}

// topicID is the id as Kafka prints it: 16 bytes, base64 for URLs without padding.
func (v *view) topicID(t lag.TopicIx) Value {
	id := v.r.Topics[t].ID
	if id == [16]byte{} {
		return Missing(first(v.why.gap(lag.KindTopic, v.r.Topics[t].Name, ""), lag.Unsupported))
	}
	return Word(base64.RawURLEncoding.EncodeToString(id[:]))
}
