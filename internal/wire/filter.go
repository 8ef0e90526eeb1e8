package wire

import (
	"slices"

	"weir/internal/query"
	"weir/lag"
)

var fieldKinds = map[Kind]query.FieldKind{
	Text: query.TextField, Enum: query.EnumField, Count: query.CountField, Number: query.CountField, Bytes: query.BytesField,
	Seconds: query.SecondsField, Rate: query.RateField, Bool: query.BoolField, Time: query.TimeField, Nested: query.TextField,
}

// Fields are the columns as filters and orders name them.
func (t *Table) Fields() []query.Field {
	out := make([]query.Field, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = query.Field{Name: c.Name, Kind: fieldKinds[c.Kind], Values: c.Names, IsName: slices.Contains(t.Words, c.Name)}
	}
	return out
}

// OfOneGroup is the table where all of its rows are of one group, by whose name they can't be told apart: a bare word is
// looked for in their other names, where they have any.
func (t Table) OfOneGroup() Table {
	if others := slices.DeleteFunc(slices.Clone(t.Words), func(name string) bool { return name == lag.KindGroup }); len(others) > 0 {
		t.Words = others
	}
	return t
}

// Query is the value as filters compare it. What there is none of, such as the member of a partition that nobody is assigned,
// is absent; what could not be seen is unknown.
func (v Value) Query() query.Value {
	switch v.held {
	case integer:
		return query.IntValue(int64(v.bits))
	case nothing:
		if v.Reason() == lag.NotApplicable {
			return query.AbsentValue()
		}
		return query.Value{}
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
