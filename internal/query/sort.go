package query

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Sort is an order of rows. The zero Sort keeps them as they are.
type Sort struct{ keys []sortKey }

type sortKey struct {
	field      int
	descending bool
	rank       map[string]int64 // of an enum: the place of each value
}

// ParseSort reads field names joined by commas, each falling if a minus stands before it:
// lag,-time_lag_seconds. Errors are of type *Error. An empty spec keeps the order.
func ParseSort(spec string, fields []Field) (Sort, error) {
	var s Sort
	if strings.TrimSpace(spec) == "" {
		return s, nil
	}
	at := 0
	for part := range strings.SplitSeq(spec, ",") {
		name := strings.TrimSpace(part)
		col := utf8.RuneCountInString(spec[:at+strings.Index(part, name)]) + 1
		at += len(part) + 1
		descending := strings.HasPrefix(name, "-")
		name = strings.TrimPrefix(name, "-")
		i, ok := findField(fields, name)
		switch {
		case name == "":
			return Sort{}, &Error{"sort", col, "a field name is missing here"}
		case !ok:
			return Sort{}, &Error{"sort", col, "no field " + quote(name) + "; " + suggest(name, fieldNames(fields))}
		case slices.ContainsFunc(s.keys, func(k sortKey) bool { return k.field == i }):
			return Sort{}, &Error{"sort", col, "field " + name + " stands here twice"}
		}
		s.keys = append(s.keys, sortKey{i, descending, enumRank(fields[i])})
	}
	return s, nil
}

func enumRank(f Field) map[string]int64 {
	if f.Kind != EnumField {
		return nil
	}
	rank := make(map[string]int64, len(f.Values))
	for i, v := range f.Values {
		rank[v] = int64(i)
	}
	return rank
}

// Fields returns the numbers of the fields that the order reads.
func (s Sort) Fields() []int {
	out := make([]int, len(s.keys))
	for i, k := range s.keys {
		out[i] = k.field
	}
	return out
}

// Order returns the rows 0 to n-1 in order; get is asked once for each row and key. Equal rows
// keep their places, and unknown values come last, also in a falling order.
func (s Sort) Order(n int, get func(row, field int) Value) []int {
	if len(s.keys) == 1 {
		return s.keys[0].order(n, get)
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	columns := make([][]Value, len(s.keys))
	for k, key := range s.keys {
		columns[k] = make([]Value, n)
		for row := range n {
			columns[k][row] = key.value(get(row, key.field))
		}
	}
	slices.SortFunc(order, func(a, b int) int { // a stable sort takes several times as long
		for k, key := range s.keys {
			if c := key.compare(columns[k][a], columns[k][b]); c != 0 {
				return c
			}
		}
		return a - b
	})
	return order
}

// run is rows beside each other that have the same value.
type run struct {
	Value
	from, to int
}

// order is Order by one key. It puts runs in order, not rows: in a long table, what is sorted by often comes in few of them.
func (k sortKey) order(n int, get func(row, field int) Value) []int {
	var runs []run
	var last Value
	for row := range n {
		v := get(row, k.field)
		if row > 0 && v == last {
			runs[len(runs)-1].to++
			continue
		}
		last = v
		runs = append(runs, run{k.value(v), row, row + 1})
	}
	out := make([]int, 0, n)
	for _, at := range k.orderOf(runs) {
		for row := runs[at].from; row < runs[at].to; row++ {
			out = append(out, row)
		}
	}
	return out
}

// orderOf returns the order of runs.
func (k sortKey) orderOf(runs []run) []int {
	switch kind, alike := oneKind(runs); {
	case alike && kind == Text:
		return byOne(runs, func(v *Value) string { return v.Str }, k.descending)
	case alike && kind == Float:
		return byOne(runs, func(v *Value) float64 { return v.Float }, k.descending)
	case alike:
		return byOne(runs, func(v *Value) int64 { return v.Int }, k.descending)
	}
	order := make([]int, len(runs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if c := k.compare(runs[a].Value, runs[b].Value); c != 0 {
			return c
		}
		return a - b
	})
	return order
}

// oneKind tells the kind of all values that are known, if it is the same.
func oneKind(runs []run) (ValueKind, bool) {
	kind := Unknown
	for i := range runs {
		switch is := runs[i].Kind; {
		case is == Unknown || is == kind:
		case kind == Unknown:
			kind = is
		default:
			return Unknown, false
		}
	}
	return kind, true
}

// byOne is orderOf for values of one kind: nothing is looked at but what is compared.
func byOne[T int64 | float64 | string](column []run, key func(*Value) T, descending bool) []int {
	type row struct {
		key T
		at  int
	}
	rows := make([]row, 0, len(column))
	for i := range column {
		if column[i].Kind != Unknown {
			rows = append(rows, row{key(&column[i].Value), i})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		c := cmp(a.key, b.key)
		if descending {
			c = -c
		}
		if c == 0 {
			return a.at - b.at
		}
		return c
	})
	order := make([]int, 0, len(column))
	for i := range rows {
		order = append(order, rows[i].at)
	}
	for i := range column {
		if column[i].Kind == Unknown {
			order = append(order, i)
		}
	}
	return order
}

// value puts an enum's place for its text; a text that the enum doesn't list comes after those it does.
func (k sortKey) value(v Value) Value {
	if k.rank == nil || v.Kind != Text {
		return v
	}
	if place, ok := k.rank[v.Str]; ok {
		return IntValue(place)
	}
	return IntValue(int64(len(k.rank)))
}

func (k sortKey) compare(a, b Value) int {
	switch {
	case a.Kind == Unknown && b.Kind == Unknown:
		return 0
	case a.Kind == Unknown:
		return 1
	case b.Kind == Unknown:
		return -1
	case !haveOrder(a.Kind, b.Kind):
		return cmp(int64(a.Kind), int64(b.Kind))
	case k.descending:
		return compare(b, a)
	}
	return compare(a, b)
}
