package kafka

import (
	"fmt"

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

// listGroups asks every broker for the groups it coordinates, which tells their coordinators at once. A group is gone
// only when every broker answered without a fault and none named it, twice in a row: a broker that restarts answers with
// an empty list and no error before it has loaded anything.
func (s *sweep) listGroups() {
	s.gaps.open(inGroups)
	seen, whole := map[lag.GroupIx]bool{}, true
	var calls []call
	for _, n := range s.brokers() {
		calls = append(calls, call{node: n, req: kmsg.NewPtrListGroupsRequest(), what: "groups", apply: func(a answer) {
			if a.err != nil {
				s.miss(inGroups, n, "list of groups", a.err)
				whole = false
				return
			}
			whole = s.applyGroups(n, a.resp.(*kmsg.ListGroupsResponse), a.at, seen) && whole
		}})
	}
	s.run(calls)
	if !whole {
		return
	}
	for i := range s.w.topo.Groups {
		g := lag.GroupIx(i)
		switch {
		case seen[g]:
			delete(s.missing, g)
		case s.w.topo.Groups[i].Gone:
		case s.missing[g] < listsBeforeGone-1:
			s.missing[g]++
		default:
			s.endGroup(g)
		}
	}
}

// listsBeforeGone is how many whole lists in a row must lack a group before it is gone.
const listsBeforeGone = 2

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
		if have.Gone || have.Type != now || have.ProtocolType != rg.ProtocolType || have.State != rg.GroupState || have.Coordinator != n {
			if have.Gone || have.Type != now || have.Coordinator != n {
				s.w.groupRoutes++
			}
			e := s.w.editGroup(g)
			e.Gone, e.Type, e.ProtocolType, e.Coordinator = false, now, rg.ProtocolType, n
			e.State, e.StateAt = rg.GroupState, at.Answered
			if rg.GroupState == "Empty" {
				s.dismiss(g, at)
			}
		}
	}
	return whole
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

// locate asks who coordinates groups whose coordinator did not know them or did not answer.
func (s *sweep) locate(groups []lag.GroupIx) {
	req := kmsg.NewPtrFindCoordinatorRequest()
	for _, g := range groups {
		req.CoordinatorKeys = append(req.CoordinatorKeys, s.w.topo.Groups[g].Name)
	}
	s.run([]call{{node: lag.Nowhere, req: req, what: "coordinators", apply: func(a answer) {
		if a.err != nil {
			s.miss(inCommits, lag.Nowhere, fmt.Sprintf("coordinators of %d groups", len(groups)), a.err)
			return
		}
		for _, c := range a.resp.(*kmsg.FindCoordinatorResponse).Coordinators {
			g, known := s.w.groups[c.Key]
			if !known || c.ErrorCode != 0 {
				continue
			}
			if n := s.w.node(c.NodeID); s.w.topo.Groups[g].Coordinator != n {
				s.w.editGroup(g).Coordinator = n
				s.w.groupRoutes++
			}
		}
	}}})
}
