package query

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSort(t *testing.T) {
	rows := []row{
		{"group": TextValue("b"), "lag": IntValue(5), "state": TextValue("keeping_up"), "internal": BoolValue(true)},
		{"group": TextValue("a"), "state": TextValue("losing_data"), "internal": BoolValue(false)},
		{"group": TextValue("d"), "lag": IntValue(-1), "state": TextValue("new_state")},
		{"group": TextValue("c"), "lag": FloatValue(5.5), "state": TextValue("stopped"), "internal": BoolValue(true)},
		{"lag": IntValue(5)},
	}
	for spec, want := range map[string]string{
		"": "[0 1 2 3 4]", " ": "[0 1 2 3 4]", "group": "[1 0 3 2 4]", "-group": "[2 3 0 1 4]", "lag": "[2 0 4 3 1]",
		"-lag": "[3 0 4 2 1]", "state": "[1 3 0 2 4]", "-state": "[2 0 3 1 4]", "-lag, group": "[3 0 4 2 1]",
		"internal,-group": "[1 3 0 2 4]",
	} {
		s, err := ParseSort(spec, groupFields)
		if err != nil {
			t.Errorf("ParseSort(%q): %v", spec, err)
			continue
		}
		if got := fmt.Sprint(s.Order(len(rows), func(r, f int) Value { return rows[r].get(f) })); got != want {
			t.Errorf("sorted by %q: %s, want %s", spec, got, want)
		}
	}
	if s, _ := ParseSort("-lag,group", groupFields); fmt.Sprint(s.Fields()) != "[3 0]" {
		t.Errorf("Fields() = %v", s.Fields())
	}
}

func TestParseSortErrors(t *testing.T) {
	for _, c := range []struct {
		spec   string
		column int
		fault  string
	}{
		{"lga", 1, "nearest is lag"}, {"lag, -gruop", 6, "nearest is group"}, {"lag,", 5, "missing"}, {"-", 1, "missing"},
		{"lag,-lag", 5, "twice"}, {"group,,lag", 7, "missing"},
	} {
		_, err := ParseSort(c.spec, groupFields)
		var e *Error
		if !errors.As(err, &e) || e.Column != c.column || !strings.Contains(e.Fault, c.fault) {
			t.Errorf("ParseSort(%q): %v, want column %d and %q", c.spec, err, c.column, c.fault)
		}
	}
}

func TestOrderProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unknown, ints, floats := rapid.Just(Value{}), rapid.Map(rapid.Int64Range(-3, 3), IntValue), rapid.Map(rapid.Float64Range(-3, 3), FloatValue)
		texts := rapid.Map(rapid.SampledFrom([]string{"", "a", "b", "ba"}), TextValue)
		some := rapid.SampledFrom([]*rapid.Generator[Value]{rapid.OneOf(unknown, ints, floats), rapid.OneOf(unknown, ints),
			rapid.OneOf(unknown, floats), rapid.OneOf(unknown, texts)}).Draw(t, "kinds")
		values := rapid.SliceOf(some).Draw(t, "values")
		spec := rapid.SampledFrom([]string{"lag", "-lag"}).Draw(t, "spec")
		s, err := ParseSort(spec, groupFields)
		if err != nil {
			t.Fatal(err)
		}
		order := s.Order(len(values), func(r, _ int) Value { return values[r] })
		if !slices.IsSortedFunc(order, func(a, b int) int { return s.keys[0].compare(values[a], values[b]) }) {
			t.Fatalf("%v by %s: %v", values, spec, order)
		}
		for i := range order[:max(len(order)-1, 0)] {
			if values[order[i]].Kind == Unknown && values[order[i+1]].Kind != Unknown {
				t.Fatalf("an unknown value is not last: %v", order)
			}
			if s.keys[0].compare(values[order[i]], values[order[i+1]]) == 0 && order[i] > order[i+1] {
				t.Fatalf("%v by %s: equal rows changed places: %v", values, spec, order)
			}
		}
		slices.Sort(order)
		for i, row := range order {
			if i != row {
				t.Fatalf("rows lost: %v", order)
			}
		}
	})
}

func FuzzParseSort(f *testing.F) {
	for _, s := range []string{"", "lag,-group", "-", ",", " state ,lag", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		_, err := ParseSort(spec, groupFields)
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.Column < 1 || e.Column > len(spec)+1) {
			t.Errorf("ParseSort(%q): %v", spec, err)
		}
	})
}
