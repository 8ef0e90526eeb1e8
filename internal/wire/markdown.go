package wire

import "strings"

// markdown writes a table, and each section under a heading of its own, as Markdown has it.
func (o *output) markdown(d Document, s Style) {
	o.markdownTable(&d.Table, len(d.Clusters) > 1, s)
	for i := range d.More {
		o.text("\n## " + d.More[i].Key + "\n\n")
		o.markdownTable(&d.More[i].Table, false, s)
	}
}

func (o *output) markdownTable(t *Table, clusters bool, s Style) {
	cols, sheet := shown(t, false, clusters), newSheet(t, s)
	if !s.NoHeaders {
		rule := ""
		for _, col := range cols {
			c := &t.Columns[col]
			o.row = append(append(o.row, "| "...), s.head(c)+" "...)
			if c.Kind.right() {
				rule += "|---:"
				continue
			}
			rule += "|---"
		}
		o.row = append(append(append(o.row, "|\n"...), rule...), "|\n"...)
		o.put()
	}
	r := NewReader(t)
	for row := 0; row < t.Len && o.err == nil; row++ {
		for _, col := range cols {
			cell := strings.TrimSpace(sheet.cell(r.Row(row), col))
			o.row = append(append(append(o.row, "| "...), markdownEscaper.Replace(cell)...), ' ')
		}
		o.row = append(o.row, "|\n"...)
		o.put()
	}
}

// markdownEscaper keeps a name from being read as Markdown or HTML.
var markdownEscaper = strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;",
	"[", `\[`, "]", `\]`, "&", "&amp;")
