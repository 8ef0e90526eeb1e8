package tui

import (
	"cmp"
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
	later  string   // what would mend it and is not offered now, with the reason; "" none
	advice string   // what mends it and is nobody's to do from here; "" none
}

// mends are the changes that are put forward in a state, by their verbs; all others are listed by a.
var mends = [state.NumStates][]string{
	state.LosingData: {"offset-reset", "retention-extend"}, state.Stalled: {"record-skip", "member-remove", "offset-reset"},
	state.Blocked: {"txn-abort"}, state.Stopped: {"offset-reset"}, state.Ahead: {"offset-reset"}, state.Rebalancing: {"record-skip", "member-remove", "offset-reset"},
}

// unranked is the rank of a change that mends nothing of a state.
const unranked = 99

// mendRank is how early a change is put forward in a state.
func mendRank(st state.State, verb string) int {
	if at := slices.Index(mends[st], verb); at >= 0 {
		return at
	}
	return unranked
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
	out.advice = adviceOn(v)
	if s.acts == nil || s.acts.actor == nil {
		return out
	}
	rank := unranked
	for _, spec := range s.acts.actor.Specs() {
		ref, ok := c.refFor(spec)
		if !ok || ref.Kind == lag.KindTopic || ref.Kind == lag.KindPartition {
			continue // about the topic, whoever reads it
		}
		offer := offerOf(s, spec.Kind, ref)
		at := mendRank(v.State, spec.Verb)
		switch {
		case offer.Possible && at < unranked:
			out.verbs = append(out.verbs, spec.Verb)
		case offer.Possible:
			out.more = true
		case at < rank:
			why, _, _ := strings.Cut(strings.TrimPrefix(offer.Why, "not offered: "), ";")
			rank, out.later = at, spec.Verb+", not now: "+why
		}
	}
	slices.SortStableFunc(out.verbs, func(a, b string) int { return cmp.Compare(mendRank(v.State, a), mendRank(v.State, b)) })
	out.closed = len(out.verbs) == 0 && !out.more
	return out
}

// adviceOn is what mends a state that no change made from here does.
func adviceOn(v *state.Verdict) string {
	switch v.State {
	case state.Blocked:
		return "its producer must end the transaction"
	case state.FallingBehind:
		behind := v.Counts[state.FallingBehind]
		switch {
		case v.Members >= v.Positions && v.Positions > 0:
			return "faster members: each partition has one of its own"
		case behind == 1 && v.Positions > 1:
			return "a faster member: more don't help one partition"
		}
		return "more members, or faster ones"
	}
	return ""
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
	case n.later != "":
		add("a", s.safe(n.later))
	case n.advice != "":
	case n.more:
		add("a", "what can be done")
	case n.closed:
		add("a", "why nothing can be done to it now")
	}
	if len(n.verbs) == 0 && n.advice != "" {
		l = l.add(plain, " "+n.advice+"  ")
	}
	if len(l) == 1 {
		add("Enter", "the partitions")
	}
	l[len(l)-1].s = strings.TrimRight(l[len(l)-1].s, " ")
	return l.fit(s.glyphs, w)
}
