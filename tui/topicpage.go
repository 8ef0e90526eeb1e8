package tui

import (
	"slices"
	"strconv"
	"strings"

	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

// topicPage tells one topic: its partitions, leaders and replicas, what of its configuration differs from the default,
// and who reads it.
type topicPage struct {
	list
	name  string
	seek  string // partition that the cursor goes to first; "" none
	width int
	parts []lag.PartitionIx // of each row of the table
	// readBy are the groups that have a position in it, by the topology of.
	readBy []lag.GroupIx
	of     *lag.Topology
}

var partitionColumns = []column{
	{field: "partition", head: "PART", width: 6},
	{field: "leader", head: "LEADER", width: 6},
	{field: "replicas", head: "COPIES", width: 14, left: true, drop: 6},
	{field: "isr", head: "IN SYNC", width: 14, left: true},
	{field: "offline", head: "OFFLINE", width: 10, left: true, drop: 7},
	{field: "start", head: "START ", width: 15, drop: 5},
	{field: "end", head: "END ", width: 15, drop: 3},
	{field: "produce_per_second", head: "IN/s ", width: 6, drop: 2},
	{field: "size_bytes", head: "SIZE", width: 8, drop: 4},
	{field: slowestReader, head: "SLOWEST READER", width: 20, left: true, stretch: true},
	{field: slowestLag, head: "LAG ", width: 7},
	{field: slowestBehind, head: "BEHIND", width: 8, drop: 1},
}

func newTopicPage(name string, partition int32) *topicPage {
	t := &topicPage{name: name, seek: strconv.Itoa(int(partition))}
	t.list = list{noun: "partitions", fixed: true, read: true, name: "topic", source: t.own, grid: grid{columns: partitionColumns, grow: 0, chosen: -1}}
	t.idAt = func(row int) int32 { return int32(t.parts[row]) }
	return t
}

// own is the table of this topic's partitions alone.
func (t *topicPage) own(s *snap) wire.Table {
	t.parts = t.parts[:0]
	if topic := t.find(s); topic != nil {
		for _, p := range topic.Partitions {
			if !s.read().Partitions[p].Gone {
				t.parts = append(t.parts, p)
			}
		}
	}
	return wire.PartitionsOf(s.wire(), t.name)
}

func (t *topicPage) find(s *snap) *lag.Topic {
	if s.read() == nil {
		return nil
	}
	for i := range s.read().Topics {
		if topic := &s.read().Topics[i]; topic.Name == t.name && !topic.Gone {
			return topic
		}
	}
	return nil
}

func (t *topicPage) place() place          { return atTopic }
func (t *topicPage) crumbs(*snap) []string { return []string{"topics", t.name} }
func (t *topicPage) focus(s *snap) []lag.Ref {
	return []lag.Ref{{Cluster: s.conf.Name, Kind: lag.KindTopic, Name: t.name}}
}

func (t *topicPage) sync(s *snap) {
	t.list.sync(s)
	if t.seek == "" || len(t.keys) == 0 {
		return
	}
	for i, at := range t.data {
		if itoa(int(s.read().Partitions[t.parts[t.rows[at]]].Number)) == t.seek {
			t.at = i
			break
		}
	}
	t.seek = ""
}

func (t *topicPage) draw(s *snap, w, h int) ([]line, string) {
	t.width = w
	topic := t.find(s)
	if topic == nil {
		return goneLines(s, "topic", t.name), ""
	}
	lines := append(t.head(s, topic, w, h), nil, rule(s, "partitions", joinFacts(t.narrowed(s), t.held(s)), w))
	if len(t.keys) == 0 {
		return append(lines, emptyTable(s, &t.list, "partition")...), t.where()
	}
	room := max(2, h-len(lines))
	return append(lines, t.grid.draw(s.theme, w, room, true, func(at int) []cell { return t.cells(s, at) })...), t.where()
}

// head is what stands over the partitions.
func (t *topicPage) head(s *snap, topic *lag.Topic, w, h int) []line {
	lines := append([]line{nil, t.summary(s, topic)}, t.written(s, topic, w)...)
	lines = append(lines, nil)
	if half := w/2 - 2; w >= 110 {
		lines = append(lines, beside(s.glyphs, t.settings(s, topic, half), t.readers(s, w-half-3), half, 3)...)
	} else {
		lines = append(append(lines, t.settings(s, topic, w)...), t.readers(s, w)...)
	}
	if wrote := t.writers(s, w, min(9, h/3, h-len(lines)-10)); wrote != nil {
		lines = append(append(lines, nil), wrote...)
	}
	return lines
}

func (t *topicPage) markdown(s *snap) string {
	topic := t.find(s)
	if topic == nil {
		return fence(plainLines(goneLines(s, "topic", t.name)))
	}
	return fence(plainLines(t.head(s, topic, copyWidth, copyHeight))) + "\n" + t.list.markdown(s)
}

// summary is the verdict on a topic: what of it is out of sync or without a leader.
func (t *topicPage) summary(s *snap, topic *lag.Topic) line {
	r := s.read()
	under, leaderless := 0, 0
	for _, p := range topic.Partitions {
		part := &r.Partitions[p]
		if part.Gone {
			continue
		}
		if part.Leader < 0 {
			leaderless++
		}
		if len(part.ISR) < len(part.Replicas) {
			under++
		}
	}
	copies := "?"
	if len(topic.Partitions) > 0 {
		copies = itoa(len(r.Partitions[topic.Partitions[0]].Replicas))
	}
	name, made := s.safe(t.name), ": "+text.Plural(len(topic.Partitions), "partition", "partitions")+", "+copies+" copies each"
	if s.late != live {
		made = ", as of " + s.stamp(s.asOf) + made
	}
	switch {
	case leaderless > 0:
		return put(critical, " "+name+made+"; "+itoa(leaderless)+" without a leader: nobody can write or read there.")
	case under > 0:
		return put(warning, " "+name+made+"; "+itoa(under)+" not fully in sync.")
	}
	return put(strong, " "+name+made+", all in sync.")
}

// written is what comes in, what is kept, and who writes it as far as brokers tell.
func (t *topicPage) written(s *snap, topic *lag.Topic, w int) []line {
	r, rate, least := s.read(), -1.0, false
	var size lag.Sum
	for _, p := range topic.Partitions {
		if r.Partitions[p].Gone {
			continue
		}
		size.Add(r.Size[p])
		one := -1.0
		if int(p) < len(s.c.Produce) {
			one = s.c.Produce[p]
		}
		rate, least = addRate(rate, least, one)
	}
	kept := "? bytes"
	if n, bound := size.Value(); lag.Known(n) {
		kept = s.bounded(text.Bytes(n), bound)
	}
	said := "Written " + rateWordBounded(s, rate, least) + " records/s; " + kept + " kept. " + upperFirst(t.writtenWords(s))
	return sentences(s, said, w, 2)
}

// settings are what differs from the brokers' default.
func (t *topicPage) settings(s *snap, topic *lag.Topic, w int) []line {
	out := []line{rule(s, "differs from the default", "", w)}
	if topic.Settings == nil {
		return append(out, put(warning, "   ? not read").add(quiet, ": the configuration could not be seen yet"))
	}
	if len(topic.Settings.Changed) == 0 {
		return append(out, put(quiet, "   nothing"))
	}
	for i, c := range topic.Settings.Changed {
		if i == 5 {
			return append(out, put(quiet, "   and "+itoa(len(topic.Settings.Changed)-i)+" more; d lists all"))
		}
		out = append(out, settingLine(s, c).fit(s.glyphs, w))
	}
	return out
}

// readers are the groups that have a position in it, the gravest first.
func (t *topicPage) readers(s *snap, w int) []line {
	r := s.read()
	if t.of != r.Topology {
		t.of, t.readBy = r.Topology, readersOf(r, t.find(s).Partitions)
	}
	all := t.readBy
	out := []line{rule(s, "who reads it", text.Plural(len(all), "group", "groups"), w)}
	if len(all) == 0 {
		return append(out, put(quiet, "   no group has a commit on it"))
	}
	byGravity(s, all)
	for i, g := range all {
		if i == 5 {
			return append(out, put(quiet, "   and "+itoa(len(all)-i)+" more"))
		}
		v, st, records, behind := s.verdict(g), state.Unknown, "?", "?"
		sev := state.Calm
		if v != nil {
			st, sev, records, behind = v.State, v.Severity, s.bounded(text.ShortCount(v.Lag), v.LagBound), s.behind(v.TimeLag, v.TimeLagBound)
		}
		out = append(out, put(plain, "   ").add(roleOf(st, sev), text.PadEnd(s.glyph(st)+" "+looks[st].word, 17)).
			add(plain, " "+text.PadEnd(s.glyphs.CutEnd(s.safe(r.Groups[g].Name), 20), 20)).
			add(plain, text.PadStart(records, 7)+text.PadStart(behind, 9)))
	}
	return out
}

// readersOf are the groups that have a position on one of the partitions.
func readersOf(r *lag.Reading, parts []lag.PartitionIx) []lag.GroupIx {
	if len(parts) == 0 {
		return nil
	}
	among := make([]bool, slices.Max(parts)+1)
	for _, p := range parts {
		among[p] = true
	}
	var out []lag.GroupIx
	for g := range r.Groups {
		if !r.Groups[g].Gone && slices.ContainsFunc(r.Groups[g].Positions, func(i lag.PositionIx) bool {
			p := r.Positions[i].Partition
			return int(p) < len(among) && among[p]
		}) {
			out = append(out, lag.GroupIx(g))
		}
	}
	return out
}

func (t *topicPage) cells(s *snap, at int) []cell {
	row := t.reader.Row(t.rows[at])
	out := make([]cell, len(t.columns))
	style := wire.Style{Terminal: true, Glyphs: s.glyphs, Now: s.now}
	part := t.parts[t.rows[at]]
	end := s.read().EndStamp(part)
	old := s.oldShard(end) || s.missed(s.read().Partitions[part].Leader, end)
	slow := t.slowestCells(s, row[t.table.Column("partition")])
	isr, replicas := row[t.table.Column("isr")], row[t.table.Column("replicas")]
	for i, c := range t.columns {
		if special, ok := slow[c.field]; ok {
			out[i] = special
			continue
		}
		col := t.table.Column(c.field)
		v := row[col]
		switch c.field {
		case "start", "end":
			out[i] = offsetCell(s, v, old)
		case "isr":
			out[i] = cell{s: style.Cell(&t.table.Columns[col], v)}
			if v.Known() && replicas.Known() && len(strings.Fields(isr.String())) < len(strings.Fields(replicas.String())) {
				out[i].role = warning
			}
		case "leader":
			out[i] = plainCell(s, &t.table.Columns[col], v, old)
			if v.Known() {
				out[i].s = "b" + out[i].s
			}
		case "partition":
			out[i] = cell{s: "p" + v.String()}
		default:
			out[i] = plainCell(s, &t.table.Columns[col], v, old)
		}
	}
	return out
}

func (t *topicPage) do(s *snap, v verb) intent {
	switch v {
	case vOpen, vRecord:
		return t.peek(s)
	}
	out, _ := t.list.do(s, v, t.width)
	return out
}

// peek looks at the newest records of the partition under the cursor.
func (t *topicPage) peek(s *snap) intent {
	row := t.under()
	if row == nil {
		return say{"there is nothing under the cursor"}
	}
	number, _ := row[t.table.Column("partition")].Integer()
	end, known := row[t.table.Column("end")].Integer()
	start, begins := row[t.table.Column("start")].Integer()
	switch {
	case !known:
		return say{"its end is not known, so there is no telling where its newest records are"}
	case begins && start >= end:
		return say{"the partition is empty"}
	case !begins:
		start = 0
	}
	return openView{newPeek(s, "", t.name, int32(number), max(start, end-peekAfter))}
}

func (t *topicPage) command(s *snap) []string {
	if t.expr != "" || t.order != "" {
		return listCommand(s, &t.list, "", "-t", t.name)
	}
	return append(withCluster(s, "weir", "describe", "topic", t.name), "--window", lookOn)
}
