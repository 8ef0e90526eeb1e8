package state

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"weir/lag"
)

// brokers has the partitions led, and the groups coordinated, by three brokers, each of which does not answer weir once in
// about five minutes, for so long. Their clients reach them all the while. Where it is only the coordinators, ends are
// told.
func (n night) brokers(lasts time.Duration, coordinators bool, seed uint64) night {
	const many = 3
	rnd := rand.New(rand.NewPCG(seed, 3))
	topos := map[*lag.Topology]*lag.Topology{}
	out := make([]*lag.Reading, len(n.rs))
	blind := maps.Clone(n.blind)
	if blind == nil {
		blind = map[time.Time]bool{}
	}
	var until [many]time.Time
	for k, was := range n.rs {
		r := *was
		if topos[r.Topology] == nil {
			topos[r.Topology] = led(r.Topology, many)
		}
		r.Topology = topos[r.Topology]
		r.EndAt, r.StableAt, r.StartAt, r.CommittedAt = slices.Repeat(r.EndAt[:1], many), slices.Repeat(r.StableAt[:1], many),
			slices.Repeat(r.StartAt[:1], many), slices.Repeat(r.CommittedAt[:1], many)
		if k == 0 {
			out[k] = &r
			continue
		}
		last := out[k-1]
		r.End, r.Stable, r.Start, r.Committed = slices.Clone(r.End), slices.Clone(r.Stable), slices.Clone(r.Start), slices.Clone(r.Committed)
		for b := range until {
			step := r.Tick.Sub(last.Tick).Seconds()
			if !r.Tick.Before(until[b]) && rnd.Float64() < step/300 {
				until[b] = r.Tick.Add(lasts)
			}
			if !r.Tick.Before(until[b]) {
				continue
			}
			blind[r.Tick] = true
			dark(&r, last, lag.NodeIx(b), coordinators)
		}
		out[k] = &r
	}
	n.rs, n.blind, n.allow = out, blind, n.allow+lasts
	return n
}

// led returns a topology of so many brokers.
func led(t *lag.Topology, many int) *lag.Topology {
	out := *t
	out.Nodes = make([]lag.Node, many)
	for b := range out.Nodes {
		out.Nodes[b].ID = int32(b + 1)
	}
	out.Partitions, out.Groups = slices.Clone(t.Partitions), slices.Clone(t.Groups)
	for p := range out.Partitions {
		out.Partitions[p].Leader = lag.NodeIx(int(out.Partitions[p].Number) % many)
	}
	for g := range out.Groups {
		out.Groups[g].Coordinator = lag.NodeIx(numberOf(out.Groups[g].Name) % many)
	}
	return &out
}

// dark has nothing new of one broker in a reading.
func dark(r, last *lag.Reading, b lag.NodeIx, coordinator bool) {
	r.Complete = false
	r.Gaps = append(slices.Clone(r.Gaps), lag.Gap{Ref: lag.Ref{Cluster: r.Cluster, Kind: lag.KindBroker, Name: "1"}, Reason: lag.Timeout})
	r.CommittedAt[b], r.LateCommit, r.Backlog = last.CommittedAt[b], maps.Clone(r.LateCommit), maps.Clone(r.Backlog)
	for i := range last.Committed {
		if r.Groups[r.Positions[i].Group].Coordinator != b {
			continue
		}
		r.Committed[i] = last.Committed[i]
		if v, share := last.Backlog[lag.PositionIx(i)]; share {
			r.Backlog[lag.PositionIx(i)] = v
		}
		if v, late := last.LateCommit[lag.PositionIx(i)]; late {
			r.LateCommit[lag.PositionIx(i)] = v
		}
	}
	if coordinator {
		return
	}
	r.EndAt[b], r.StableAt[b], r.StartAt[b] = last.EndAt[b], last.StableAt[b], last.StartAt[b]
	for p := range last.End {
		if r.Partitions[p].Leader == b {
			r.End[p], r.Stable[p], r.Start[p] = last.End[p], last.Stable[p], last.Start[p]
		}
	}
}

// skewed reads ends so many polls after commits.
func (n night) skewed(polls int) night {
	out := slices.Clone(n.rs[polls:])
	for k := range out {
		r, before := *out[k], n.rs[k]
		r.Tick = before.Tick
		r.Committed, r.CommittedAt = wide(before.Committed, len(r.Positions)), before.CommittedAt
		r.Backlog, r.LateCommit = maps.Clone(before.Backlog), before.LateCommit
		out[k] = &r
	}
	n.rs = out
	return n
}

// bursts has producers flush each so often only, each partition at its own time, what came in evenly until the next flush.
func (n night) bursts(every time.Duration) night {
	out := make([]*lag.Reading, len(n.rs))
	for k := len(n.rs) - 1; k >= 0; k-- {
		r := *n.rs[k]
		if out[k] = &r; k == len(n.rs)-1 {
			continue
		}
		next := out[k+1]
		r.End, r.Stable, r.Backlog = slices.Clone(r.End), slices.Clone(r.Stable), maps.Clone(r.Backlog)
		slot := func(r *lag.Reading, p int) time.Time {
			at := &r.Partitions[p]
			return r.Tick.Add(time.Duration(numberOf(r.Topics[at.Topic].Name)+17*int(at.Number)) * time.Second / 10).Truncate(every)
		}
		for p, end := range r.End {
			if !lag.Known(end) || next.End[p] < end || !slot(&r, p).Equal(slot(next, p)) || next.Start[p] > end ||
				r.Topics[r.Partitions[p].Topic].ID != next.Topics[next.Partitions[p].Topic].ID {
				continue
			}
			if r.End[p] = next.End[p]; r.Stable[p] == end {
				r.Stable[p] = next.End[p]
			}
		}
		for i, b := range r.Backlog {
			if p := r.Positions[i].Partition; lag.Known(b) {
				r.Backlog[i] = b + r.End[p] - n.rs[k].End[p]
			}
		}
	}
	n.rs = out
	return n
}
