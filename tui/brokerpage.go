package tui

import (
	"slices"
	"strconv"
	"strings"

	"weir/internal/query"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// brokerPage tells one broker: what it leads and holds, what of it is not in sync, how it answers, where it keeps logs,
// and what of its configuration was set.
type brokerPage struct {
	list
	id     int32
	width  int
	copied []lag.PartitionIx // of each row of the table
	topics []string          // of the rows, in their order
	facts  brokerFacts
	of     *lag.Reading
}

var heldColumns = []column{
	{field: "topic", head: "TOPIC", width: 24, left: true},
	{field: "partition", head: "PART", width: 6},
	{field: "role", head: "HERE", width: 12, left: true},
	{field: "leader", head: "LEADER", width: 6, drop: 4},
	{field: "replicas", head: "COPIES", width: 14, left: true, drop: 3},
	{field: "isr", head: "IN SYNC", width: 14, left: true, drop: 2},
	{field: "end", head: "END ", width: 15, drop: 5},
	{field: "produce_per_second", head: "IN/s ", width: 6, drop: 1},
	{field: "size_bytes", head: "SIZE", width: 8},
}

func newBrokerPage(id int32) *brokerPage {
	b := &brokerPage{id: id}
	b.list = list{noun: "partitions", fixed: true, read: true, kept: "held", name: "topic", source: b.copies,
		grid: grid{columns: heldColumns, grow: 0, chosen: -1}}
	b.idAt = func(row int) int32 { return int32(b.copied[row]) }
	b.distinct = func() []string { return b.topics }
	return b
}

// copies is the table of the partitions that the broker has a copy of.
func (b *brokerPage) copies(s *snap) wire.Table {
	n := lag.NodeIx(lag.Nowhere)
	if s.read() != nil && s.read().Topology != nil {
		n = nodeOf(s.read(), b.id)
	}
	b.copied, b.topics = b.copied[:0], b.topics[:0]
	r, last := s.read(), lag.TopicIx(lag.Nowhere)
	b.badAt = func(row int) bool { return !slices.Contains(r.Partitions[b.copied[row]].ISR, n) }
	b.nameAt = func(row int) string { return r.Topics[r.Partitions[b.copied[row]].Topic].Name }
	return wire.PartitionsWhere(s.wire(), func(p lag.PartitionIx) bool {
		has := n >= 0 && slices.Contains(r.Partitions[p].Replicas, n)
		if !has {
			return false
		}
		b.copied = append(b.copied, p)
		if t := r.Partitions[p].Topic; t != last {
			b.topics, last = append(b.topics, r.Topics[t].Name), t
		}
		return true
	})
}

// among reports whether the broker is one of those listed.
func (b *brokerPage) among(brokers wire.Value) bool {
	return slices.Contains(strings.Fields(brokers.String()), strconv.Itoa(int(b.id)))
}

func (b *brokerPage) place() place { return atBroker }
func (b *brokerPage) crumbs(*snap) []string {
	return []string{"brokers", "b" + strconv.Itoa(int(b.id))}
}
func (b *brokerPage) focus(s *snap) []lag.Ref { return []lag.Ref{b.ref(s)} }

func (b *brokerPage) ref(s *snap) lag.Ref {
	return lag.Ref{Cluster: s.conf.Name, Kind: lag.KindBroker, Name: strconv.Itoa(int(b.id))}
}

func (b *brokerPage) sync(s *snap) {
	b.list.sync(s)
	if s.read() == nil || b.of == s.read() {
		return
	}
	b.of = s.read()
	if n := nodeOf(b.of, b.id); n >= 0 {
		b.facts = factsOf(s, n, b.copied)
	}
}

func (b *brokerPage) draw(s *snap, w, h int) ([]line, string) {
	b.width = w
	n := lag.NodeIx(lag.Nowhere)
	if s.read() != nil && s.read().Topology != nil {
		n = nodeOf(s.read(), b.id)
	}
	if n < 0 {
		return goneLines(s, "broker", strconv.Itoa(int(b.id))), ""
	}
	lines := append(b.head(s, n, w, h), nil, rule(s, "partitions it holds", joinFacts(b.narrowed(s), b.held(s)), w))
	if len(b.keys) == 0 {
		return append(lines, emptyTable(s, &b.list, "partition")...), b.where()
	}
	room := max(2, h-len(lines))
	return append(lines, b.grid.draw(s.theme, w, room, true, func(at int) []cell { return b.cells(s, at) })...), b.where()
}

// head is what stands over the partitions that it holds.
func (b *brokerPage) head(s *snap, n lag.NodeIx, w, h int) []line {
	lines := append([]line{nil}, b.sentence(s, n, w)...)
	lines = append(lines, nil)
	lines = append(lines, b.numbers(s, n, w)...)
	lines = append(lines, nil)
	rows := max(1, min(8, (h-len(lines))/3))
	if half := w/2 - 2; w >= 110 {
		lines = append(lines, beside(s.glyphs, b.disks(s, n, half, rows), b.settings(s, n, w-half-3, rows), half, 3)...)
	} else {
		lines = append(append(lines, b.disks(s, n, w, min(rows, 2))...), b.settings(s, n, w, min(rows, 3))...)
	}
	return lines
}

func (b *brokerPage) markdown(s *snap) string {
	n := lag.NodeIx(lag.Nowhere)
	if s.read() != nil && s.read().Topology != nil {
		n = nodeOf(s.read(), b.id)
	}
	if n < 0 {
		return fence(plainLines(goneLines(s, "broker", strconv.Itoa(int(b.id)))))
	}
	return fence(plainLines(b.head(s, n, copyWidth, copyHeight))) + "\n" + b.list.markdown(s)
}

// sentence is the verdict: whether it answers, and what of it is not in sync.
func (b *brokerPage) sentence(s *snap, n lag.NodeIx, w int) []line {
	r, f := s.read(), &b.facts
	name := s.node(n)
	held := "leads " + text.Plural(f.leads, "partition", "partitions") + " of " + text.Exact(int64(f.holds)) + " that it holds"
	said, role := name+" "+held+", all in sync.", strong
	at, silent := silentSince(s, n)
	switch {
	case r.Nodes[n].Gone:
		said, role = name+" is down: the cluster lists it no more, and "+text.Plural(f.holds, "partition waits", "partitions wait")+" for it.", critical
	case silent && at.IsZero():
		said, role = name+" has not answered yet; it "+held+".", warning
	case silent:
		said, role = name+" has not answered since "+s.stamp(at)+"; it "+held+".", warning
	case len(f.under) > 0:
		const most = 4
		said, role = name+" "+held+"; not in sync on "+itoa(len(f.under))+": "+strings.Join(f.under[:min(most, len(f.under))], ", "), warning
		if len(f.under) > most {
			said += " …, ! shows them"
		}
		said += "."
	}
	if s.late != live && role == strong {
		said = strings.TrimSuffix(said, ".") + ", as of " + s.stamp(s.asOf) + "."
	}
	var out []line
	for _, part := range wrap(s.glyphs, said, w-2, 2) {
		out = append(out, put(plain, " ").add(role, part))
	}
	return out
}

// numbers are the broker's, under their names.
func (b *brokerPage) numbers(s *snap, n lag.NodeIx, w int) []line {
	r, f := s.read(), &b.facts
	node := &r.Nodes[n]
	host := "?"
	if node.Host != "" {
		host = node.Host + ":" + strconv.Itoa(int(node.Port))
	}
	size := "?"
	if lag.Known(f.size) {
		size = s.bounded(text.Bytes(f.size), f.sizeBound)
	}
	p50, p99, throttle, asked := "?", "?", "?", "?"
	if int(n) < len(r.Cost.Nodes) {
		c := &r.Cost.Nodes[n]
		if c.P50 >= 0 {
			p50, p99 = text.Latency(c.P50), text.Latency(c.P99)
		}
		throttle, asked = text.Latency(c.Throttle), text.Plural(c.Requests, "request", "requests")
	}
	if node.Rack == "" {
		node = &lag.Node{Rack: s.pick("–", "-")}
	}
	head, row := put(plain, ""), put(plain, "")
	old := s.late != live
	for _, fct := range []fact{{"IN/s", rateWordBounded(s, f.in, f.inLeast), strong}, {"LED, ON DISK", size, strong}, {"ANSWERS p50", p50, plain},
		{"p99", p99, plain}, {"THROTTLE", throttle, plain}, {"WEIR ASKED", asked, plain}, {"RACK", s.safe(node.Rack), plain},
		{"HOST", s.glyphs.CutEnd(s.safe(host), 30), plain}} {
		width := max(text.Width(fct.name), text.Width(fct.value)) + 2
		if head.width()+width > w {
			break
		}
		head = head.add(quiet, " "+text.PadEnd(fct.name, width-1))
		row = row.add(plain, " ").add(numbersRole(fct, old), fct.value).add(plain, strings.Repeat(" ", width-1-text.Width(fct.value)))
	}
	return []line{head, row}
}

// disks are its log directories.
func (b *brokerPage) disks(s *snap, n lag.NodeIx, w, rows int) []line {
	out := []line{rule(s, "log directories", "", w)}
	dirs, read := s.read().Disks[n]
	if !read {
		return append(out, put(warning, "   ? not read").add(quiet, ": "+unreadOf(s, b.ref(s), "they could not be seen yet")).fit(s.glyphs, w))
	}
	for i := range dirs {
		if i == rows {
			return append(out, put(quiet, "   and "+itoa(len(dirs)-i)+" more"))
		}
		d := &dirs[i]
		path := s.glyphs.CutMiddle(s.safe(d.Path), max(12, w-44))
		switch {
		case d.Fault != "":
			out = append(out, put(plain, "   "+path+"  ").add(critical, s.safe(d.Fault)).fit(s.glyphs, w))
		case lag.Known(d.Total) && lag.Known(d.Usable):
			full := 100 - d.Usable*100/max(1, d.Total)
			r := plain
			if full >= 85 {
				r = warning
			}
			out = append(out, join(s.glyphs, put(plain, "   "+path), put(plain, text.Bytes(d.Held)+" of logs  ").
				add(r, itoa(int(full))+"% full").add(quiet, ", "+text.Bytes(d.Usable)+" left "), w))
		default:
			out = append(out, join(s.glyphs, put(plain, "   "+path), put(plain, text.Bytes(d.Held)+" of logs  ").add(quiet, "volume ? "), w))
		}
	}
	return out
}

// unreadOf is why something of a broker was not read, by its gap.
func unreadOf(s *snap, ref lag.Ref, otherwise string) string {
	for i := range s.read().Gaps {
		if g := &s.read().Gaps[i]; g.Ref == ref {
			return gapSentence(s, g)
		}
	}
	return otherwise
}

// settings are what of its configuration is not the default.
func (b *brokerPage) settings(s *snap, n lag.NodeIx, w, rows int) []line {
	got, read := s.read().Tuning[n]
	right := ""
	if read {
		right = text.Plural(len(got.Changed), "setting", "settings") + ", read " + s.stamp(got.At)
	}
	out := []line{rule(s, "differs from the default", right, w)}
	if !read {
		return append(out, put(warning, "   ? not read").add(quiet, ": "+unreadOf(s, b.ref(s), "its configuration comes with the next reading")).fit(s.glyphs, w))
	}
	for i, c := range got.Changed {
		if i == rows {
			return append(out, put(quiet, "   and "+itoa(len(got.Changed)-i)+" more; d lists all"))
		}
		out = append(out, settingLine(s, c).fit(s.glyphs, w))
	}
	return out
}

// settingLine is one setting and what it would be without.
func settingLine(s *snap, c lag.Setting) line {
	l := put(quiet, "   "+text.PadEnd(s.safe(c.Name), 24)).add(plain, " "+s.safe(c.Value))
	if c.Default != "" {
		l = l.add(quiet, "  default "+s.safe(c.Default))
	}
	return l
}

func (b *brokerPage) cells(s *snap, at int) []cell {
	row := b.reader.Row(b.rows[at])
	out := make([]cell, len(b.columns))
	for i, c := range b.columns {
		if c.field == "role" {
			out[i] = b.role(s, row)
			continue
		}
		col := b.table.Column(c.field)
		v := row[col]
		switch c.field {
		case "topic":
			out[i] = cell{s: s.quoted(v.String())}
		case "partition":
			out[i] = cell{s: "p" + v.String()}
		case "end":
			out[i] = offsetCell(s, v, s.late != live)
		case "leader":
			if out[i] = plainCell(s, &b.table.Columns[col], v, false); v.Known() {
				out[i].s = "b" + out[i].s
			}
		default:
			out[i] = plainCell(s, &b.table.Columns[col], v, s.late != live)
		}
	}
	return out
}

// role is what the broker is to a partition.
func (b *brokerPage) role(s *snap, row []wire.Value) cell {
	switch {
	case row[b.table.Column("leader")].String() == strconv.Itoa(int(b.id)):
		return cell{s: "leads"}
	case b.among(row[b.table.Column("offline")]):
		return cell{s.pick("✗", "X") + " offline", critical}
	case !b.among(row[b.table.Column("isr")]):
		return cell{"out of sync", warning}
	}
	return cell{"follows", quiet}
}

func (b *brokerPage) do(s *snap, v verb) intent {
	if v == vOpen {
		if name := b.word("topic"); name != "" {
			n, _ := strconv.ParseInt(b.word("partition"), 10, 32)
			return openView{newTopicPage(name, int32(n))}
		}
		return say{"there is nothing here to open"}
	}
	out, _ := b.list.do(s, v, b.width)
	return out
}

// command is the shell's page of the broker; of partitions that are narrowed or put in order, what lists the same.
func (b *brokerPage) command(s *snap) []string {
	if b.expr != "" || b.order != "" || b.onlyBad {
		here := `~\b` + strconv.Itoa(int(b.id)) + `\b`
		more := "replicas" + here
		if b.onlyBad {
			more = query.And(more, "isr!"+here)
		}
		return listCommand(s, &b.list, more)
	}
	return append([]string{"weir", "describe", "broker"}, withCluster(s, strconv.Itoa(int(b.id)))...)
}

// describe tells the broker, with all of its settings and log directories.
func (b *brokerPage) describe(s *snap, raw bool) (string, []string, bool) {
	if s.read() == nil {
		return "", nil, false
	}
	t := wire.Brokers(s.wire())
	reader, col := wire.NewReader(&t), t.Column("broker")
	for i := range t.Len {
		if reader.Cell(i, col).String() != strconv.Itoa(int(b.id)) {
			continue
		}
		out := pages(s, wire.New(s.version, s.judged, s.wire(), t.Pick([]int{i})), raw)
		if n := nodeOf(s.read(), b.id); !raw && n >= 0 {
			out = append(out, "", "differs from the default")
			for _, c := range s.read().Tuning[n].Changed {
				out = append(out, strings.TrimSpace(settingLine(s, c).text()))
			}
		}
		return "b" + strconv.Itoa(int(b.id)), out, true
	}
	return "", nil, false
}
