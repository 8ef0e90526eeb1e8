package tui

import (
	"slices"
	"strings"

	"weir/lag"
	"weir/lag/state"
)

// nextSteps are the keys that lead on from a group in trouble: to the record it stands on, and to what can be done about it
// now.
type nextSteps struct {
	record bool     // it stands on a record that may be read
	verbs  []string // of the actions that are offered and may mend it
	more   bool     // others are offered
	closed bool     // actions are known, and none is offered
}

// mends are the changes that are put forward in a state, by their verbs; all others are listed by a.
var mends = [state.NumStates][]string{
	state.LosingData: {"offset-reset", "retention-extend"}, state.Stalled: {"record-skip", "member-remove", "offset-reset"},
	state.Blocked: {"txn-abort"}, state.Stopped: {"offset-reset"}, state.Ahead: {"offset-reset"},
}

// nextOf finds them; nil for a group that needs none.
func nextOf(s *snap, g lag.GroupIx) *nextSteps {
	v, r := s.verdict(g), s.read()
	if !trouble(v) {
		return nil
	}
	c, _ := groupSelection(s, r.Groups[g].Name)
	out := &nextSteps{}
	if v.Worst >= 0 && int(v.Worst) < len(r.Positions) {
		p := &r.Partitions[r.Positions[v.Worst].Partition]
		c = c.at(s, spot{r.Topics[p.Topic].Name, p.Number})
		out.record = c.committed >= 0 && s.conf.NoPeek == "" && v.State != state.LosingData
	}
	if s.acts == nil || s.acts.actor == nil {
		return out
	}
	for _, spec := range s.acts.actor.Specs() {
		ref, ok := c.refFor(spec)
		if !ok || ref.Kind == lag.KindTopic || ref.Kind == lag.KindPartition {
			continue // about the topic, whoever reads it
		}
		switch possible := s.acts.actor.Offers(spec.Kind, ref, r).Possible; {
		case possible && slices.Contains(mends[v.State], spec.Verb):
			out.verbs = append(out.verbs, spec.Verb)
		case possible:
			out.more = true
		}
	}
	out.closed = len(out.verbs) == 0 && !out.more
	return out
}

// line tells them in a row.
func (n *nextSteps) line(s *snap, w int) line {
	l := put(quiet, "   next:")
	add := func(key, does string) { l = l.add(plain, " ").add(accent, key).add(plain, " "+does+"  ") }
	if n.record {
		add("r", "read the record")
	}
	switch {
	case len(n.verbs) > 0:
		add("a", strings.Join(n.verbs, ", "))
	case n.more:
		add("a", "what can be done")
	case n.closed:
		add("a", "why nothing can be done to it now")
	}
	if len(l) == 1 {
		add("Enter", "the partitions")
	}
	l[len(l)-1].s = strings.TrimRight(l[len(l)-1].s, " ")
	return l.fit(s.glyphs, w)
}
