package tui

import (
	"strings"
	"time"

	"weir/internal/text"
	"weir/lag/state"
)

// chart draws lag in filled columns with the rates below on the same columns, and a time axis with the letters of the
// changes.
type chart struct {
	theme
	series *series
	now    time.Time
	height int // rows of the lag; the axis takes two more
	strips bool
	lead   role         // of the lag
	zoom   int          // cells of a column; 0 is 1
	marks  map[int]rune // letters on the axis, by column
}

const chartLeft = 8 // cells before the first column

// draw returns the rows. Columns in which nothing was seen are blank, and "?" on the axis when something was seen before.
func (c chart) draw() []line {
	points := c.series.upTo(c.now)
	records := lags(points)
	top := scaleOf(most(records))
	var out []line
	for row := range c.height {
		out = append(out, c.row(records, top, row))
	}
	if c.strips {
		out = append(out, c.strip("in/s", rates(points, (*point).rateIn)), c.strip("out/s", rates(points, (*point).rateOut)))
	}
	return append(out, c.axis(points), c.times())
}

func (c chart) row(in []sample, top float64, row int) line {
	label := c.label(row, top)
	tick := c.pick("│", "|")
	if label != "" {
		tick = c.pick("┤", "|")
	}
	l := put(quiet, text.PadStart(label, chartLeft-1)+tick)
	return l.add(c.lead, c.filled(in, top, row))
}

// wide is how many cells a column is wide.
func (c chart) wide() int { return max(1, c.zoom) }

// label is what a row stands for: the top, zero, and the half between them; where there is room for them the quarters.
func (c chart) label(row int, top float64) string {
	quarters := c.height >= 12 && c.height%4 == 0 && top >= 4
	switch {
	case row == 0:
		return text.ShortCount(int64(top))
	case row == c.height-1:
		return "0"
	case c.height >= 5 && row == c.height/2 && top >= 2:
		return text.ShortCount(int64(top / 2))
	case quarters && row == c.height/4:
		return text.ShortCount(int64(top * 3 / 4))
	case quarters && row == c.height*3/4:
		return text.ShortCount(int64(top / 4))
	}
	return ""
}

// leadOf is the role in which the lag of a group is drawn: that of its state where it is one to look at.
func leadOf(v *state.Verdict, calm role) role {
	switch {
	case v == nil:
		return calm
	case trouble(v) && v.Severity == state.Critical:
		return critical
	case trouble(v):
		return plain
	case v.State == state.Draining:
		return accent
	}
	return calm
}

// filled is one row of filled columns that reach up to top.
func (c chart) filled(in []sample, top float64, row int) string {
	set := c.bars()
	var b strings.Builder
	floor := float64(c.height-1-row) / float64(c.height) * top
	ceil := float64(c.height-row) / float64(c.height) * top
	for _, s := range in {
		bar := ' '
		switch {
		case !s.ok || s.v <= floor && row != c.height-1:
		case s.v >= ceil:
			bar = set[len(set)-1]
		default:
			bar = set[level(s.v-floor, ceil-floor, len(set))]
		}
		for range c.wide() {
			b.WriteRune(bar)
		}
	}
	return b.String()
}

func (c chart) strip(name string, in []sample) line {
	l := put(quiet, text.PadStart(name, chartLeft-1)+" ").add(quiet, spark(c.theme, broad(in, c.wide()), scaleOf))
	last := "?"
	for i := len(in) - 1; i >= 0 && i >= len(in)-2; i-- {
		if in[i].ok {
			last = text.ShortRate(in[i].v)
			break
		}
	}
	return l.add(plain, " "+last)
}

// broad makes each column as many cells wide.
func broad(in []sample, cells int) []sample {
	if cells == 1 {
		return in
	}
	out := make([]sample, 0, len(in)*cells)
	for _, s := range in {
		for range cells {
			out = append(out, s)
		}
	}
	return out
}

// every is between two ticks of the axis, in columns.
func (c chart) every() int64 {
	if c.series.step == minuteStep {
		return 10
	}
	return 12 // of ten seconds: two minutes
}

func (c chart) axis(points [columns]point) line {
	last := c.series.no(c.now)
	l := put(quiet, strings.Repeat(" ", chartLeft-1)+c.pick("└", "+"))
	begun := false
	for i := range points {
		no := last - columns + 1 + int64(i)
		begun = begun || points[i].n > 0
		r, sign := quiet, c.pick("─", "-")
		switch letter := c.marks[i]; {
		case letter != 0:
			r, sign = accent, string(letter)
		case begun && points[i].n == 0 && i < columns-1:
			r, sign = warning, "?"
		case no%c.every() == 0:
			sign = c.pick("┴", "^")
		}
		add := func(r role, sign string) {
			if at := len(l) - 1; l[at].role == r {
				l[at].s += sign
			} else {
				l = l.add(r, sign)
			}
		}
		add(r, sign)
		if r != warning {
			r, sign = quiet, c.pick("─", "-")
		}
		add(r, strings.Repeat(sign, c.wide()-1))
	}
	return l
}

// times writes the time of day under the ticks, where it fits.
func (c chart) times() line {
	last := c.series.no(c.now)
	row := []byte(strings.Repeat(" ", columns*c.wide()+4))
	for i := range columns {
		no := last - columns + 1 + int64(i)
		if no%c.every() != 0 {
			continue
		}
		label := time.Unix(0, no*int64(c.series.step)).In(c.now.Location()).Format("15:04")
		if at := i*c.wide() - 2; at >= 0 && at+len(label) <= len(row) {
			copy(row[at:], label)
		}
	}
	return put(quiet, strings.Repeat(" ", chartLeft)+strings.TrimRight(string(row), " ")+"  "+text.Zone(c.now))
}

// column returns in which column of the chart a moment lies; false when it lies in none.
func (c chart) column(at time.Time) (int, bool) {
	back := c.series.no(c.now) - c.series.no(at)
	if at.IsZero() || back < 0 || back >= columns {
		return 0, false
	}
	return columns - 1 - int(back), true
}

// shade is how much lag a cell of the map stands for: logarithmic and absolute.
func shade(t theme, records int64) string {
	n := 0
	for limit := int64(100); n < 4 && records >= limit; limit *= 10 {
		n++
	}
	if t.glyphs == text.ASCII {
		return string(".:+*#"[n])
	}
	return string([]rune("·░▒▓█")[n])
}
