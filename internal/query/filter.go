package query

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Filter is a compiled expression. It is immutable, so many goroutines may use one.
type Filter struct {
	expr         string
	alternatives [][]term // or of ands; none matches everything
	fields       []int
}

// Result is what a filter says about one row.
type Result struct {
	Match   bool // the row is shown
	Unknown bool // the row is hidden, and only because a value isn't known
}

// term is one condition: on the fields of a name, any of which may hold; else on one field.
type term struct {
	fields []int
	op     string
	want   Value
	enum   bool              // the field is one of enumerated words, "unknown" among them for what isn't known
	test   func(string) bool // for ~ and !~, words and patterns too
	bare   bool              // it is of the name, and says no field
}

type truth uint8

const (
	no truth = iota
	perhaps
	yes
)

// String returns the expression as it was written.
func (f *Filter) String() string { return f.expr }

// Fields returns the numbers of the fields the filter reads, rising: what must be known for it
// to judge every row.
func (f *Filter) Fields() []int { return slices.Clone(f.fields) }

func (f *Filter) note(fields []int) {
	f.fields = append(f.fields, fields...)
	slices.Sort(f.fields)
	f.fields = slices.Compact(f.fields)
}

// Match judges one row, whose values get returns by the number of the field. A value whose kind
// does not fit its field is unknown.
func (f *Filter) Match(get func(field int) Value) Result {
	best := no
	if len(f.alternatives) == 0 {
		best = yes
	}
	for i := range f.alternatives {
		if best = max(best, matchAll(f.alternatives[i], get)); best == yes {
			break
		}
	}
	return Result{Match: best == yes, Unknown: best == perhaps}
}

func matchAll(terms []term, get func(field int) Value) truth {
	least := yes
	for i := range terms {
		if least = min(least, terms[i].eval(get)); least == no {
			break
		}
	}
	return least
}

func (t *term) eval(get func(field int) Value) truth {
	if t.test == nil {
		return t.compareTo(get(t.fields[0]))
	}
	found := no
	for _, field := range t.fields {
		if found == yes {
			break
		}
		v := get(field)
		switch {
		case v.Absent && t.bare:
		case v.Kind != Text:
			found = max(found, perhaps)
		case t.test(v.Str):
			found = yes
		}
	}
	if t.op == "!~" {
		return yes - found
	}
	return found
}

func (t *term) compareTo(v Value) truth {
	if !haveOrder(v.Kind, t.want.Kind) {
		return perhaps
	}
	c := compare(v, t.want)
	holds := false
	switch t.op {
	case "=":
		holds = c == 0
	case "!=":
		holds = c != 0
	case ">":
		holds = c > 0
	case ">=":
		holds = c >= 0
	case "<":
		holds = c < 0
	case "<=":
		holds = c <= 0
	}
	switch {
	case holds:
		return yes
	case t.enum && t.op == "=" && v.Str == "unknown": // it may be what is asked for
		return perhaps
	}
	return no
}

// containsFold tests for word in any case. Plain ASCII, the usual case, is tested without a copy.
func containsFold(word string) func(string) bool {
	lower := strings.ToLower(word)
	plain := isASCII(lower)
	return func(s string) bool {
		if plain && isASCII(s) {
			return containsLower(s, lower)
		}
		return strings.Contains(strings.ToLower(s), lower)
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func containsLower(s, lower string) bool {
	for i := 0; i+len(lower) <= len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c == lower[0] && strings.EqualFold(s[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
}
