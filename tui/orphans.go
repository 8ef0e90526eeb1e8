package tui

import (
	"slices"
	"strings"
	"time"

	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

// orphan reports whether a group is not seen because its coordinator does not answer.
func (o *overview) orphan(s *snap, g lag.GroupIx) bool {
	return s.verdict(g).State == state.NotVisible && slices.Contains(o.health.silent, s.read().Groups[g].Coordinator)
}

// untoldWords say that nothing is known to be wrong where the coordinators of some groups do not answer: what was true of
// those may not be any more, and they are not called well. "" where all are told of.
func untoldWords(s *snap, h *health) string {
	r := s.read()
	var all, untold int
	var asOf time.Time
	for g := range r.Groups {
		if r.Groups[g].Gone {
			continue
		}
		all++
		if !slices.Contains(h.silent, r.Groups[g].Coordinator) {
			continue
		}
		untold++
		if at, _ := s.oldGroup(lag.GroupIx(g)); !at.IsZero() && (asOf.IsZero() || at.Before(asOf)) {
			asOf = at
		}
	}
	if untold == 0 || s.late != live {
		return ""
	}
	said := "No trouble among " + itoa(all-untold) + " of " + text.Plural(all, "group", "groups") + "; " + itoa(untold)
	if asOf.IsZero() {
		return said + " can't be told of."
	}
	return said + " last told of at " + s.stamp(asOf) + "."
}

// orphaned names the groups that are not seen because their coordinators do not answer, in one sentence: it is one trouble.
func (o *overview) orphaned(s *snap) string {
	var names []string
	var brokers []lag.NodeIx
	var asOf time.Time
	for _, g := range o.rows {
		if v := s.verdict(g); !trouble(v) || !o.orphan(s, g) {
			continue
		}
		names = append(names, s.safe(s.read().Groups[g].Name))
		if n := s.read().Groups[g].Coordinator; !slices.Contains(brokers, n) {
			brokers = append(brokers, n)
		}
		if at, _ := s.oldGroup(g); !at.IsZero() && (asOf.IsZero() || at.Before(asOf)) {
			asOf = at
		}
	}
	if len(names) == 0 || s.late == unanswered {
		return ""
	}
	said := strings.Join(names[:min(3, len(names))], ", ")
	if n := len(names) - 3; n > 0 {
		said += " and " + itoa(n) + " more"
	}
	them := map[bool]string{true: "it", false: "them"}[len(names) == 1]
	if len(brokers) == 1 {
		said += ": " + s.nodes(brokers) + ", which coordinates " + them + ", does not answer"
	} else {
		said += ": " + s.nodes(brokers) + ", which coordinate them, do not answer"
	}
	if !asOf.IsZero() {
		said += "; what is told of " + them + " is of " + s.stamp(asOf)
	}
	return sentence(said)
}
