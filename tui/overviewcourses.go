package tui

import (
	"weir/internal/text"
)

// courseRows are the rows of a chart of a group's lag, with its name, its axis and the row above.
const (
	courseRows  = 6
	courseWhole = courseRows + 4
	courseLeast = 76 // cells
)

// courses are the lags of the groups that stand on top over time, in the rows that nothing else needs: a glance tells who
// falls behind and who recovers, without a page being opened for each.
func (o *overview) courses(s *snap, w, h int) []line {
	across := w / courseLeast
	if h < courseWhole+1 || across < 2 || len(o.rows) == 0 {
		return nil
	}
	series := o.past(s)
	out := []line{nil, rule(s, "lag of the worst groups", columnWords(series)+", "+text.Zone(s.now), w)}
	for at := 0; at < len(o.data) && h-len(out) >= courseWhole-1; at += across {
		if at > 0 {
			out = append(out, nil)
		}
		c := traffic{theme: s.theme, series: series, now: s.judged, height: courseRows}
		all := make([]trace, across)
		for i := range all {
			all[i] = o.course(s, at+i, series)
		}
		out = append(out, c.draw(s, all, w)...)
	}
	return out
}

// course is the lag of the group in a row over time; nothing where there is no such row.
func (o *overview) course(s *snap, at int, of *series) trace {
	if at >= len(o.data) || o.data[at] >= len(o.rows) {
		return trace{none: true}
	}
	g := o.rows[o.data[at]]
	trail := s.hist.groups[g]
	if trail == nil {
		trail = newTrail()
	}
	own := &trail.minute
	if of.step != minuteStep {
		own = &trail.short
	}
	v := s.verdict(g)
	_, old := s.oldGroup(g)
	value := text.ShortCount(v.Lag)
	t := trace{name: s.safe(s.read().Groups[g].Name), value: s.glyph(v.State) + " " + value, role: roleOf(v.State, v.Severity), in: lags(own.upTo(s.judged)), most: true}
	if old {
		t.value, t.role = t.value+" ~", quiet
	}
	return t
}
