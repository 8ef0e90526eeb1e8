package wire

import (
	"bufio"
	"io"
	"math"
	"strings"
	"time"

	"weir/internal/text"
	"weir/lag"
)

// Page writes every item of the document as a list of its fields, exact and under the names they have everywhere, then
// the sections as tables. What was not measured is left out; anything else that is unknown says why.
func Page(w io.Writer, d Document, s Style) error {
	out := &output{w: bufio.NewWriter(w)}
	r := NewReader(&d.Table)
	for row := range d.Table.Len {
		if row > 0 {
			out.text("\n")
		}
		out.fields(&d.Table, r.Row(row), s)
	}
	for i := range d.More {
		section := Document{Clusters: d.Clusters[:min(1, len(d.Clusters))], Table: d.More[i].Table}
		out.text("\n" + strings.ToUpper(d.More[i].Key) + "\n")
		if section.Table.Len == 0 {
			out.text("none\n")
			continue
		}
		out.grid(section, false, s)
	}
	if out.err == nil {
		out.err = out.w.Flush()
	}
	return out.err
}

func (o *output) fields(t *Table, row []Value, s Style) {
	width := 0
	for i := range t.Columns {
		width = max(width, len(t.Columns[i].Name))
	}
	for i := range row {
		c, v := &t.Columns[i], row[i]
		if c.Name == refColumn.Name || v.Reason() == lag.NotMeasured {
			continue
		}
		o.text(text.PadEnd(c.Name, width) + between + s.exact(c, v) + "\n")
	}
}

// exact is a value in full: counts with separators, stamps with their zone, the unknown with its reason.
func (s Style) exact(c *Column, v Value) string {
	switch v.held {
	case nothing:
		if v.Never() {
			return neverMark
		}
		return s.absent(v) + " (" + strings.ReplaceAll(v.Reason().String(), "_", " ") + ")"
	case moment:
		return text.StampZone(time.UnixMilli(int64(v.bits)), s.now())
	case float:
		if c.Kind == Rate {
			return text.ShortRate(math.Float64frombits(v.bits)) + " a second"
		}
	case integer:
		switch c.Kind {
		case Count:
			return text.Exact(int64(v.bits))
		case Bytes:
			return text.Bytes(int64(v.bits))
		}
	case nested:
		if empty := s.Cell(c, v); empty == "" {
			return "none"
		}
	case letters:
		if said := s.Cell(c, v); said != "" {
			return said
		}
		return "none"
	}
	return s.Cell(c, v)
}
