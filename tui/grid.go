package tui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"weir/internal/text"
)

// column is one column of a grid.
type column struct {
	field   string // the name in the public contract; what it is sorted by
	head    string
	width   int
	left    bool
	drop    int  // columns with the highest leave first; 0 never does
	from    int  // the least width of the screen it comes at
	stretch bool // takes what room is left
}

// cell is what stands in a column.
type cell struct {
	s    string
	role role
}

// grid is a table that holds still: rows keep their order until they are sorted, the cursor keeps to its row, and the
// row under the cursor keeps its place on the screen while others come and go.
type grid struct {
	columns []column
	grow    int // index of the column that takes the longest name, from its width up to 40
	keys    []string
	data    []int // of each key, where its row is in the data of the last sync
	at      int
	top     int
	page    int // rows drawn last
	name    int // cells of the growing column: grows, never shrinks
	chosen  int // column that O sorts by; −1 none
	down    bool
	sorted  string // field it was sorted by last; "" the data's own order
	heldAt  time.Time
	wide    bool
	only    []string   // fields that were chosen, in order; none: as many as fit
	drawn   []line     // the head and the rows, as drawn last
	spots   []headSpot // where the columns stand in them
	synced  bool
	slack   int // cells that no column needs, of the last drawing
	// leads tells which rows stand before all others, also while the order is held; nil: none.
	leads  func(key string) bool
	marks  map[string]bool
	anchor string // the row that was marked last
}

// sync takes in the keys in the order they would have now. With sort, or the first time, that becomes their order;
// otherwise those that are there stay where they are, and new ones come last. now is when.
func (g *grid) sync(want []string, sort bool, now time.Time) {
	was := g.cursor()
	line := g.at - g.top
	switch {
	case sort || !g.synced || equal(g.keys, want):
		g.keys, g.heldAt = append(g.keys[:0], want...), time.Time{}
		g.data = slices.Grow(g.data[:0], len(want))
		for i := range want {
			g.data = append(g.data, i)
		}
	default:
		g.hold(want)
		if equal(g.keys, want) {
			g.heldAt = time.Time{}
		} else if g.heldAt.IsZero() {
			g.heldAt = now
		}
	}
	g.find(was, line)
	g.synced = len(want) > 0
}

// hold keeps the order of what is still there and appends what is new.
func (g *grid) hold(want []string) {
	row := make(map[string]int, len(want))
	for i, k := range want {
		row[k] = i
	}
	kept := make([]string, 0, len(want))
	have := make(map[string]bool, len(g.keys))
	for _, k := range g.keys {
		if _, there := row[k]; there {
			kept, have[k] = append(kept, k), true
		}
	}
	for _, k := range want {
		if !have[k] {
			kept = append(kept, k)
		}
	}
	if g.leads != nil {
		slices.SortStableFunc(kept, func(a, b string) int {
			return cmp.Compare(rank(g.leads(a)), rank(g.leads(b)))
		})
	}
	g.keys, g.data = kept, slices.Grow(g.data[:0], len(kept))
	for _, k := range kept {
		g.data = append(g.data, row[k])
	}
}

func rank(leads bool) int {
	if leads {
		return 0
	}
	return 1
}

// find puts the cursor back on its row, and that row on its line. When the row is gone the cursor stays on the line.
func (g *grid) find(key string, line int) {
	for i, k := range g.keys {
		if k == key && key != "" {
			g.at, g.top = i, max(0, i-line)
			return
		}
	}
	g.at = max(0, min(g.at, len(g.keys)-1))
	g.top = max(0, min(g.top, g.at))
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// cursor returns the key of the row under the cursor; "" without rows.
func (g *grid) cursor() string {
	if g.at < 0 || g.at >= len(g.keys) {
		return ""
	}
	return g.keys[g.at]
}

// under returns where the data of the row under the cursor is; false without rows.
func (g *grid) under() (int, bool) {
	if g.at < 0 || g.at >= len(g.data) {
		return 0, false
	}
	return g.data[g.at], true
}

// move moves the cursor; false for a verb that doesn't.
func (g *grid) move(v verb) bool {
	last := len(g.keys) - 1
	switch v {
	case vUp:
		g.at--
	case vDown:
		g.at++
	case vFirst:
		g.at = 0
	case vLast:
		g.at = last
	case vHalfUp:
		g.at -= max(1, g.page/2)
	case vHalfDown:
		g.at += max(1, g.page/2)
	case vPageUp:
		g.at -= max(1, g.page-1)
	case vPageDown:
		g.at += max(1, g.page-1)
	default:
		return false
	}
	g.at = max(0, min(g.at, last))
	return true
}

// choose moves the choice of a column among those shown.
func (g *grid) choose(by int, w int) {
	g.slack = 0
	shown := g.fit(w)
	if len(shown) == 0 {
		return
	}
	at := -1
	for i, c := range shown {
		if c == g.chosen {
			at = i
		}
	}
	switch {
	case at < 0 && by > 0:
		at = 0
	case at < 0:
		at = len(shown) - 1
	default:
		at = (at + by + len(shown)) % len(shown)
	}
	g.chosen = shown[at]
}

// gutter holds the cursor's mark.
const gutter = 3

// fit returns the columns that have room, in order. With wide, those that would be left out come instead of the ones
// after the last that never leaves.
func (g *grid) fit(w int) []int {
	if len(g.only) > 0 {
		return g.fitOnly(w)
	}
	in := make([]bool, len(g.columns))
	total := gutter - 1
	for i, c := range g.columns {
		in[i] = w >= c.from
		if in[i] {
			total += g.widthOf(i) + 1
		}
	}
	for total > w {
		out := -1
		for i, c := range g.columns {
			if in[i] && c.drop > 0 && (out < 0 || c.drop > g.columns[out].drop) {
				out = i
			}
		}
		if out < 0 {
			break
		}
		in[out] = false
		total -= g.widthOf(out) + 1
	}
	if g.wide {
		in = g.others(in, w)
	}
	var shown []int
	for i := range in {
		if in[i] {
			shown = append(shown, i)
		}
	}
	return shown
}

// headSpot is where a column stands on the screen: from a cell on, so many wide.
type headSpot struct{ column, from, width int }

// fitOnly returns the columns that were chosen, as many as have room.
func (g *grid) fitOnly(w int) []int {
	var shown []int
	total := gutter - 1
	room := w - g.widthOf(g.grow) - 1 // the name always stays
	for _, name := range g.only {
		for i, c := range g.columns {
			switch n := g.widthOf(i) + 1; {
			case c.field != name:
			case i == g.grow:
				shown, room = append(shown, i), w
				total += n
			case total+n <= room:
				shown = append(shown, i)
				total += n
			}
		}
	}
	return shown
}

// others turns round which of the columns that may leave are there.
func (g *grid) others(in []bool, w int) []bool {
	out := make([]bool, len(in))
	total := gutter - 1
	for i, c := range g.columns {
		if c.drop == 0 {
			out[i] = true
			total += g.widthOf(i) + 1
		}
	}
	byDrop := make([]int, len(g.columns))
	for i := range byDrop {
		byDrop[i] = i
	}
	slices.SortStableFunc(byDrop, func(a, b int) int { return cmp.Compare(g.columns[a].drop, g.columns[b].drop) })
	for _, shown := range []bool{false, true} { // what was not there before comes first
		for _, i := range byDrop {
			if n := g.widthOf(i) + 1; in[i] == shown && !out[i] && total+n <= w {
				out[i] = true
				total += n
			}
		}
	}
	return out
}

func (g *grid) widthOf(i int) int {
	if i == g.grow {
		return max(g.columns[i].width, g.name)
	}
	if g.columns[i].stretch {
		return g.columns[i].width + g.slack
	}
	return g.columns[i].width
}

// draw draws the head and as many rows as fit into h lines. cells makes the cells of one row, by the row's place in the
// data; it makes those of all columns.
func (g *grid) draw(t theme, w, h int, focused bool, cells func(row int) []cell) []line {
	if h <= 0 {
		return nil
	}
	g.slack = 0
	shown := g.fit(w)
	total := gutter - 1
	for _, i := range shown {
		total += g.widthOf(i) + 1
	}
	g.slack = max(0, w-total)
	lines := []line{g.head(t, shown)}
	g.page = max(0, h-1)
	if g.at < g.top {
		g.top = g.at
	}
	if g.at >= g.top+g.page {
		g.top = g.at - g.page + 1
	}
	g.top = max(0, min(g.top, len(g.keys)-g.page))
	for i := g.top; i < len(g.keys) && i < g.top+g.page; i++ {
		lines = append(lines, g.line(t, shown, cells(g.data[i]), focused && i == g.at, g.marks[g.keys[i]]))
	}
	g.drawn, g.spots = lines, g.spots[:0]
	at := gutter - 1
	for _, i := range shown {
		g.spots = append(g.spots, headSpot{i, at + 1, g.widthOf(i)})
		at += g.widthOf(i) + 1
	}
	return lines
}

func (g *grid) head(t theme, shown []int) line {
	l := put(quiet, "  ")
	for _, i := range shown {
		c := g.columns[i]
		name, r := c.head, quiet
		if g.sorted != "" && g.sorted == c.field {
			name += t.pick(map[bool]string{true: "▾", false: "▴"}[g.down], map[bool]string{true: "v", false: "^"}[g.down])
		}
		if i == g.chosen {
			r = strong
		}
		l = l.add(plain, " ").add(r, g.pad(t, i, name))
	}
	return l
}

func (g *grid) pad(t theme, i int, s string) string {
	w := g.widthOf(i)
	s = t.glyphs.CutEnd(s, w)
	if g.columns[i].left {
		return text.PadEnd(s, w)
	}
	return text.PadStart(s, w)
}

func (g *grid) line(t theme, shown []int, cells []cell, under, marked bool) line {
	l := put(plain, "  ")
	switch {
	case marked:
		l = put(accent, t.pick("•", "*")).add(strong, map[bool]string{true: ">", false: " "}[under])
	case under:
		l = put(strong, " >")
	}
	for _, i := range shown {
		c := cells[i]
		s := g.pad(t, i, c.s)
		r := c.role
		l = l.add(plain, " ")
		switch {
		case under && i == g.grow:
			name := strings.TrimRight(s, " ")
			l = l.add(cursor, name).add(plain, s[len(name):])
			continue
		case under && (r == plain || r == quiet):
			r = strong
		}
		l = l.add(r, s)
	}
	return l
}

// measure lets the growing column take a name.
func (g *grid) measure(name string) {
	const most = 40
	if n := text.Width(name); n > g.name {
		g.name = min(n, most)
	}
}
