package tui

import (
	"weir/internal/query"
	"weir/lag"
)

// policyOwner is who answers for a group, as policies declare; "" when nobody said.
func policyOwner(s *snap, g lag.GroupIx) string {
	if len(s.conf.Policies) == 0 {
		return ""
	}
	r := s.read()
	var topics []string
	last := lag.TopicIx(lag.Nowhere)
	for _, i := range r.Groups[g].Positions {
		if t := r.Partitions[r.Positions[i].Partition].Topic; t != last {
			topics, last = append(topics, r.Topics[t].Name), t
		}
	}
	p := s.conf.Policies.For(r.Groups[g].Name, topics)
	if p == nil {
		return ""
	}
	return p.Owner
}

// mine are the groups whose owner is whom a person named; nil when nobody was named.
func mine(s *snap) map[string]bool {
	pattern, err := query.ParseGlob(s.mine)
	if err != nil || s.read() == nil {
		return nil // no pattern is the one error
	}
	out := map[string]bool{}
	for g := range s.read().Groups {
		if owner := policyOwner(s, lag.GroupIx(g)); owner != "" && pattern.Match(owner) {
			out[s.read().Groups[g].Name] = true
		}
	}
	return out
}

// toMine narrows the table to one's own groups, or takes that off.
func (g *groups) toMine(s *snap) intent {
	switch {
	case s.mine == "":
		return say{"whose are yours? name the owner that policies declare: :set mine=OWNER, with * and ?"}
	case len(s.conf.Policies) == 0:
		return say{"no policy of this cluster names an owner"}
	}
	g.onlyMine, g.dirty = !g.onlyMine, true
	return nil
}
