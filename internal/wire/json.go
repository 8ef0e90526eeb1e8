package wire

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// stamp is the form of all times in output: RFC 3339, UTC, milliseconds.
const stamp = "2006-01-02T15:04:05.000Z"

// AppendTime appends t as it stands in JSON and CSV, without quotes.
func AppendTime(dst []byte, t time.Time) []byte { return t.UTC().AppendFormat(dst, stamp) }

// AppendString appends s as a JSON string that is safe to print: besides what JSON asks for, everything that could
// steer a terminal or turn its text around is escaped (C1 controls, DEL, bidi marks), and bytes that are no UTF-8
// become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != 0x7f {
				i++
				continue
			}
			dst = append(dst, s[from:i]...)
			dst = appendEscape(dst, rune(c))
			i++
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !(r == utf8.RuneError && n == 1) && !steers(r) {
			i += n
			continue
		}
		dst = append(dst, s[from:i]...)
		dst = appendEscape(dst, r)
		i += n
		from = i
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// steers reports whether a terminal or an editor may act on r instead of showing it.
func steers(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9f: // C1 controls
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // bidi
		return true
	case r == 0x2028, r == 0x2029: // line ends in JavaScript and in some terminals
		return true
	}
	return false
}

const hexDigits = "0123456789abcdef"

func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// appendFloat appends f in the shortest form that reads back as f, without an exponent.
func appendFloat(dst []byte, f float64) []byte { return strconv.AppendFloat(dst, f, 'f', -1, 64) }

// appendJSON appends a value, null for an unknown one.
func appendJSON(dst []byte, v *Value) []byte {
	switch v.held {
	case letters:
		return AppendString(dst, v.text)
	case moment:
		dst = append(dst, '"')
		dst = appendPlain(dst, v)
		return append(dst, '"')
	case nothing:
		return append(dst, "null"...)
	}
	return appendPlain(dst, v)
}

// appendPlain appends a value as CSV and matching want it: exact, without quotes, nothing for an unknown one.
func appendPlain(dst []byte, v *Value) []byte {
	switch v.held {
	case integer:
		return strconv.AppendInt(dst, int64(v.bits), 10)
	case float:
		return appendFloat(dst, math.Float64frombits(v.bits))
	case letters:
		return append(dst, v.text...)
	case truth:
		return strconv.AppendBool(dst, v.bits == 1)
	case moment:
		return AppendTime(dst, time.UnixMilli(int64(v.bits)))
	case nested:
		return v.nest.AppendJSON(dst)
	}
	return dst
}
