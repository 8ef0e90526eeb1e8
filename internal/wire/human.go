package wire

import (
	"math"
	"strings"
	"time"

	"weir/internal/text"
	"weir/lag"
)

// Marks of what has no value.
const (
	unknownMark = "?"
	noneMark    = "–" // does not apply
	noneASCII   = "-"
	neverMark   = "never"
)

// Cell returns a value as a person reads it, safe for a terminal: counts to three digits, offsets exact, times in the
// style's zone.
func (s Style) Cell(c *Column, v Value) string {
	switch v.held {
	case nothing:
		return s.absent(v)
	case letters:
		return s.Glyphs.Safe(v.text)
	case nested:
		return s.Glyphs.Safe(string(v.nest.AppendText(nil)))
	case truth:
		if v.bits == 1 {
			return "yes"
		}
		return "no"
	case moment:
		return text.Stamp(time.UnixMilli(int64(v.bits)), s.now())
	case float:
		return measure(c.Kind, math.Float64frombits(v.bits))
	}
	switch c.Kind {
	case Count:
		return text.Count(int64(v.bits))
	case Bytes:
		return text.Bytes(int64(v.bits))
	}
	return string(appendPlain(nil, &v))
}

func measure(k Kind, f float64) string {
	if k == Rate {
		return text.Rate(f)
	}
	return text.Duration(time.Duration(f * float64(time.Second)))
}

func (s Style) absent(v Value) string {
	switch {
	case v.Never():
		return neverMark
	case v.Reason() != lag.NoCommit && v.Reason() != lag.NotApplicable:
		return unknownMark
	case s.Glyphs == text.ASCII:
		return noneASCII
	}
	return noneMark
}

// head returns a column's heading. Stamps name their zone there.
func (s Style) head(c *Column) string {
	h := c.Head
	if h == "" {
		h = strings.ToUpper(strings.ReplaceAll(c.Name, "_", " "))
	}
	if c.Kind == Time {
		h += " " + text.Zone(s.now())
	}
	return h
}

// now is the style's clock; without one stamps are in UTC, with their date.
func (s Style) now() time.Time {
	if s.Now.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return s.Now
}

// right reports whether a column's cells stand at its right edge.
func (k Kind) right() bool {
	switch k {
	case Count, Number, Bytes, Seconds, Rate:
		return true
	}
	return false
}
