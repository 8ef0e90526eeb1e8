package cli

import (
	"slices"

	"weir/internal/query"
	"weir/internal/wire"
)

// rows are the filter and the order asked for, over the columns of one kind.
type rows struct {
	filter *query.Filter
	sort   query.Sort
	limit  int
}

var fieldKinds = map[wire.Kind]query.FieldKind{
	wire.Text: query.TextField, wire.Enum: query.EnumField, wire.Count: query.CountField, wire.Number: query.CountField,
	wire.Bytes: query.BytesField, wire.Seconds: query.SecondsField, wire.Rate: query.RateField, wire.Bool: query.BoolField,
	wire.Time: query.TimeField, wire.Nested: query.TextField,
}

// fields are the columns of a table as filters name them.
func fields(t *wire.Table, words []string) []query.Field {
	out := make([]query.Field, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = query.Field{Name: c.Name, Kind: fieldKinds[c.Kind], Values: c.Names, IsName: slices.Contains(words, c.Name)}
	}
	return out
}

// newRows reads the flags, before anything is asked of a cluster.
func newRows(k *kind, flags rowFlags) (rows, error) {
	t := k.table(nil)
	known := fields(&t, k.words)
	filter, err := query.Compile(flags.filter, known)
	if err != nil {
		return rows{}, usage("--filter: %w", err)
	}
	sort, err := query.ParseSort(flags.sort, known)
	if err != nil {
		return rows{}, usage("--sort: %w", err)
	}
	if flags.limit < 0 {
		return rows{}, usage("--limit %d: want 0, for all rows, or more", flags.limit)
	}
	return rows{filter, sort, flags.limit}, nil
}

// picked are the rows that are printed, and how many are not.
type picked struct {
	table   wire.Table
	unknown int // hidden because a value they are filtered by is not known
	beyond  int // left out by the limit
}

// pick returns the rows of t that keep takes and the filter matches, in order.
func (r rows) pick(t wire.Table, keep func(row []wire.Value) bool) picked {
	out := picked{table: t}
	if keep != nil || r.filter.String() != "" {
		out = r.match(t, keep)
	}
	if len(r.sort.Fields()) > 0 {
		sorted := wire.NewReader(&out.table)
		order := r.sort.Order(out.table.Len, func(row, field int) query.Value { return value(&sorted.Row(row)[field]) })
		out.table = out.table.Pick(order)
	}
	if r.limit > 0 && out.table.Len > r.limit {
		out.beyond = out.table.Len - r.limit
		out.table.Len = r.limit
	}
	return out
}

// match makes every row once and drops those that are not wanted.
func (r rows) match(t wire.Table, keep func(row []wire.Value) bool) picked {
	var out picked
	var kept []int
	reader := wire.NewReader(&t)
	for i := range t.Len {
		row := reader.Row(i)
		if keep != nil && !keep(row) {
			continue
		}
		switch is := r.filter.Match(func(field int) query.Value { return value(&row[field]) }); {
		case is.Match:
			kept = append(kept, i)
		case is.Unknown:
			out.unknown++
		}
	}
	out.table = t.Pick(kept)
	return out
}

// only returns the rows of t that keep takes, all of them where it is nil.
func only(t wire.Table, keep func(row []wire.Value) bool) wire.Table {
	return rows{filter: &query.Filter{}}.pick(t, keep).table
}

// value is a cell as filters compare it.
func value(v *wire.Value) query.Value {
	if !v.Known() {
		return query.Value{}
	}
	if n, ok := v.Integer(); ok {
		return query.IntValue(n)
	}
	if f, ok := v.Measure(); ok {
		return query.FloatValue(f)
	}
	if b, ok := v.Bool(); ok {
		return query.BoolValue(b)
	}
	if t, ok := v.Time(); ok {
		return query.TimeValue(t)
	}
	return query.TextValue(v.String())
}
