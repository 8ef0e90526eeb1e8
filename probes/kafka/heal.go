package kafka

import (
	"fmt"
	"slices"
	"time"

	"weir/lag"
)

// A coordinator or leader that moved is found and asked within the same sweep, healRounds times at most, with a pause
// that grows: a coordinator that loads its part of the offsets topic needs a moment.
const (
	healRounds = 3
	healPause  = 60 * time.Millisecond
)

// heal asks again for what the first round could not read because its broker was not the right one or did not answer,
// and turns what is still missing into gaps.
func (s *sweep) heal() {
	for round := 0; round < healRounds && s.orphaned() && s.pause(healPause<<round); round++ {
		groups := keys(s.orphanGroups)
		if len(groups) > 0 {
			s.locate(groups)
		}
		parts := s.lostParts()
		if len(parts) > 0 {
			s.relayout(s.topicsOf(parts))
		}
		s.run(append(s.retryCommits(groups), s.retryOffsets()...))
	}
	s.settleOrphans()
}

func (s *sweep) orphaned() bool {
	if len(s.orphanGroups) > 0 {
		return true
	}
	for k := range s.orphanParts {
		if len(s.orphanParts[k]) > 0 {
			return true
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

func keys[K ~int32, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (s *sweep) lostParts() []lag.PartitionIx {
	all := map[lag.PartitionIx]bool{}
	for k := range s.orphanParts {
		for p := range s.orphanParts[k] {
			all[p] = true
		}
	}
	return keys(all)
}

func (s *sweep) retryCommits(groups []lag.GroupIx) []call {
	byNode := map[lag.NodeIx][]lag.GroupIx{}
	for _, g := range groups {
		if n := s.w.topo.Groups[g].Coordinator; n != lag.Nowhere && worthAsking(s.orphanGroups[g], n) {
			byNode[n] = append(byNode[n], g)
			delete(s.orphanGroups, g)
		}
	}
	again := map[lag.NodeIx][]fetch{}
	for n, gs := range byNode {
		again[n] = s.fetches(gs, 0)
	}
	return s.commitCalls(again)
}

func (s *sweep) retryOffsets() []call {
	var calls []call
	for k := range s.orphanParts {
		var parts []lag.PartitionIx
		for _, p := range keys(s.orphanParts[k]) {
			if worthAsking(s.orphanParts[k][p], s.w.topo.Partitions[p].Leader) {
				parts = append(parts, p)
				delete(s.orphanParts[k], p)
			}
		}
		calls = append(calls, s.offsetCalls(offsetKind(k), s.lists(offsetKind(k), parts))...)
	}
	return calls
}

// worthAsking is false for a broker that has let the time run out already: the rest of the sweep does not wait for it
// again.
func worthAsking(f fault, n lag.NodeIx) bool { return f.reason != lag.Timeout || f.node != n }

// settleOrphans makes gaps of what could not be read. Its values stay what they were, with the stamp they were read at.
func (s *sweep) settleOrphans() {
	for _, g := range keys(s.orphanGroups) {
		f := s.orphanGroups[g]
		s.gaps.add(inCommits, s.groupRef(g), f.reason, "committed offsets: "+f.detail)
		s.restore(g)
		if n := s.w.topo.Groups[g].Coordinator; n != lag.Nowhere && (s.freshCommits(n) || s.coordinatorMoved(g)) {
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
		f := s.orphanParts[k][p]
		part := &s.w.topo.Partitions[p]
		if part.Gone {
			continue
		}
		if f.reason == lag.Unreachable || f.reason == lag.Timeout {
			lost[cause{part.Leader, f}]++
		} else {
			s.gaps.add(offsetSections[k], s.partitionRef(p), f.reason, offsetNames[k]+": "+f.detail)
		}
		if k == logEnd {
			if _, late := s.col.lateEnd[p]; !late && (part.Leader == lag.Nowhere || s.freshEnds(part.Leader) || s.leaderMoved(p)) {
				s.col.lateEnd[p] = s.lastEndStamp(p)
			}
		}
	}
	for c, n := range lost {
		if c.node == lag.Nowhere {
			s.gaps.add(offsetSections[k], s.ref(lag.KindCluster, "", ""), c.reason, fmt.Sprintf("%s of %d partitions: %s", offsetNames[k], n, c.detail))
			continue
		}
		s.gaps.add(offsetSections[k], s.nodeRef(c.node), c.reason, fmt.Sprintf("%s of %d partitions: %s", offsetNames[k], n, c.detail))
	}
}

// Whether a broker's stamp is of this sweep, so that values it did not give now must carry one of their own.
func (s *sweep) freshCommits(n lag.NodeIx) bool { return fresh(s.col.committedAt, n, s.at) }
func (s *sweep) freshEnds(n lag.NodeIx) bool    { return fresh(s.col.endAt, n, s.at) }

func fresh(at []lag.ShardTime, n lag.NodeIx, begin time.Time) bool {
	return int(n) < len(at) && !at[n].Sent.Before(begin)
}

func (s *sweep) coordinatorMoved(g lag.GroupIx) bool {
	return s.prev == nil || int(g) >= len(s.prev.Groups) || s.prev.Groups[g].Coordinator != s.w.topo.Groups[g].Coordinator
}

func (s *sweep) leaderMoved(p lag.PartitionIx) bool {
	return s.prev == nil || int(p) >= len(s.prev.Partitions) || s.prev.Partitions[p].Leader != s.w.topo.Partitions[p].Leader
}

func (s *sweep) lastEndStamp(p lag.PartitionIx) lag.ShardTime {
	if s.prev == nil || int(p) >= len(s.prev.Partitions) {
		return lag.ShardTime{}
	}
	return s.prev.EndStamp(p)
}

func (s *sweep) lastCommitStamp(i lag.PositionIx) lag.ShardTime {
	if s.prev == nil || int(i) >= len(s.prev.Positions) {
		return lag.ShardTime{}
	}
	return s.prev.CommitStamp(i)
}
