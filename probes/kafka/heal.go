package kafka

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
	"weir/probes"
)

// A coordinator or leader that moved is found and asked within the same sweep, healRounds times at most, with a pause
// that grows: a coordinator that loads its part of the offsets topic needs a moment. What failed in the last sweep too is
// tried once more without delay.
const (
	healRounds = 3
	healPause  = 60 * time.Millisecond
)

// heal asks again for what the first round could not read because its broker was not the right one or did not answer,
// and turns what is still missing into gaps.
//
// Where no broker has answered at all they are looked for once, by all addresses that are known: all may have moved. A
// cluster that is gone is then told to be so at once, and not when every round has run out of time.
func (s *sweep) heal() {
	pause := s.ailing()
	for round := 0; round < healRounds && s.orphaned(); round++ {
		if pause && !s.pause(healPause<<round) || !pause && round > 0 || !s.seen && s.due(probes.Layout) {
			break
		}
		s.run(append(s.locate(), s.relayout()...))
		if !s.seen {
			break
		}
		s.grown()
		s.adopt()
		s.run(append(s.retryCommits(), s.retryOffsets()...))
		s.grown()
	}
	s.settleOrphans()
}

func (s *sweep) orphaned() bool {
	if len(s.orphanGroups) > 0 || len(s.strangers) > 0 {
		return true
	}
	for k := range s.orphanParts {
		if len(s.orphanParts[k]) > 0 {
			return true
		}
	}
	return false
}

// ailing reports whether something failed that did not fail in the last sweep.
func (s *sweep) ailing() bool {
	for g := range s.orphanGroups {
		if !s.sick.groups[g] {
			return true
		}
	}
	for k := range s.orphanParts {
		for p := range s.orphanParts[k] {
			if !s.sick.parts[p] {
				return true
			}
		}
	}
	return false
}

func (s *sweep) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

func keys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// lostTopics returns the names of the topics that the metadata must tell anew.
func (s *sweep) lostTopics() []string {
	names := map[string]bool{}
	for t := range s.strangers {
		names[s.w.topo.Topics[t].Name] = true
	}
	for k := range s.orphanParts {
		for p := range s.orphanParts[k] {
			names[s.w.topo.Topics[s.w.topo.Partitions[p].Topic].Name] = true
		}
	}
	return keys(names)
}

// adopt makes partitions that were learnt of during the sweep those that have to be read yet.
func (s *sweep) adopt() {
	for t := range s.strangers {
		for _, k := range s.dueOffsets() {
			for _, p := range s.w.topo.Topics[t].Partitions {
				if !lag.Known(s.col.ints[offsetColumns[k]][p]) {
					s.orphanParts[k][p] = fault{lag.NoLeader, "the partition was not listed yet"}
				}
			}
		}
	}
	clear(s.strangers)
}

// locate asks who coordinates groups whose coordinator did not know them or did not answer.
func (s *sweep) locate() []call {
	groups := keys(s.orphanGroups)
	if len(groups) == 0 {
		return nil
	}
	req := kmsg.NewPtrFindCoordinatorRequest()
	for _, g := range groups {
		req.CoordinatorKeys = append(req.CoordinatorKeys, s.w.topo.Groups[g].Name)
	}
	return []call{{node: lag.Nowhere, req: req, what: "coordinators", apply: func(a answer) {
		if a.err != nil {
			return // each group's own fault tells more
		}
		for _, c := range a.resp.(*kmsg.FindCoordinatorResponse).Coordinators {
			g, known := s.w.groups[c.Key]
			switch {
			case !known:
			case c.ErrorCode != 0:
				s.orphanGroups[g] = coded(c.ErrorCode)
			default:
				s.coordinate(g, s.w.node(c.NodeID))
			}
		}
	}}}
}

// coordinate notes who coordinates a group. Its commits keep the stamp they were read at.
func (s *sweep) coordinate(g lag.GroupIx, n lag.NodeIx) {
	if s.w.topo.Groups[g].Coordinator == n {
		return
	}
	s.age(g)
	s.w.editGroup(g).Coordinator = n
	s.w.groupRoutes++
}

func (s *sweep) retryCommits() []call {
	byNode := map[lag.NodeIx][]lag.GroupIx{}
	var shares []lag.GroupIx
	for _, g := range keys(s.orphanGroups) {
		if group := &s.w.topo.Groups[g]; group.Type == lag.Share {
			shares = append(shares, g)
		} else {
			byNode[group.Coordinator] = append(byNode[group.Coordinator], g)
		}
	}
	clear(s.orphanGroups)
	again := map[lag.NodeIx][]fetch{}
	for n, gs := range byNode {
		again[n] = s.fetches(gs, 0)
	}
	return append(s.commitCalls(again), s.shareCalls(shares)...)
}

func (s *sweep) retryOffsets() []call {
	var calls []call
	for k := range s.orphanParts {
		if parts := keys(s.orphanParts[k]); len(parts) > 0 {
			clear(s.orphanParts[k])
			slices.SortStableFunc(parts, func(a, b lag.PartitionIx) int {
				return cmp.Compare(s.w.topo.Partitions[a].Topic, s.w.topo.Partitions[b].Topic)
			})
			calls = append(calls, s.offsetCalls(offsetKind(k), s.lists(offsetKind(k), parts))...)
		}
	}
	return calls
}

// settleOrphans makes gaps of what could not be read. Its values stay what they were, with the stamp they were read at.
func (s *sweep) settleOrphans() {
	s.sick.groups, s.sick.parts = map[lag.GroupIx]bool{}, map[lag.PartitionIx]bool{}
	for _, g := range keys(s.orphanGroups) {
		f := s.orphanGroups[g]
		s.sick.groups[g] = true
		s.untold(g, f)
		if s.fresh(colCommitted, s.w.topo.Groups[g].Coordinator) {
			s.age(g)
		}
	}
	for k := range s.orphanParts {
		s.settleParts(offsetKind(k))
	}
}

// settleParts tells missing partitions by broker where a whole broker is missing, else each by itself.
func (s *sweep) settleParts(k offsetKind) {
	type cause struct {
		node lag.NodeIx
		fault
	}
	lost := map[cause]int{}
	for _, p := range keys(s.orphanParts[k]) {
		f, part := s.orphanParts[k][p], &s.w.topo.Partitions[p]
		if part.Gone {
			continue
		}
		s.sick.parts[p] = true
		if f.reason == lag.Unreachable || f.reason == lag.Timeout {
			lost[cause{part.Leader, f}]++
		} else {
			s.gaps.add(offsetSections[k], s.partitionRef(p), f.reason, offsetNames[k]+": "+f.detail)
		}
		if k == logEnd && s.fresh(colEnd, part.Leader) {
			s.ageEnd(p)
		}
	}
	for c, n := range lost {
		ref := s.ref(lag.KindCluster, "", "")
		if c.node != lag.Nowhere {
			ref = s.nodeRef(c.node)
		}
		s.gaps.add(offsetSections[k], ref, c.reason, fmt.Sprintf("%s of %s: %s", offsetNames[k], partitions(n), c.detail))
	}
}

func partitions(n int) string {
	if n == 1 {
		return "1 partition"
	}
	return strconv.Itoa(n) + " partitions"
}

// ageEnd gives the end of a partition the stamp it was read at, before or because that of its leader is another.
func (s *sweep) ageEnd(p lag.PartitionIx) {
	if _, late := s.col.lateEnd[p]; late || s.prev == nil {
		return
	}
	var at lag.ShardTime
	if int(p) < len(s.prev.Partitions) {
		at = s.prev.EndStamp(p)
	}
	s.col.lateEnd[p] = at
}

// fresh reports whether a broker's stamp is of this sweep, so that values it did not give now must carry one of their
// own.
func (s *sweep) fresh(k col, n lag.NodeIx) bool {
	return n >= 0 && int(n) < len(s.col.at[k]) && !s.col.at[k][n].Sent.Before(s.at) && !s.col.at[k][n].IsZero()
}
