package wire

import (
	"slices"
	"strings"

	"weir/internal/text"
	"weir/lag"
)

// between is what stands between two columns.
const between = "  "

// grid writes a table in aligned columns. The rows are made twice, for their widths and for themselves: no row is kept.
func (o *output) grid(d Document, wide bool, s Style) {
	t := &d.Table
	cols, r := shown(t, wide, len(d.Clusters) > 1), NewReader(t)
	sheet, widths := newSheet(t, s), make([]int, len(cols))
	for row := range t.Len {
		cells := r.Row(row)
		for i, col := range cols {
			widths[i] = max(widths[i], text.Width(sheet.cell(cells, col)))
		}
	}
	if !s.NoHeaders && t.Len > 0 {
		for i, col := range cols {
			widths[i] = max(widths[i], text.Width(s.headCell(&t.Columns[col])))
		}
	}
	if !wide {
		cols, widths = fit(t, cols, widths, s.Width)
	}
	if !s.NoHeaders && t.Len > 0 {
		o.line(t, cols, widths, func(col int) string { return s.headCell(&t.Columns[col]) })
	}
	for row := 0; row < t.Len && o.err == nil; row++ {
		cells := r.Row(row)
		o.line(t, cols, widths, func(col int) string { return sheet.cell(cells, col) })
	}
}

// fit leaves out columns until a line takes no more than width cells, or none is left that may go.
func fit(t *Table, cols, widths []int, width int) ([]int, []int) {
	for _, name := range t.Drop {
		total := -len(between)
		for _, w := range widths {
			total += w + len(between)
		}
		if width <= 0 || total <= width {
			break
		}
		if i := slices.Index(cols, t.Column(name)); i >= 0 {
			cols, widths = slices.Delete(cols, i, i+1), slices.Delete(widths, i, i+1)
		}
	}
	return cols, widths
}

func (o *output) line(t *Table, cols, widths []int, cell func(col int) string) {
	for i, col := range cols {
		if i > 0 {
			o.row = append(o.row, between...)
		}
		if t.Columns[col].Kind.right() {
			o.row = append(o.row, text.PadStart(cell(col), widths[i])...)
			continue
		}
		o.row = append(o.row, text.PadEnd(cell(col), widths[i])...)
	}
	for len(o.row) > 0 && o.row[len(o.row)-1] == ' ' {
		o.row = o.row[:len(o.row)-1]
	}
	o.row = append(o.row, '\n')
	o.put()
}

// sheet makes the cells of a table for people.
type sheet struct {
	t      *Table
	s      Style
	bounds []int
}

func newSheet(t *Table, s Style) *sheet { return &sheet{t, s, t.bounds()} }

// cell is one cell. Marks stand where digits do, so that a unit's place stays empty under them; a lower bound says so.
func (h *sheet) cell(row []Value, col int) string {
	c, v := &h.t.Columns[col], row[col]
	out := h.s.Cell(c, v)
	if !v.Known() {
		if c.Kind == Count || c.Kind == Rate {
			return out + " "
		}
		return out
	}
	if b := h.bounds[col]; b >= 0 {
		switch row[b].text {
		case lag.AtLeast.String():
			return h.s.Glyphs.Bounded(strings.TrimLeft(out, " "), text.AtLeast)
		case atLatest:
			return h.s.Glyphs.Bounded(out, text.AtMost)
		}
	}
	return out
}

// headCell is a heading, over the digits like the marks.
func (s Style) headCell(c *Column) string {
	if c.Kind == Count || c.Kind == Rate {
		return s.head(c) + " "
	}
	return s.head(c)
}

// shown returns the columns of a table for people. The cluster is left out where there is but one, and so is, unless the
// table is wide, what was measured in no row: a column of question marks for the same reason says nothing.
func shown(t *Table, wide, clusters bool) []int {
	names := t.Short
	if wide {
		names = t.Wide
	}
	var out []int
	empty := unmeasuredIn(t)
	for _, name := range names {
		col := t.Column(name)
		if name == clusterColumn.Name && !clusters && t.Name != name || !wide && empty[col] {
			continue
		}
		out = append(out, col)
	}
	return out
}

// unmeasuredIn tells the columns that hold nothing but what was not measured.
func unmeasuredIn(t *Table) []bool {
	out := make([]bool, len(t.Columns))
	r := NewReader(t)
	for col := range out {
		out[col] = t.Len > 0
		for row := 0; row < t.Len && out[col]; row++ {
			out[col] = r.Cell(row, col).Reason() == lag.NotMeasured
		}
	}
	return out
}
