package wire

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"weir/lag"
)

var brokerColumns = []Column{
	refColumn, clusterColumn,
	{Name: "broker", Kind: Number, Always: true, Doc: "The broker's id."},
	{Name: "host", Kind: Text, Doc: "The host it advertises; null while it is down."},
	{Name: "port", Kind: Number, Doc: "The port it advertises; null while it is down."},
	{Name: "rack", Kind: Text, Doc: "Its rack; null, not_applicable, when none is set."},
	{Name: "controller", Kind: Bool, Doc: "Whether it is the one that the brokers name as controller."},
	{Name: "leaders", Kind: Count, Always: true, Doc: "Partitions it leads."},
	{Name: "replicas", Kind: Count, Always: true, Doc: "Partitions it holds."},
	{Name: "under_replicated", Kind: Count, Head: "UNDER", Always: true, Doc: "Partitions it holds and is not in sync on."},
	{Name: "latency_seconds", Kind: Nested, Head: "P50/P99", Doc: "How long it takes to answer, over the last requests.",
		Schema: `{"type":["object","null"],"required":["p50","p99"],"additionalProperties":false,"properties":{"p50":{"type":["number","null"]},"p99":{"type":["number","null"]}}}`},
	{Name: "throttle_seconds", Kind: Seconds, Head: "THROTTLE", Doc: "Throttle time it asked of weir."},
}

type brokerRow struct {
	view                     *view
	ix                       lag.NodeIx
	leaders, replicas, under int64
}

// Brokers is the table of all brokers, ordered by cluster as given, then by id. A broker that the cluster no longer lists
// but that still holds partitions is one that is down: it is there, without an address.
func Brokers(clusters []Cluster) Table {
	var rows []brokerRow
	for _, v := range views(clusters) {
		mine := v.brokers()
		mine = slices.DeleteFunc(mine, func(b brokerRow) bool { return v.r.Nodes[b.ix].Gone && b.replicas == 0 })
		slices.SortFunc(mine, func(a, b brokerRow) int { return cmp.Compare(v.r.Nodes[a.ix].ID, v.r.Nodes[b.ix].ID) })
		rows = append(rows, mine...)
	}
	return Table{
		Schema: "weir.broker/v1", Columns: brokerColumns, Len: len(rows), Name: "broker", Words: []string{"host", "rack"},
		Fill: func(row int, dst []Value) { fillCells(dst, rows[row].cell) },
		Cell: func(row, col int) Value { return rows[row].cell(col) },
		Short: []string{"cluster", "broker", "host", "port", "rack", "controller", "leaders", "replicas", "under_replicated",
			"latency_seconds", "throttle_seconds"},
		Wide: []string{"cluster", "broker", "host", "port", "rack", "controller", "leaders", "replicas", "under_replicated",
			"latency_seconds", "throttle_seconds", "ref"},
		Drop: []string{"throttle_seconds", "rack", "latency_seconds", "port"},
	}
}

// brokers counts what each broker leads and holds.
func (v *view) brokers() []brokerRow {
	out := make([]brokerRow, len(v.r.Nodes))
	for i := range out {
		out[i] = brokerRow{view: v, ix: lag.NodeIx(i)}
	}
	for i := range v.r.Partitions {
		p := &v.r.Partitions[i]
		if p.Gone || v.r.Topics[p.Topic].Gone {
			continue
		}
		if p.Leader >= 0 {
			out[p.Leader].leaders++
		}
		for _, n := range p.Replicas {
			out[n].replicas++
			if !slices.Contains(p.ISR, n) {
				out[n].under++
			}
		}
	}
	return out
}

func (b *brokerRow) cell(col int) Value {
	node := &b.view.r.Nodes[b.ix]
	switch col {
	case 0:
		return b.view.ref(lag.KindBroker, strconv.Itoa(int(node.ID)), "")
	case 1:
		return Word(b.view.Name)
	case 2:
		return Int(int64(node.ID), lag.NoReason)
	case 3, 4, 5:
		return b.address(col, node)
	case 6:
		if b.view.r.Controller < 0 {
			return Missing(b.view.why.ofNode(b.ix))
		}
		return Truth(b.view.r.Controller == b.ix)
	case 7:
		return Int(b.leaders, lag.NoReason)
	case 8:
		return Int(b.replicas, lag.NoReason)
	case 9:
		return Int(b.under, lag.NoReason)
	}
	return b.answers(col)
}

func (b *brokerRow) address(col int, node *lag.Node) Value {
	switch {
	case node.Gone:
		return Missing(lag.Gone)
	case col == 3:
		return Word(node.Host)
	case col == 4:
		return Int(int64(node.Port), lag.NoReason)
	case node.Rack == "":
		return Missing(lag.NotApplicable)
	}
	return Word(node.Rack)
}

// answers tells how the broker answered weir, unknown when it was not asked.
func (b *brokerRow) answers(col int) Value {
	costs := b.view.r.Cost.Nodes
	if int(b.ix) >= len(costs) || costs[b.ix].Requests == 0 && costs[b.ix].P50 <= 0 {
		return Missing(b.view.why.ofNode(b.ix))
	}
	cost := &costs[b.ix]
	if col == 11 {
		return Float(cost.Throttle.Seconds())
	}
	if cost.P50 < 0 && cost.P99 < 0 {
		return Missing(b.view.why.ofNode(b.ix))
	}
	return Object(latency{cost.P50, cost.P99})
}

// latency is how long a broker takes to answer; negative where that is not known.
type latency struct{ p50, p99 time.Duration }

func (l latency) AppendJSON(dst []byte) []byte {
	dst = appendSeconds(append(dst, `{"p50":`...), l.p50)
	dst = appendSeconds(append(dst, `,"p99":`...), l.p99)
	return append(dst, '}')
}

func appendSeconds(dst []byte, d time.Duration) []byte {
	if d < 0 {
		return append(dst, "null"...)
	}
	return appendFloat(dst, d.Seconds())
}

// AppendText appends 1.2ms/8ms.
func (l latency) AppendText(dst []byte) []byte {
	return appendMillis(append(appendMillis(dst, l.p50), '/'), l.p99)
}

func appendMillis(dst []byte, d time.Duration) []byte {
	switch {
	case d < 0:
		return append(dst, '?')
	case d < 10*time.Millisecond:
		return append(strconv.AppendFloat(dst, d.Seconds()*1e3, 'f', 1, 64), "ms"...)
	}
	return append(strconv.AppendInt(dst, d.Milliseconds(), 10), "ms"...)
}
