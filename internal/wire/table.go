package wire

import "slices"

// Column describes one key of an item.
type Column struct {
	Name   string // the key in JSON, the head in CSV, the field in filters
	Kind   Kind
	Doc    string   // one line, for the JSON Schema and the manual
	Names  []string // of an Enum: every value it may have
	Schema string   // of a Nested: its JSON Schema
	Head   string   // in a table for people; the name in capitals where empty
	Always bool     // never null
	Bound  string   // the column that tells whether this one is a lower bound
}

// Table is a schema and its rows. Rows are made when they are asked for.
type Table struct {
	Schema  string // for example weir.group/v1
	Columns []Column
	Short   []string // columns of a table, in its order
	Wide    []string // columns of a wide table, in its order
	Drop    []string // columns that a table leaves out when it is too wide, the first first
	Name    string   // the column that -o name prints
	Words   []string // the columns that a bare word in a filter looks at
	Len     int
	// Fill makes one row: a value for every column. It may be called again for the same row, but not by two goroutines at
	// once.
	Fill func(row int, dst []Value)
	// Cell makes one value of a row, where that is less work than the row; nil: it is not.
	Cell func(row, col int) Value
}

// Column returns the index of a column by name, −1 when there is none.
func (t *Table) Column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}

// Pick returns the table with the rows given, in their order.
func (t *Table) Pick(rows []int) Table {
	out, fill, cell := *t, t.Fill, t.Cell
	out.Len = len(rows)
	out.Fill = func(row int, dst []Value) { fill(rows[row], dst) }
	if cell != nil {
		out.Cell = func(row, col int) Value { return cell(rows[row], col) }
	}
	return out
}

// Without returns the table without some of its columns.
func (t *Table) Without(names ...string) Table {
	var kept []int
	out := *t
	out.Columns, out.Cell = nil, nil
	for i, c := range t.Columns {
		if !slices.Contains(names, c.Name) {
			kept, out.Columns = append(kept, i), append(out.Columns, c)
		}
	}
	all, fill := make([]Value, len(t.Columns)), t.Fill
	out.Fill = func(row int, dst []Value) {
		fill(row, all)
		for i, col := range kept {
			dst[i] = all[col]
		}
	}
	return out
}

// Reader reads single cells of a table. It keeps the row it made last.
type Reader struct {
	t   *Table
	row int
	all []Value
}

// NewReader reads cells of t.
func NewReader(t *Table) *Reader { return &Reader{t: t, row: -1, all: make([]Value, len(t.Columns))} }

// Cell returns one value.
func (r *Reader) Cell(row, col int) Value {
	if row != r.row && r.t.Cell != nil {
		return r.t.Cell(row, col)
	}
	return r.Row(row)[col]
}

// Row returns a whole row, which holds until the next call.
func (r *Reader) Row(row int) []Value {
	if row != r.row {
		r.t.Fill(row, r.all)
		r.row = row
	}
	return r.all
}

// fillCells makes a row of a small table, cell by cell.
func fillCells(dst []Value, cell func(col int) Value) {
	for col := range dst {
		dst[col] = cell(col)
	}
}

// bounds are, by column, the column that tells whether it is a lower bound; −1 where none does.
func (t *Table) bounds() []int {
	out := make([]int, len(t.Columns))
	for i := range t.Columns {
		if out[i] = -1; t.Columns[i].Bound != "" {
			out[i] = t.Column(t.Columns[i].Bound)
		}
	}
	return out
}
