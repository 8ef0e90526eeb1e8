package cli

import (
	"weir/internal/query"
	"weir/internal/wire"
)

// rows are the filter and the order asked for, over the columns of one kind.
type rows struct {
	filter *query.Filter
	sort   query.Sort
	limit  int
}

// newRows reads the flags, before anything is asked of a cluster. ofOne says that all rows will be of one group.
func newRows(k *kind, ofOne bool, flags rowFlags) (rows, error) {
	t := k.table(nil)
	if ofOne {
		t = t.OfOneGroup()
	}
	known := t.Fields()
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
		order := r.sort.Order(out.table.Len, func(row, field int) query.Value { return sorted.Row(row)[field].Query() })
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
		switch is := r.filter.Match(func(field int) query.Value { return row[field].Query() }); {
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
