// Package wire gives what weir knows its public shape: the items of CONTRACT, their keys and order, and every form they
// are printed in.
//
// Each schema is described once, as a [Table] of columns. JSON, JSON lines, CSV, Markdown, the tables for people, filters,
// sorting and the JSON Schemas in docs/schemas are all driven by that description, so that a key can't be in one of them
// and not in another. Rows are made one cell at a time while they are written: the output of a large cluster needs no
// more memory than a small one's.
package wire
