package tui

import (
	"strings"

	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

// whyOf tells in a sentence why a group is as it is; with what is old, and when it was read.
func whyOf(s *snap, g lag.GroupIx) string {
	v := s.verdict(g)
	if v == nil {
		return "its state is not judged yet"
	}
	why := sentence(s.safe(v.Why))
	if why == "" {
		why = sentence(told(s, g, v))
	}
	if reason := unseenBecause(s, g); reason != "" && (v.State == state.NotVisible || v.State == state.Unknown) {
		why += " " + sentence(reason)
	}
	if at, old := s.oldGroup(g); old && s.late == live && v.State != state.NotVisible { // else the stamp in the corner says it of all
		why += " " + "~ as of " + s.stamp(at) + "."
	}
	return strings.TrimSpace(why)
}

// told says what is known without a sentence of the judge's: the state, since when, and the position it rests on.
func told(s *snap, g lag.GroupIx, v *state.Verdict) string {
	out := looks[v.State].word
	if !v.Since.IsZero() {
		out += " for " + s.lasting(v.Since) + ", since " + s.stamp(v.Since)
	}
	if at := worstOn(s, v); at != "" && v.Severity > state.Calm {
		out += "; it rests on " + at
	}
	if v.Lost > 0 {
		out += "; " + text.Plural(v.Lost, "record was deleted before it was read", "records were deleted before they were read")
	}
	return out
}

// worstOn names the position a verdict rests on: p7 of payments.events.
func worstOn(s *snap, v *state.Verdict) string {
	r := s.read()
	if v.Worst < 0 || int(v.Worst) >= len(r.Positions) {
		return ""
	}
	p := r.Positions[v.Worst].Partition
	return "p" + itoa(int(r.Partitions[p].Number)) + " of " + s.safe(r.Topics[r.Partitions[p].Topic].Name)
}

// unseenBecause is the reason a group can't be seen, as its gap tells it.
func unseenBecause(s *snap, g lag.GroupIx) string {
	r := s.read()
	for i := range r.Gaps {
		gap := &r.Gaps[i]
		switch {
		case gap.Ref.Kind != lag.KindGroup || gap.Ref.Name != r.Groups[g].Name:
		case isLapse(gap.Reason) && gap.Detail != "": // the name stands before it, and the detail says why
			return upperFirst(s.safe(strings.TrimSuffix(gap.Detail, ".")))
		default:
			return gapSentence(s, gap)
		}
	}
	return ""
}

// gapSentence tells a gap: what, why, since when.
func gapSentence(s *snap, g *lag.Gap) string {
	what := g.Ref.Kind
	if g.Ref.Name != "" {
		what += " " + g.Ref.Name
	}
	if g.Ref.Sub != "" {
		what += " " + g.Ref.Sub
	}
	out := what + ": " + strings.ReplaceAll(g.Reason.String(), "_", " ")
	if g.Detail != "" {
		out += ": " + g.Detail
	}
	return s.safe(strings.TrimSuffix(out, "."))
}
