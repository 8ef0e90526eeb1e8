package config

import (
	"errors"
	"math"
	"strings"
	"time"
)

var errDuration = errors.New(`want a duration such as "5s", "1m30s" or "2d"`)

// parseDuration reads Go's durations with days and weeks (of 24 h and 7 days) in front: 1w2d3h. Signs are refused.
func parseDuration(s string) (time.Duration, error) {
	rest, total := s, time.Duration(0)
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		head, tail, ok := strings.Cut(rest, u.name)
		if !ok {
			continue
		}
		n, err := wholeNumber(head)
		if err != nil || n > int64((math.MaxInt64-total)/u.unit) {
			return 0, errDuration
		}
		total += time.Duration(n) * u.unit
		rest = tail
	}
	if rest == "" && s != "" {
		return total, nil
	}
	if strings.ContainsAny(rest, "+-") {
		return 0, errDuration
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d > math.MaxInt64-total {
		return 0, errDuration
	}
	return total + d, nil
}

func wholeNumber(s string) (int64, error) {
	if s == "" || len(s) > 9 {
		return 0, errDuration
	}
	var n int64
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, errDuration
		}
		n = n*10 + int64(r-'0')
	}
	return n, nil
}
