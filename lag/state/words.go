package state

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// span writes a duration in two units at most: 3m47s, 6h04m, 6d23h; seconds below 10 minutes only.
func span(d time.Duration) string {
	s := int64(d / time.Second)
	switch {
	case s < 60:
		return strconv.FormatInt(max(s, 0), 10) + "s"
	case s < 600:
		return strconv.FormatInt(s/60, 10) + "m" + two(s%60) + "s"
	case s < 3600:
		return strconv.FormatInt(s/60, 10) + "m"
	case s < 86400:
		return strconv.FormatInt(s/3600, 10) + "h" + two(s/60%60) + "m"
	}
	return strconv.FormatInt(s/86400, 10) + "d" + two(s/3600%24) + "h"
}

// atLeastOne writes a duration that is never none, as a rhythm.
func atLeastOne(d time.Duration) string { return span(max(d, time.Second)) }

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// exact writes a count whole, with separators.
func exact(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(s) {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// rateOf writes a rate with three digits: 52.4, 812, 1.21k.
func rateOf(v float64) string {
	unit := ""
	for _, u := range []string{"k", "M", "G"} {
		if v < 999.5 {
			break
		}
		v, unit = v/1000, u
	}
	digits := 2
	switch {
	case v >= 99.95 || v == math.Trunc(v) && unit == "":
		digits = 0
	case v >= 9.995:
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + unit + " records/s"
}

// plural writes 1 partition, 2 partitions.
func plural(n int, one string) string {
	s := exact(int64(n)) + " " + one
	if n != 1 {
		s += "s"
	}
	return s
}

// about marks a time that may be longer.
func about(d time.Duration, atLeast bool) string {
	if atLeast {
		return "≥" + span(d)
	}
	return span(d)
}
