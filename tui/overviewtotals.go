package tui

import (
	"weir/internal/text"
	"weir/lag"
)

// past is the series of all groups that is drawn: an hour by the minute, or before ten minutes were watched less.
func (o *overview) past(s *snap) *series {
	if s.judged.Sub(s.hist.begun) < 10*minuteStep {
		return &s.hist.all.short
	}
	return &s.hist.all.minute
}

// totalsLines are what comes in, what is read, and what lies between, over all groups.
func (o *overview) totalsLines(s *snap, w int) []line {
	points := o.past(s).upTo(s.judged)
	half := w / 2
	n := min(columns, max(10, half-22))
	t := &o.totals
	left := func(name string, v float64, least bool, in []sample) line {
		return totalLine(s, name, rateWordBounded(s, v, least), mean(in, n), half)
	}
	in := left("in/s", t.in, t.inLeast, rates(points, (*point).rateIn))
	out := left("out/s", t.out, t.outLeast, rates(points, (*point).rateOut))
	records := totalLine(s, "lag", s.bounded(text.ShortCount(t.lag), t.lagBound), squeeze(points, n), half)
	errors := put(quiet, " errors ").add(warning, "?").add(quiet, "  "+noErrors)
	return []line{append(in.padTo(half), records...), append(out.padTo(half), errors...)}
}

// noErrors is why no rate of errors is told: brokers count none of their clients.
const noErrors = "no source of metrics"

// trafficLines are the same as charts.
func (o *overview) trafficLines(s *snap, w, rows int) []line {
	series := o.past(s)
	points, t := series.upTo(s.judged), &o.totals
	c := traffic{theme: s.theme, series: series, now: s.judged, height: rows}
	fact := columnWords(series)
	all := []trace{
		{"in/s", rateWordBounded(s, t.in, t.inLeast), strong, rates(points, (*point).rateIn), false, false},
		{"out/s", rateWordBounded(s, t.out, t.outLeast), strong, rates(points, (*point).rateOut), false, false},
		{"lag", s.bounded(text.ShortCount(t.lag), t.lagBound), strong, lags(points), true, false},
	}
	for i := range all {
		switch {
		case all[i].value == "?":
			all[i].role = warning
		case s.late != live:
			all[i].role = quiet
		}
	}
	return append([]line{rule(s, "all groups", "errors ?: "+noErrors+"; "+fact+", "+text.Zone(s.now), w)}, c.draw(s, all, w)...)
}

// columnWords say what a column of a chart stands for.
func columnWords(of *series) string {
	if of.step != minuteStep {
		return "1 column 10 s"
	}
	return "1 column a minute"
}

func rateWordBounded(s *snap, v float64, least bool) string {
	if least {
		return s.bounded(rateWord(v), lag.AtLeast)
	}
	return rateWord(v)
}

func totalLine(s *snap, name, value string, in []sample, w int) line {
	r := strong
	if value == "?" {
		r = warning
	} else if s.late != live {
		r = quiet
	}
	l := put(quiet, " "+text.PadEnd(name, 6)).add(r, text.PadStart(value, 6)).add(plain, "  ").add(quiet, spark(s.theme, in, scaleOf))
	return l.add(quiet, " "+text.ShortCount(int64(scaleOf(most(in))))).fit(s.glyphs, w-1)
}
