package kafka

import (
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// brokers returns the listed brokers.
func (s *sweep) brokers() []lag.NodeIx {
	var out []lag.NodeIx
	for i := range s.w.topo.Nodes {
		if !s.w.topo.Nodes[i].Gone {
			out = append(out, lag.NodeIx(i))
		}
	}
	return out
}

// listGroups asks every broker for the groups it coordinates, which tells their coordinators at once. It reports whether
// any broker told.
func (s *sweep) listGroups() bool {
	s.gaps.open(inGroups)
	seen, told := map[lag.GroupIx]bool{}, 0
	if s.listers == nil {
		s.listers = map[lag.NodeIx]bool{}
	}
	var calls []call
	for _, n := range s.brokers() {
		calls = append(calls, call{node: n, req: kmsg.NewPtrListGroupsRequest(), what: "groups", apply: func(a answer) {
			if a.err != nil {
				s.miss(inGroups, n, "list of groups", a.err)
			} else if s.applyGroups(n, a.resp.(*kmsg.ListGroupsResponse), a.at, seen) {
				told++
			}
		}})
	}
	s.run(calls)
	s.grown()
	if told == len(calls) {
		s.reap(seen)
	}
	return told > 0
}

// reap ends groups that are not on the lists. A broker that restarts answers with an empty list and no error before it
// has loaded anything; so it takes two whole lists in a row, and between them a coordinator that tells no commits of the
// group either, which one that has not loaded would refuse to.
func (s *sweep) reap(seen map[lag.GroupIx]bool) {
	for i := range s.w.topo.Groups {
		g, h := lag.GroupIx(i), &s.w.held[i]
		switch {
		case s.w.topo.Groups[i].Gone:
		case seen[g]:
			delete(s.missing, g)
		case s.missing[g] == 0:
			s.missing[g] = s.sweeps
		case h.bare && max(h.told, h.refused) >= s.missing[g] || s.w.topo.Groups[i].Type == lag.Connect:
			s.endGroup(g)
		}
	}
}

func (s *sweep) endGroup(g lag.GroupIx) {
	delete(s.missing, g)
	for _, b := range s.w.held[g].blocks {
		b.commits, b.assigned = false, false
	}
	s.w.settle(g)
	e := s.w.editGroup(g)
	e.Gone, e.Members, e.Coordinator = true, nil, lag.Nowhere
	s.w.groupRoutes++
}

// applyGroups takes one broker's list, and reports whether it is whole.
func (s *sweep) applyGroups(n lag.NodeIx, resp *kmsg.ListGroupsResponse, at lag.ShardTime, seen map[lag.GroupIx]bool) bool {
	whole := true
	if resp.ErrorCode != 0 {
		f := coded(resp.ErrorCode)
		s.gaps.add(inGroups, s.nodeRef(n), f.reason, "list of groups: "+f.detail)
		whole = false
	}
	for i := range resp.Groups {
		rg := &resp.Groups[i]
		if !s.keeps(lag.KindGroup, rg.Group) {
			continue
		}
		g := s.w.group(rg.Group)
		seen[g] = true
		now, have := groupType(rg), s.w.topo.Groups[g]
		s.coordinate(g, n)
		if have.Gone || have.Type != now {
			s.w.groupRoutes++
		}
		if have.Gone || have.Type != now || have.ProtocolType != rg.ProtocolType || have.State != rg.GroupState {
			e := s.w.editGroup(g)
			e.Gone, e.Type, e.ProtocolType = false, now, rg.ProtocolType
			e.State, e.StateAt = rg.GroupState, at.Answered
			if rg.GroupState == "Empty" {
				s.dismiss(g, at)
			}
		}
	}
	s.listers[n] = s.listers[n] || whole
	return whole
}

// unlisted returns how many brokers never told their whole list of groups.
func (s *sweep) unlisted() int {
	n := 0
	for _, b := range s.brokers() {
		if s.listers != nil && !s.listers[b] {
			n++
		}
	}
	return n
}

// dismiss takes away the members of a group that has none: they were described earlier.
func (s *sweep) dismiss(g lag.GroupIx, at lag.ShardTime) {
	for _, b := range s.w.held[g].blocks {
		b.assigned = false
	}
	s.w.settle(g)
	e := s.w.editGroup(g)
	e.Members, e.MembersAt = nil, at.Answered
}

// groupType tells the kind from a list entry. Brokers before 3.8 don't name it; there only the protocol type tells.
func groupType(g *kmsg.ListGroupsResponseGroup) lag.GroupType {
	switch g.GroupType {
	case "consumer", "Consumer":
		return lag.Consumer
	case "share", "Share":
		return lag.Share
	case "streams", "Streams":
		return lag.Streams
	}
	switch {
	case g.ProtocolType == "connect":
		return lag.Connect
	case g.ProtocolType == "share":
		return lag.Share
	case g.ProtocolType == "streams":
		return lag.Streams
	case g.ProtocolType == "" && (g.GroupState == "Empty" || g.GroupState == ""):
		return lag.Simple
	case g.GroupType != "":
		return lag.Classic
	}
	return lag.Untold
}
