package tui

import (
	"cmp"
	"slices"
	"strings"

	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

// heat is the map of a group's partitions. Position is the partition number, always: it never sorts.
type heat struct {
	topics []heatTopic // the gravest first; their order is kept
	cells  int
	counts [state.NumStates]int
	// troubled counts those that are warnings or worse.
	troubled [state.NumStates]int
	at       int // the partition in hand, counted through the topics
	per      int // partitions that a cell stood for when it was drawn last; 0: not drawn yet
	aimed    bool
}

// heatTopic is one topic of the map; cells are by partition number.
type heatTopic struct {
	name  string
	cells []heatCell
}

// heatCell is one partition.
type heatCell struct {
	present bool // the group has a position there
	number  int32
	k       int // in Group.Positions
	state   state.State
	sev     state.Severity
	lag     int64
}

// sync takes in a group's positions.
func (m *heat) sync(s *snap, g lag.GroupIx, all []state.Position, worst lag.PositionIx) {
	r := s.read()
	byTopic := map[lag.TopicIx]int{}
	was := map[string]int{}
	for i, t := range m.topics {
		was[t.name] = i
	}
	m.topics, m.cells, m.counts, m.troubled = nil, 0, [state.NumStates]int{}, [state.NumStates]int{}
	worstIn := map[string]state.Severity{}
	for k := range all {
		p := &r.Partitions[r.Positions[all[k].Position].Partition]
		if p.Number < 0 || p.Number > maxNumber {
			continue // no broker has so many: the map is by number, and would not end
		}
		at, ok := byTopic[p.Topic]
		if !ok {
			at = len(m.topics)
			byTopic[p.Topic] = at
			m.topics = append(m.topics, heatTopic{name: r.Topics[p.Topic].Name})
		}
		t := &m.topics[at]
		for int(p.Number) >= len(t.cells) {
			t.cells = append(t.cells, heatCell{number: int32(len(t.cells))})
		}
		t.cells[p.Number] = heatCell{true, p.Number, k, all[k].State, all[k].Severity, all[k].Lag}
		m.counts[all[k].State]++
		if all[k].Severity > state.Calm {
			m.troubled[all[k].State]++
		}
		worstIn[t.name] = max(worstIn[t.name], all[k].Severity)
	}
	slices.SortStableFunc(m.topics, func(a, b heatTopic) int {
		i, old := was[a.name]
		j, oldB := was[b.name]
		if old && oldB {
			return cmp.Compare(i, j)
		}
		return cmp.Or(cmp.Compare(worstIn[b.name], worstIn[a.name]), strings.Compare(a.name, b.name))
	})
	for _, t := range m.topics {
		m.cells += len(t.cells)
	}
	if !m.aimed {
		m.aim(r, all, worst)
	}
	m.at = max(0, min(m.at, m.cells-1))
}

// aim puts the hand on the position the verdict rests on.
func (m *heat) aim(r *lag.Reading, all []state.Position, worst lag.PositionIx) {
	n := 0
	for _, t := range m.topics {
		for _, c := range t.cells {
			if c.present && all[c.k].Position == worst {
				m.at, m.aimed = n, true
				return
			}
			n++
		}
	}
	m.aimed = len(all) > 0 && len(r.Partitions) > 0
}

// maxNumber is the highest partition number that is drawn.
const maxNumber = 1 << 18

// named is the most partitions that are drawn with name and number.
const named = 48

// rowsFor returns how many rows the map takes at a width, in its roomiest form.
func (m *heat) rowsFor(w int) int {
	n := 0
	for i := range m.topics {
		if len(m.topics) > 1 {
			n++
		}
		per := perRow(w)
		if m.cells <= named {
			per = m.namedPerRow(w)
		}
		n += (len(m.topics[i].cells) + per - 1) / per
	}
	return n
}

// rowsWithin returns how many of at most h rows the map takes.
func (m *heat) rowsWithin(w, h int) int {
	if n := m.rowsFor(w); m.cells <= named && n <= h {
		return n
	}
	for _, per := range steps {
		if n := m.mapRows(w, per); n <= h {
			return n
		}
	}
	return h
}

// perRow is how many one-cell partitions stand in a row.
func perRow(w int) int {
	if w < 117 {
		return 60
	}
	return 100
}

const (
	namedWide   = 14 // p7  ■ 72.8k
	namedNarrow = 9  //  7■72.8k
)

func (m *heat) namedPerRow(w int) int {
	if w >= 100 {
		return max(1, (w-3)/namedWide)
	}
	return max(1, (w-2)/namedNarrow)
}

// steps are how many partitions one cell may stand for.
var steps = []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}

// draw draws the map in at most h rows, and tells how many partitions a cell stands for.
func (m *heat) draw(s *snap, w, h int, focused bool) (lines []line, per int) {
	lines, per = m.drawn(s, w, h, focused)
	m.per = per
	return lines, per
}

func (m *heat) drawn(s *snap, w, h int, focused bool) (lines []line, per int) {
	if m.cells == 0 || h <= 0 {
		return nil, 1
	}
	if m.cells <= named && m.rowsFor(w) <= h {
		return m.drawNamed(s, w, focused), 1
	}
	for _, per = range steps {
		if m.mapRows(w, per) <= h {
			return m.drawMap(s, w, per, focused), per
		}
	}
	lines = m.drawMap(s, w, per, focused)
	left := len(lines) - h + 1
	return append(lines[:h-1], put(warning, "   and "+text.Plural(left, "row more", "rows more")+"; Enter lists all partitions")), per
}

// mapRows is how many rows the map takes with per partitions to a cell.
func (m *heat) mapRows(w, per int) int {
	n, row := 0, perRow(w)*per
	for i := range m.topics {
		if len(m.topics) > 1 {
			n++
		}
		n += (len(m.topics[i].cells) + row - 1) / row
	}
	return n
}

func (m *heat) drawNamed(s *snap, w int, focused bool) []line {
	var out []line
	n := 0
	for i := range m.topics {
		t := &m.topics[i]
		if len(m.topics) > 1 {
			out = append(out, put(quiet, "   "+s.safe(t.name)))
		}
		per := m.namedPerRow(w)
		for from := 0; from < len(t.cells); from += per {
			l := put(plain, " ")
			for k := from; k < min(from+per, len(t.cells)); k++ {
				l = append(l, m.name(s, &t.cells[k], w >= 100, focused && n+k == m.at)...)
			}
			out = append(out, l)
		}
		n += len(t.cells)
	}
	return out
}

func (m *heat) name(s *snap, c *heatCell, wide, hand bool) line {
	label, number, glyph := itoa(int(c.number)), "", " "
	r := quiet
	if c.present {
		number, glyph, r = strings.TrimRight(text.Count(c.lag), " "), s.glyph(c.state), roleOf(c.state, c.sev)
		if c.lag == lag.None {
			number = s.pick("–", "-")
		}
	}
	nameRole := quiet
	if hand {
		nameRole = cursor
	}
	if wide {
		label = "p" + label
		return line{{plain, "  "}, {nameRole, label}, {plain, strings.Repeat(" ", max(0, 4-text.Width(label)))}, {r, glyph},
			{numberRole(c), text.PadStart(strings.TrimSpace(number), 6)}, {plain, " "}}
	}
	return line{{plain, strings.Repeat(" ", max(0, 3-len(label)))}, {nameRole, label}, {r, glyph},
		{numberRole(c), text.PadStart(strings.TrimSpace(number), 5)}}
}

func numberRole(c *heatCell) role {
	switch {
	case c.sev == state.Critical:
		return critical
	case !lag.Known(c.lag) && c.present && c.lag != lag.None:
		return warning
	}
	return plain
}

// drawMap draws one cell for per partitions, the worst of them.
func (m *heat) drawMap(s *snap, w, per int, focused bool) []line {
	var out []line
	n := 0
	for i := range m.topics {
		t := &m.topics[i]
		if len(m.topics) > 1 {
			out = append(out, put(quiet, "   "+s.safe(t.name)))
		}
		row := perRow(w) * per
		for from := 0; from < len(t.cells); from += row {
			l := put(quiet, text.PadStart("p"+itoa(from), 8)+" ")
			for k := from; k < min(from+row, len(t.cells)); k += per {
				if at := (k - from) / per; at > 0 && at%10 == 0 {
					l = l.add(plain, " ")
				}
				group := t.cells[k:min(k+per, len(t.cells))]
				hand := focused && m.at >= n+k && m.at < n+k+len(group)
				l = append(l, worstCell(s, group, hand))
			}
			out = append(out, merge(l))
		}
		n += len(t.cells)
	}
	return out
}

// gravest is the gravest of some partitions; nil when the group has none of them.
func gravest(cells []heatCell) *heatCell {
	var worst *heatCell
	for i := range cells {
		c := &cells[i]
		if c.present && (worst == nil || c.sev > worst.sev || c.sev == worst.sev && graver(c, worst)) {
			worst = c
		}
	}
	return worst
}

// worstCell draws the gravest of some partitions. The glyph of a trouble covers the shade.
func worstCell(s *snap, cells []heatCell, hand bool) span {
	worst := gravest(cells)
	out := span{quiet, " "}
	switch {
	case worst == nil:
	case worst.sev > state.Calm:
		out = span{roleOf(worst.state, worst.sev), s.glyph(worst.state)}
	case worst.lag == lag.None:
		out = span{plain, s.glyph(state.NeverCommitted)}
	case !lag.Known(worst.lag):
		out = span{warning, "?"}
	default:
		out.s = shade(s.theme, worst.lag)
	}
	if hand {
		out.role = cursor
	}
	return out
}

func graver(a, b *heatCell) bool {
	if a.sev > state.Calm && a.state != b.state {
		return a.state > b.state
	}
	return a.lag > b.lag || a.lag == lag.Unknown && b.lag != lag.Unknown
}

// merge joins spans of one role.
func merge(l line) line {
	var out line
	for _, sp := range l {
		if n := len(out); n > 0 && out[n-1].role == sp.role {
			out[n-1].s += sp.s
			continue
		}
		out = append(out, sp)
	}
	return out
}
