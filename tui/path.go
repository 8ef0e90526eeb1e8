package tui

import (
	"strings"
	"time"

	"weir/actions"
	"weir/internal/text"
	"weir/lag"
)

// The steps of the path that every change goes, as row 1 of all acting pages tells them.
const (
	stepPlan = iota
	stepConsent
	stepJournal
	stepApply
	stepVerify
	stepUndo
)

var pathWords = []string{"plan", "consent", "journal", "apply", "verify", "undo"}

// pathLine tells how far a change has come: what is done has a tick, the step in hand stands reversed, with what is known
// of it.
func pathLine(s *snap, at int, told string) line {
	l := put(plain, " ")
	for i, word := range pathWords {
		if i > 0 {
			l = l.add(quiet, s.pick(" → ", " > "))
		}
		switch {
		case i < at:
			l = l.add(good, s.pick("✓", "v")).add(plain, " "+word)
		case i == at:
			if told != "" {
				word += " " + told
			}
			l = l.add(cursor, " "+word+" ")
		default:
			l = l.add(quiet, word)
		}
	}
	return l
}

// planWords is what a plan does, in a sentence.
func planWords(s *snap, p *actions.Plan) string {
	verb := s.acts.verbOf(p.Kind)
	what := s.safe(p.Target.Name)
	switch {
	case p.Target.Kind == lag.KindCluster, p.Target.Kind == lag.KindPartition:
		what = aimed(s, p.Target)
	case p.Target.Sub != "":
		what += " " + s.safe(p.Target.Sub)
	}
	said := upperFirst(verb) + " of " + what + ": " + text.Plural(p.Totals.Items, "change", "changes")
	switch {
	case len(p.Commands) > 0:
		said += ", and " + text.Plural(len(p.Commands), "command", "commands") + " on this host"
	case len(p.Changes) == 0:
		said = upperFirst(verb) + " of " + what + ": nothing is to be done"
	}
	if p.Undoes != "" {
		said += ", which undo run " + s.safe(p.Undoes)
	}
	return said + "."
}

// lossWords says what is read again, passed over or gone; that nothing is, is said too.
func lossWords(t actions.Totals) string {
	var some, none, unknown []string
	for _, n := range []struct {
		n    *int64
		what string
	}{{t.Skipped, "skipped"}, {t.Reread, "read again"}, {t.Gone, "deleted already"}} {
		switch {
		case n.n == nil:
			unknown = append(unknown, n.what)
		case *n.n == 0:
			none = append(none, n.what)
		default:
			some = append(some, text.Exact(*n.n)+" "+n.what)
		}
	}
	var out []string
	if len(some) > 0 {
		out = append(out, strings.Join(some, ", "))
	}
	if len(none) > 0 && len(unknown) < 3 {
		out = append(out, "nothing is "+strings.Join(none, " or "))
	}
	if len(unknown) > 0 && len(unknown) < 3 {
		out = append(out, "how much is "+strings.Join(unknown, " or ")+" is not known")
	}
	if len(out) == 0 {
		return ""
	}
	return upperFirst(strings.Join(out, "; ")) + "."
}

// undoWord is how much of a plan can be undone.
func undoWord(k actions.UndoKind) string {
	switch k {
	case actions.UndoFull:
		return "full"
	case actions.UndoPartial:
		return "in part"
	case actions.UndoNone:
		return "none"
	}
	return "?"
}

// digestWord is the beginning of a digest, in groups of four.
func digestWord(d string) string {
	if len(d) < 12 {
		return d
	}
	return d[:4] + " " + d[4:8] + " " + d[8:12]
}

// validWords is until when a plan may be applied, counting down; expired says it has run out.
func validWords(s *snap, p *actions.Plan) (said string, expired bool) {
	left := p.Expires.Sub(s.now)
	if left <= 0 {
		return "expired at " + s.stamp(p.Expires), true
	}
	if left < time.Minute {
		return "until " + s.stamp(p.Expires) + ", in " + text.Duration(left.Truncate(time.Second)), false
	}
	return "until " + s.stamp(p.Expires) + ", in " + itoa(int(left/time.Minute)) + " min", false
}

// totalsGrid are the plan's figures under their names, those in a row that fit.
func totalsGrid(s *snap, p *actions.Plan, w int) []line {
	valid, expired := validWords(s, p)
	exact := func(n *int64) string {
		if n == nil {
			return "?"
		}
		return text.Exact(*n)
	}
	facts := []fact{{"CHANGES", text.Exact(int64(p.Totals.Items)), strong}, {"READ AGAIN", exact(p.Totals.Reread), plain}, {"SKIPPED", exact(p.Totals.Skipped), plain},
		{"DELETED ALREADY", exact(p.Totals.Gone), plain}, {"ASKS FOR", asksWords(p.Tier), plain}, {"UNDO", undoWord(p.Undo), plain}, {"VALID, " + text.Zone(s.now), valid, plain},
		{"DIGEST", digestWord(p.Digest), quiet}}
	for i, n := range []*int64{p.Totals.Reread, p.Totals.Skipped, p.Totals.Gone} {
		if n != nil && *n > 0 && i > 0 {
			facts[1+i].role = critical
		}
	}
	if p.Undo == actions.UndoNone {
		facts[5].role = warning
	}
	if expired {
		facts[6].role = critical
	}
	if w < 110 { // what is zero, which the sentence says, and what consent asks for, goes first
		kept := facts[:0:0]
		for i, f := range facts {
			switch {
			case i >= 1 && i <= 3 && f.value == "0", i == 4:
				continue
			case i == 3:
				f.name = "DELETED"
			case i == 6:
				f.value = strings.TrimPrefix(f.value, "until ")
			}
			kept = append(kept, f)
		}
		facts = kept
	}
	head, row := put(plain, ""), put(plain, "")
	for _, f := range facts {
		width := max(text.Width(f.name), text.Width(f.value)) + 3
		if head.width()+width-2 > w {
			break
		}
		head = head.add(quiet, " "+text.PadEnd(f.name, width-1))
		row = row.add(plain, " ").add(numbersRole(f, false), f.value).add(plain, strings.Repeat(" ", width-1-text.Width(f.value)))
	}
	head[len(head)-1].s = strings.TrimRight(head[len(head)-1].s, " ")
	row[len(row)-1].s = strings.TrimRight(row[len(row)-1].s, " ")
	return []line{head.fit(s.glyphs, w), row.fit(s.glyphs, w)}
}
