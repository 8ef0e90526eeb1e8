package query

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAnd(t *testing.T) {
	for _, tt := range []struct{ a, b, want string }{
		{"", "", ""}, {"x", "", "x"}, {"", "x|y", "x|y"}, {"x", "y", "x,y"},
		{"s=a|s=b", "x", "s=a,x|s=b,x"}, {"s=a|s=b", "x | y,z", "s=a,x|s=a,y,z|s=b,x|s=b,y,z"},
		{`a="x|y"`, "z", `a="x|y",z`}, {`~"a|b"|c`, "d", `~"a|b",d|c,d`},
	} {
		if got := And(tt.a, tt.b); got != tt.want {
			t.Errorf("And(%q, %q) = %q, want %q", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestAndHoldsWhereBothHold: for whatever expressions and rows.
func TestAndHoldsWhereBothHold(t *testing.T) {
	fields := []Field{{Name: "name", IsName: true}, {Name: "n", Kind: CountField}}
	clause := rapid.SampledFrom([]string{"a", "!a", "n>3", "n<=5", `name="a|b"`, `name='c,d'`, `~"a|c"`, "name!=a|b"})
	rapid.Check(t, func(t *rapid.T) {
		expr := func(label string) (string, *Filter) {
			n := rapid.IntRange(1, 4).Draw(t, label+" clauses")
			e := clause.Draw(t, label)
			for range n - 1 {
				e += rapid.SampledFrom([]string{",", "|", " | "}).Draw(t, label+" join") + clause.Draw(t, label)
			}
			f, err := Compile(e, fields)
			if err != nil {
				t.Fatalf("%s: %v", e, err)
			}
			return e, f
		}
		a, fa := expr("a")
		b, fb := expr("b")
		both, err := Compile(And(a, b), fields)
		if err != nil {
			t.Fatalf("And(%q, %q) = %q: %v", a, b, And(a, b), err)
		}
		name, n := rapid.SampledFrom([]string{"a", "b", "a|b", "c,d", "x"}).Draw(t, "name"), rapid.Int64Range(0, 9).Draw(t, "n")
		row := func(field int) Value {
			if field == 0 {
				return TextValue(name)
			}
			return IntValue(n)
		}
		if got, want := both.Match(row).Match, fa.Match(row).Match && fb.Match(row).Match; got != want {
			t.Fatalf("%q of name=%q n=%d: %v, want %v", And(a, b), name, n, got, want)
		}
	})
}

func TestQuotedIsTakenLiterally(t *testing.T) {
	fields := []Field{{Name: "name", IsName: true}}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Filter(func(s string) bool { return len(s) < 500 && !strings.ContainsRune(s, 0) }).Draw(t, "name")
		f, err := Compile("name="+Quoted(name), fields)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{name, name + "x", "*"} {
			if got := f.Match(func(int) Value { return TextValue(other) }).Match; got != (other == name) {
				t.Fatalf("name=%s holds of %q: %v", Quoted(name), other, got)
			}
		}
	})
}
