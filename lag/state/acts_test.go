package state

import (
	"maps"
	"slices"
	"testing"
	"time"

	"weir/lag"
)

// act is something done to the reader of a group on a night on which nothing was: what comes in is as recorded, and so is
// when commits come; how far they get is what a reader of so much capacity would have got to.
type act struct {
	name, kind string
	lasts      time.Duration
	capacity   float64 // what is read while it lasts, of what comes in
	one        bool    // of one of two members only: every second partition
	leaves     int     // seconds after which the coordinator has missed the members; 0: never
	rarer      int     // it commits only each so many times of before
}

var acts = []act{
	{name: "slow to half", kind: "slow", lasts: 150 * time.Second, capacity: 0.5},
	{name: "slow to three quarters", kind: "slow", lasts: 200 * time.Second, capacity: 0.75},
	{name: "slow, commits rarer", kind: "slow", lasts: 200 * time.Second, capacity: 0.6, rarer: 4},
	{name: "hung, in the group", kind: "hang", lasts: 150 * time.Second},
	{name: "hung, thrown out", kind: "hang", lasts: 150 * time.Second, leaves: 61},
	{name: "one hung", kind: "hang-one", lasts: 150 * time.Second, one: true},
	{name: "one slow", kind: "slow", lasts: 200 * time.Second, capacity: 0.5, one: true},
	{name: "killed", kind: "kill", lasts: 150 * time.Second, leaves: 45},
	{name: "stopped", kind: "down", lasts: 120 * time.Second, leaves: 1},
}

// calmStretch is a time in which nothing was done to a group.
type calmStretch struct{ from, to time.Time }

// calmStretches returns them by group, those of at least so long.
func (l *labels) calmStretches(least time.Duration) map[string][]calmStretch {
	out := map[string][]calmStretch{}
	for _, g := range l.Groups {
		if g.Kind == "batch" || g.Kind == "java-share" {
			continue
		}
		var cs []calmStretch
		for _, p := range l.States[g.Group] {
			from, to := time.UnixMilli(p.From), time.UnixMilli(p.To)
			switch {
			case p.Incident == nil || *p.Incident || p.open() || p.Expected == "starting" || p.Expected == "unscripted":
				continue
			case len(cs) > 0 && cs[len(cs)-1].to.Equal(from):
				cs[len(cs)-1].to = to
			default:
				cs = append(cs, calmStretch{from, to})
			}
		}
		out[g.Group] = slices.DeleteFunc(cs, func(c calmStretch) bool { return c.to.Sub(c.from) < least })
	}
	return out
}

// reader plays the reader of one group through an act.
type reader struct {
	act        act
	name       string
	from, to   time.Time
	until      time.Time // when all was read again; zero: not yet
	at         map[lag.PositionIx]float64
	told, last map[lag.PositionIx]int64
	moves      map[lag.PositionIx]int
	rate       map[lag.PositionIx]float64
}

// acted has the act done once to every group of which a calm stretch is long enough for it.
func (n night) acted(a act, after time.Duration) night {
	var rds []*reader
	for g, cs := range n.l.calmStretches(after + a.lasts + 50*time.Second) {
		for _, c := range cs[:min(len(cs), 1)] {
			from := c.from.Add(after)
			rds = append(rds, &reader{act: a, name: g, from: from, to: from.Add(a.lasts), at: map[lag.PositionIx]float64{},
				told: map[lag.PositionIx]int64{}, last: map[lag.PositionIx]int64{}, moves: map[lag.PositionIx]int{}, rate: map[lag.PositionIx]float64{}})
		}
	}
	out := slices.Clone(n.rs)
	for k := range out {
		if k == 0 {
			continue
		}
		r := *out[k]
		r.Committed = slices.Clone(r.Committed)
		for _, rd := range rds {
			if !r.Tick.Before(rd.from) && rd.until.IsZero() {
				rd.read(n.rs[:k+1], &r)
			}
		}
		out[k] = &r
	}
	l := *n.l
	l.States, l.Incidents = maps.Clone(l.States), slices.Clone(l.Incidents)
	yes := true
	for _, rd := range rds {
		if len(rd.at) == 0 {
			continue // it does not say how far it is, or nothing came in
		}
		if rd.until.IsZero() {
			rd.until = time.UnixMilli(l.End)
		}
		id := a.name + " " + rd.name
		l.Incidents = append(l.Incidents, incident{ID: id, Kind: a.kind, Group: rd.name, From: rd.from.UnixMilli(), To: rd.to.UnixMilli(), Incident: &yes})
		l.States[rd.name] = cut(l.States[rd.name], piece{From: rd.from.UnixMilli(), To: rd.until.UnixMilli(), Incident: &yes, Because: id, Expected: a.kind,
			Accept: []string{"stopped", "stalled", "falling behind", "draining"}})
	}
	n.rs, n.l = out, &l
	return n
}

// cut puts a piece in the place of what others say of its time.
func cut(ps []piece, p piece) (out []piece) {
	for _, q := range ps {
		if q.To <= p.From || q.From >= p.To {
			out = append(out, q)
			continue
		}
		if before := q; q.From < p.From {
			before.To = p.From
			out = append(out, before)
		}
		if q.To > p.To {
			q.From = p.To
			out = append(out, q)
		}
	}
	out = append(out, p)
	slices.SortFunc(out, func(a, b piece) int { return int(a.From - b.From) })
	return out
}

// read has the reader go on by one reading.
func (rd *reader) read(before []*lag.Reading, r *lag.Reading) {
	was := before[len(before)-2]
	during := r.Tick.Before(rd.to)
	behind := false
	for g := range was.Groups {
		if was.Groups[g].Name != rd.name {
			continue
		}
		for _, i := range was.Groups[g].Positions {
			p := r.Positions[i].Partition
			if _, share := r.Backlog[i]; share || !lag.Known(r.Committed[i]) || !lag.Known(was.Committed[i]) {
				continue
			}
			if _, met := rd.at[i]; !met {
				rd.begin(before, i, p)
			}
			behind = rd.position(r, i, p, r.Tick.Sub(was.Tick).Seconds(), r.Committed[i] != rd.last[i], during) || behind
			rd.last[i] = before[len(before)-1].Committed[i]
		}
		if a := rd.act; during && a.leaves > 0 && r.Tick.Sub(rd.from) >= time.Duration(a.leaves)*time.Second && was.Groups[g].ProtocolType != "" {
			t := *r.Topology
			t.Groups = slices.Clone(t.Groups)
			t.Groups[g].State, t.Groups[g].Members = "Empty", nil
			r.Topology = &t
		}
	}
	if !during && !behind {
		rd.until = r.Tick
	}
}

func (rd *reader) begin(before []*lag.Reading, i lag.PositionIx, p lag.PartitionIx) {
	was := before[len(before)-2]
	rd.at[i], rd.told[i], rd.last[i] = float64(max(was.End[p]-rest, was.Committed[i])), was.Committed[i], was.Committed[i]
	if k := len(before) - 62; k >= 0 && int(p) < len(before[k].End) && lag.Known(before[k].End[p]) {
		rd.rate[i] = float64(was.End[p]-before[k].End[p]) / was.Tick.Sub(before[k].Tick).Seconds()
	}
}

// position goes on by one reading and reports whether it has not read all yet.
func (rd *reader) position(r *lag.Reading, i lag.PositionIx, p lag.PartitionIx, took float64, commits, during bool) bool {
	capacity := 3 * rd.rate[i]
	if during && (!rd.act.one || r.Partitions[p].Number%2 == 1) {
		capacity = rd.act.capacity * rd.rate[i]
	}
	orig := r.Committed[i]
	rd.at[i] = min(float64(r.End[p]), rd.at[i]+capacity*took)
	if commits {
		rd.moves[i]++
		if !during || rd.act.rarer == 0 || rd.moves[i]%rd.act.rarer == 0 {
			rd.told[i] = max(rd.told[i], min(orig, int64(rd.at[i])))
		}
	}
	r.Committed[i] = rd.told[i]
	return rd.told[i] < orig
}

// The rules must find what befalls any client, not only those whom it befell on this night.
func TestActsOnEveryClient(t *testing.T) {
	t.Parallel()
	n := recorded(t)
	for k, a := range acts {
		for j, by := range []struct {
			name string
			of   func(night) night
		}{
			{"each poll", func(n night) night { return n }},
			{"every 5th", func(n night) night { return n.every(5, 2) }},
		} {
			if !*all && (k+j)%3 != 0 {
				continue
			}
			sc := by.of(n.acted(a, 100*time.Second)).score()
			sc.outcomes = slices.DeleteFunc(sc.outcomes, func(o outcome) bool { return o.id != a.name+" "+o.group })
			sc.line(t.Output(), a.name+", "+by.name)
			found, in := sc.counts()
			if n := float64(len(sc.outcomes)); float64(found) < 0.96*n || float64(in) < 0.86*n || n < 20 || sc.false_ > 0.001*sc.normal {
				t.Errorf("%s, %s: the rules do not find it with every client", a.name, by.name)
			}
		}
	}
}
