package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/actions"
	"weir/internal/config"
	"weir/internal/text"
	"weir/lag"
)

// confirmDigits are how many digits of a digest the apply line gives.
const confirmDigits = 12

// planPage is a plan as a person reads it, whole: what becomes what, what that means, and how to apply it.
func (a *app) planPage(b *bytes.Buffer, p actions.Plan, c config.Cluster, save string, obstacles []actions.Obstacle) {
	g := a.glyphs()
	fmt.Fprintf(b, "%s %s on %s (cluster id %s): %s, %s\n", p.Kind, g.Safe(targetWords(p.Target)), g.Safe(p.Target.Cluster), g.Safe(p.ClusterID), p.Effect, p.Tier)
	if p.Undoes != "" {
		fmt.Fprintf(b, "undoes run %s\n", p.Undoes)
	}
	b.WriteByte('\n')
	if len(p.Changes) == 0 {
		b.WriteString("nothing changes\n")
	} else {
		a.changeLines(b, p.Changes, "HOW", func(i int) string { return p.Changes[i].Note })
	}
	fmt.Fprintf(b, "\n%s\n", totalsLine(p.Totals))
	if len(p.Commands) > 0 {
		b.WriteString("\ncommands, called on this host without a shell\n")
	}
	for _, c := range p.Commands {
		words := make([]string, len(c.Argv))
		for i, w := range c.Argv {
			words[i] = quoted(w)
		}
		fmt.Fprintf(b, "  %-5s  %s  (for at most %s)\n", c.Step, g.Safe(strings.Join(words, " ")), text.CoarseDuration(time.Duration(c.Timeout)*time.Second))
	}
	if len(p.Guards) > 0 {
		b.WriteString("\nguards, checked again before each step\n")
	}
	for _, gd := range p.Guards {
		held := "ok    "
		if !gd.OK {
			held = "FAILS "
		}
		a.hang(b, "  "+held+" ", g.Safe(gd.Want)+"; now: "+g.Safe(gd.Now))
	}
	if len(p.Warnings) > 0 {
		b.WriteString("\nwarnings\n")
	}
	for _, w := range p.Warnings {
		a.hang(b, "  ", g.Safe(w))
	}
	a.policyLines(b, obstacles)
	b.WriteByte('\n')
	a.hang(b, "undo     ", undoSentence(p))
	now := a.style().Now
	fmt.Fprintf(b, "expires  %s %s, in %s\n", text.Stamp(p.Expires, now), text.Zone(now), text.CoarseDuration(time.Until(p.Expires)))
	fmt.Fprintf(b, "digest   %s\n", p.Digest)
	fmt.Fprintf(b, "apply    %s\n", a.applyLine(p, c, save, obstacles))
}

func undoSentence(p actions.Plan) string {
	switch p.Undo {
	case actions.UndoFull:
		return "full: weir run undo plans it back, as long as nobody moved it since"
	case actions.UndoPartial:
		return "partial: weir run undo plans back what can be, and the warnings say what can't"
	}
	return "none: this can't be taken back"
}

// totalsLine sums a plan up; what is not known says so. What is read and skipped is counted in offsets.
func totalsLine(t actions.Totals) string {
	var parts, unknown []string
	for _, n := range []struct {
		n    *int64
		what string
	}{{t.Reread, "read again"}, {t.Skipped, "skipped"}, {t.Gone, "deleted already"}} {
		switch {
		case n.n == nil:
			unknown = append(unknown, n.what)
		case len(parts) == 0:
			parts = append(parts, text.Plural(*n.n, "offset ", "offsets ")+n.what)
		default:
			parts = append(parts, text.Exact(*n.n)+" "+n.what)
		}
	}
	if t.Bytes != nil {
		parts = append(parts, text.Bytes(*t.Bytes))
	}
	out := text.Plural(t.Items, "change", "changes")
	if len(parts) > 0 {
		out += ": " + strings.Join(parts, ", ")
	}
	if len(unknown) > 0 {
		out += "; not known how many offsets are " + strings.Join(unknown, " or ")
	}
	return out
}

// changeLines are the changes in aligned columns, values at their right edge; how is what stands last in the row of each.
func (a *app) changeLines(b *bytes.Buffer, all []actions.Change, head string, how func(int) string) {
	g := a.glyphs()
	rows := make([][4]string, 0, len(all)+1)
	if !a.flag.noHeaders {
		rows = append(rows, [4]string{changeHead(all), "FROM", "TO", head})
	}
	for i, c := range all {
		rows = append(rows, [4]string{g.Safe(changed(c.Ref)), g.Safe(plainJSON(c.Before)), g.Safe(plainJSON(c.After)), g.Safe(how(i))})
	}
	var widths [3]int
	for _, r := range rows {
		for i := range widths {
			widths[i] = max(widths[i], text.Width(r[i]))
		}
	}
	for _, r := range rows {
		a.hang(b, text.PadEnd(r[0], widths[0])+"  "+text.PadStart(r[1], widths[1])+"  "+text.PadStart(r[2], widths[2])+"  ", r[3])
	}
}

// changeHead is what all changes are of, where they are of one field.
func changeHead(all []actions.Change) string {
	for _, c := range all {
		if c.Field != all[0].Field {
			return "WHAT"
		}
	}
	return strings.ToUpper(all[0].Field)
}

// changed names what a change is about within its plan's target.
func changed(ref string) string {
	r, err := lag.ParseRef(ref)
	switch {
	case err != nil:
		return ref
	case r.Kind == lag.KindPartition:
		return r.Name + ":" + r.Sub
	case r.Sub != "":
		return r.Sub
	}
	return r.Name
}

// plainJSON is a value of a change for a person.
func plainJSON(raw json.RawMessage) string {
	var s string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return "absent"
	case json.Unmarshal(raw, &s) == nil:
		return s
	}
	return string(raw)
}

// applyLine is the command that applies the plan, exactly.
func (a *app) applyLine(p actions.Plan, c config.Cluster, save string, obstacles []actions.Obstacle) string {
	if len(p.Changes) == 0 && len(p.Commands) == 0 {
		return "nothing is to be done"
	}
	file, lead := quoted(save), ""
	if save == "" {
		file, lead = "FILE", "this plan was not kept; make it with --save FILE, then: "
	}
	line := "weir apply " + file + a.where() + " --confirm " + p.Digest[:min(confirmDigits, len(p.Digest))]
	if p.Tier >= actions.T3 {
		line += " --name " + quoted(p.Target.Cluster+"/"+p.Target.Name)
	}
	if c.Mode == config.ReadOnly {
		line += " --arm"
	}
	if p.Tier >= actions.T3 || c.Mode == config.ReadOnly || c.Policy.Reason != "" {
		line += " --reason 'WHY'"
	}
	if c.Policy.Ticket != "" {
		line += " --ticket TICKET"
	}
	if slices.ContainsFunc(obstacles, func(o actions.Obstacle) bool { return o.Final }) {
		lead = "policy refuses it, as told above; else: " + lead
	}
	if config.IsDemo(c.Name) {
		lead = "the embedded cluster ends with this command; weir demo --serve keeps one up. "
	}
	return lead + a.glyphs().Safe(line)
}
