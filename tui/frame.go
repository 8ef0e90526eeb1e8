package tui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"weir/internal/text"
)

// The least screen that is drawn.
const (
	leastWidth  = 80
	leastHeight = 24
)

func (m *model) tooSmall() bool { return m.w < leastWidth || m.h < leastHeight }

// frame is the whole screen: exactly as many lines as it is high.
func (m *model) frame() []line {
	if m.w <= 0 || m.h <= 0 {
		return nil
	}
	s := m.snap()
	if m.tooSmall() {
		return m.card(s)
	}
	body, position := m.top().draw(s, m.w, m.h-2)
	out := append([]line{m.header(s)}, padded(body, m.h-2)...)
	return m.unfold(s, append(out, m.footer(s, position)))
}

// unfold lays a word on the last key that is too long for the last row over the rows above it, until the next key: what is
// said there, such as why an undo is refused, is never cut.
func (m *model) unfold(s *snap, all []line) []line {
	if m.prompt != nil || text.Width(m.notice) <= m.w {
		return all
	}
	said := wrap(m.glyphs, m.notice, m.w-1, m.h-3)
	at := len(all) - len(said) - 1
	all[at] = rule(s, "", "any key takes this away", m.w)
	for i, part := range said {
		all[at+1+i] = put(warning, part)
	}
	return all
}

// card stands in for a screen that has no room.
func (m *model) card(s *snap) []line {
	sum := m.sum(s)
	said, r, glyph := overviewSentence(s, &sum.totals, &sum.health)
	right := stamp(s, false)
	left := badge(s).add(plain, " ").add(strong, s.safe(s.conf.Name))
	if with := append(left.add(plain, "  "), modeLine(s)...); with.width()+right.width() < m.w {
		left = with
	}
	out := []line{join(m.glyphs, left, right, m.w)}
	part := func(r role, said string, gap, most int) {
		lines := wrap(m.glyphs, said, m.w-4, most)
		if room := m.h - 1 - len(out); len(lines)+gap > room { // what matters more stands first, and whole
			gap = 0
			if len(lines) > room && len(out) > 1 {
				return
			}
		}
		out = append(out, make([]line, gap)...)
		for _, l := range lines {
			out = append(out, put(plain, "  ").add(r, l))
		}
	}
	size := itoa(leastWidth) + s.pick("×", "x") + itoa(leastHeight)
	part(r, strings.TrimSpace(glyph+" "+said), 1, 4)
	part(plain, "weir draws its screens from "+size+"; this is "+itoa(m.w)+s.pick("×", "x")+itoa(m.h)+".", 1, 4)
	part(plain, "Make it larger and it goes on by itself.", 0, 3)
	part(quiet, "without a larger one: "+shellLine(append([]string{"weir", "get", "groups"}, withCluster(s)...)), 1, 4)
	out = padded(out, max(1, m.h-1))
	if m.h > 1 {
		out = append(out, put(accent, "q").add(plain, " quit"))
	}
	return out
}

// badge is the environment, in words and in a colour of its own where it matters.
func badge(s *snap) line {
	env := s.safe(s.conf.Environment)
	switch strings.ToLower(env) {
	case "":
		return put(plain, "")
	case "prod":
		return put(chipProd, " PROD ")
	case "demo":
		return put(chipDemo, " DEMO ")
	}
	return put(plain, " "+s.glyphs.CutEnd(env, 12))
}

// modeLine is what may be done to the cluster: a chip while read-only is lifted, with how long; and the runs that are under
// way here or wait for a person.
func modeLine(s *snap) line {
	l := put(plain, "confirm")
	if s.conf.ReadOnly {
		l = put(plain, "read-only")
	}
	if s.acts == nil {
		return l
	}
	if g, ok := s.acts.armedOn(s.conf.Name, s.now); ok {
		l = put(chipWarning, " ARMED "+itoa(int((g.until.Sub(s.now)+time.Minute-1)/time.Minute))+" min ")
	}
	if s.acts.under() {
		done, of := s.acts.work.steps()
		said := "run: " + itoa(done) + " done"
		if of > 0 {
			said = "run: " + itoa(done) + " of " + itoa(of)
		}
		l = l.add(plain, " ").add(accent, said)
	}
	if n := len(s.acts.unfinished()); n > 0 {
		l = l.add(plain, " ").add(chipWarning, " "+itoa(n)+" unfinished ")
	}
	return l
}

// header is row 0: what is looked at at the left; mode, troubles, cost and the data's stamp at the right, never cut.
func (m *model) header(s *snap) line {
	narrow := m.w < 110
	right := stamp(s, !narrow)
	gap := "  "
	if narrow {
		gap = " "
	}
	weight := quiet
	if s.c != nil && s.c.Strain != nil {
		weight = warning
	}
	cost := put(weight, costWords(s, narrow))
	middle := append(modeLine(s), span{plain, gap})
	middle = append(middle, troublesWord(s, m.sum(s)))
	middle = append(middle, elsewhereWord(s)...)
	with := func(cost line) line {
		return append(append(append(line(nil), middle...), span{plain, gap}), append(cost, append(line{{plain, gap}}, right...)...)...)
	}
	whole := with(cost)
	if !narrow && m.crumbsNeed(s) > m.w-whole.width()-1 { // and is told in fewer words before that name is cut
		whole = with(put(weight, costWords(s, true)))
	}
	if whole.width() > m.w-32 { // the cost goes before the name of what is looked at does
		whole = append(append(append(line(nil), middle...), span{plain, gap}), right...)
	}
	return join(m.glyphs, m.crumbs(s, m.w-whole.width()-1), whole, m.w)
}

// troublesWord counts the groups in trouble, and the brokers as one more when something is wrong with them.
func troublesWord(s *snap, c *counted) span {
	n, known := c.troubles(s)
	switch {
	case !s.seen() || n == 0 && !known:
		return span{warning, "? troubles"}
	case n == 0:
		return span{plain, "no trouble"}
	}
	return span{strong, text.Plural(n, "trouble", "troubles")}
}

// elsewhereWord counts the troubles of the other clusters; none when there are none.
func elsewhereWord(s *snap) line {
	troubles, dark := elsewhere(s)
	if troubles+dark == 0 {
		return nil
	}
	said := itoa(troubles) + " elsewhere"
	if troubles == 0 {
		said = itoa(dark) + " not seen"
	}
	return put(plain, ", ").add(warning, said)
}

// crumbsNeed is the room that the cluster and what is looked at take, both whole.
func (m *model) crumbsNeed(s *snap) int {
	all := m.top().crumbs(s)
	return badge(s).width() + 1 + text.Width(s.safe(s.conf.Name)+s.pick(" ▸ ", " > ")+s.safe(all[len(all)-1]))
}

// crumbs is the path to the view, cut from its left.
func (m *model) crumbs(s *snap, w int) line {
	l := badge(s)
	sep := s.pick(" ▸ ", " > ")
	parts := []string{s.safe(s.conf.Name)}
	for _, c := range m.top().crumbs(s) {
		parts = append(parts, s.safe(c))
	}
	path := strings.Join(parts, sep)
	// The cluster stays, and the thing looked at; what lies between goes first.
	for len(parts) > 2 && text.Width(path)+l.width()+1 > w {
		parts = append(parts[:1:1], parts[2:]...)
		path = strings.Join(parts, sep)
	}
	if len(parts) == 2 {
		room := w - l.width() - 1 - text.Width(sep)
		// What is looked at is told whole for as long as the cluster can still be told from others.
		first := s.glyphs.CutMiddle(parts[0], max(min(room/2, 10), room-text.Width(parts[1])))
		path = first + sep + s.glyphs.CutMiddle(parts[1], room-text.Width(first))
	}
	return l.add(plain, " ").add(strong, path)
}

// costWords is what weir asks of the cluster, over the last minute.
func costWords(s *snap, narrow bool) string {
	requests, bytes, ok := s.hist.cost()
	if !ok {
		if narrow {
			return "? req/s"
		}
		return "costs ? req/s"
	}
	if narrow {
		return text.ShortRate(requests) + " req/s"
	}
	return "costs " + text.ShortRate(requests) + " req/s " + text.Bytes(int64(bytes)) + "/s"
}

// stamp is when the data was read, and how far it can be trusted to be of now. It is the only clock of the screen.
func stamp(s *snap, word bool) line {
	if s.c == nil {
		return put(quiet, "nothing read yet")
	}
	if s.asOf.IsZero() {
		return put(chipWarning, " NO ANSWER ")
	}
	l := put(plain, s.stamp(s.asOf)+" "+text.Zone(s.now)+" ")
	age := func(what string) line {
		return put(plain, s.stamp(s.asOf)+" ").add(chipWarning, " "+what+" "+minutes(since(s.now, s.asOf))+" ")
	}
	switch {
	case s.frozen:
		return age("FROZEN")
	case s.late == unanswered:
		return age("NO ANSWER")
	case s.late == late:
		return age("LATE")
	case s.c.Eased > 0: // the stamp is then older than one is used to, and no less true
		said := "every " + text.Duration(s.c.Refresh)
		if word {
			said = "live, " + said
		}
		return l.add(quiet, said)
	case word:
		return l.add(quiet, "live")
	}
	l[0].s = strings.TrimRight(l[0].s, " ")
	return l
}

// minutes is an age in one unit where two would flicker: 46s, 3m, 2h10m.
func minutes(d time.Duration) string {
	if d >= time.Minute && d < 10*time.Minute {
		return itoa(int(d/time.Minute)) + "m"
	}
	return text.CoarseDuration(max(0, d))
}

// footer is the last row: the prompt, a word on the last key, or the keys that work here.
func (m *model) footer(s *snap, position string) line {
	if m.prompt != nil {
		return m.prompt.draw(s, m.w)
	}
	if m.notice != "" {
		return put(warning, m.glyphs.CutEnd(m.notice, m.w))
	}
	p, picky := m.top().(interface{ offers(*snap, verb) bool })
	var keys []*binding
	for i := range bindings {
		b, at := &bindings[i], m.top().place()
		if b.verb == vEsc && len(m.stack) == 1 || b.verb == vUndo && at&(atRun|atRuns) == 0 { // z works elsewhere, too, and is about runs
			continue
		}
		if b.foot > 0 && b.verb != vHelp && b.works(at) && (!picky || p.offers(s, b.verb)) {
			keys = append(keys, b)
		}
	}
	slices.SortStableFunc(keys, func(a, b *binding) int { return cmp.Compare(a.foot, b.foot) })
	const last = "? help"
	room := m.w - len(last) - text.Width(position) - 4
	l := line{}
	for _, b := range keys {
		shown := s.keyShown(b)
		if n := text.Width(shown) + 1 + len(b.label) + 2; l.width()+n <= room {
			l = l.add(accent, shown).add(plain, " "+b.label+"  ")
		}
	}
	l = l.add(accent, "?").add(plain, " help")
	return join(m.glyphs, l, put(quiet, position), m.w)
}

func (s *snap) keyShown(b *binding) string {
	if s.glyphs == text.ASCII {
		return s.safeKeys(b.shown)
	}
	return b.shown
}
