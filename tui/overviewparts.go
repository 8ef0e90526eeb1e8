package tui

import (
	"cmp"
	"slices"
	"time"

	"weir/internal/text"
	"weir/lag"
)

// broadest is the width from which three parts stand beside each other.
const broadest = 240

// roomFor is how many groups may stand there with nothing wrong.
func (o *overview) roomFor(tall bool, h int) int {
	switch {
	case tall:
		return max(8, h/4)
	case o.totals.troubles == 0:
		return 4
	}
	return 0
}

// tail are the brokers, what is nearest to losing data, and the changes: beside each other where there is room, and in
// all rows that the groups leave.
func (o *overview) tail(s *snap, w, h int, tall bool) []line {
	if !tall || w < 110 {
		out := o.brokers(s, w, 0)
		out = append(out, o.nearest(s, w, min(3, h-len(out)-4))...)
		return append(out, o.changes(s, w, max(1, h-len(out)-1))...)
	}
	half := w / 2
	if w >= broadest {
		third := w / 3
		mid := append(append(o.nearest(s, third, 5), nil), o.busyTopics(s, third, h-8)...)
		left := beside(s.glyphs, o.brokers(s, third, h-2), mid, third, 2)
		return beside(s.glyphs, left, o.changes(s, w-2*third-4, max(7, h-1)), 2*third+2, 2)
	}
	left := o.brokers(s, half, 6)
	for _, part := range [][]line{o.nearest(s, half, min(5, h-len(left)-4)), o.busyTopics(s, half, h-len(left)-min(6, len(o.limits)+1)-2)} {
		if len(part) > 0 {
			left = append(append(left, nil), part...)
		}
	}
	return beside(s.glyphs, left, o.changes(s, w-half-2, max(7, h-1)), half, 2)
}

// nearest lists the groups whose unread records retention deletes first; those that lose some already stand above.
func (o *overview) nearest(s *snap, w, rows int) []line {
	if rows < 1 || len(o.limits) == 0 {
		return nil
	}
	out := []line{rule(s, "nearest to a limit", "retention left", w)}
	for _, g := range o.limits[:min(rows, len(o.limits))] {
		v := s.verdict(g)
		name := s.glyphs.CutEnd(s.quoted(s.read().Groups[g].Name), max(8, w-36))
		out = append(out, join(s.glyphs, put(plain, "   ").add(roleOf(v.State, v.Severity), s.glyph(v.State)+" ").add(plain, name),
			put(plain, text.CoarseDuration(v.RetentionLeft)+" "), w))
	}
	return out
}

// nearLimit is how little time before retention is told as near to a limit.
const nearLimit = 48 * time.Hour

// limited are the groups with unread records that retention reaches soon, the nearest first.
func limited(s *snap) []lag.GroupIx {
	var out []lag.GroupIx
	for g := range s.read().Groups {
		v := s.verdict(lag.GroupIx(g))
		if v == nil || s.read().Groups[g].Gone || v.Lag <= 0 || v.Lost > 0 || v.RetentionLeft < 0 || v.RetentionLeft > nearLimit {
			continue
		}
		out = append(out, lag.GroupIx(g))
	}
	slices.SortStableFunc(out, func(a, b lag.GroupIx) int {
		return cmp.Compare(s.verdict(a).RetentionLeft, s.verdict(b).RetentionLeft)
	})
	return out[:min(len(out), 5)]
}

// brokers is a line on the brokers, or a row for each.
func (o *overview) brokers(s *snap, w, rows int) []line {
	r, hl := s.read(), &o.health
	fact := itoa(hl.up) + " up, controller " + s.node(r.Controller)
	if len(hl.silent) > 0 {
		fact = itoa(hl.up-len(hl.silent)) + " of " + itoa(hl.up) + " answer, controller " + s.node(r.Controller)
	}
	if s.late != live {
		fact += ", as of " + s.stamp(s.asOf)
	}
	out := []line{rule(s, "brokers", fact, w)}
	if rows == 0 {
		l := put(plain, "   ")
		if wrong := hl.words(s); wrong != "" {
			return append(out, l.add(warning, wrong))
		}
		l = l.add(plain, "all in sync")
		if said := hl.idleWords(s); said != "" {
			return append(out, l.add(plain, "; "+said).fit(s.glyphs, w))
		}
		if hl.slowest >= 0 {
			l = l.add(quiet, "; slowest to answer: "+s.node(hl.slowest)+", p99 "+text.Latency(hl.p99))
		}
		return append(out, l)
	}
	shown := brokerCells
	for len(shown) > 3 && 6+widthOf(shown) > w {
		shown = shown[1:] // what tells least stands first
	}
	head := put(quiet, "      ")
	for _, c := range shown {
		head = head.add(quiet, text.PadStart(c.head, c.width))
	}
	out = append(out, head)
	for _, n := range hl.down {
		out = append(out, put(plain, "   "+text.PadEnd(s.node(n), 3)).add(critical, "   down"))
	}
	for n := range r.Nodes {
		if r.Nodes[n].Gone {
			continue
		}
		if rows--; rows < 0 {
			return append(out, put(quiet, "   and more: 4 lists all brokers"))
		}
		l := put(plain, "   "+text.PadEnd(s.node(lag.NodeIx(n)), 3))
		for _, c := range shown {
			is := c.of(s, lag.NodeIx(n), &o.each[n])
			l = l.add(is.role, text.PadStart(s.glyphs.CutEnd(is.s, c.width-1), c.width))
		}
		out = append(out, l)
	}
	if said := hl.idleWords(s); said != "" {
		out = append(out, sentences(s, said, w, 2)...)
	}
	return out
}

// brokerCell is a column of the brokers on the overview.
type brokerCell struct {
	head  string
	width int
	of    func(*snap, lag.NodeIx, *brokerSum) cell
}

func widthOf(all []brokerCell) int {
	w := 0
	for _, c := range all {
		w += c.width
	}
	return w
}

var brokerCells = []brokerCell{
	{"RACK", 8, func(s *snap, n lag.NodeIx, _ *brokerSum) cell {
		if rack := s.read().Nodes[n].Rack; rack != "" {
			return cell{s.safe(rack), quiet}
		}
		return cell{s.pick("–", "-"), quiet}
	}},
	{"DISK", 8, diskCell},
	{"IN/s", 8, func(s *snap, _ lag.NodeIx, b *brokerSum) cell {
		out := cell{s: rateWordBounded(s, b.in, b.inLeast)}
		if b.in < 0 {
			out.role = warning
		}
		return out
	}},
	{"LEADERS", 9, func(_ *snap, _ lag.NodeIx, b *brokerSum) cell { return cell{s: text.Exact(int64(b.leaders))} }},
	{"OUT OF ISR", 12, func(_ *snap, _ lag.NodeIx, b *brokerSum) cell {
		if b.under > 0 {
			return cell{itoa(b.under), warning}
		}
		return cell{"0", quiet}
	}},
	{"ANSWERS p99", 13, func(s *snap, n lag.NodeIx, _ *brokerSum) cell { return answersCell(s, n) }},
}

// diskCell is how full a broker's fullest log directory is; where that isn't told, what it holds.
func diskCell(s *snap, n lag.NodeIx, _ *brokerSum) cell {
	dirs, read := s.read().Disks[n]
	if !read {
		return cell{"?", warning}
	}
	full := int64(-1)
	var held lag.Sum
	for i := range dirs {
		d := &dirs[i]
		if d.Fault != "" {
			return cell{"faulty", critical}
		}
		held.Add(d.Held)
		if lag.Known(d.Total) && lag.Known(d.Usable) && d.Total > 0 {
			full = max(full, 100-d.Usable*100/d.Total)
		}
	}
	if full >= 0 {
		out := cell{s: itoa(int(full)) + "%"}
		if full >= 85 {
			out.role = warning
		}
		return out
	}
	if n, bound := held.Value(); lag.Known(n) {
		return cell{s: s.bounded(text.Bytes(n), bound)}
	}
	return cell{"?", warning}
}

// brokerSum is what is counted of a broker.
type brokerSum struct {
	leaders, under int
	in             float64 // records a second into what it leads; negative: not known
	inLeast        bool
}

// perBroker adds what comes in to what the layout tells.
func perBroker(c *counts) []brokerSum {
	out := slices.Clone(c.laid.brokers)
	for n := range out {
		b := &out[n]
		if b.in, b.inLeast = c.flow.brokers[n].rate, c.flow.brokers[n].least; b.leaders == 0 {
			b.in = 0
		}
	}
	return out
}

// minor reports whether a change only follows from another that is told: brokers come and go, and leaders, replicas and
// coordinators with them.
func (c *change) minor() bool {
	if c.mark {
		return false
	}
	switch c.Kind {
	case lag.LeaderMoved, lag.ISRShrunk, lag.ISRGrew, lag.CoordinatorMoved:
		return true
	}
	return false
}

// changes are the newest events of the cluster that stand for themselves.
func (o *overview) changes(s *snap, w, rows int) []line {
	left := 0
	for i := range s.changes {
		if s.changes[i].minor() {
			left++
		}
	}
	fact := text.Zone(s.now)
	if left > 0 {
		fact = text.Plural(left, "move of a leader or a copy", "moves of leaders and copies") + " more: 5, " + fact
	}
	out := []line{rule(s, "changes", fact, w)}
	if len(s.changes) == left {
		return append(out, put(quiet, "   "+map[bool]string{true: "none", false: "none else"}[left == 0]+" since "+s.stamp(s.hist.begun)))
	}
	return append(out, changeLines(s, w, rows)...)
}

// changeLines are the newest changes that stand for themselves, one a line.
func changeLines(s *snap, w, rows int) (out []line) {
	for i := len(s.changes) - 1; i >= 0 && len(out) < rows; i-- {
		e := &s.changes[i]
		if e.minor() {
			continue
		}
		out = append(out, put(quiet, "   "+s.stamp(e.At)+" ").add(plain, changeSubject(s, e)+" ").add(e.role(), changeWords(s, e)).fit(s.glyphs, w))
	}
	return out
}

// progressLines says what is being read at first.
func progressLines(s *snap, w int) []line {
	said := "asking the brokers who they are"
	if s.what != "" {
		said = "reading " + s.safe(s.what)
		if s.of > 0 {
			said += ": " + itoa(s.done) + " of " + text.Plural(s.of, "broker", "brokers")
		}
	}
	if s.c != nil { // it was asked, and the verdict says what came of it
		said = "asked again every " + text.Duration(s.refresh()) + "; " + said
	}
	return []line{put(quiet, s.glyphs.CutEnd("   "+said, w))}
}
