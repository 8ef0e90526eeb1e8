package tui

import (
	"strings"

	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

// panel is a part of a page that the cursor can be in.
type panel uint8

const (
	onMembers panel = iota
	onPartitions
	numPanels
)

// groupPage tells all of one group: the verdict and why, its numbers, lag over time beside what changed, the map of its
// partitions, and its members.
type groupPage struct {
	name    string
	panel   panel
	short   bool // the chart shows ten minutes
	spanned bool // a person chose the span
	members members
	heat    heat
	reading *lag.Reading
	known   bool // the numbers of its positions, of that reading, were worked out
	posns   []state.Position
	feed    []change // of this group, newest first
	next    *nextSteps
	below   *positions // the table of its partitions where there is room; nil: there is none
	noted   int        // generation of the marks in the feed
	width   int
}

func newGroupPage(name string) *groupPage {
	return &groupPage{name: name, members: newMembers()}
}

func (g *groupPage) place() place          { return atGroup }
func (g *groupPage) crumbs(*snap) []string { return []string{"groups", g.name} }
func (g *groupPage) focus(s *snap) []lag.Ref {
	return []lag.Ref{{Cluster: s.conf.Name, Kind: lag.KindGroup, Name: g.name}}
}

func (g *groupPage) sync(s *snap) {
	if s.read() == nil {
		return
	}
	if !g.spanned {
		// A chart of an hour says little before ten minutes were watched.
		g.short = s.hist.begun.IsZero() || s.judged.Sub(s.hist.begun) < 10*minuteStep
	}
	ix, ok := groupNamed(s, g.name)
	if ok && g.noted != s.noted.gen {
		g.noted, g.feed = s.noted.gen, feedOf(s, ix)
	}
	known := s.workedOut(ix)
	if !ok || g.reading == s.read() && g.known == known {
		return
	}
	g.reading, g.known = s.read(), known
	g.posns = s.positionsOf(ix)
	worst := lag.PositionIx(lag.Nowhere)
	if v := s.verdict(ix); v != nil {
		worst = v.Worst
	}
	g.heat.sync(s, ix, g.posns, worst)
	g.members.sync(s, ix, g.posns)
	g.feed = feedOf(s, ix)
	g.next = nextOf(s, ix)
	if g.below != nil {
		g.below.dirty = g.below.dirty || !g.below.heldAt.IsZero() // the gravest first: no cursor is in it that it could slide under
		g.below.sync(s)
	}
}

func (g *groupPage) draw(s *snap, w, h int) ([]line, string) {
	g.width = w
	ix, ok := groupNamed(s, g.name)
	if !ok {
		return goneLines(s, "group", g.name), ""
	}
	p := g.plan(w, h, g.said(s, ix, w))
	var out []line
	if p.airy {
		out = append(out, nil)
	}
	out = append(out, g.verdictLines(s, ix, w, p.why)...)
	if p.next {
		out = append(out, g.next.line(s, w))
	}
	if p.airy {
		out = append(out, nil)
	}
	out = append(out, numbersLines(s, ix, w, p.bigNumbers)...)
	if p.airy {
		out = append(out, nil)
	}
	out = append(out, g.chartAndFeed(s, ix, w, p)...)
	out = append(out, g.partitions(s, ix, w, p)...)
	if p.airy {
		out = append(out, nil)
	}
	_, old := s.oldGroup(ix)
	rest := h - len(out)
	out = append(out, g.members.draw(s, w, rest, g.panel == onMembers, old)...)
	return append(out, g.table(s, w, h-len(out), old)...), g.position(s)
}

// Where rows are left below the members the table of the partitions stands there, which Enter opens else; not of so many
// that working it out at each refresh would be felt.
const (
	tableLeast = 8
	tableMost  = 500 // partitions
)

// table is the partitions with their offsets, in the rows that nothing else needs.
func (g *groupPage) table(s *snap, w, h int, old bool) []line {
	if h < tableLeast || w < 110 || len(g.posns) == 0 || len(g.posns) > tableMost {
		g.below = nil
		return nil
	}
	if g.below == nil {
		g.below = newPositions(g.name)
		g.below.sortBy("state", false)
		g.below.sync(s)
	}
	p := g.below
	if len(p.keys) == 0 {
		return nil
	}
	fact := "as many as there is room for; Tab Enter opens all"
	if len(p.keys)+4 <= h {
		fact = "Tab Enter opens them"
	}
	out := []line{nil, rule(s, "offsets", fact, w)}
	return append(out, p.grid.draw(s.theme, w, min(h-2, len(p.keys)+1), false, func(at int) []cell { return p.cells(s, at, old) })...)
}

// said is how many rows the evidence takes.
func (g *groupPage) said(s *snap, ix lag.GroupIx, w int) int {
	rest := whyOf(s, ix)
	if v := s.verdict(ix); v != nil {
		_, rest = g.headline(s, ix, v, w)
	}
	return len(sentences(s, rest, w, 4))
}

func (g *groupPage) position(s *snap) string {
	if g.panel == onPartitions && g.heat.cells > 0 {
		return g.heat.handWords(s) + " of " + text.Plural(g.heat.cells, "partition", "partitions")
	}
	if n := len(g.members.keys); n > 0 {
		return itoa(g.members.at+1) + " of " + itoa(n)
	}
	return ""
}

// verdictLines are the chip, the sentence, and why.
func (g *groupPage) verdictLines(s *snap, ix lag.GroupIx, w, why int) []line {
	v := s.verdict(ix)
	if v == nil {
		return []line{put(plain, " ").add(chipWarning, " ? UNKNOWN ").add(plain, " "+s.safe(g.name)+" is not judged yet.")}
	}
	said, rest := g.headline(s, ix, v, w)
	r := strong
	if v.Severity == state.Critical {
		r = critical
	}
	glyph := strings.TrimSpace(s.glyph(v.State))
	chip := " " + strings.TrimSpace(glyph+" "+looks[v.State].chip) + " "
	out := []line{put(plain, " ").add(chipOf(v.State, v.Severity), chip).add(plain, " ").add(r, said)}
	return append(out, padded(sentences(s, rest, w, why), why)...)
}

// headline is the sentence beside the chip, and the evidence that follows it. It holds as much of who, what and since
// when as fits; a claim that doesn't fit at all stays with its evidence, and so does what is told of a group that is well, which
// isn't what lasts since then.
func (g *groupPage) headline(s *snap, ix lag.GroupIx, v *state.Verdict, w int) (said, rest string) {
	why := whyOf(s, ix)
	claim, rest := splitWhy(why)
	claim = strings.TrimSuffix(claim, ".")
	name, since := s.quoted(g.name), strongest(s, v)
	room := w - text.Width(s.glyph(v.State)+looks[v.State].chip) - 6
	if v.Severity == state.Calm {
		return s.glyphs.CutEnd(name+since, room), why
	}
	low := lowerFirst(claim)
	for _, said := range []string{name + ": " + low + since, claim + since, name + ": " + low + ".", claim + "."} {
		if text.Width(said) <= room {
			return said, rest
		}
	}
	return s.glyphs.CutEnd(name+since, room), why
}

// strongest is the end of the first sentence: since when.
func strongest(s *snap, v *state.Verdict) string {
	out := ""
	if !v.Since.IsZero() {
		out = ", since " + s.stamp(v.Since)
		if s.fromStart(v.Since) {
			out = ", at least since " + s.stamp(v.Since)
		}
	}
	if v.Muted {
		out += ", muted by policy"
	}
	return out + "."
}

// splitWhy takes the claim off a sentence: what follows its first colon or full stop is the evidence.
func splitWhy(why string) (claim, evidence string) {
	for _, end := range []string{": ", ". "} {
		if at := strings.Index(why, end); at > 0 && at < 120 {
			return why[:at], why[at+len(end):]
		}
	}
	return why, ""
}

func sentences(s *snap, said string, w, most int) []line {
	var out []line
	for _, part := range wrap(s.glyphs, said, w-4, most) {
		out = append(out, put(plain, "   ").add(plain, part))
	}
	return out
}

func (g *groupPage) do(s *snap, v verb) intent {
	if _, ok := groupNamed(s, g.name); !ok {
		return say{"group " + s.safe(g.name) + " is gone; Esc goes back"}
	}
	switch v {
	case vPanel, vPanelBack:
		g.panel = (g.panel + 1) % numPanels
		return nil
	case vSpan:
		g.short, g.spanned = !g.short, true
		return nil
	case vOpen:
		return g.open()
	case vRecord:
		return g.peek(s)
	}
	if g.panel == onMembers {
		if v == vLeft || v == vRight {
			return say{"Tab goes to the map of partitions, where left and right move"}
		}
		g.members.move(v)
		return nil
	}
	g.heat.move(v, g.width)
	return nil
}

// open opens the partitions: of the member in hand, or all with the one in hand under the cursor.
func (g *groupPage) open() intent {
	p := newPositions(g.name)
	if g.panel == onMembers {
		return openView{p.of(g.members.cursor())}
	}
	if topic, c, ok := g.heat.hand(); ok {
		p.seek = [2]string{topic, itoa(int(c.number))}
	}
	return openView{p}
}

// peek looks at the record that the partition in hand stands on; from the members, that of the worst partition.
func (g *groupPage) peek(s *snap) intent {
	if topic, c, ok := g.heat.hand(); ok && g.panel == onPartitions {
		return peekAtCommit(s, g.name, topic, c.number)
	}
	ix, ok := groupNamed(s, g.name)
	if !ok {
		return say{"the group is gone"}
	}
	v, r := s.verdict(ix), s.read()
	if v == nil || v.Worst < 0 || int(v.Worst) >= len(r.Positions) {
		return say{"no partition stands out; Tab goes to the partitions, r there reads the record in hand"}
	}
	p := &r.Partitions[r.Positions[v.Worst].Partition]
	return peekAtCommit(s, g.name, r.Topics[p.Topic].Name, p.Number)
}

func (g *groupPage) command(s *snap) []string {
	return append(withCluster(s, "weir", "describe", "group", g.name), "--window", lookOn)
}

func (g *groupPage) describe(s *snap, raw bool) (string, []string, bool) {
	if _, ok := groupNamed(s, g.name); !ok {
		return "", nil, false
	}
	t := wire.Groups(s.wire())
	reader, col := wire.NewReader(&t), t.Column("group")
	for i := range t.Len {
		if reader.Cell(i, col).String() == g.name {
			return g.name, pages(s, wire.New(s.version, s.judged, s.wire(), t.Pick([]int{i})), raw), true
		}
	}
	return "", nil, false
}
