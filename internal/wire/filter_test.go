package wire

import (
	"slices"
	"testing"

	"weir/internal/query"
	"weir/lag"
)

// TestTheWordsOfATableAreItsColumns: a word that names no column would be looked for nowhere.
func TestTheWordsOfATableAreItsColumns(t *testing.T) {
	for _, table := range []Table{Groups(nil), Positions(nil), Members(nil), Topics(nil), Partitions(nil), Brokers(nil), Clusters(nil), Events(nil), Runs(nil), Entries(nil)} {
		var names []string
		for _, f := range table.Fields() {
			if f.IsName {
				names = append(names, f.Name)
			}
		}
		want := slices.Clone(table.Words)
		slices.Sort(names)
		slices.Sort(want)
		if len(want) == 0 || !slices.Equal(names, want) {
			t.Errorf("%s: a bare word looks at %q, want %q", table.Schema, names, want)
		}
	}
}

func TestATableOfOneGroupIsNotSearchedByItsName(t *testing.T) {
	all := Positions(nil)
	if one := all.OfOneGroup(); slices.Contains(one.Words, "group") || !slices.Contains(one.Words, "member_id") {
		t.Errorf("words of one group's positions: %q", one.Words)
	}
	if !slices.Contains(all.Words, "group") {
		t.Error("narrowing a table changes the one that it was made of")
	}
	if one := Groups(nil).OfOneGroup(); !slices.Equal(one.Words, []string{"group"}) {
		t.Errorf("a table with no other name is left with %q", one.Words)
	}
}

func TestWithout(t *testing.T) {
	all := Brokers([]Cluster{world()})
	some := all.Without("ref", "host", "rack")
	if some.Column("host") >= 0 || len(some.Columns) != len(all.Columns)-3 || some.Len != all.Len {
		t.Fatalf("%d columns of %d are left", len(some.Columns), len(all.Columns))
	}
	whole, part := NewReader(&all), NewReader(&some)
	for row := range all.Len {
		for i, c := range some.Columns {
			if got, want := part.Cell(row, i), whole.Cell(row, all.Column(c.Name)); got.String() != want.String() || got.Reason() != want.Reason() {
				t.Errorf("row %d: %s is %+v, want %+v", row, c.Name, got, want)
			}
		}
	}
}

func TestQuery(t *testing.T) {
	for _, tt := range []struct {
		v    Value
		want query.Value
	}{
		{Int(7, lag.NoReason), query.IntValue(7)},
		{Float(0.5), query.FloatValue(0.5)},
		{Word("a"), query.TextValue("a")},
		{Truth(true), query.BoolValue(true)},
		{Object(list[int32]{1, 2}), query.TextValue("1 2")},
		{Doubtful("unknown", lag.NotMeasured), query.TextValue("unknown")},
		{Missing(lag.NotAuthorized), query.Value{}},
		{Value{}, query.Value{}},
		{Missing(lag.NotApplicable), query.AbsentValue()},
	} {
		if got := tt.v.Query(); got != tt.want {
			t.Errorf("%+v: %+v, want %+v", tt.v, got, tt.want)
		}
	}
}
