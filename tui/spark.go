package tui

import (
	"math"
	"strings"

	"weir/internal/text"
	"weir/lag"
)

// sample is one column of a drawing; what was not seen is not ok and stays blank.
type sample struct {
	v  float64
	ok bool
}

var (
	bars      = []rune("▁▂▃▄▅▆▇█")
	barsASCII = []rune("_.--=+*#")
)

func (t theme) bars() []rune {
	if t.glyphs == text.ASCII {
		return barsASCII
	}
	return bars
}

// squeeze makes n columns of a series, each the most lag that was seen in its share of time.
func squeeze(points [columns]point, n int) []sample {
	out := make([]sample, n)
	for i := range points {
		if p := &points[i]; p.n > 0 && lag.Known(p.lag) {
			at := &out[i*n/columns]
			at.v, at.ok = max(at.v, float64(p.lag)), true
		}
	}
	return out
}

// lags, ins and outs are the columns of a series as they are.
func lags(points [columns]point) []sample { return squeeze(points, columns) }

func rates(points [columns]point, of func(*point) (float64, bool)) []sample {
	out := make([]sample, columns)
	for i := range points {
		if points[i].n > 0 {
			out[i].v, out[i].ok = of(&points[i])
		}
	}
	return out
}

// mean makes n columns of more, each the mean of what was seen in its share.
func mean(in []sample, n int) []sample {
	out, seen := make([]sample, n), make([]int, n)
	for i, s := range in {
		if s.ok {
			at := i * n / len(in)
			out[at].v, out[at].ok = out[at].v+s.v, true
			seen[at]++
		}
	}
	for i := range out {
		out[i].v /= float64(max(1, seen[i]))
	}
	return out
}

// scaleOf returns the next of 1, 2, 5, 10 … at or above the largest value: a scale that seldom changes.
func scaleOf(most float64) float64 {
	if most <= 0 {
		return 1
	}
	base := math.Pow(10, math.Floor(math.Log10(most)))
	for _, step := range []float64{1, 2, 5} {
		if most <= step*base {
			return step * base
		}
	}
	return 10 * base
}

func most(in []sample) float64 {
	m := 0.0
	for _, s := range in {
		if s.ok {
			m = max(m, s.v)
		}
	}
	return m
}

// spark draws samples in one row, from zero; blank is what was not seen.
func spark(t theme, in []sample, scale func(float64) float64) string {
	top := scale(most(in))
	set := t.bars()
	var b strings.Builder
	for _, s := range in {
		if !s.ok {
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(set[level(s.v, top, len(set))])
	}
	return b.String()
}

// level returns which of n bars a value takes: zero the lowest, the top the highest.
func level(v, top float64, n int) int {
	if top <= 0 || v <= 0 {
		return 0
	}
	return min(n-1, max(0, int(math.Ceil(v/top*float64(n)))-1))
}
