package tui

import (
	"slices"
	"strconv"

	"weir/actions"
	"weir/internal/wire"
	"weir/lag"
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
		g.marks[k], g.anchor = true, k
	}
	g.move(vDown)
}

// markTo marks the rows from the one that was marked last to the one under the cursor, as they are listed now. Where there
// is none it marks this one, from which the next such key goes on.
func (g *grid) markTo() intent {
	k := g.cursor()
	if k == "" {
		return say{"there is nothing here to mark"}
	}
	from := slices.Index(g.keys, g.anchor)
	begins := from < 0 || !g.marks[g.anchor]
	if begins {
		from = g.at
	}
	if g.marks == nil {
		g.marks = map[string]bool{}
	}
	for _, one := range g.keys[min(from, g.at) : max(from, g.at)+1] {
		g.marks[one] = true
	}
	g.anchor = k
	if begins {
		return say{"marked; v on another row marks all between"}
	}
	return nil
}

// unmark takes all marks off; false when there were none.
func (g *grid) unmark() bool {
	was := len(g.marks) > 0
	g.marks, g.anchor = nil, ""
	return was
}

// ofMarked says what an action is about where several partitions are marked; "" where they aren't.
func ofMarked(s *snap, spec actions.Spec, ref lag.Ref, of *selection) string {
	n := len(of.marked)
	if n < 2 {
		return ""
	}
	for _, p := range spec.Params {
		if p.Type == actions.Topics {
			return "The " + itoa(n) + " marked partitions, in one plan."
		}
	}
	switch {
	case ref.Kind == lag.KindPartition:
		return "The " + itoa(n) + " marked partitions, in one plan."
	case len(targetWords(spec)) > 1:
		return "Only p" + itoa(int(of.hand.partition)) + " of " + s.safe(of.hand.topic) + ", the one under the cursor: it takes one partition."
	}
	return "All of " + s.quoted(ref.Name) + ", not the marked alone."
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
