package text

import (
	"math"
	"strconv"
)

// Rate returns v (per second; the unit of time stands in the column's head) as Count does, with
// decimals below 100: "96.2 ", "4.20 ", "1.26k". What is seen but too small for two decimals is
// "<.01 ", so that only zero prints as zero. NaN, infinite or past the range of int64 is unknown: "   ? ".
func Rate(v float64) string {
	var b [CountWidth]byte
	return string(appendCell(nil, shortRate(b[:0], v)))
}

// ShortRate is Rate without padding, for sentences: 52.4, 1.26k, ?.
func ShortRate(v float64) string {
	var b [CountWidth]byte
	return string(shortRate(b[:0], v))
}

func shortRate(dst []byte, v float64) []byte {
	switch {
	case math.IsNaN(v), math.Abs(v) >= math.MaxInt64:
		return append(dst, '?')
	case v == 0:
		return append(dst, '0')
	}
	decimals, limit, mag := 2, 1000.0, math.Abs(v)
	if v < 0 {
		decimals, limit = 1, 100
	}
	for scale := float64(pow10[decimals]); decimals > 0; decimals, scale = decimals-1, scale/10 {
		if scaled := math.Round(mag * scale); scaled < limit {
			return appendSmallRate(dst, uint64(scaled), decimals, v < 0)
		}
	}
	return shortCount(dst, int64(math.Round(v)))
}

func appendSmallRate(dst []byte, scaled uint64, decimals int, negative bool) []byte {
	switch {
	case scaled == 0 && negative:
		return append(dst, ">-.1"...)
	case scaled == 0:
		return append(dst, "<.01"...)
	case negative:
		dst = append(dst, '-')
	}
	return appendDecimal(dst, scaled, decimals)
}

// Bytes returns n bytes in three significant digits and decimal units (1 kB is 1000 B): 611 B,
// 38.2 kB, 412 GB. Unknown is "?".
func Bytes(n int64) string {
	if n == Unknown {
		return "?"
	}
	var b [CountWidth + 2]byte
	short := shortCount(b[:0], n)
	last := len(short) - 1
	if short[last] <= '9' {
		return string(short) + " B"
	}
	return string(short[:last]) + " " + string(short[last:]) + "B"
}

// ExactBytes returns n bytes without rounding, for settings: in the largest binary unit that
// divides n (4 MiB), else in bytes with separators (1,048,588 B). Unknown is "?".
func ExactBytes(n int64) string {
	if n == Unknown {
		return "?"
	}
	unit := 0
	for n != 0 && n%1024 == 0 && unit < len(units)-1 {
		n, unit = n/1024, unit+1
	}
	if unit == 0 {
		return Exact(n) + " B"
	}
	return strconv.FormatInt(n, 10) + " " + [...]string{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}[unit] + "B"
}
