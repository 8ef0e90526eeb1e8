package tui

import (
	"strings"

	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

// help tells the keys that work in the view it was called from, and what the signs mean. Enter on a key does it.
type help struct {
	under place
	name  string
	at    int
	expr  string
	top   int
	page  int
}

func newHelp(p place, name string) *help { return &help{under: p, name: name} }

func (h *help) place() place                         { return atHelp }
func (h *help) crumbs(*snap) []string                { return []string{h.name, "help"} }
func (h *help) focus(*snap) []lag.Ref                { return nil }
func (h *help) sync(*snap)                           {}
func (h *help) command(*snap) []string               { return nil }
func (h *help) filter() string                       { return h.expr }
func (h *help) setFilter(_ *snap, expr string) error { h.expr, h.at = expr, 0; return nil }

// rows are the bindings shown, by section.
func (h *help) rows() []*binding {
	var out []*binding
	for sec := range numSections {
		for i := range bindings {
			b := &bindings[i]
			if b.section == sec && strings.Contains(strings.ToLower(b.shown+" "+b.label+" "+b.help), strings.ToLower(h.expr)) {
				out = append(out, b)
			}
		}
	}
	return out
}

// stacks are the sections that stand below each other, when the screen has room for three beside each other.
var stacks = [][]section{{secGo, secFind}, {secMove, secOrder}, {secLook, secAct}}

func (h *help) draw(s *snap, w, rows int) ([]line, string) {
	all := h.rows()
	h.at = max(0, min(h.at, len(all)-1))
	var body []line
	hand := 0
	if w >= 110 {
		body, hand = h.beside(s, all, w)
	} else {
		body, hand = h.below(s, all, []section{secGo, secMove, secLook, secFind, secOrder, secAct}, w)
	}
	if h.expr == "" {
		body = append(append(body, nil), legend(s, w)...)
	}
	out := []line{put(strong, " "+h.title(w-1)), h.whole(s, all, w)}
	h.page = max(1, rows-len(out))
	switch {
	case hand < h.top+1:
		h.top = hand - 1
	case hand >= h.top+h.page:
		h.top = hand - h.page + 1
	}
	if h.at == len(all)-1 { // below the last key stands what the signs mean
		h.top = min(hand-1, len(body)-h.page)
	}
	h.top = max(0, min(h.top, len(body)-h.page))
	return append(out, body[h.top:min(len(body), h.top+h.page)]...), itoa(h.at+1) + " of " + itoa(len(all))
}

// title says what the page is of, in as many words as fit whole.
func (h *help) title(w int) string {
	for _, said := range []string{"Keys that work on " + h.name + ". Enter on one does it; those in grey can't there, and say why.",
		"Keys that work on " + h.name + ". Enter on one does it; those in grey can't."} {
		if text.Width(said) <= w {
			return said
		}
	}
	return "Enter on a key does it; those in grey can't here, and say why."
}

// whole is all that is told of the key in hand: in its column it may be cut.
func (h *help) whole(s *snap, all []*binding, w int) line {
	if len(all) == 0 {
		return nil
	}
	b := all[h.at]
	l := put(plain, "   ").add(accent, s.keyShown(b)).add(plain, "  "+b.help)
	if !b.works(h.under) && b.not != "" {
		l = l.add(warning, "; not here: "+b.not)
	}
	return l.fit(s.glyphs, w)
}

// below draws sections below each other, and tells on which line the key in hand stands.
func (h *help) below(s *snap, all []*binding, secs []section, w int) (out []line, hand int) {
	for _, sec := range secs {
		begun := false
		for i, b := range all {
			if b.section != sec {
				continue
			}
			if !begun {
				out, begun = append(out, rule(s, sectionNames[sec], "", w)), true
			}
			if i == h.at {
				hand = len(out)
			}
			out = append(out, h.row(s, b, i == h.at, w))
		}
	}
	return out, hand
}

// beside draws three stacks of sections beside each other.
func (h *help) beside(s *snap, all []*binding, w int) (out []line, hand int) {
	third := (w - 4) / 3
	for i, secs := range stacks {
		drawn, at := h.below(s, all, secs, third)
		if h.at < len(all) && (all[h.at].section == secs[0] || all[h.at].section == secs[1]) {
			hand = at
		}
		if i == 0 {
			out = drawn
			continue
		}
		out = beside(s.glyphs, out, drawn, i*(third+2)-2, 2)
	}
	return out, hand
}

func (h *help) row(s *snap, b *binding, under bool, w int) line {
	l := put(plain, "   ")
	if under {
		l = put(strong, " > ")
	}
	shown := s.keyShown(b)
	keys, words := accent, plain
	if !b.works(h.under) {
		keys, words = quiet, quiet
	}
	if under {
		keys = cursor
	}
	l = l.add(keys, shown).add(plain, strings.Repeat(" ", max(1, 10-text.Width(shown))))
	return l.add(words, b.short(w-l.width())).fit(s.glyphs, w)
}

// short is what a key does in as many of its clauses as fit, or in the footer's word.
func (b *binding) short(w int) string {
	said := b.help
	for text.Width(said) > w {
		at := -1
		for _, end := range []string{";", ":", ","} { // a clause goes with all of it
			if at = strings.LastIndex(said, end); at > 0 {
				break
			}
		}
		if at <= 0 {
			return b.label
		}
		said = said[:at]
	}
	return said
}

// safeKeys writes the arrows out.
func (s *snap) safeKeys(shown string) string {
	return strings.NewReplacer("↓", "down", "↑", "up", "←", "left", "→", "right").Replace(shown)
}

// legend tells the states and the marks.
func legend(s *snap, w int) []line {
	out := []line{rule(s, "states, gravest first", "", w)}
	meaning := [state.NumStates]string{
		state.LosingData: "stands below the log start: records were deleted unread", state.Stalled: "members live, a partition stands",
		state.Blocked: "behind an open transaction", state.Stopped: "unread, and nobody reads it",
		state.Ahead: "commit past the end: topic made anew?", state.FallingBehind: "written faster than read",
		state.Rewinding: "commit went back, not yet made up", state.NotVisible: "can't be seen, with the reason",
		state.Draining: "read faster than written, with an end", state.Rebalancing: "members are changing hands",
		state.NeverCommitted: "not the same as lag 0", state.Empty: "no member, and nothing to do",
		state.Abandoned: "empty for days; folded away", state.KeepingUp: "reads as fast as is written", state.Idle: "nothing written, nothing to read",
		state.Unknown: "not judged yet",
	}
	for _, st := range state.States() {
		sev := worstOf(st)
		if st < state.NotVisible {
			sev = state.Calm
		}
		out = append(out, put(plain, "   ").add(roleOf(st, sev), text.PadEnd(s.glyph(st)+" "+looks[st].word, 18)).add(quiet, meaning[st]))
	}
	marks := "? not known, never 0   " + s.pick("–", "-") + " does not apply   ~ old   " + s.pick("≥", ">") + " at least   k M 10" + s.pick("³ 10⁶", "^3 10^6")
	return append(out, rule(s, "marks", "", w), put(quiet, "   "+marks))
}

func (h *help) do(_ *snap, v verb) intent {
	all := h.rows()
	switch v {
	case vUp:
		h.at--
	case vDown:
		h.at++
	case vFirst:
		h.at = 0
	case vLast:
		h.at = len(all) - 1
	case vHalfUp, vPageUp:
		h.at -= max(1, h.page/2)
	case vHalfDown, vPageDown:
		h.at += max(1, h.page/2)
	case vOpen:
		if h.at >= 0 && h.at < len(all) {
			return runVerb{all[h.at].verb}
		}
	}
	h.at = max(0, min(h.at, len(all)-1))
	return nil
}
