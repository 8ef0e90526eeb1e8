package tui

import (
	"strings"
	"time"

	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

// groups is the table of all groups of a cluster.
type groups struct {
	list
	width  int
	named  map[string]lag.GroupIx // by name, of one topology
	topo   *lag.Topology
	result *state.Result
	mine   map[string]bool // by name
	totals totals
}

// groupColumns, with what leaves first when the screen is narrow: never the state, the name, the lag, nor its age.
var groupColumns = []column{
	{field: "state", head: "  STATE", width: 17, left: true},
	{field: "group", head: "GROUP", width: 17, left: true},
	{field: "lag", head: "LAG ", width: 6},
	{field: "time_lag_seconds", head: "BEHIND", width: 8},
	{field: "produce_per_second", head: "IN/s ", width: 6, drop: 1},
	{field: "consume_per_second", head: "OUT/s ", width: 6, drop: 2},
	{field: "catch_up_seconds", head: "CATCH UP", width: 8, drop: 3},
	{field: "lag_hour", head: "LAG, 1 h", width: 12, left: true, drop: 6},
	{field: "retention_left_seconds", head: "LEFT", width: 7, drop: 4},
	{field: "lost", head: "LOST", width: 5, drop: 7},
	{field: "members", head: "MEMB", width: 5, drop: 8},
	{field: "state_since", head: "SINCE", width: 7, drop: 5},
	{field: "why", head: "WHY", width: 40, left: true, drop: 9, from: 160, stretch: true},
	{field: "worst", head: "WORST", width: 24, left: true, drop: 10, from: 200},
	{field: "type", head: "TYPE", width: 8, left: true, drop: 11, from: 200},
	{field: "coordinator", head: "COORD", width: 5, drop: 12, from: 200},
}

func newGroups() *groups {
	g := &groups{}
	g.list = list{noun: "groups", read: true, name: "group", source: func(s *snap) wire.Table { return wire.Groups(s.wire()) },
		grid: grid{columns: groupColumns, grow: 1, chosen: -1}}
	g.hide = func(row cells) bool {
		v, name := g.of(row)
		return folded(v, name)
	}
	g.own = func(row cells) bool { return g.mine[row(2).String()] }
	g.bad = func(row cells) bool {
		v, _ := g.of(row)
		return trouble(v)
	}
	return g
}

func (g *groups) place() place          { return atGroups }
func (g *groups) crumbs(*snap) []string { return []string{"groups"} }
func (g *groups) focus(*snap) []lag.Ref { return nil }

func (g *groups) sync(s *snap) {
	r := s.read()
	if r != nil && r.Topology != g.topo {
		g.topo, g.named = r.Topology, make(map[string]lag.GroupIx, len(r.Groups))
		for i := range r.Groups {
			if !r.Groups[i].Gone {
				g.named[r.Groups[i].Name] = lag.GroupIx(i)
			}
		}
	}
	if s.c != nil {
		g.result = s.c.Verdicts
	}
	g.totals = s.sum(s).totals
	if g.onlyMine && (g.dirty || g.reading != r) {
		g.mine = mine(s)
	}
	g.list.sync(s)
}

// of returns the verdict on a row's group, and its name.
func (g *groups) of(row cells) (*state.Verdict, string) {
	name := row(2).String()
	ix, ok := g.named[name]
	if !ok || g.result == nil {
		return nil, name
	}
	return g.result.Of(ix), name
}

// paneRows is how high the sentence under a table is.
func paneRows(h int) int {
	if h < 30 {
		return 2
	}
	return 3
}

func (g *groups) draw(s *snap, w, h int) ([]line, string) {
	g.width = w
	var lines []line
	if h > 30 {
		lines = append(lines, nil)
	}
	lines = append(lines, countsLine(s, g.totals))
	if h > 30 {
		lines = append(lines, nil)
	}
	pane := paneRows(h)
	room := h - len(lines) - pane - 1
	if len(g.keys) == 0 {
		lines = append(lines, emptyTable(s, &g.list, "group")...)
	} else {
		lines = append(lines, g.grid.draw(s.theme, w, room, true, func(row int) []cell { return g.cells(s, row) })...)
	}
	for len(lines) < h-pane-1 {
		lines = append(lines, nil)
	}
	return append(lines, g.pane(s, w, pane)...), g.where()
}

// countsLine counts the groups by state, gravest first.
func countsLine(s *snap, t totals) line {
	l := put(plain, "")
	for _, st := range state.States() {
		n := t.states[st]
		if st == state.Abandoned {
			n = 0 // among the folded
		}
		if n == 0 {
			continue
		}
		r := roleOf(st, state.Calm)
		if t.troubled[st] > 0 {
			r = roleOf(st, worstOf(st))
		}
		glyph := strings.TrimSpace(s.glyph(st))
		if glyph != "" {
			glyph += " "
		}
		l = l.add(plain, " ").add(r, glyph+itoa(n)+" "+looks[st].word).add(plain, " ")
	}
	if t.folded > 0 {
		l = l.add(quiet, " "+itoa(t.folded)+" folded")
	}
	return l
}

// worstOf is the severity a state has at its worst.
func worstOf(s state.State) state.Severity {
	if s >= state.Stopped {
		return state.Critical
	}
	return state.Warning
}

// emptyTable says why there are no rows.
func emptyTable(s *snap, l *list, noun string) []line {
	why := "there is no " + noun + " in " + s.safe(s.conf.Name)
	switch {
	case !s.seen():
		why = "nothing of " + s.safe(s.conf.Name) + " was seen yet"
	case l.onlyMine && l.expr == "" && !l.onlyBad:
		why = "no group is owned by " + s.safe(s.mine) + "; M shows all " + itoa(l.total)
	case l.onlyBad && l.expr == "":
		why = "no " + noun + " is in trouble; ! shows all " + itoa(l.total)
	case l.expr != "" && l.doubtful > 0:
		why = "nothing matches " + s.safe(l.expr) + ", but " + itoa(l.doubtful) + " can't be compared: the value is not known; Esc clears"
	case l.expr != "":
		why = "nothing matches " + s.safe(l.expr) + "; Esc clears the filter"
	case !s.c.Reading.Complete:
		why = "no " + noun + " could be seen, and not everything could be"
	case l.folded > 0:
		why = "all " + itoa(l.folded) + " are folded away; f shows them"
	}
	return []line{nil, put(plain, "   ").add(plain, why)}
}

func (g *groups) cells(s *snap, at int) []cell {
	row := g.reader.Row(g.rows[at])
	ix, known := g.named[row[2].String()]
	var v *state.Verdict
	old := false
	if known {
		v = s.verdict(ix)
		_, old = s.oldGroup(ix)
	}
	out := make([]cell, len(g.columns))
	for i, c := range g.columns {
		if c.field == "lag_hour" {
			out[i] = g.spark(s, ix, v)
			continue
		}
		col := g.table.Column(c.field)
		out[i] = groupCell(s, &g.table.Columns[col], row, col, v, old)
	}
	return out
}

// spark is the hour of lag in twelve columns of five minutes, each the most that was seen in it.
func (g *groups) spark(s *snap, ix lag.GroupIx, v *state.Verdict) cell {
	const cells = 12
	trail := s.hist.groups[ix]
	if trail == nil {
		return cell{s: strings.Repeat(" ", cells)}
	}
	return cell{spark(s.theme, squeeze(trail.minute.upTo(s.judged), cells), scaleOf), leadOf(v, quiet)}
}

func groupCell(s *snap, c *wire.Column, row []wire.Value, col int, v *state.Verdict, old bool) cell {
	val := row[col]
	style := wire.Style{Terminal: true, Glyphs: s.glyphs, Now: s.now}
	switch c.Name {
	case "state":
		return stateCell(s, val.String(), v)
	case "group":
		return cell{s: s.quoted(val.String())}
	case "type", "worst":
		return cell{s: style.Cell(c, val)}
	case "why":
		return cell{style.Cell(c, val), quiet}
	case "lag", "produce_per_second", "consume_per_second":
		out := number(s, c, val, old)
		if n, ok := val.Integer(); ok && n == 0 && c.Name == "lag" {
			out.role = quiet
		}
		if bound := row[11]; c.Name == "lag" && bound.String() == "at_least" {
			out.s = s.glyphs.Bounded(strings.TrimSpace(out.s), text.AtLeast)
			out.s = text.PadStart(out.s, 5) + " "
		}
		return out
	case "time_lag_seconds":
		return durationCell(s, val, row[15].String() == "at_least", old)
	case "catch_up_seconds":
		return catchUpCell(s, val, row[10], old)
	case "retention_left_seconds":
		return leftCell(s, val, row[13], old)
	case "state_since":
		return sinceCell(s, val)
	case "lost":
		out := number(s, c, val, false)
		out.s = strings.TrimSuffix(out.s, " ")
		if n, ok := val.Integer(); ok && n == 0 {
			out.role = quiet
		} else if ok {
			out.role = critical
		}
		return out
	}
	out := cell{s: strings.TrimSpace(style.Cell(c, val))}
	if !val.Known() {
		out.role = warning
	}
	return out
}

func stateCell(s *snap, name string, v *state.Verdict) cell {
	st, ok := state.Parse(name)
	sev := state.Calm
	if v != nil {
		sev = v.Severity
	}
	if !ok {
		return cell{"? " + s.safe(name), warning}
	}
	return cell{s.glyph(st) + " " + looks[st].word, roleOf(st, sev)}
}

// durationCell tells a time a group is behind.
func durationCell(s *snap, v wire.Value, atLeast, old bool) cell {
	f, ok := v.Measure()
	if !ok {
		return absentCell(s, v)
	}
	d, bound := time.Duration(f*float64(time.Second)), lag.Exact
	if atLeast {
		bound = lag.AtLeast
	}
	out := cell{s: s.behind(d, bound)}
	if old || d < s.refresh() && !atLeast {
		out.role = quiet
	}
	return out
}

// behind tells a time a group is behind, the same wherever it stands: <2s is within a refresh, and told so.
func (s *snap) behind(d time.Duration, bound lag.Bound) string {
	if d >= 0 && d < s.refresh() && bound == lag.Exact {
		return "<" + text.Duration(s.refresh())
	}
	return s.bounded(duration(d), bound)
}

func (s *snap) refresh() time.Duration {
	if s.c != nil && s.c.Refresh > 0 {
		return s.c.Refresh
	}
	return 5 * time.Second
}

// absentCell is a cell without a value: unknown, or not applicable.
func absentCell(s *snap, v wire.Value) cell {
	style := wire.Style{Glyphs: s.glyphs}
	out := cell{s: style.Cell(&wire.Column{}, v)}
	switch out.s {
	case "?":
		out.role = warning
	case "never":
		out.role = plain
	default:
		out.role = quiet
	}
	return out
}

// catchUpCell says when a lag is read: nothing to catch up is told as such.
func catchUpCell(s *snap, v, records wire.Value, old bool) cell {
	if f, ok := v.Measure(); ok {
		if n, known := records.Integer(); known && n == 0 || f < s.refresh().Seconds() {
			return cell{s.pick("–", "-"), quiet}
		}
		out := cell{s: text.Duration(time.Duration(f * float64(time.Second)))}
		if old {
			out.role = quiet
		}
		return out
	}
	return absentCell(s, v)
}

func leftCell(s *snap, v, lost wire.Value, old bool) cell {
	if n, ok := lost.Integer(); ok && n > 0 {
		return cell{"gone", critical}
	}
	if f, ok := v.Measure(); ok {
		out := cell{s: text.CoarseDuration(time.Duration(f * float64(time.Second)))}
		if old {
			out.role = quiet
		}
		return out
	}
	return absentCell(s, v)
}

func sinceCell(s *snap, v wire.Value) cell {
	t, ok := v.Time()
	if !ok {
		return absentCell(s, v)
	}
	return cell{s: s.lasting(t)}
}

// pane is the sentence of the group under the cursor.
func (g *groups) pane(s *snap, w, h int) []line {
	right := strings.Trim(strings.Join([]string{g.narrowed(s), g.held(s)}, "; "), "; ")
	row := g.under()
	if row == nil {
		return padded([]line{rule(s, "", right, w)}, h+1)
	}
	name := row[2].String()
	out := []line{rule(s, s.safe(name), right, w)}
	ix := g.named[name]
	for _, said := range wrap(s.glyphs, whyOf(s, ix), w-4, h) {
		out = append(out, put(plain, "   ").add(plain, said))
	}
	return padded(out, h+1)
}

func (g *groups) do(s *snap, v verb) intent {
	if v == vOpen {
		name := g.word("group")
		if name == "" {
			return say{"there is nothing here to open"}
		}
		return openView{newGroupPage(name)}
	}
	if v == vMine {
		return g.toMine(s)
	}
	if v == vByRate {
		return g.sortBy("consume_per_second", true)
	}
	out, _ := g.list.do(s, v, g.width)
	return out
}
