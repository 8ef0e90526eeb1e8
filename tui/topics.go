package tui

import (
	"strings"
	"time"

	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// topics is the table of all topics.
type topics struct {
	list
	width int
}

var topicColumns = []column{
	{field: "topic", head: "TOPIC", width: 24, left: true},
	{field: "partitions", head: "PARTS ", width: 6},
	{field: "replication_factor", head: "COPIES", width: 6, drop: 4},
	{field: "under_replicated", head: "OUT OF ISR", width: 10},
	{field: "produce_per_second", head: "IN/s ", width: 6, drop: 1},
	{field: "size_bytes", head: "SIZE", width: 8, drop: 2},
	{field: "retention_seconds", head: "KEPT", width: 8, drop: 3},
	{field: "cleanup_policy", head: "CLEANUP", width: 14, left: true, drop: 5},
	{field: "groups", head: "READ BY", width: 36, left: true, drop: 6},
}

func newTopics() *topics {
	t := &topics{}
	t.list = list{noun: "topics", fixed: true, read: true, name: "topic", source: func(s *snap) wire.Table { return wire.Topics(s.wire()) },
		grid: grid{columns: topicColumns, grow: 0, chosen: -1}}
	return t
}

func (t *topics) place() place          { return atTopics }
func (t *topics) crumbs(*snap) []string { return []string{"topics"} }
func (t *topics) focus(*snap) []lag.Ref { return nil }

func (t *topics) draw(s *snap, w, h int) ([]line, string) {
	t.width = w
	lines := []line{nil, rule(s, "topics", joinFacts(t.narrowed(s), t.held(s)), w)}
	if len(t.keys) == 0 {
		return append(lines, emptyTable(s, &t.list, "topic")...), t.where()
	}
	return append(lines, t.grid.draw(s.theme, w, h-2, true, func(at int) []cell { return t.cells(s, at) })...), t.where()
}

func (t *topics) cells(s *snap, at int) []cell {
	row := t.reader.Row(t.rows[at])
	out := make([]cell, len(t.columns))
	for i, c := range t.columns {
		col := t.table.Column(c.field)
		out[i] = plainCell(s, &t.table.Columns[col], row[col], s.late != live)
	}
	return out
}

// plainCell is a cell in the form that the shell prints it in, unknown as a warning, and what is out of sync as one;
// numbers that are old are marked.
func plainCell(s *snap, c *wire.Column, v wire.Value, old bool) cell {
	style := wire.Style{Terminal: true, Glyphs: s.glyphs, Now: s.now}
	switch {
	case !v.Known():
		out := absentCell(s, v)
		if c.Kind == wire.Count || c.Kind == wire.Rate {
			out.s += "  "
		}
		return out
	case c.Name == "retention_seconds":
		f, _ := v.Measure()
		return cell{s: text.CoarseDuration(time.Duration(f * float64(time.Second)))}
	case c.Kind == wire.Count:
		out := number(s, c, v, old)
		if n, _ := v.Integer(); c.Name == "under_replicated" && n > 0 {
			out.role = warning
		} else if c.Name == "under_replicated" {
			out.role = quiet
		}
		return out
	case c.Kind == wire.Rate:
		return number(s, c, v, old)
	case old && c.Kind == wire.Bytes:
		return cell{strings.TrimSpace(style.Cell(c, v)), quiet}
	}
	return cell{s: strings.TrimSpace(style.Cell(c, v))}
}

func (t *topics) do(s *snap, v verb) intent {
	switch v {
	case vOpen:
		if name := t.word("topic"); name != "" {
			return openView{newTopicPage(name, 0)}
		}
		return say{"there is nothing here to open"}
	case vByRate:
		return t.sortBy("produce_per_second", true)
	}
	out, _ := t.list.do(s, v, t.width)
	return out
}

func (t *topics) command(s *snap) []string { return listCommand(s, &t.list, "") }
