package text

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Longer numbers are refused before any arithmetic, so that no input can cost memory.
const (
	maxNumberLen = 48
	maxExponent  = 30
)

// numberError tells what is wrong with a number that a person wrote, and how to write one.
type numberError struct{ noun, input, fault, example string }

func (e *numberError) Error() string {
	in := e.input
	if len(in) > maxNumberLen {
		in = in[:maxNumberLen] + "..."
	}
	return fmt.Sprintf("parse: %s %s: %s; write it as %s", e.noun, strconv.QuoteToASCII(in), e.fault, e.example)
}

var decimalUnits = map[string]int64{"": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}

var byteUnits = map[string]int64{
	"": 1, "B": 1, "k": 1e3, "K": 1e3, "kB": 1e3, "KB": 1e3, "M": 1e6, "MB": 1e6, "G": 1e9, "GB": 1e9,
	"T": 1e12, "TB": 1e12, "P": 1e15, "PB": 1e15,
	"Ki": 1 << 10, "KiB": 1 << 10, "Mi": 1 << 20, "MiB": 1 << 20, "Gi": 1 << 30, "GiB": 1 << 30,
	"Ti": 1 << 40, "TiB": 1 << 40, "Pi": 1 << 50, "PiB": 1 << 50,
}

// ParseCount reads a whole number as a person writes it: 812, 10k, 1.5M, 1e5, 38,841,207, -3.
// Units are k, M, G, T, P, E (powers of 1000). What is no whole number or not in int64 is an
// error; so is the one value that means Unknown.
func ParseCount(s string) (int64, error) {
	return parseWhole("count", s, decimalUnits, "812, 10k, 1.5M or 1e5")
}

// ParseBytes reads an amount of bytes: 512, 10kB, 50MiB, 2GB, 1.5GiB. k, M, G, T and P are powers
// of 1000, Ki, Mi, Gi, Ti and Pi of 1024, with or without a B. Less than zero, or a part of a
// byte, is an error.
func ParseBytes(s string) (int64, error) {
	const example = "512, 10kB, 50MiB or 2GB"
	n, err := parseWhole("size", s, byteUnits, example)
	if err == nil && n < 0 {
		return 0, &numberError{"size", s, "less than zero", example}
	}
	return n, err
}

// ParseRate reads an amount a second: 0.5, 120, 1.5k, 1.5k/s.
func ParseRate(s string) (float64, error) {
	const noun, example = "rate", "0.5, 120, 1.5k or 2M/s"
	r, err := parseRat(noun, strings.TrimSuffix(strings.TrimSpace(s), "/s"), decimalUnits, example)
	if err != nil {
		return 0, err
	}
	f, _ := r.Float64()
	return f, nil
}

func parseWhole(noun, s string, units map[string]int64, example string) (int64, error) {
	r, err := parseRat(noun, s, units, example)
	if err != nil {
		return 0, err
	}
	switch {
	case !r.IsInt():
		return 0, &numberError{noun, s, "not a whole number", example}
	case !r.Num().IsInt64() || r.Num().Int64() == Unknown:
		return 0, &numberError{noun, s, "too large", example}
	}
	return r.Num().Int64(), nil
}

// parseRat keeps the number exact: 9007199254740993 must not become ...992 on its way.
func parseRat(noun, s string, units map[string]int64, example string) (*big.Rat, error) {
	fail := func(fault string) (*big.Rat, error) { return nil, &numberError{noun, s, fault, example} }
	in := strings.TrimSpace(s)
	switch {
	case in == "":
		return fail("empty")
	case len(in) > maxNumberLen:
		return fail("too long")
	}
	mantissa, rest := splitMantissa(in)
	digits, ok := ungroup(mantissa)
	if !ok {
		return fail("not a number")
	}
	exp, unit, ok := splitExponent(rest)
	if !ok {
		return fail("exponent out of range")
	}
	factor, ok := units[strings.TrimSpace(unit)]
	if !ok {
		return fail(unknownUnit(strings.TrimSpace(unit), units))
	}
	r, ok := new(big.Rat).SetString(digits)
	if !ok {
		return fail("not a number")
	}
	r.Mul(r, new(big.Rat).SetInt64(factor))
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(exp, -exp))), nil))
	if exp < 0 {
		return r.Quo(r, scale), nil
	}
	return r.Mul(r, scale), nil
}

func unknownUnit(unit string, units map[string]int64) string {
	fault := "no unit " + strconv.QuoteToASCII(unit)
	for known := range units {
		if known != "" && strings.EqualFold(known, unit) && known != "K" {
			return fault + ", perhaps " + known
		}
	}
	return fault
}

func splitMantissa(s string) (mantissa, rest string) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || strings.IndexByte(".,_", s[i]) >= 0 || i == 0 && (s[i] == '-' || s[i] == '+')) {
		i++
	}
	return s[:i], s[i:]
}

// splitExponent takes e5, E-3 off the front; a lone E is a unit.
func splitExponent(s string) (exp int, unit string, ok bool) {
	if s == "" || s[0] != 'e' && s[0] != 'E' {
		return 0, s, true
	}
	i := 1
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	start := i
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == start {
		return 0, s, true
	}
	exp, err := strconv.Atoi(s[1:i])
	return exp, s[i:], err == nil && exp >= -maxExponent && exp <= maxExponent
}

// ungroup drops separators between groups of three and refuses any others: 1,5 is not 15.
func ungroup(s string) (string, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if strings.ContainsAny(frac, ".,_") {
		return "", false
	}
	sign := ""
	if whole != "" && (whole[0] == '-' || whole[0] == '+') {
		sign, whole = whole[:1], whole[1:]
	}
	if whole == "" && frac == "" {
		return "", false
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == ',' || r == '_' })
	if n := strings.Count(whole, ",") + strings.Count(whole, "_"); n > 0 {
		if len(groups) != n+1 || len(groups[0]) > 3 {
			return "", false
		}
		for _, g := range groups[1:] {
			if len(g) != 3 {
				return "", false
			}
		}
	}
	return sign + "0" + strings.Join(groups, "") + "." + frac + "0", true
}
