package tui

import (
	"encoding/binary"
	"slices"

	"weir/internal/query"
	"weir/internal/wire"
)

// sync takes in a snapshot.
func (l *list) sync(s *snap) {
	if s.read() == nil || !l.dirty && l.reading == s.c.Reading {
		return
	}
	anew := !l.read || l.reading != s.c.Reading
	l.reading = s.c.Reading
	if anew {
		l.load(s)
	}
	l.relist(s)
}

// reload takes in the table as it is now.
func (l *list) reload(s *snap) {
	l.load(s)
	l.relist(s)
}

// load makes the table.
func (l *list) load(s *snap) {
	was := l.table.Len
	l.table = l.source(s)
	l.reader = wire.NewReader(&l.table)
	l.ranked = nil
	if r := s.read(); !l.fixed || r == nil || l.topo != r.Topology || l.table.Len != was {
		l.ids = nil
	}
}

// named returns what tells the rows of the table apart.
func (l *list) named() []string {
	if l.ids != nil {
		return l.ids
	}
	l.ids = make([]string, l.table.Len)
	key := l.table.Column("ref")
	switch {
	case l.idAt != nil:
		shortNames(l.ids, l.idAt)
	case l.id != nil:
		for i := range l.ids {
			l.ids[i] = l.id(l.cellsOf(i))
		}
	default:
		for i := range l.ids {
			l.ids[i] = l.reader.Cell(i, key).String()
		}
	}
	return l.ids
}

// shortNames makes texts of numbers, four bytes each, all of them in one piece of memory.
func shortNames(out []string, at func(int) int32) {
	all := make([]byte, 0, 4*len(out))
	for i := range out {
		all = binary.BigEndian.AppendUint32(all, uint32(at(i)))
	}
	for i, s := 0, string(all); i < len(out); i, s = i+1, s[4:] {
		out[i] = s[:4]
	}
}

// relist finds the rows that are shown, and their order.
func (l *list) relist(s *snap) {
	sort := l.dirty
	l.dirty = false
	same := false
	if r := s.read(); r != nil {
		same = l.topo == r.Topology && l.total == l.table.Len && len(l.keys) == l.table.Len
		l.topo = r.Topology
	}
	if l.fixed && same && !sort && l.order == "" && l.match == nil && l.keep == nil && !l.onlyBad {
		return
	}
	l.pick()
	l.arrange()
	fresh, ids := l.ids == nil, l.named()
	want := ids
	if sort || l.order != "" || len(l.rows) < len(ids) {
		want = make([]string, len(l.rows))
		for i, r := range l.rows {
			want[i] = ids[r]
		}
	}
	l.grid.sync(want, sort, s.judged)
	if fresh || len(l.rows) > l.measured {
		l.measured = len(l.rows)
		l.measureNames(s)
	}
}

// measureNames lets the growing column take the names in it; numbers have room as it is.
func (l *list) measureNames(s *snap) {
	if l.distinct != nil {
		for _, name := range l.distinct() {
			l.measure(s.safe(name))
		}
		return
	}
	col := l.table.Column(l.columns[l.grow].field)
	if col < 0 || l.table.Columns[col].Kind == wire.Number {
		return
	}
	last := ""
	for _, r := range l.rows {
		if is := l.reader.Cell(r, col).String(); is != last {
			l.measure(s.safe(is))
			last = is
		}
	}
}

// cells are the values of one row, by column. Only those that are asked for are made.
type cells func(col int) wire.Value

func (l *list) cellsOf(row int) cells {
	return func(col int) wire.Value { return l.reader.Cell(row, col) }
}

// pick finds the rows that are shown.
func (l *list) pick() {
	l.rows, l.folded, l.total, l.doubtful = slices.Grow(l.rows[:0], l.table.Len), 0, 0, 0
	if l.keep == nil && l.hide == nil && l.match == nil && !l.onlyBad && !l.onlyMine {
		for i := range l.table.Len {
			l.rows = append(l.rows, i)
		}
		l.total = l.table.Len
		return
	}
	for i := range l.table.Len {
		row := l.cellsOf(i)
		if l.keep != nil && !l.keep(row) {
			continue
		}
		l.total++
		if l.hide != nil && l.hide(row) {
			l.folded++
			if !l.unfolded && l.match == nil {
				continue
			}
		}
		if l.onlyMine && (l.own == nil || !l.own(row)) {
			continue
		}
		if l.onlyBad && !l.trouble(i, row) {
			continue
		}
		if l.match != nil {
			is := l.match.Match(func(field int) query.Value { return row(field).Query() })
			if is.Unknown {
				l.doubtful++
			}
			if !is.Match {
				continue
			}
		}
		l.rows = append(l.rows, i)
	}
}

// trouble reports whether a row is a trouble.
func (l *list) trouble(at int, row cells) bool {
	if l.badAt != nil {
		return l.badAt(at)
	}
	return l.bad != nil && l.bad(row)
}

// arrange puts the rows in the order asked for.
func (l *list) arrange() {
	if l.order == "" {
		return
	}
	by, err := query.ParseSort(l.order, l.table.Fields())
	if err != nil {
		return // the order was made from the table's own columns
	}
	if len(l.ranked) == l.table.Len && l.rankedBy == l.order {
		l.rows = among(l.ranked, l.rows)
		return
	}
	named := -1
	if l.nameAt != nil {
		named = l.table.Column(l.columns[l.grow].field)
	}
	order := by.Order(len(l.rows), func(row, field int) query.Value {
		if field == named {
			return query.TextValue(l.nameAt(l.rows[row]))
		}
		return l.reader.Cell(l.rows[row], field).Query()
	})
	out := make([]int, len(order))
	for i, at := range order {
		out[i] = l.rows[at]
	}
	if len(out) == l.table.Len {
		l.ranked, l.rankedBy = slices.Clone(out), l.order
	}
	l.rows = out
}

// among gives some of the rows, in the order of all.
func among(all, some []int) []int {
	in := make([]bool, len(all))
	for _, r := range some {
		in[r] = true
	}
	out := some[:0]
	for _, r := range all {
		if in[r] {
			out = append(out, r)
		}
	}
	return out
}
