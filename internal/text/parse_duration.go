package text

import (
	"math/big"
	"strconv"
	"strings"
	"time"
)

var durationUnits = map[string]time.Duration{
	"ns": time.Nanosecond, "us": time.Microsecond, "µs": time.Microsecond, "μs": time.Microsecond,
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
	"d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
}

// ParseDuration reads a duration of no less than zero: 90s, 15m, 1.5h, 1d12h, 2w, 0. Units are
// Go's and d (24 hours) and w (7 days), each with its number, added up. Parts of a nanosecond are
// cut off. Past 292 years is an error.
func ParseDuration(s string) (time.Duration, error) {
	const noun, example = "duration", "90s, 15m, 1d12h or 2w"
	fail := func(fault string) (time.Duration, error) { return 0, &numberError{noun, s, fault, example} }
	in := strings.TrimSpace(s)
	switch {
	case in == "":
		return fail("empty")
	case len(in) > maxNumberLen:
		return fail("too long")
	case in == "0":
		return 0, nil
	case in[0] == '-':
		return fail("less than zero")
	}
	ns, fault := addUp(in)
	switch {
	case fault != "":
		return fail(fault)
	case !ns.IsInt64():
		return fail("too long a time")
	}
	return time.Duration(ns.Int64()), nil
}

// addUp sums number and unit pairs into whole nanoseconds; fault says what is wrong.
func addUp(in string) (ns *big.Int, fault string) {
	total := new(big.Rat)
	for in != "" {
		n := len(in) - len(strings.TrimLeft(in, "0123456789."))
		number := in[:n]
		in = in[n:]
		u := strings.IndexAny(in, "0123456789.")
		if u < 0 {
			u = len(in)
		}
		unit := in[:u]
		in = in[u:]
		switch {
		case number == "" || number == ".":
			return nil, "not a number"
		case unit == "":
			return nil, "no unit after " + number
		case durationUnits[unit] == 0:
			return nil, unknownDurationUnit(unit)
		}
		digits, ok := ungroup(number)
		if !ok {
			return nil, "not a number"
		}
		r, ok := new(big.Rat).SetString(digits)
		if !ok {
			return nil, "not a number"
		}
		total.Add(total, r.Mul(r, new(big.Rat).SetInt64(int64(durationUnits[unit]))))
	}
	return new(big.Int).Quo(total.Num(), total.Denom()), ""
}

func unknownDurationUnit(unit string) string {
	fault := "no unit " + strconv.QuoteToASCII(unit)
	if lower := strings.ToLower(unit); durationUnits[lower] != 0 {
		return fault + ", perhaps " + lower
	}
	return fault + " (ns, us, ms, s, m, h, d, w)"
}
