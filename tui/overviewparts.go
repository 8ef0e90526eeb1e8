package tui

import (
	"cmp"
	"slices"

	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

// tail are the brokers, what is nearest to losing data, and the changes: beside each other where there is room, and in
// all rows that the groups leave.
func (o *overview) tail(s *snap, w, h int, tall bool) []line {
	if !tall || w < 110 {
		return append(append(o.brokers(s, w, 0), o.nearest(s, w, min(3, h-8))...), o.changes(s, w, max(3, min(6, h-7)))...)
	}
	half := w / 2
	left := append(o.brokers(s, half, 6), o.nearest(s, half, min(5, h-10))...)
	return beside(s.glyphs, left, o.changes(s, w-half-2, max(7, min(20, h-1))), half, 2)
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

// limited are the groups with unread records that retention will reach, the nearest first.
func limited(s *snap) []lag.GroupIx {
	var out []lag.GroupIx
	for g := range s.read().Groups {
		v := s.verdict(lag.GroupIx(g))
		if v == nil || s.read().Groups[g].Gone || v.Lag <= 0 || v.Lost > 0 || v.RetentionLeft < 0 || v.RetentionLeft == state.Never {
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
		if hl.slowest >= 0 {
			l = l.add(quiet, "; slowest to answer: "+s.node(hl.slowest)+", p99 "+text.Latency(hl.p99))
		}
		return append(out, l)
	}
	out = append(out, put(quiet, "      LEADERS  OUT OF ISR  ANSWERS p99"))
	leaders, under := perBroker(r)
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
		ur := quiet
		if under[n] > 0 {
			ur = warning
		}
		a := answersCell(s, lag.NodeIx(n))
		out = append(out, put(plain, "   "+text.PadEnd(s.node(lag.NodeIx(n)), 3)).add(plain, text.PadStart(itoa(leaders[n]), 7)).
			add(ur, text.PadStart(itoa(under[n]), 12)).add(a.role, text.PadStart(a.s, 13)))
	}
	return out
}

func perBroker(r *lag.Reading) (leaders, under []int) {
	leaders, under = make([]int, len(r.Nodes)), make([]int, len(r.Nodes))
	for i := range r.Partitions {
		p := &r.Partitions[i]
		if p.Gone || r.Topics[p.Topic].Gone {
			continue
		}
		if p.Leader >= 0 {
			leaders[p.Leader]++
		}
		if len(p.ISR) == len(p.Replicas) {
			continue
		}
		for _, n := range p.Replicas {
			if !slices.Contains(p.ISR, n) {
				under[n]++
			}
		}
	}
	return leaders, under
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
		fact = plural(left, "move of a leader or a copy", "moves of leaders and copies") + " more: 5, " + fact
	}
	out := []line{rule(s, "changes", fact, w)}
	if len(s.changes) == left {
		return append(out, put(quiet, "   "+map[bool]string{true: "none", false: "none else"}[left == 0]+" since "+s.stamp(s.hist.begun)))
	}
	for i := len(s.changes) - 1; i >= 0 && len(out) <= rows; i-- {
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
	if s.what == "" {
		return []line{put(quiet, "   asking the brokers who they are")}
	}
	said := "   reading " + s.safe(s.what)
	if s.of > 0 {
		said += ": " + itoa(s.done) + " of " + plural(s.of, "broker", "brokers")
	}
	return []line{put(quiet, s.glyphs.CutEnd(said, w))}
}
