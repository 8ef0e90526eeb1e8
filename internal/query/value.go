// Package query reads the filter and sort expressions of the shell and the screen and runs them
// over rows. It knows rows only as fields and values, so both faces and every kind of item share it.
//
// # Filters
//
//	word            the name contains word, in any case      !word     it does not
//	~regex          the name matches (RE2)                   !~regex   it does not
//	field=value     != > >= < <=                             field~regex, field!~regex
//	a,b             both                                     a|b       one of them
//
// The comma binds tighter: a,b|c is (a and b) or c. There are no parentheses. A value that holds a
// comma, a bar or spaces at its ends is quoted, "a,b" or 'a|b'; a quote inside is doubled. Text is
// compared exactly; an unquoted value with * or ? is a pattern as in Glob.
//
// # Unknown values
//
// Logic is three-valued (Kleene). A comparison, != and !word included, with an unknown value is
// neither true nor false but unknown; "and" is the least and "or" the greatest of false < unknown < true. A
// row matches only if the whole is true. Where it is unknown the row is hidden, and Result says so,
// so that the caller can tell how many rows may be missing. Enumerated words have one for what isn't known, unknown: it is no
// other word for certain, so field=word is unknown for it, and field!=word shows it. Where it is certain that there is none
// (Value.Absent), such as the member of a partition that nobody is assigned, a bare word is not found; it is unknown to a comparison.
package query

import (
	"math"
	"time"
)

// ValueKind says what a Value holds.
type ValueKind uint8

const (
	// Unknown is a value that isn't known; it matches no comparison and sorts last.
	Unknown ValueKind = iota
	// Integer is a whole number, compared exactly over all of int64.
	Integer
	// Float is a number with a fraction.
	Float
	// Text is a string.
	Text
	// Bool is true or false.
	Bool
	// Time is a moment, in milliseconds.
	Time
)

// Value is what one field of one row holds. The zero Value is unknown.
type Value struct {
	Kind   ValueKind
	Absent bool    // Unknown, since there is none: no bare word is found in it
	Int    int64   // Integer; Bool as 0 or 1; Time as Unix milliseconds
	Float  float64 // Float; never NaN
	Str    string  // Text
}

// IntValue holds a whole number; math.MinInt64, which is lag.Unknown, gives an unknown value.
func IntValue(n int64) Value {
	if n == math.MinInt64 {
		return Value{}
	}
	return Value{Kind: Integer, Int: n}
}

// FloatValue holds a number; NaN gives an unknown value.
func FloatValue(f float64) Value {
	if math.IsNaN(f) {
		return Value{}
	}
	return Value{Kind: Float, Float: f}
}

// TextValue holds s; an empty string is known.
func TextValue(s string) Value { return Value{Kind: Text, Str: s} }

// BoolValue holds b.
func BoolValue(b bool) Value {
	if b {
		return Value{Kind: Bool, Int: 1}
	}
	return Value{Kind: Bool}
}

// TimeValue holds t to the millisecond; the zero time gives an unknown value.
func TimeValue(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{Kind: Time, Int: t.UnixMilli()}
}

// AbsentValue is an unknown one of which it is certain that there is none.
func AbsentValue() Value { return Value{Absent: true} }

// haveOrder tells whether an order between the two kinds makes sense.
func haveOrder(a, b ValueKind) bool {
	number := func(k ValueKind) bool { return k == Integer || k == Float }
	return a != Unknown && (a == b || number(a) && number(b))
}

// compare orders two values that haveOrder.
func compare(a, b Value) int {
	switch {
	case a.Kind == Text:
		return cmp(a.Str, b.Str)
	case a.Kind == Float && b.Kind == Float:
		return cmp(a.Float, b.Float)
	case a.Kind == Float:
		return -compareIntFloat(b.Int, a.Float)
	case b.Kind == Float:
		return compareIntFloat(a.Int, b.Float)
	}
	return cmp(a.Int, b.Int)
}

func cmp[T int64 | float64 | string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// compareIntFloat is exact where float64(n) would round, beyond 2^53.
func compareIntFloat(n int64, f float64) int {
	switch {
	case f >= 1<<63:
		return -1
	case f < -1<<63:
		return 1
	}
	whole := math.Floor(f)
	if c := cmp(n, int64(whole)); c != 0 {
		return c
	}
	return cmp(whole, f)
}
