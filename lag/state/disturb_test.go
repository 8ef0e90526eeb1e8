package state

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"weir/lag"
)

// night is a recording with its truth. Another night is made of it by what differs between nights and leaves the truth as
// it is: when and how often it is looked at, what is lost on the way, how fast and in what steps records come and are read.
type night struct {
	rs    []*lag.Reading
	l     *labels
	blind map[time.Time]bool // ticks at which nothing was seen
	allow time.Duration      // by how much later than in the recording an incident can be seen
}

// every looks at each n-th poll only.
func (n night) every(k, phase int) night {
	n.rs, n.allow = sampled(n.rs, k, phase), n.allow+time.Duration(k)*time.Second
	return n
}

// jittered looks at moments that lie between least and most polls apart.
func (n night) jittered(least, most int, seed uint64) night {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var out []*lag.Reading
	for i := 0; i < len(n.rs); i += least + rnd.IntN(most-least+1) {
		out = append(out, n.rs[i])
	}
	n.rs, n.allow = out, n.allow+time.Duration(most)*time.Second
	return n
}

// lossy drops a share of the looks, in runs of 1 to most. Where told, the reading of the tick comes, of old values with
// old stamps and a gap; else there is none at all.
func (n night) lossy(share float64, most int, told bool, seed uint64) night {
	rnd := rand.New(rand.NewPCG(seed, 2))
	out := []*lag.Reading{n.rs[0]}
	blind := map[time.Time]bool{}
	left := 0
	for k, r := range n.rs[1:] {
		if left == 0 && rnd.Float64() < share*2/float64(most+1) {
			left = 1 + rnd.IntN(most)
		}
		if left == 0 || k == 0 {
			out = append(out, r)
			continue
		}
		left--
		blind[r.Tick] = true
		if told {
			out = append(out, unanswered(out[len(out)-1], r.Tick))
		}
	}
	n.rs, n.blind = out, blind
	n.allow += time.Duration(most) * n.rs[1].Tick.Sub(n.rs[0].Tick)
	return n
}

// unanswered is the reading of a tick at which no broker answered.
func unanswered(last *lag.Reading, tick time.Time) *lag.Reading {
	r := *last
	r.Tick, r.Complete = tick, false
	r.Gaps = []lag.Gap{{Ref: lag.Ref{Cluster: r.Cluster, Kind: lag.KindCluster}, Reason: lag.Timeout}}
	return &r
}

// seldom reads stable ends and starts at every second look only, groups at every groups-th, as a live probe does.
func (n night) seldom(groups int) night {
	out := make([]*lag.Reading, len(n.rs))
	for k, was := range n.rs {
		r := *was
		if k > 0 {
			last := out[k-1]
			if k%2 == 1 {
				r.Stable, r.StableAt = wide(last.Stable, len(r.Partitions)), last.StableAt
				r.Start, r.StartAt = wide(last.Start, len(r.Partitions)), last.StartAt
			}
			if k%groups != 0 {
				r.Topology = withStates(r.Topology, last.Topology)
			}
		}
		out[k] = &r
	}
	n.rs, n.allow = out, n.allow+time.Duration(groups)*n.rs[1].Tick.Sub(n.rs[0].Tick)
	return n
}

func wide(col []int64, n int) []int64 {
	out := slices.Clone(col)
	for len(out) < n {
		out = append(out, lag.Unknown)
	}
	return out
}

// withStates returns a topology with the groups' states and members of an older one.
func withStates(t, old *lag.Topology) *lag.Topology {
	out := *t
	out.Groups = slices.Clone(t.Groups)
	for g := range old.Groups {
		to, from := &out.Groups[g], &old.Groups[g]
		to.State, to.StateAt, to.Gone, to.Members, to.MembersAt = from.State, from.StateAt, from.Gone, from.Members, from.MembersAt
	}
	return &out
}

// scaled has by times as many records, or a by-th of them, but on logs that hold markers: a marker is one offset at any rate.
func (n night) scaled(mul, div int64) night {
	logs := n.transactional()
	of := func(topo *lag.Topology, p lag.PartitionIx, v int64) int64 {
		if v <= 0 || logs[topo.Topics[topo.Partitions[p].Topic].Name] {
			return v
		}
		return (v*mul + div - 1) / div
	}
	out := make([]*lag.Reading, len(n.rs))
	for k, was := range n.rs {
		r := *was
		column := func(col []int64) []int64 {
			c := slices.Clone(col)
			for p := range c {
				c[p] = of(r.Topology, lag.PartitionIx(p), c[p])
			}
			return c
		}
		r.Start, r.End, r.Stable = column(r.Start), column(r.End), column(r.Stable)
		r.Committed, r.Backlog = slices.Clone(r.Committed), map[lag.PositionIx]int64{}
		for i := range r.Committed {
			r.Committed[i] = of(r.Topology, r.Positions[i].Partition, r.Committed[i])
		}
		for i, v := range was.Backlog {
			r.Backlog[i] = of(r.Topology, r.Positions[i].Partition, v)
		}
		out[k] = &r
	}
	n.rs = out
	return n
}

// transactional returns the topics on which an open transaction was ever seen.
func (n night) transactional() map[string]bool {
	seen := map[lag.PartitionIx]int{}
	out := map[string]bool{}
	for _, r := range n.rs {
		for p := range r.Partitions {
			if lag.Known(r.Stable[p]) && r.Stable[p] < r.End[p] {
				if seen[lag.PartitionIx(p)]++; seen[lag.PartitionIx(p)] == 10 {
					out[r.Topics[r.Partitions[p].Topic].Name] = true
				}
			}
		}
	}
	return out
}

// shifted has all clocks show another time.
func (n night) shifted(by time.Duration) night { return n.stretched(1, by) }

// stretched lets all take longer, or less time, and shifts it.
func (n night) stretched(factor float64, by time.Duration) night {
	begin := time.UnixMilli(n.l.Begin)
	at := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return begin.Add(by).Add(time.Duration(float64(t.Sub(begin)) * factor))
	}
	milli := func(ms int64) int64 { return at(time.UnixMilli(ms)).UnixMilli() }
	l := *n.l
	l.Begin, l.End, l.States = milli(l.Begin), milli(l.End), map[string][]piece{}
	l.Incidents = slices.Clone(l.Incidents)
	for k := range l.Incidents {
		l.Incidents[k].From, l.Incidents[k].To = milli(l.Incidents[k].From), milli(l.Incidents[k].To)
	}
	for g, ps := range n.l.States {
		for _, p := range ps {
			p.From, p.To = milli(p.From), milli(p.To)
			l.States[g] = append(l.States[g], p)
		}
	}
	out := make([]*lag.Reading, len(n.rs))
	stamps := func(in []lag.ShardTime) []lag.ShardTime {
		s := make([]lag.ShardTime, len(in))
		for k := range in {
			s[k] = lag.ShardTime{Sent: at(in[k].Sent), Answered: at(in[k].Answered)}
		}
		return s
	}
	for k, was := range n.rs {
		r := *was
		r.Tick = at(r.Tick)
		r.StartAt, r.EndAt, r.StableAt, r.CommittedAt = stamps(r.StartAt), stamps(r.EndAt), stamps(r.StableAt), stamps(r.CommittedAt)
		r.LateCommit, r.LateEnd = map[lag.PositionIx]lag.ShardTime{}, map[lag.PartitionIx]lag.ShardTime{}
		for i, s := range was.LateCommit {
			r.LateCommit[i] = lag.ShardTime{Sent: at(s.Sent), Answered: at(s.Answered)}
		}
		for p, s := range was.LateEnd {
			r.LateEnd[p] = lag.ShardTime{Sent: at(s.Sent), Answered: at(s.Answered)}
		}
		out[k] = &r
	}
	n.rs, n.l, n.allow = out, &l, time.Duration(float64(n.allow)*factor)
	return n
}

// rare lets the commits of running clients be seen at most every so often: as if they committed so rarely. What they commit
// when their group changes, and what others commit for them, is seen at once.
func (n night) rare(every time.Duration) night {
	return n.rareBy(func(group, _ int) (time.Duration, time.Duration) { return every, time.Duration(group) * time.Second })
}

// rareBy is rare with a rhythm of its own, and a time to begin it at, by the numbers of a group's name and of a partition.
func (n night) rareBy(rhythm func(group, partition int) (every, phase time.Duration)) night {
	type kept struct {
		commit int64
		at     time.Time
		state  string
	}
	was := map[lag.PositionIx]*kept{}
	out := make([]*lag.Reading, len(n.rs))
	longest := time.Duration(0)
	for k, r0 := range n.rs {
		r := *r0
		r.Committed = slices.Clone(r.Committed)
		for i, c := range r.Committed {
			g := &r.Groups[r.Positions[i].Group]
			old := was[lag.PositionIx(i)]
			every, phase := rhythm(numberOf(g.Name), int(r.Partitions[r.Positions[i].Partition].Number))
			longest = max(longest, every)
			slot := r.Tick.Add(phase).Truncate(every)
			switch {
			case old == nil:
				was[lag.PositionIx(i)] = &kept{c, slot, g.State}
			case g.Type != lag.Share && g.State == "Stable" && g.State == old.state && slot.Equal(old.at) &&
				c > old.commit && old.commit >= r.Start[r.Positions[i].Partition]: // what a client deletes it has committed
				r.Committed[i] = old.commit
			default:
				*old = kept{c, slot, g.State}
			}
		}
		out[k] = &r
	}
	n.rs, n.allow = out, n.allow+longest
	return n
}

// numberOf makes a number of a name that is the same whenever the recording is read.
func numberOf(name string) int {
	h := fnv.New32()
	_, _ = h.Write([]byte(name))
	return int(h.Sum32() % 3600)
}

// thinned has only the partitions that keep says, by their numbers. What befell none of them is no incident; whose
// partitions stood still when one member hung is not written down.
func (n night) thinned(keep func(number int32) bool) night {
	topos := map[*lag.Topology]*lag.Topology{}
	out := make([]*lag.Reading, len(n.rs))
	for k, was := range n.rs {
		r := *was
		if topos[r.Topology] == nil {
			topos[r.Topology] = without(r.Topology, func(i lag.PositionIx) bool {
				return keep(r.Partitions[r.Positions[i].Partition].Number)
			})
		}
		r.Topology = topos[r.Topology]
		out[k] = &r
	}
	l := *n.l
	l.Incidents = slices.Clone(l.Incidents)
	for k := range l.Incidents {
		i := &l.Incidents[k]
		i.Ambiguous = i.Ambiguous || i.Kind == "hang-one" || len(i.Partitions) > 0 && !slices.ContainsFunc(i.Partitions, keep)
	}
	n.rs, n.l = out, &l
	return n
}

// without returns a topology whose groups have only the positions that keep says.
func without(t *lag.Topology, keep func(lag.PositionIx) bool) *lag.Topology {
	out := *t
	out.Groups = slices.Clone(t.Groups)
	for g := range out.Groups {
		out.Groups[g].Positions = slices.DeleteFunc(slices.Clone(out.Groups[g].Positions), func(i lag.PositionIx) bool { return !keep(i) })
	}
	return &out
}

// alone has one group only; the others were never there.
func (n night) alone(name string) night {
	topos := map[*lag.Topology]*lag.Topology{}
	out := make([]*lag.Reading, len(n.rs))
	for k, was := range n.rs {
		r := *was
		if topos[r.Topology] == nil {
			t := without(r.Topology, func(i lag.PositionIx) bool { return r.Groups[r.Positions[i].Group].Name == name })
			for g := range t.Groups {
				t.Groups[g].Gone = t.Groups[g].Gone || t.Groups[g].Name != name
			}
			topos[r.Topology] = t
		}
		r.Topology = topos[r.Topology]
		out[k] = &r
	}
	l := *n.l
	l.States = map[string][]piece{name: n.l.States[name]}
	n.rs, n.l = out, &l
	return n
}

// renamed names every group otherwise.
func (n night) renamed(prefix string) night {
	topos := map[*lag.Topology]*lag.Topology{}
	out := make([]*lag.Reading, len(n.rs))
	for k, was := range n.rs {
		r := *was
		if topos[r.Topology] == nil {
			t := *r.Topology
			t.Groups = slices.Clone(t.Groups)
			for g := range t.Groups {
				t.Groups[g].Name = prefix + t.Groups[g].Name
			}
			topos[r.Topology] = &t
		}
		r.Topology = topos[r.Topology]
		out[k] = &r
	}
	l := *n.l
	l.States = map[string][]piece{}
	for g, ps := range n.l.States {
		l.States[prefix+g] = ps
	}
	n.rs, n.l = out, &l
	return n
}

// from has the watch begin so long after the recording.
func (n night) from(after time.Duration) night {
	begin := time.UnixMilli(n.l.Begin).Add(after)
	n.rs = slices.DeleteFunc(slices.Clone(n.rs), func(r *lag.Reading) bool { return r.Tick.Before(begin) })
	return n
}

// score judges the night.
func (n night) score() score {
	said := replay(n.rs, standard)
	for _, ss := range said {
		for k := range ss {
			if ss[k].state == NotVisible && n.blind[ss[k].at] {
				ss[k].flagged = false // which is true
			}
		}
	}
	sc := judge(n.l, said)
	for k := range sc.outcomes {
		o := &sc.outcomes[k]
		o.inWindow = o.found && o.delay <= o.window+n.allow
	}
	return sc
}
