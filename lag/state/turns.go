package state

import "weir/lag"

// inTurns reports whether the member that reads this position has just committed on another that it is behind with: it is
// alive, and reads its partitions one after the other. While partitions are handed out nobody knows who reads what.
func (f *facts) inTurns() bool {
	m := f.m
	if len(m.busy) == 0 || m.episode {
		return false
	}
	grp := &f.r.Groups[f.r.Positions[f.i].Group]
	if m.turns == nil {
		m.turns = turnsOf(grp, m.busy)
	}
	return m.turns[f.p]
}

// turnsOf returns the partitions of the members that read the busy ones.
func turnsOf(grp *lag.Group, busy []lag.PartitionIx) map[lag.PartitionIx]bool {
	out := map[lag.PartitionIx]bool{}
	at := make(map[lag.PartitionIx]bool, len(busy))
	for _, p := range busy {
		at[p] = true
	}
	for k := range grp.Members {
		for _, p := range grp.Members[k].Assigned {
			if !at[p] {
				continue
			}
			for _, p := range grp.Members[k].Assigned {
				out[p] = true
			}
			break
		}
	}
	return out
}
