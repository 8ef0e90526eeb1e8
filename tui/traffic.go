package tui

import (
	"strings"
	"time"

	"weir/internal/text"
)

// traffic draws what comes in, what is read and what lies between, over all groups: as charts beside each other on one
// axis of time.
type traffic struct {
	theme
	series *series
	now    time.Time
	height int // rows of each chart; the name above and the axis below take three more
	zoom   int // cells of a column
}

// trace is one of the charts.
type trace struct {
	name, value string
	role        role
	in          []sample
	most        bool // a column that stands for several has the most of them, not their mean
	none        bool // its place stays empty
}

const (
	traceLeft = 7  // cells before the first column
	narrowed  = 40 // with fewer columns each stands for several minutes; with as many, those of the begin are left out
)

// draw draws the charts within w cells.
func (c traffic) draw(s *snap, all []trace, w int) []line {
	each := w / len(all)
	n := min(columns, each-traceLeft-3)
	if n < narrowed { // the hour in half as many columns, or a third
		for n > 0 && columns%n != 0 {
			n--
		}
	}
	out := make([]line, c.height+3)
	for _, t := range all {
		if t.none {
			continue
		}
		in := t.in
		if n < narrowed {
			in = fold60(in, n, t.most)
		}
		in = in[len(in)-n:]
		c.zoom = max(1, (each-traceLeft-3)/max(1, n))
		drawn := c.one(t, in, n)
		for i := range out {
			out[i] = append(out[i], drawn[i].fit(s.glyphs, each-1).padTo(each)...)
		}
	}
	return out
}

// fold60 makes n columns of more: the most of its share of time for lag, the mean for rates.
func fold60(in []sample, n int, mostOf bool) []sample {
	if !mostOf {
		return mean(in, n)
	}
	out := make([]sample, n)
	for i, s := range in {
		if s.ok {
			at := &out[i*n/len(in)]
			at.v, at.ok = max(at.v, s.v), true
		}
	}
	return out
}

// one draws a chart of n columns: its name and value, the columns, and the axis with the time of day.
func (c traffic) one(t trace, in []sample, n int) []line {
	top := scaleOf(most(in))
	area := chart{theme: c.theme, series: c.series, now: c.now, height: c.height, zoom: c.zoom}
	out := []line{put(quiet, text.PadStart(t.name, traceLeft)+" ").add(t.role, t.value)}
	for row := range c.height {
		label, tick := area.label(row, top), c.pick("│", "|")
		if label != "" {
			tick = c.pick("┤", "|")
		}
		l := put(quiet, text.PadStart(label, traceLeft-1)+tick)
		out = append(out, l.add(plain, area.filled(in, top, row)))
	}
	marks, times := c.axis(n)
	return append(out, put(quiet, strings.Repeat(" ", traceLeft-1)+c.pick("└", "+")+marks), put(quiet, strings.Repeat(" ", traceLeft)+times))
}

// axis is the line under a chart of n columns, and the times of day under that.
func (c traffic) axis(n int) (marks, times string) {
	every := int64(20) // columns of the series between two ticks: of a minute
	if c.series.step != minuteStep {
		every = 18 // of ten seconds: three minutes
	}
	last, share, skip := c.series.no(c.now), 1, columns-n
	if n < narrowed {
		share, skip = columns/max(1, n), 0
	}
	line := []rune(strings.Repeat(c.pick("─", "-"), n*c.zoom))
	row := []byte(strings.Repeat(" ", n*c.zoom+3))
	for i := range columns {
		no := last - columns + 1 + int64(i)
		if no%every != 0 || i < skip {
			continue
		}
		at := (i - skip) / share * c.zoom
		line[at] = []rune(c.pick("┴", "^"))[0]
		label := time.Unix(0, no*int64(c.series.step)).In(c.now.Location()).Format("15:04")
		if from := at - 2; from >= 0 && from+len(label) <= len(row) {
			copy(row[from:], label)
		}
	}
	return string(line), strings.TrimRight(string(row), " ")
}
