package state

import "weir/lag"

// witness finds the coordinators that could not be read for a while and were there all the same: a group of theirs has
// meanwhile committed the greater half of what came in. After an outage of their own clients
// first have to find them again.
func (j *Judge) witness(r *lag.Reading, h *lag.History) {
	clear(j.present)
	now := h.Now()
	for g := range r.Groups {
		m, n := &j.mem[g], r.Groups[g].Coordinator
		if m.blindFrom == lag.Never || j.present[n] || h.Group(lag.GroupIx(g)).Seen != now || !h.Group(lag.GroupIx(g)).Moved {
			continue
		}
		for _, i := range r.Groups[g].Positions {
			t, e := &h.Tracks()[i], &h.Ends()[r.Positions[i].Partition]
			if t.Told&lag.JustMoved == 0 || e.Moved != now {
				continue
			}
			if was, ok := h.EndAt(r.Positions[i].Partition, m.known); ok && t.Commit > was+(e.End-was)/2+rest {
				if j.present == nil {
					j.present = map[lag.NodeIx]bool{}
				}
				j.present[n] = true
				break
			}
		}
	}
}
