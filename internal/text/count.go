package text

import (
	"math"
	"strconv"
)

// Unknown is the integer that is not known; it is the same value as lag.Unknown.
const Unknown = math.MinInt64

// CountWidth is how many cells Count and Rate take: four for digits, one for the unit.
const CountWidth = 5

const units = " kMGTPE"

// Count returns n in three significant digits and exactly CountWidth cells, the last of which
// holds the unit, so that units stand in a column: "  24 ", "2.30k", " 177M". A minus takes the
// place of a digit. Unknown is "   ? ".
func Count(n int64) string { return string(AppendCount(nil, n)) }

// AppendCount appends Count(n) to dst.
func AppendCount(dst []byte, n int64) []byte {
	if n == Unknown {
		return append(dst, "   ? "...)
	}
	var b [CountWidth]byte
	return appendCell(dst, shortCount(b[:0], n))
}

// ShortCount is Count without padding, for sentences: 24, 2.30k, ?.
func ShortCount(n int64) string {
	if n == Unknown {
		return "?"
	}
	var b [CountWidth]byte
	return string(shortCount(b[:0], n))
}

// shortCount works in integers, so that rounding never prints 1000k and never turns 999 into 1.00k.
func shortCount(dst []byte, n int64) []byte {
	digits, mag := 3, uint64(n)
	if n < 0 {
		digits, mag = 2, -uint64(n)
		dst = append(dst, '-')
	}
	if mag < 1000 {
		return strconv.AppendUint(dst, mag, 10)
	}
	unit, div := 1, uint64(1000)
	for unit < len(units)-1 && roundDiv(mag, div) >= 1000 {
		unit, div = unit+1, div*1000
	}
	decimals, step := digits-1, div/pow10[digits-1]
	for decimals > 0 && roundDiv(mag, step) >= pow10[digits] {
		decimals, step = decimals-1, step*10
	}
	return append(appendDecimal(dst, roundDiv(mag, step), decimals), units[unit])
}

var pow10 = [...]uint64{1, 10, 100, 1000}

// roundDiv is a/b, halves rounded up.
func roundDiv(a, b uint64) uint64 {
	q, r := a/b, a%b
	if r >= b-r {
		q++
	}
	return q
}

// appendDecimal appends v / 10^decimals.
func appendDecimal(dst []byte, v uint64, decimals int) []byte {
	dst = strconv.AppendUint(dst, v/pow10[decimals], 10)
	if decimals == 0 {
		return dst
	}
	dst = append(dst, '.')
	frac := v % pow10[decimals]
	if decimals == 2 && frac < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendUint(dst, frac, 10)
}

// appendCell right-aligns a short number: four cells and its unit, or a space for none.
func appendCell(dst, short []byte) []byte {
	last := short[len(short)-1]
	hasUnit := last >= 'A'
	n := len(short)
	if hasUnit {
		n--
	}
	for range CountWidth - 1 - n {
		dst = append(dst, ' ')
	}
	dst = append(dst, short...)
	if !hasUnit {
		dst = append(dst, ' ')
	}
	return dst
}

// Exact returns n with thousands separators, never rounded: 38,841,207. For everything that is
// decided on. Unknown is "?".
func Exact(n int64) string {
	if n == Unknown {
		return "?"
	}
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	out := make([]byte, 0, len(digits)+len(digits)/3+1)
	out = append(out, sign...)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, digits[i])
	}
	return string(out)
}
