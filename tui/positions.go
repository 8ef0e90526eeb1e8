package tui

import (
	"strconv"

	"weir/internal/query"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

// positionsOf returns the positions of a group, in the order of Group.Positions. Until its numbers are worked out, what
// needs them is not known; the state and the lag always are.
func (s *snap) positionsOf(g lag.GroupIx) []state.Position {
	r := s.read()
	all := r.Groups[g].Positions
	if s.workedOut(g) {
		return s.c.Positions[g]
	}
	out := make([]state.Position, len(all))
	for k, i := range all {
		p := state.Position{Position: i, Lag: r.Lag(i, -1), StableLag: r.StableLag(i, -1), Lost: r.Lost(i), TimeLag: state.NotKnown,
			Produce: -1, Consume: -1, CatchUp: state.NotKnown, RetentionLeft: state.NotKnown, Member: -1}
		if s.c.Verdicts != nil {
			p.State, p.Severity, p.Since = s.c.Verdicts.PositionState(g, k)
		}
		out[k] = p
	}
	return out
}

// workedOut reports whether the numbers of a group's positions were: that is done for what is looked at.
func (s *snap) workedOut(g lag.GroupIx) bool {
	return g >= 0 && len(s.c.Positions[g]) == len(s.read().Groups[g].Positions)
}

// positions is the table of the partitions of one group.
type positions struct {
	list
	group  string
	known  bool      // their numbers, of the reading, were worked out
	member string    // only those assigned to it; "" all
	seek   [2]string // topic and number that the cursor goes to first
	width  int
}

var positionColumns = []column{
	{field: "state", head: "  STATE", width: 17, left: true},
	{field: "topic", head: "TOPIC", width: 12, left: true},
	{field: "partition", head: "PART", width: 6},
	{field: "lag", head: "LAG ", width: 6},
	{field: "time_lag_seconds", head: "BEHIND", width: 8},
	{field: "produce_per_second", head: "IN/s ", width: 6, drop: 4},
	{field: "consume_per_second", head: "OUT/s ", width: 6, drop: 3},
	{field: "lost", head: "LOST", width: 6, drop: 6},
	{field: "committed", head: "COMMITTED ", width: 15, drop: 1},
	{field: "end", head: "END ", width: 15, drop: 2},
	{field: "start", head: "START ", width: 15, drop: 8},
	{field: "retention_left_seconds", head: "LEFT", width: 7, drop: 5},
	{field: "state_since", head: "SINCE", width: 7, drop: 7},
	{field: "member_id", head: "MEMBER", width: 20, left: true, drop: 9},
	{field: "client_id", head: "CLIENT", width: 14, left: true, drop: 10},
	{field: "host", head: "HOST", width: 15, left: true, drop: 11},
}

func newPositions(group string) *positions {
	p := &positions{group: group}
	p.list = list{noun: "positions", read: true, name: "topic", source: p.own,
		grid: grid{columns: positionColumns, grow: 1, chosen: -1}}
	p.bad = func(row cells) bool {
		st, ok := state.Parse(row(p.list.table.Column("state")).String())
		return ok && st >= state.NotVisible
	}
	p.fixed = true
	return p
}

// of narrows the table to the partitions assigned to one member.
func (p *positions) of(member string) *positions {
	p.member = member
	p.keep = func(row cells) bool { return row(p.list.table.Column("member_id")).String() == member }
	return p
}

// own is the table of this group alone, whatever else the cluster has.
func (p *positions) own(s *snap) wire.Table {
	all := s.wire()
	ix, ok := groupNamed(s, p.group)
	if len(all) == 0 || !ok {
		return wire.Positions(nil).OfOneGroup()
	}
	c := all[0]
	reading, topo := *c.Reading, *c.Reading.Topology
	topo.Groups = append([]lag.Group(nil), topo.Groups...)
	for g := range topo.Groups {
		topo.Groups[g].Gone = topo.Groups[g].Gone || lag.GroupIx(g) != ix
	}
	reading.Topology, c.Reading = &topo, &reading
	full := s.positionsOf(ix)
	c.Positions = func(lag.GroupIx) []state.Position { return full }
	return wire.Positions([]wire.Cluster{c}).OfOneGroup()
}

// groupNamed finds a group that exists.
func groupNamed(s *snap, name string) (lag.GroupIx, bool) {
	r := s.read()
	if r == nil {
		return lag.Nowhere, false
	}
	for g := range r.Groups {
		if r.Groups[g].Name == name && !r.Groups[g].Gone {
			return lag.GroupIx(g), true
		}
	}
	return lag.Nowhere, false
}

func (p *positions) place() place          { return atPositions }
func (p *positions) crumbs(*snap) []string { return []string{"groups", p.group + " partitions"} }
func (p *positions) focus(s *snap) []lag.Ref {
	return []lag.Ref{{Cluster: s.conf.Name, Kind: lag.KindGroup, Name: p.group}}
}

func (p *positions) sync(s *snap) {
	if ix, ok := groupNamed(s, p.group); ok {
		if known := s.workedOut(ix); known != p.known {
			p.known, p.reading = known, nil
		}
	}
	p.list.sync(s)
	if p.seek[0] == "" || len(p.keys) == 0 {
		return
	}
	for i, at := range p.data {
		row := p.rows[at]
		if p.reader.Cell(row, 4).String() == p.seek[1] && p.reader.Cell(row, 3).String() == p.seek[0] {
			p.at = i
			break
		}
	}
	p.seek = [2]string{}
}

func (p *positions) draw(s *snap, w, h int) ([]line, string) {
	p.width = w
	ix, ok := groupNamed(s, p.group)
	if !ok {
		return goneLines(s, "group", p.group), ""
	}
	right := joinFacts(p.narrowed(s), p.held(s))
	title := "partitions of " + s.safe(p.group)
	if p.member != "" {
		title += " of one member"
	}
	lines := []line{nil, rule(s, title, right, w)}
	if len(p.keys) == 0 {
		return append(lines, emptyTable(s, &p.list, "partition")...), p.where()
	}
	_, old := s.oldGroup(ix)
	grid := p.grid.draw(s.theme, w, h-len(lines), true, func(at int) []cell { return p.cells(s, at, old) })
	return append(lines, grid...), p.where()
}

func (p *positions) cells(s *snap, at int, old bool) []cell {
	row := p.reader.Row(p.rows[at])
	out := make([]cell, len(p.columns))
	style := wire.Style{Terminal: true, Glyphs: s.glyphs, Now: s.now}
	lost := row[p.list.table.Column("lost")]
	for i, c := range p.columns {
		col := p.list.table.Column(c.field)
		wc, v := &p.list.table.Columns[col], row[col]
		switch c.field {
		case "state":
			out[i] = positionState(s, v.String())
		case "lag", "produce_per_second", "consume_per_second", "lost":
			out[i] = number(s, wc, v, old && c.field != "lost")
		case "time_lag_seconds":
			out[i] = durationCell(s, v, row[col+1].String() == "at_least", old)
		case "retention_left_seconds":
			out[i] = leftCell(s, v, lost, old)
		case "state_since":
			out[i] = sinceCell(s, v)
		case "committed", "end", "start":
			out[i] = offsetCell(s, v, old)
		case "topic", "partition":
			out[i] = cell{s: style.Cell(wc, v)}
		default:
			out[i] = cell{style.Cell(wc, v), quiet}
		}
	}
	return out
}

// positionState tells a position's state. Its severity is that of the state at its worst: the table doesn't carry it.
func positionState(s *snap, name string) cell {
	st, ok := state.Parse(name)
	if !ok {
		return cell{"? " + s.safe(name), warning}
	}
	sev := state.Calm
	if st >= state.NotVisible {
		sev = worstOf(st)
	}
	return cell{s.glyph(st) + " " + looks[st].word, roleOf(st, sev)}
}

// offsetCell is an offset, exact.
func offsetCell(s *snap, v wire.Value, old bool) cell {
	if n, ok := v.Integer(); ok {
		return mark(s, cell{s: text.Exact(n)}, old, false)
	}
	out := absentCell(s, v)
	out.s += " "
	return out
}

func (p *positions) do(s *snap, v verb) intent {
	switch v {
	case vOpen:
		topic := p.word("topic")
		if topic == "" {
			return say{"there is nothing here to open"}
		}
		n, _ := strconv.Atoi(p.word("partition"))
		return openView{newTopicPage(topic, int32(n))}
	case vRecord:
		n, _ := strconv.Atoi(p.word("partition"))
		return peekAtCommit(s, p.group, p.word("topic"), int32(n))
	case vByRate:
		return p.sortBy("consume_per_second", true)
	}
	out, _ := p.list.do(s, v, p.width)
	return out
}

func (p *positions) command(s *snap) []string {
	more := ""
	if p.onlyBad {
		more = troublesFilter
	}
	if p.member != "" {
		more = query.And(more, "member_id="+query.Quoted(p.member))
	}
	return listCommand(s, &p.list, more, "-g", p.group)
}

func (p *positions) markdown(s *snap) string {
	if p.member == "" {
		return p.list.markdown(s)
	}
	return "only those of " + escapeMarkdown(s.safe(p.member)) + "\n\n" + p.list.markdown(s)
}

// goneLines says that what a page is about isn't there any more.
func goneLines(s *snap, kind, name string) []line {
	why := kind + " " + s.safe(name) + " isn't listed by " + s.safe(s.conf.Name) + " any more; Esc goes back"
	if !s.seen() {
		why = "nothing of " + s.safe(s.conf.Name) + " was seen yet"
	}
	return []line{nil, put(plain, "   ").add(warning, why)}
}

// joinFacts joins what is not empty.
func joinFacts(facts ...string) string {
	out := ""
	for _, f := range facts {
		if f == "" {
			continue
		}
		if out != "" {
			out += "; "
		}
		out += f
	}
	return out
}
