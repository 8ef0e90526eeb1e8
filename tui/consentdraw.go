package tui

import (
	"strings"

	"weir/actions"
	"weir/internal/text"
	"weir/lag"
)

func (c *consent) draw(s *snap, w, h int) ([]line, string) {
	out := []line{pathLine(s, stepConsent, ""), nil}
	sheet, totals := c.sheet(s, w), totalsGrid(s, &c.plan, w)
	most := 1 // the sheet is never cut for it
	if h-len(out)-len(totals)-len(sheet) > 4 {
		most = 2
	}
	for _, part := range wrap(s.glyphs, planWords(s, &c.plan), w-2, most) {
		out = append(out, put(strong, " "+part))
	}
	if said := lossWords(c.plan.Totals); said != "" {
		out = append(out, put(plain, "   "+said).fit(s.glyphs, w))
	}
	if h > 26 {
		out = append(out, nil)
	}
	out = append(out, totals...)
	if room := h - len(out) - len(sheet); room > 3 {
		out = append(out, c.some(s, w, min(room, 6))...)
	}
	return append(out, sheet...), "asks for: " + asksWords(c.plan.Tier)
}

// some are the first changes of the plan.
func (c *consent) some(s *snap, w, h int) []line {
	out := []line{nil, rule(s, "changes", text.Exact(int64(len(c.plan.Changes)))+", as shown", w)}
	for i := range c.plan.Changes {
		ch := &c.plan.Changes[i]
		if len(out) == h-1 && len(c.plan.Changes)-i > 1 {
			return append(out, put(quiet, "   "+s.glyphs.Ellipsis()+" "+text.Exact(int64(len(c.plan.Changes)-i))+" more; Esc goes back to them"))
		}
		before, _, _ := changeValue(ch.Before)
		after, _, _ := changeValue(ch.After)
		out = append(out, put(plain, "   "+text.PadEnd(s.safe(changedName(ch.Ref)), 20)+" "+s.safe(exactWord(before))+s.pick(" → ", " > ")+s.safe(exactWord(after))).fit(s.glyphs, w))
	}
	return out
}

// sheet is what is asked, under a heavy rule.
func (c *consent) sheet(s *snap, w int) []line {
	p := &c.plan
	l := put(plain, "   ").add(strong, c.question(s)).add(plain, " on ")
	out := []line{put(plain, strings.Repeat(s.pick("━", "="), w)), append(append(l, badge(s)...), span{strong, " " + s.safe(p.Target.Cluster) + "?"}).fit(s.glyphs, w), nil}
	facts := [][2]string{{c.verb(), c.writes(s)}, {"It can be undone", map[actions.UndoKind]string{actions.UndoFull: "in full, until somebody moves on", actions.UndoPartial: "in part; the plan says what not", actions.UndoNone: "no: there is no undo"}[p.Undo]}, {"It is logged", "as " + s.safe(s.acts.actor.Who()) + ", with what the kernel says of the session"}}
	if gone := gives(p.Totals); gone != "" {
		facts = append([][2]string{{"It gives up", gone}}, facts...)
	}
	for _, f := range facts {
		out = append(out, put(plain, "   ").add(quiet, text.PadEnd(f[0], 18)).add(plain, f[1]).fit(s.glyphs, w))
	}
	out = append(out, nil)
	for i := range c.fields {
		out = append(out, c.field(s, i, w))
	}
	return append(append(out, nil), c.button(s, w)...)
}

func (c *consent) question(s *snap) string {
	what := "Apply " + text.Plural(len(c.plan.Changes), "change", "changes") + " to " + aimed(s, c.plan.Target)
	if c.resumes != "" {
		return "Go on with run " + s.safe(c.resumes) + " on " + aimed(s, c.plan.Target)
	}
	switch {
	case c.plan.Effect == actions.Destroy && c.plan.Target.Kind == lag.KindGroup:
		return "Destroy " + aimed(s, c.plan.Target)
	case c.plan.Effect == actions.Destroy: // of a topic only records are lost
		return upperFirst(s.acts.verbOf(c.plan.Kind)) + ", with loss of data, on " + aimed(s, c.plan.Target)
	}
	return what
}

// fieldNouns are what the fields of changes are called when they are counted.
var fieldNouns = map[string][2]string{"committed": {"committed offset", "committed offsets"}, "leader": {"leader", "leaders"}, "group": {"group", "groups"}}

// verb is what is done to all that is changed: where nothing is left of it, it is deleted.
func (c *consent) verb() string {
	for i := range c.plan.Changes {
		if after := c.plan.Changes[i].After; len(after) > 0 && string(after) != "null" {
			return "It writes"
		}
	}
	return "It deletes"
}

// writes counts what is changed, by field.
func (c *consent) writes(s *snap) string {
	fields := map[string]int{}
	var order []string
	for i := range c.plan.Changes {
		f := c.plan.Changes[i].Field
		if fields[f] == 0 {
			order = append(order, f)
		}
		fields[f]++
	}
	for i, f := range order {
		if of, known := fieldNouns[f]; known {
			order[i] = text.Plural(fields[f], of[0], of[1])
		} else {
			order[i] = text.Exact(int64(fields[f])) + " " + s.safe(f)
		}
	}
	return strings.Join(order, ", ")
}

// gives is what is lost for good; "" for nothing.
func gives(t actions.Totals) string {
	var out []string
	if t.Skipped != nil && *t.Skipped > 0 {
		out = append(out, text.Plural(*t.Skipped, "record", "records")+" that can still be read")
	}
	if t.Gone != nil && *t.Gone > 0 {
		out = append(out, text.Plural(*t.Gone, "record", "records")+", deleted already by retention")
	}
	return strings.Join(out, "; ")
}

func (c *consent) field(s *snap, i, w int) line {
	f := &c.fields[i]
	label := f.name
	switch {
	case f.name == askName && c.plan.Tier == actions.T3:
		label = "type cluster/name"
	case f.name == askName:
		label = "type the name"
	case f.name == askYes:
		label = "y or N"
	}
	l := put(plain, "   ").add(plain, text.PadEnd(label, 20)).add(strong, lastCells(s.safe(f.in.input), max(10, w-60)))
	if i == c.at {
		l = l.add(cursor, " ")
	}
	switch {
	case f.name == askReason && f.needed:
		l = l.add(quiet, "   needed, and stands in the audit log")
	case f.name == askReason:
		l = l.add(quiet, "   for the audit log; may stay empty")
	}
	return l.fit(s.glyphs, w)
}

// button is what Enter does, or why it doesn't yet.
func (c *consent) button(s *snap, w int) []line {
	l := put(plain, "   ")
	missing := c.missing(s)
	switch {
	case c.sent:
		return []line{l.add(accent, "It is being applied.")}
	case missing == "" && c.quiet:
		return []line{l.add(good, "[ Enter applies ]"), nil}
	case missing == "":
		missing = "0.4 s without a key"
	default:
		missing += ", then 0.4 s without a key"
		if text.Width(missing) < w-56 {
			missing += ". Pasting is refused"
		}
	}
	l = l.add(quiet, "[ Enter applies ]").add(plain, "   not yet: "+missing+".")
	out := []line{l.fit(s.glyphs, w)}
	if c.said != "" {
		for _, part := range wrap(s.glyphs, c.said, w-4, 2) {
			out = append(out, put(plain, "   ").add(warning, part))
		}
	}
	return out
}
