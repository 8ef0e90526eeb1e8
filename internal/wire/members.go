package wire

import (
	"cmp"
	"slices"

	"weir/lag"
)

var memberColumns = []Column{
	refColumn, clusterColumn,
	{Name: "group", Kind: Text, Always: true, Doc: "Name of the group."},
	{Name: "member_id", Kind: Text, Head: "MEMBER", Always: true, Doc: "The member's id."},
	{Name: "instance_id", Kind: Text, Head: "INSTANCE", Doc: "The member's group.instance.id; null, not_applicable, for a dynamic member."},
	{Name: "client_id", Kind: Text, Head: "CLIENT", Always: true, Doc: "The client.id it gave itself."},
	{Name: "host", Kind: Text, Always: true, Doc: "The address it comes from."},
	{Name: "partitions", Kind: Nested, Always: true, Doc: "The partitions it is assigned.",
		Schema: `{"type":"array","items":{"type":"object","required":["topic","partition"],"additionalProperties":false,"properties":{"topic":{"type":"string"},"partition":{"type":"integer"}}}}`},
}

type memberRow struct {
	view *view
	ix   lag.GroupIx
	m    *lag.Member
}

// Members is the table of the members of all groups, ordered by cluster as given, group, client and id. Groups whose
// members could not be read are gaps.
func Members(clusters []Cluster) Table {
	var rows []memberRow
	for _, v := range views(clusters) {
		for _, g := range v.groups() {
			from, group := len(rows), &v.r.Groups[g]
			for i := range group.Members {
				rows = append(rows, memberRow{view: v, ix: lag.GroupIx(g), m: &group.Members[i]})
			}
			slices.SortFunc(rows[from:], func(a, b memberRow) int {
				return cmp.Or(cmp.Compare(a.m.ClientID, b.m.ClientID), cmp.Compare(a.m.ID, b.m.ID))
			})
		}
	}
	return Table{
		Schema: "weir.member/v1", Columns: memberColumns, Len: len(rows), Name: "ref", Words: []string{"group", "client_id", "member_id", "instance_id", "host"},
		Fill:  func(row int, dst []Value) { fillCells(dst, rows[row].cell) },
		Cell:  func(row, col int) Value { return rows[row].cell(col) },
		Short: []string{"cluster", "group", "client_id", "host", "instance_id", "partitions", "member_id"},
		Wide:  []string{"cluster", "group", "client_id", "host", "instance_id", "partitions", "member_id", "ref"},
		Drop:  []string{"member_id", "instance_id", "host"},
	}
}

func (m *memberRow) cell(col int) Value {
	group := m.view.r.Groups[m.ix].Name
	switch col {
	case 0:
		return m.view.ref(lag.KindMember, group, m.m.ID)
	case 1:
		return Word(m.view.Name)
	case 2:
		return Word(group)
	case 3:
		return Word(m.m.ID)
	case 4:
		if m.m.InstanceID == "" {
			return Missing(lag.NotApplicable)
		}
		return Word(m.m.InstanceID)
	case 5:
		return Word(m.m.ClientID)
	case 6:
		return Word(m.m.Host)
	}
	return Object(assigned{m.view, m.m.Assigned})
}

// assigned is a list of partitions.
type assigned struct {
	v          *view
	partitions []lag.PartitionIx
}

// sorted returns the partitions by topic and number.
func (a assigned) sorted() []lag.PartitionIx {
	out := slices.Clone(a.partitions)
	slices.SortFunc(out, func(p, q lag.PartitionIx) int {
		return cmp.Or(cmp.Compare(a.v.topicOf(p).Name, a.v.topicOf(q).Name),
			cmp.Compare(a.v.r.Partitions[p].Number, a.v.r.Partitions[q].Number))
	})
	return out
}

func (a assigned) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, p := range a.sorted() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(append(dst, `{"topic":`...), a.v.topicOf(p).Name)
		dst = appendElement(append(dst, `,"partition":`...), a.v.r.Partitions[p].Number, false)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// AppendText appends orders:0,1,2 payments:4.
func (a assigned) AppendText(dst []byte) []byte {
	last := lag.TopicIx(lag.Nowhere)
	for i, p := range a.sorted() {
		part := &a.v.r.Partitions[p]
		switch {
		case part.Topic == last:
			dst = append(dst, ',')
		default:
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = append(append(dst, a.v.topicOf(p).Name...), ':')
			last = part.Topic
		}
		dst = appendElement(dst, part.Number, false)
	}
	return dst
}
