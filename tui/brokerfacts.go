package tui

import (
	"slices"

	"weir/lag"
)

// brokerFacts is what is counted of a broker, once a reading.
type brokerFacts struct {
	leads, holds int
	under        []string // partitions it holds and is not in sync on, by name
	in           float64  // records a second into what it leads; negative: not known
	inLeast      bool
	size         int64 // bytes of what it leads
	sizeBound    lag.Bound
}

// factsOf counts what of the partitions that it holds.
func factsOf(s *snap, n lag.NodeIx, held []lag.PartitionIx) brokerFacts {
	r, out := s.read(), brokerFacts{in: -1, holds: len(held)}
	var size lag.Sum
	var under []lag.PartitionIx
	for _, i := range held {
		p := &r.Partitions[i]
		if !slices.Contains(p.ISR, n) {
			under = append(under, i)
		}
		if p.Leader != n {
			continue
		}
		out.leads++
		if int(i) < len(r.Size) {
			size.Add(r.Size[i])
		}
		rate := -1.0
		if int(i) < len(s.c.Produce) {
			rate = s.c.Produce[i]
		}
		out.in, out.inLeast = addRate(out.in, out.inLeast, rate)
	}
	slices.Sort(under)
	for _, i := range under {
		out.under = append(out.under, s.safe(r.Topics[r.Partitions[i].Topic].Name)+" p"+itoa(int(r.Partitions[i].Number)))
	}
	if out.leads == 0 {
		out.in = 0
	}
	out.size, out.sizeBound = size.Value()
	return out
}
