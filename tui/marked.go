package tui

import (
	"strconv"

	"weir/internal/wire"
)

// Marks of rows: an action that takes several partitions is about those that are marked. They hold to the row, not to its
// place, and go with Esc.

// mark marks the row under the cursor, or takes its mark off, and goes on to the next.
func (g *grid) mark() {
	k := g.cursor()
	if k == "" {
		return
	}
	if g.marks == nil {
		g.marks = map[string]bool{}
	}
	if g.marks[k] {
		delete(g.marks, k)
	} else {
		g.marks[k] = true
	}
	g.move(vDown)
}

// unmark takes all marks off; false when there were none.
func (g *grid) unmark() bool {
	was := len(g.marks) > 0
	g.marks = nil
	return was
}

// markedSpots are the partitions marked, in the order of the rows. A row that is gone is not among them.
func (l *list) markedSpots() []spot {
	var out []spot
	topic, number := l.table.Column("topic"), l.table.Column("partition")
	for i, k := range l.keys {
		if l.marks[k] && l.data[i] < len(l.rows) {
			out = append(out, spotOf(topic, number, l.reader.Row(l.rows[l.data[i]])))
		}
	}
	return out
}

// spotOf reads a partition from a row; a topic of −1 is left out.
func spotOf(topic, number int, row []wire.Value) spot {
	var out spot
	if topic >= 0 {
		out.topic = row[topic].String()
	}
	if n, err := strconv.ParseInt(row[number].String(), 10, 32); err == nil {
		out.partition = int32(n)
	}
	return out
}
