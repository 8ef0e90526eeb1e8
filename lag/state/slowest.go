package state

import "weir/lag"

// Slowest is the reader of a partition that has the most left to read, which of one log is also the furthest behind in
// time.
type Slowest struct {
	Group    lag.GroupIx // lag.Nowhere: of no reader it is known how far it is
	Position Position    // of that group, with its numbers; the zero value without a group
	Readers  int         // groups that read the partition, abandoned ones left out
	Unseen   int         // of them, those whose place is not known: one of them may be slower
}

// Slowest returns the slowest readers of a topic's partitions; a partition that no group reads is not in it. The reading
// must be the one judged last, and res what came of it. It is for topics somebody looks at: a call passes over all
// positions there are.
func (j *Judge) Slowest(r *lag.Reading, h *lag.History, res *Result, t lag.TopicIx) map[lag.PartitionIx]Slowest {
	type place struct {
		g   lag.GroupIx
		k   int
		lag int64
	}
	worst, out := map[lag.PartitionIx]place{}, map[lag.PartitionIx]Slowest{}
	for i := range r.Groups {
		g := lag.GroupIx(i)
		if r.Groups[i].Gone || i >= len(j.mem) || i >= len(res.Groups) || res.Groups[i].State == Abandoned {
			continue
		}
		for k, at := range r.Groups[i].Positions {
			p := r.Positions[at].Partition
			if r.Partitions[p].Topic != t || r.Partitions[p].Gone {
				continue
			}
			s, n := out[p], r.Lag(at, produceOf(h, r, at, p))
			s.Readers++
			if n == lag.Unknown {
				s.Unseen++
			}
			if was, any := worst[p]; lag.Known(n) && (!any || n > was.lag) {
				worst[p] = place{g, k, n}
			}
			s.Group = lag.Nowhere
			out[p] = s
		}
	}
	owners := map[lag.GroupIx]map[lag.PartitionIx]int{}
	for p, at := range worst {
		s := out[p]
		if owners[at.g] == nil {
			owners[at.g] = ownersOf(&r.Groups[at.g])
		}
		f := j.factsOf(r, h, &j.mem[at.g], at.k, r.Groups[at.g].Positions[at.k])
		s.Group, s.Position = at.g, f.position(owners[at.g])
		out[p] = s
	}
	return out
}
