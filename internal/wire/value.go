package wire

import (
	"math"
	"time"

	"weir/lag"
)

// Kind is what a column holds, and so how it is written and compared.
type Kind uint8

// The kinds of columns, and what a [Value] in them holds.
const (
	Text    Kind = iota // free text, may be hostile
	Enum                // one of the column's names
	Count               // integer: records, members, offsets' distances
	Number              // integer that names or places something: an offset, a partition, a broker's id; never rounded
	Bytes               // integer, bytes
	Seconds             // float, seconds
	Rate                // float, per second
	Bool                // true or false
	Time                // a moment, to the millisecond
	Nested              // an object or a list
)

// Nest is the content of a Nested value.
type Nest interface {
	// AppendJSON appends compact JSON.
	AppendJSON(dst []byte) []byte
	// AppendText appends one line for a person. It may hold names as the system gave them: the writer makes them safe.
	AppendText(dst []byte) []byte
}

// held says which part of a Value is in use.
type held uint8

const (
	nothing held = iota
	integer
	float
	letters
	truth
	moment
	nested
)

// Value is one cell: a value, or the reason there is none. The zero Value is unknown, not measured.
type Value struct {
	held   held
	reason lag.Reason
	bits   uint64 // integer, float, truth, moment (Unix ms); 1 for a time without an end
	text   string
	nest   Nest
}

// Int is an integer; the sentinels [lag.Unknown] and [lag.None] become unknown for reason why.
func Int(v int64, why lag.Reason) Value {
	if !lag.Known(v) {
		if v == lag.None {
			return Missing(lag.NoCommit)
		}
		return Missing(why)
	}
	return Value{held: integer, bits: uint64(v)}
}

// Float is a measure; NaN and the infinities are unknown, not measured.
func Float(v float64) Value {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Missing(lag.NotMeasured)
	}
	return Value{held: float, bits: math.Float64bits(v)}
}

// Word is text, or an enum's name.
func Word(s string) Value { return Value{held: letters, text: s} }

// Doubtful is an enum's name that stands for not knowing, and why: unlike [Missing] it isn't null, but its reason goes
// into the item's "unknown" all the same. A state is never null.
func Doubtful(name string, why lag.Reason) Value {
	return Value{held: letters, text: name, reason: first(why)}
}

// Truth is a boolean.
func Truth(b bool) Value {
	v := Value{held: truth}
	if b {
		v.bits = 1
	}
	return v
}

// Moment is a time; the zero time is unknown for reason why.
func Moment(t time.Time, why lag.Reason) Value {
	if t.IsZero() {
		return Missing(why)
	}
	return Value{held: moment, bits: uint64(t.UnixMilli())}
}

// Object is an object or a list.
func Object(n Nest) Value { return Value{held: nested, nest: n} }

// never is a time that has no end: null and not_applicable in JSON, a word for a person.
var never = Value{reason: lag.NotApplicable, bits: 1}

// Missing is an unknown value and its reason; NoReason counts as not measured.
func Missing(why lag.Reason) Value {
	if why == lag.NoReason {
		why = lag.NotMeasured
	}
	return Value{reason: why}
}

// Known reports whether there is a value.
func (v Value) Known() bool { return v.held != nothing }

// Never reports whether the value is a time without an end.
func (v Value) Never() bool { return v.held == nothing && v.bits == 1 }

// Reason is why the value is not known; NoReason for a known one. A state "unknown" has both a value and a reason.
func (v Value) Reason() lag.Reason {
	if v.held == nothing && v.reason == lag.NoReason {
		return lag.NotMeasured
	}
	return v.reason
}

// Integer returns an integer; false for anything else.
func (v Value) Integer() (int64, bool) { return int64(v.bits), v.held == integer }

// Measure returns a float; false for anything else.
func (v Value) Measure() (float64, bool) { return math.Float64frombits(v.bits), v.held == float }

// Bool returns a truth; ok is false for anything else.
func (v Value) Bool() (is, ok bool) { return v.bits == 1, v.held == truth }

// Time returns a moment; false for anything else.
func (v Value) Time() (time.Time, bool) { return time.UnixMilli(int64(v.bits)), v.held == moment }

// String returns the value as text: exact, not made safe for a terminal; "" for an unknown one, one line for an object or
// a list.
func (v Value) String() string {
	switch v.held {
	case letters:
		return v.text
	case nested:
		return string(v.nest.AppendText(nil))
	}
	return string(appendPlain(nil, &v))
}
