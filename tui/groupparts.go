package tui

import (
	"strings"
	"time"

	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

// layout shares out the rows of a group's page.
type layout struct {
	airy       bool // blank rows between the parts
	bigNumbers bool // names over values
	side       bool // the changes beside the chart
	why        int
	chart      int // rows of the lag; 0: no chart
	strips     bool
	changes    int
	map_       int
	legend     bool // what the map's signs mean
	next       bool // what can be done about it
	members    int
}

// plan gives each part its rows. What gives up rows first: changes beyond 3, members beyond 2, the strips of the rates,
// a chart of 5 for one of 4, the numbers on two lines; then, for what the sentence has to say, a finer curve and changes but
// one. Spare rows go to the chart, up to 12, then to the members.
func (g *groupPage) plan(w, h, said int) layout {
	most := max(1, len(g.feed))
	l := layout{side: w >= 110, why: min(2, said), chart: 4, changes: min(3, most), members: 2}
	l.map_ = max(1, g.heat.rowsWithin(w, max(3, h/4+1)))
	if h < 20 {
		l.chart, l.changes = 0, 1
	}
	l.next = g.next != nil && h >= 20
	if l.chart > 3 && h < l.rows() { // a second member says more than a finer curve
		l.chart--
	}
	for l.why < said && h <= l.rows() && (l.chart > 3 || l.changes > 1) { // a sentence is cut last
		if l.chart > 3 {
			l.chart--
			continue
		}
		l.changes--
	}
	spare := h - l.rows()
	grow := func(n int, do func()) {
		if spare >= n {
			do()
			spare -= n
		}
	}
	for spare > 0 && l.why < said {
		l.why++
		spare--
	}
	grow(1, func() { l.legend = g.heat.cells > named })
	grow(1, func() { l.bigNumbers = w >= 110 })
	grow(1, func() { l.chart = max(l.chart, 5) })
	grow(2, func() { l.strips = true })
	want := len(g.members.keys)
	for spare > 0 && l.members < min(want, 8) {
		l.members++
		spare--
	}
	grow(4, func() { l.airy = true })
	if !l.side {
		for spare > 0 && l.changes < min(6, most) {
			l.changes++
			spare--
		}
	}
	if more := g.heat.rowsWithin(w, l.map_+spare/2) - l.map_; more > 0 && spare > 0 {
		l.map_ += more
		spare -= more
	}
	for most := 12; most <= 18; most += 6 {
		for spare > 0 && l.chart > 0 && l.chart < most {
			l.chart++
			spare--
		}
		for spare > 0 && l.members < want {
			l.members++
			spare--
		}
	}
	return l
}

// rows is how many rows the page takes.
func (l *layout) rows() int {
	n := 1 + l.why + 1 + 1 + l.map_ + 2 + l.members // verdict, why, numbers, the map's and the members' rules and head
	if l.chart > 0 {
		n += 1 + l.chart + 2
	}
	for _, more := range []bool{l.legend, l.next} {
		if more {
			n++
		}
	}
	if !l.side || l.chart == 0 {
		n += 1 + l.changes
	}
	return n
}

// numbersLines are the group's numbers, in one row or under their names.
func numbersLines(s *snap, ix lag.GroupIx, w int, big bool) []line {
	v := s.verdict(ix)
	if v == nil {
		return []line{put(quiet, " no numbers yet: a second reading is needed")}
	}
	_, old := s.oldGroup(ix)
	facts := numbersOf(s, ix, v)
	if !big {
		l := put(plain, "")
		for _, f := range facts[:7] {
			if f.name == "LOST" && f.value == "0" || f.name == "LEFT" && f.value == "gone" {
				continue // what is lost says it
			}
			l = l.add(quiet, " "+strings.ToLower(f.name)+" ").add(numbersRole(f, old), f.value).add(plain, " ")
		}
		return []line{l.fit(s.glyphs, w)}
	}
	head, row := put(plain, ""), put(plain, "")
	for _, f := range facts {
		if f.name == "OWNER" {
			f.value = s.glyphs.CutEnd(f.value, 18)
		}
		width := max(len(f.name), text.Width(f.value)) + 3
		if head.width()+width > w {
			break
		}
		head = head.add(quiet, " "+text.PadEnd(f.name, width-1))
		row = row.add(plain, " ").add(numbersRole(f, old), f.value).add(plain, strings.Repeat(" ", width-1-text.Width(f.value)))
	}
	return []line{head, row}
}

// fact is a name and what is known of it.
type fact struct {
	name, value string
	role        role
}

func numbersRole(f fact, old bool) role {
	switch {
	case strings.HasPrefix(f.value, "?"):
		return warning
	case old:
		return quiet
	}
	return f.role
}

func numbersOf(s *snap, ix lag.GroupIx, v *state.Verdict) []fact {
	r := s.read()
	grp := &r.Groups[ix]
	members, coordinator := "?", s.node(grp.Coordinator)
	if v.Members >= 0 {
		members = itoa(v.Members)
	}
	if grp.State != "" {
		coordinator += ", " + s.safe(protocolWords(grp.State))
	}
	lost := fact{"LOST", text.ShortCount(v.Lost), plain}
	if v.Lost > 0 {
		lost.role = critical
	}
	kind := "?"
	if grp.Type != lag.Untold {
		kind = grp.Type.String()
	}
	out := []fact{
		{"LAG", s.bounded(text.ShortCount(v.Lag), v.LagBound), strong},
		{"BEHIND", s.behind(v.TimeLag, v.TimeLagBound), strong},
		{"IN/s", rateWord(v.Produce), plain}, {"OUT/s", rateWord(v.Consume), plain},
		{"CATCH UP", catchUpWord(s, v), catchUpRole(v)}, {"LEFT", leftWord(v), plain}, lost,
		{"MEMBERS", members, plain}, {"TYPE", kind, plain}, {"COORDINATOR", coordinator, plain},
	}
	if owner := policyOwner(s, ix); owner != "" {
		out = append(out, fact{"OWNER", s.safe(owner), plain})
	}
	return out
}

// protocolWords are a coordinator's word for the state of a group, as words: preparing rebalance.
func protocolWords(said string) string {
	var b strings.Builder
	for i, r := range said {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// catchUpWord is the time to catch up: of a group that has nothing to catch up, none applies.
func catchUpWord(s *snap, v *state.Verdict) string {
	if v.Lag == 0 || v.CatchUp >= 0 && v.CatchUp < s.refresh() {
		return s.pick("–", "-")
	}
	return duration(v.CatchUp)
}

// catchUpRole is that of a time to catch up: never is grave where the group is.
func catchUpRole(v *state.Verdict) role {
	if v.CatchUp == state.Never && v.Severity == state.Critical {
		return critical
	}
	return plain
}

func leftWord(v *state.Verdict) string {
	if v.Lost > 0 {
		return "gone"
	}
	return duration(v.RetentionLeft)
}

// bounded marks a lower bound.
func (s *snap) bounded(printed string, b lag.Bound) string {
	if b == lag.AtLeast {
		return s.glyphs.Bounded(printed, text.AtLeast)
	}
	return printed
}

// duration prints a time of a verdict: never and unknown are words of their own.
func duration(d time.Duration) string {
	switch d {
	case state.NotKnown:
		return "?"
	case state.Never:
		return "never"
	}
	return text.Duration(d)
}

func rateWord(v float64) string {
	if v < 0 {
		return "?"
	}
	return text.ShortRate(v)
}

// chartOf is the chart of the lag, and what a column of it stands for.
func (g *groupPage) chartOf(s *snap, ix lag.GroupIx, p layout) (chart, string) {
	c := chart{theme: s.theme, now: s.judged, height: p.chart, strips: p.strips, lead: leadOf(s.verdict(ix), plain), marks: map[int]rune{}}
	trail := s.hist.groups[ix]
	if trail == nil {
		trail = newTrail()
	}
	if g.short {
		c.series = &trail.short
		return c, "1 column 10 s"
	}
	c.series = &trail.minute
	return c, "1 column a minute"
}

// chartAndFeed is the lag over time and, beside or below it, what changed.
func (g *groupPage) chartAndFeed(s *snap, ix lag.GroupIx, w int, p layout) []line {
	c, span := g.chartOf(s, ix, p)
	if g.short {
		span += "; s shows the hour"
	}
	if w >= broadest {
		c.zoom = 2
	}
	chartWide := chartLeft + columns*c.wide() + 7
	room := w - chartWide - 3
	if !p.side {
		room = w
	}
	rows := p.changes
	if p.side && p.chart > 0 {
		rows = p.chart + 2
		if p.strips {
			rows += 2
		}
	}
	feed := []line{rule(s, "changes", "newest first, "+text.Zone(s.now), room)}
	feed = append(feed, g.changes(s, c, room, rows)...)
	if p.chart == 0 {
		return feed
	}
	head := rule(s, "lag", span, w)
	if p.side {
		head = rule(s, "lag and rates", span, chartWide)
	}
	drawn := append([]line{head}, c.draw()...)
	if p.side {
		return beside(s.glyphs, drawn, feed, chartWide, 3)
	}
	return append(drawn, padded(feed, p.changes+1)...)
}

// changes lists the group's events, newest first. Those within the chart get a letter that stands on its axis too.
func (g *groupPage) changes(s *snap, c chart, w, rows int) []line {
	if len(g.feed) == 0 {
		return []line{put(quiet, "   none since "+s.stamp(s.hist.begun))}
	}
	var out []line
	letter := 'a'
	for i := range g.feed {
		if len(out) >= rows {
			break
		}
		mark := " "
		if at, ok := c.column(g.feed[i].At); ok && letter <= 'z' && c.height > 0 {
			if c.marks[at] == 0 {
				c.marks[at] = letter
				letter++
			}
			mark = string(c.marks[at])
		}
		e := &g.feed[i]
		lead := put(plain, "   ").add(accent, mark).add(quiet, " "+s.stamp(e.At)+" ")
		said := changeWords(s, e)
		if e.mark {
			said = "mark " + said
		}
		indent := lead.width()
		for _, part := range wrap(s.glyphs, said, w-indent, min(2, rows-len(out))) {
			out = append(out, lead.add(e.role(), part))
			lead = put(plain, strings.Repeat(" ", indent))
		}
	}
	return out
}

// partitions is the map, with the facts of the cell in hand in its rule.
func (g *groupPage) partitions(s *snap, ix lag.GroupIx, w int, p layout) []line {
	drawn, per := g.heat.draw(s, w, p.map_, g.panel == onPartitions)
	facts := g.heat.summary(s, per)
	if at, old := s.oldGroup(ix); old {
		facts = joinFacts(facts, "~ as of "+s.stamp(at))
	}
	if g.panel == onPartitions {
		facts = g.handFacts(s, ix, w-18)
	}
	if len(drawn) == 0 {
		drawn = []line{put(quiet, "   none: the group has no commit and no assignment that could be seen")}
	}
	rows := p.map_
	if p.legend {
		drawn, rows = append(drawn, g.heat.legend(s).fit(s.glyphs, w)), rows+1
	}
	return append([]line{rule(s, "partitions", facts, w)}, padded(drawn, rows)...)
}

// handFacts tells the cell in hand: how the partitions stand that it is of, and the gravest of them, with as much of who reads
// it as fits.
func (g *groupPage) handFacts(s *snap, ix lag.GroupIx, w int) string {
	_, cells, _, ok := g.heat.in()
	if !ok {
		return ""
	}
	out := g.heat.handWords(s)
	_, c, _ := g.heat.hand()
	if !c.present || c.k >= len(g.posns) {
		return out + ": no position of this group"
	}
	p := &g.posns[c.k]
	if len(cells) > 1 {
		out += ": " + stateWords(cells) + "; worst p" + itoa(int(c.number))
	}
	out += ": " + strings.TrimSpace(s.glyph(p.State)+" "+looks[p.State].word)
	if !p.Since.IsZero() && p.Severity > state.Calm {
		out += " " + s.lasting(p.Since)
	}
	out += ", lag " + exactOr(p.Lag)
	commit := ""
	if r := s.read(); lag.Known(r.Committed[p.Position]) {
		commit = ", committed " + text.Exact(r.Committed[p.Position])
	} else if r.Committed[p.Position] == lag.None {
		commit = ", no commit"
	}
	for _, tail := range []string{commit, ""} { // the host says more than an offset, which the table has
		for _, who := range ownerWords(s, ix, p) {
			if text.Width(out+", "+who+tail) <= w {
				return out + ", " + who + tail
			}
		}
	}
	return out + commit
}

// exactOr is an offset or a lag in full; "?" and "none" for what is not known or not there.
func exactOr(n int64) string {
	if n == lag.None {
		return "none"
	}
	return text.Exact(n)
}
