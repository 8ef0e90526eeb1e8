package tui

import (
	"cmp"
	"strings"

	"weir/internal/text"
	"weir/internal/wire"
)

// What is copied is for a channel, not for a screen: nothing of it is cut to a width.

// unbroken is a width that nothing reaches.
const unbroken = 1 << 14

// paragraphs are lines without their colours, one a paragraph. Lines that are empty are left out.
func paragraphs(in []line) string {
	var out []string
	for _, l := range plainLines(in) {
		if said := strings.TrimSpace(l); said != "" {
			out = append(out, escapeMarkdown(said)+"\n")
		}
	}
	return strings.Join(out, "\n")
}

// bullets are lines of a list.
func bullets(in []line) string {
	var b strings.Builder
	for _, l := range plainLines(in) {
		if said := strings.TrimSpace(l); said != "" {
			b.WriteString("- " + escapeMarkdown(said) + "\n")
		}
	}
	return b.String()
}

// part is a part of a page under its heading; "" without anything in it.
func part(head, body string) string {
	if body == "" {
		return ""
	}
	return "\n**" + escapeMarkdown(head) + "**\n\n" + body
}

// markdownGrid is a grid as a table, with all of its columns and rows.
func markdownGrid(g *grid, cells func(row int) []cell) string {
	if len(g.keys) == 0 {
		return "none\n"
	}
	var heads []string
	rule := "|"
	for i := range g.columns {
		heads = append(heads, g.columns[i].head)
		rule += map[bool]string{true: "---|", false: "---:|"}[g.columns[i].left]
	}
	var b strings.Builder
	row := func(all []string) {
		for _, one := range all {
			b.WriteString("| " + escapeMarkdown(strings.TrimSpace(one)) + " ")
		}
		b.WriteString("|\n")
	}
	row(heads)
	b.WriteString(rule + "\n")
	for _, at := range g.data[:min(len(g.data), mostCopied)] {
		var all []string
		for _, c := range cells(at) {
			all = append(all, c.s)
		}
		row(all)
	}
	if over := len(g.data) - mostCopied; over > 0 {
		b.WriteString("\nand " + text.Plural(over, "row", "rows") + " more\n")
	}
	return b.String()
}

// tableOfAll is a table of the public contract as Markdown.
func tableOfAll(s *snap, t wire.Table) string {
	var b strings.Builder
	doc := wire.New(s.version, s.judged, s.wire(), t)
	if err := wire.Write(&b, doc, wire.Markdown, wire.Style{Terminal: true, Glyphs: s.glyphs, Now: s.now}); err != nil {
		return s.safe(err.Error()) // a strings.Builder takes everything
	}
	return b.String()
}

// markdown is all that the overview tells.
func (o *overview) markdown(s *snap) string {
	said := paragraphs(o.verdict(s, unbroken, copyHeight))
	if s.read() == nil || !s.seen() {
		return said + "\n" + paragraphs(progressLines(s, unbroken))
	}
	t := &o.totals
	said += "\n" + paragraphs(unfinishedLines(s, unbroken)) + "in/s " + rateWordBounded(s, t.in, t.inLeast) + ", out/s " + rateWordBounded(s, t.out, t.outLeast) +
		", lag " + s.bounded(text.ShortCount(t.lag), t.lagBound) + "\n"
	worst := markdownGrid(&o.grid, func(at int) []cell { return o.cells(s, at) })
	said += part("worst groups", worst+"\n"+paragraphs([]line{countsLine(s, o.totals)}))
	said += part("brokers", tableOfAll(s, wire.Brokers(s.wire())))
	var near []line
	for _, g := range o.limits {
		near = append(near, put(plain, s.quoted(s.read().Groups[g].Name)+": "+text.CoarseDuration(s.verdict(g).RetentionLeft)))
	}
	said += part("nearest to a limit, retention left", bullets(near))
	return said + part("changes, "+text.Zone(s.now), bullets(changeLines(s, unbroken, copyHeight)))
}

// markdown is all that the page tells of the group: what the map shows stands as the table of its partitions.
func (g *groupPage) markdown(s *snap) string {
	ix, ok := groupNamed(s, g.name)
	if !ok {
		return paragraphs(goneLines(s, "group", g.name))
	}
	said := paragraphs(g.verdictLines(s, ix, unbroken, 1))
	if g.next != nil {
		said += "\n" + paragraphs([]line{g.next.line(s, unbroken)})
	}
	if v := s.verdict(ix); v != nil {
		var numbers []string
		for _, f := range numbersOf(s, ix, v) {
			numbers = append(numbers, f.name+" "+f.value)
		}
		said += "\n" + escapeMarkdown(strings.Join(numbers, ", ")) + "\n"
	}
	_, old := s.oldGroup(ix)
	c, span := g.chartOf(s, ix, layout{chart: copyChart, strips: true})
	feed := g.changes(s, c, unbroken, copyHeight)
	said += part("lag and rates, "+span, fence(plainLines(c.draw())))
	said += part("changes, newest first, "+text.Zone(s.now), bullets(feed))
	all := newPositions(g.name)
	all.sortBy("state", false)
	all.sync(s)
	said += part("partitions", all.markdown(s))
	live := "not read yet"
	if g.members.seen {
		live = itoa(len(g.members.all)) + " live"
	}
	return said + part("members, "+live, markdownGrid(&g.members.grid, func(at int) []cell { return g.members.wholeCells(s, at, old) }))
}

// copyChart is how many rows the lag has in a copy.
const copyChart = 8

// wholeCells are the cells of a member with its id and its partitions in full.
func (m *members) wholeCells(s *snap, at int, old bool) []cell {
	r := &m.all[at]
	out := m.cells(s, r, old)
	out[0].s = s.safe(cmp.Or(r.m.InstanceID, r.m.ID))
	var parts []spot
	for _, p := range r.m.Assigned {
		of := &s.read().Partitions[p]
		parts = append(parts, spot{s.read().Topics[of.Topic].Name, of.Number})
	}
	out[partsColumn].s = s.safe(strings.ReplaceAll(topicsWord(parts), "\n", " "))
	return out
}

// markdown is the table of the clusters, with the sentence of each whole.
func (c *clusters) markdown(s *snap) string {
	said, _ := fleetSentence(c.all, c.sums)
	return escapeMarkdown(said) + "\n\n" + markdownGrid(&c.grid, func(at int) []cell { return c.cells(c.all[at], c.sums[at]) })
}

// markdown is what stands at the offset, the records around it as the shell prints them, and all of the one under the cursor.
func (p *peek) markdown(s *snap) string {
	said := paragraphs(p.sentence(s, unbroken))
	if p.got == nil || len(p.got.Records) == 0 {
		return said
	}
	said += part("records around it", tableOfAll(s, wire.Records(p.got.Records, wire.DecodeAuto, copyCells)))
	if title, body, ok := p.describe(s, false); ok {
		said += part(s.safe(title), fence(body))
	}
	return said
}

// copyCells is how many characters of each key and value stand in the table of records; the one under the cursor is whole.
const copyCells = 400
