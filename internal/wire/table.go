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
}

// Table is a schema and its rows. Rows are made when they are asked for.
type Table struct {
	Schema  string // for example weir.group/v1
	Columns []Column
	Short   []string // columns of a table, in its order
	Wide    []string // columns of a wide table, in its order
	Name    string   // the column that -o name prints
	Len     int
	// Cell returns one value. It may be called again for the same cell, but not by two goroutines at once.
	Cell func(row, col int) Value
}

// Column returns the index of a column by name, −1 when there is none.
func (t *Table) Column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}

// Pick returns the table with the rows given, in their order.
func (t *Table) Pick(rows []int) Table {
	out, cell := *t, t.Cell
	out.Len = len(rows)
	out.Cell = func(row, col int) Value { return cell(rows[row], col) }
	return out
}
