package wire

import (
	"bytes"
	"strings"

	"weir/lag"
)

// csv writes every column of a table, exact, as RFC 4180 has it save that lines end in a newline. An unknown value is an
// empty cell; the last column names its field and reason, as lag:no_commit, separated by blanks. Objects and lists are JSON.
func (o *output) csv(t Table, s Style) {
	if !s.NoHeaders {
		o.row = o.row[:0]
		for _, c := range t.Columns {
			o.row = append(append(o.row, c.Name...), ',')
		}
		o.row = append(o.row, "unknown\n"...)
		o.put()
	}
	reasons := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		reasons[i] = " " + c.Name + ":"
	}
	r := NewReader(&t)
	for row := 0; row < t.Len && o.err == nil; row++ {
		dst, cells := o.row, r.Row(row)
		for col := range cells {
			dst = append(appendCSV(dst, &cells[col], &s), ',')
		}
		if o.why.changed(cells) {
			o.why.text = o.why.text[:0]
			for col, r := range o.why.reasons {
				if r != lag.NoReason {
					o.why.text = append(append(o.why.text, reasons[col]...), r.String()...)
				}
			}
		}
		o.row = append(append(dst, bytes.TrimPrefix(o.why.text, []byte(" "))...), '\n')
		o.put()
	}
}

func appendCSV(dst []byte, v *Value, s *Style) []byte {
	var cell string
	switch v.held {
	case letters:
		cell = v.text
		if s.Terminal {
			cell = s.Glyphs.Safe(cell)
		}
	case nested:
		cell = string(v.nest.AppendJSON(nil))
	default:
		return appendPlain(dst, v)
	}
	if !needsQuotes(cell) {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	for i := 0; i < len(cell); i++ {
		if cell[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, cell[i])
	}
	return append(dst, '"')
}

// needsQuotes reports whether a cell must stand in quotes. Blanks at its ends would be cut off by some readers.
func needsQuotes(s string) bool {
	if s == "" {
		return false
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' {
		return true
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ',', '"', '\n', '\r', '\t', 0:
			return true
		}
	}
	return strings.HasPrefix(s, "\ufeff")
}

// names writes one column, a name a line. Line ends within a name would make two of it: what can't stand in a line is
// written out, as for a terminal.
func (o *output) names(t Table, s Style) {
	col := t.Column(t.Name)
	r := NewReader(&t)
	for row := 0; row < t.Len && o.err == nil; row++ {
		o.row = append(s.Glyphs.AppendSafe(o.row[:0], r.Cell(row, col).String()), '\n')
		o.put()
	}
}
