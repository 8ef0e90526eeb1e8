package text

import (
	"strconv"
	"time"
)

// UnknownDuration is the duration that is not known.
const UnknownDuration = time.Duration(Unknown)

// DurationWidth is the number of cells a column of durations needs, with the mark of a bound.
const DurationWidth = 7

// Bound says how a printed duration relates to the true one.
type Bound uint8

const (
	// Exactly is a duration that was measured.
	Exactly Bound = iota
	// AtLeast is a lower bound: ≥6h00m.
	AtLeast
	// LessThan is an upper bound: <2s.
	LessThan
	// AtMost is an upper bound that may be the value itself, as of a moment: ≤03:14:08.
	AtMost
)

// Duration returns d in two units, the second padded: 47s, 3m47s, 23m10s, 6h04m, 6d23h. It is cut
// down to the last unit shown, so it never says more time than there is; what is above zero and
// below a second is <1s. From 1000 days on there are only days. UnknownDuration is "?".
func Duration(d time.Duration) string { return duration(d, true) }

// CoarseDuration is Duration without seconds from 10 minutes on (23m): for columns where
// seconds would only flicker.
func CoarseDuration(d time.Duration) string { return duration(d, false) }

// Bounded marks a printed duration as a bound: ≥6h00m (ASCII >6h00m), <2s, ≤03:14:08 (ASCII <=03:14:08). What is unknown, or
// has a mark already, gets none.
func (g Glyphs) Bounded(printed string, b Bound) string {
	if printed == "" || printed[0] == '?' || printed[0] == '<' {
		return printed
	}
	switch b {
	case AtLeast:
		if g == ASCII {
			return ">" + printed
		}
		return "≥" + printed
	case LessThan:
		return "<" + printed
	case AtMost:
		if g == ASCII {
			return "<=" + printed
		}
		return "≤" + printed
	}
	return printed
}

func duration(d time.Duration, seconds bool) string {
	if d == UnknownDuration {
		return "?"
	}
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	s := int64(d / time.Second)
	switch {
	case d == 0:
		return "0s"
	case s == 0 && sign == "":
		return "<1s"
	case s == 0:
		return "0s"
	case s < 60:
		return sign + strconv.FormatInt(s, 10) + "s"
	case s < 600, s < 3600 && seconds:
		return sign + twoUnits(s/60, 'm', s%60, 's')
	case s < 3600:
		return sign + strconv.FormatInt(s/60, 10) + "m"
	case s < 86400:
		return sign + twoUnits(s/3600, 'h', s%3600/60, 'm')
	case s < 1000*86400:
		return sign + twoUnits(s/86400, 'd', s%86400/3600, 'h')
	}
	return sign + strconv.FormatInt(s/86400, 10) + "d"
}

func twoUnits(a int64, unitA byte, b int64, unitB byte) string {
	var buf [12]byte
	out := append(strconv.AppendInt(buf[:0], a, 10), unitA)
	if b < 10 {
		out = append(out, '0')
	}
	return string(append(strconv.AppendInt(out, b, 10), unitB))
}

// Latency returns how long an answer took: 4 ms, 640 ms, 1.20 s, 32.0 s; below a millisecond
// <1 ms, from 100 s on as Duration. UnknownDuration, and less than nothing, is "?".
func Latency(d time.Duration) string {
	const ms = time.Millisecond
	switch {
	case d < 0:
		return "?"
	case d == 0:
		return "0 ms"
	case d < ms:
		return "<1 ms"
	case d.Round(ms) < time.Second:
		return strconv.FormatInt(int64(d.Round(ms)/ms), 10) + " ms"
	case d.Round(10*ms) < 10*time.Second:
		return strconv.FormatFloat(d.Round(10*ms).Seconds(), 'f', 2, 64) + " s"
	case d.Round(100*ms) < 100*time.Second:
		return strconv.FormatFloat(d.Round(100*ms).Seconds(), 'f', 1, 64) + " s"
	}
	return Duration(d)
}
