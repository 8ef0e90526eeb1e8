package state

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"weir/lag"
)

// seen is what the rules said of one group at one reading.
type seen struct {
	at      time.Time
	state   State
	flagged bool
	rhythm  time.Duration
	why     string
	age     time.Duration // of the oldest unread record, told from the recorded ends and commits alone
	empty   bool          // the broker says Empty
}

// replay runs the rules over the readings and returns what they said, by group name.
func replay(rs []*lag.Reading, l limits) map[string][]seen {
	h, j, ages := lag.NewHistory(), New(nil), newAges()
	j.limits = l
	out := map[string][]seen{}
	var prev *lag.Reading
	for _, r := range rs {
		h.Fold(r)
		res := j.Judge(r, h)
		moved := map[string]bool{}
		if prev != nil {
			for _, e := range lag.Diff(prev, r, h) {
				if e.Kind.Disturbs() {
					for _, g := range concerned(r, e) {
						moved[g] = true
					}
				}
			}
		}
		ages.add(r)
		for g := range r.Groups {
			name := r.Groups[g].Name
			v := res.Of(lag.GroupIx(g))
			s := seen{at: r.Tick, state: v.State, rhythm: v.Rhythm, why: v.Why, age: ages.of(r, lag.GroupIx(g)),
				empty: r.Groups[g].State == "Empty"}
			s.flagged = v.Severity >= Warning || moved[name]
			for k := range r.Groups[g].Positions {
				if _, sev, _ := res.PositionState(lag.GroupIx(g), k); sev >= Warning {
					s.flagged = true
				}
			}
			out[name] = append(out[name], s)
		}
		prev = r
	}
	return out
}

// concerned returns the groups an event is about: its own, or those with a position on its topic.
func concerned(r *lag.Reading, e lag.Event) []string {
	if e.Subject.Kind != lag.KindTopic {
		return []string{e.Subject.Name}
	}
	var out []string
	for _, g := range r.Groups {
		for _, i := range g.Positions {
			if r.Topics[r.Partitions[r.Positions[i].Partition].Topic].Name == e.Subject.Name {
				out = append(out, g.Name)
				break
			}
		}
	}
	return out
}

// ages tells how long the oldest unread record of a group has been waiting, straight from what was polled.
type ages struct {
	ends map[lag.PartitionIx][]endAt
}

type endAt struct {
	at  time.Time
	end int64
}

func newAges() *ages { return &ages{ends: map[lag.PartitionIx][]endAt{}} }

func (a *ages) add(r *lag.Reading) {
	for p, e := range r.End {
		if lag.Known(e) {
			a.ends[lag.PartitionIx(p)] = append(a.ends[lag.PartitionIx(p)], endAt{r.Tick, e})
		}
	}
}

func (a *ages) of(r *lag.Reading, g lag.GroupIx) time.Duration {
	var worst time.Duration
	for _, i := range r.Groups[g].Positions {
		p := r.Positions[i].Partition
		c := r.Committed[i]
		if b, share := r.Backlog[i]; share && b <= 0 {
			continue
		}
		if !lag.Known(c) || !lag.Known(r.End[p]) || r.End[p]-c <= 2 {
			continue
		}
		es := a.ends[p]
		k, _ := slices.BinarySearchFunc(es, c+1, func(e endAt, c int64) int {
			if e.end < c {
				return -1
			}
			return 1
		})
		if k < len(es) {
			worst = max(worst, r.Tick.Sub(es[k].at))
		}
	}
	return worst
}

// outcome is how one incident of one group was told.
type outcome struct {
	kind, id, group string
	found, inWindow bool
	delay, window   time.Duration
	named, seconds  float64            // of its time, and how much of it was told with a state the truth accepts
	misnamed        map[string]float64 // seconds by "expected: told"
	late            float64            // seconds before it was found that were told otherwise
}

type score struct {
	outcomes []outcome
	normal   float64 // seconds
	false_   float64
	episodes []episode
	named    float64 // share of incident seconds
	namedAft float64 // the same from the moment it was found on
}

type episode struct {
	group    string
	from, to time.Time
	state    State
	why      string
}

func scored(kind string) bool { return !strings.HasPrefix(kind, "outage") }

// judge compares what was said with the labels, as docs/states.md defines.
func judge(l *labels, said map[string][]seen) score {
	kinds := map[string]incident{}
	for _, i := range l.Incidents {
		kinds[i.ID] = i
	}
	var sc score
	var ok, okAft, total, totalAft float64
	groups := make([]string, 0, len(l.States))
	for g := range l.States {
		groups = append(groups, g)
	}
	sort.Strings(groups)
	for _, g := range groups {
		for _, o := range outcomes(l, g, said[g], kinds) {
			sc.outcomes = append(sc.outcomes, o)
			ok, total = ok+o.named, total+o.seconds
			okAft, totalAft = okAft+o.named, totalAft+o.seconds-o.late
		}
		sc.falseTime(l, g, said[g])
	}
	sc.named, sc.namedAft = ok/max(total, 1), okAft/max(totalAft, 1)
	return sc
}

func outcomes(l *labels, g string, said []seen, kinds map[string]incident) []outcome {
	var out []outcome
	for _, id := range idsOf(l.States[g]) {
		inc := kinds[id]
		var ps []piece
		for _, p := range l.States[g] {
			if p.Because == id && p.Incident != nil && *p.Incident {
				ps = append(ps, p)
			}
		}
		if len(ps) == 0 || inc.Ambiguous || !scored(inc.Kind) {
			continue
		}
		out = append(out, outcomeOf(inc, g, ps, said))
	}
	return out
}

func idsOf(ps []piece) []string {
	var ids []string
	for _, p := range ps {
		if p.Because != "" && !slices.Contains(ids, p.Because) {
			ids = append(ids, p.Because)
		}
	}
	return ids
}

func outcomeOf(inc incident, g string, ps []piece, said []seen) outcome {
	from, to := time.UnixMilli(ps[0].From), time.UnixMilli(ps[len(ps)-1].To)
	o := outcome{misnamed: map[string]float64{}, kind: inc.Kind, id: inc.ID, group: g, window: windowOf(inc, from, said)}
	for k, s := range said {
		if s.at.Before(from) || s.at.After(to.Add(30*time.Second)) {
			continue
		}
		if s.flagged && !o.found {
			o.found, o.delay = true, s.at.Sub(from)
		}
		i := slices.IndexFunc(ps, func(p piece) bool {
			return !s.at.Before(time.UnixMilli(p.From)) && s.at.Before(time.UnixMilli(p.To))
		})
		if i < 0 || ps[i].open() {
			continue
		}
		d := step(said, k)
		o.seconds += d
		if ps[i].accepts(s.state) {
			o.named += d
			continue
		}
		o.misnamed[ps[i].Expected+", told "+s.state.String()] += d
		if !o.found {
			o.late += d
		}
	}
	o.inWindow = o.found && o.delay <= o.window
	return o
}

func step(said []seen, k int) float64 {
	if k+1 < len(said) {
		return said[k+1].at.Sub(said[k].at).Seconds()
	}
	return 1
}

// windowOf returns within what time of its first second an incident of this kind must be found. What is not visible yet
// starts the clock when it becomes so.
func windowOf(inc incident, from time.Time, said []seen) time.Duration {
	r := 5 * time.Second
	for _, s := range said {
		if !s.at.After(from) && s.rhythm > 0 {
			r = s.rhythm
		}
	}
	when := func(is func(seen) bool) time.Duration {
		for _, s := range said {
			if !s.at.Before(from) && is(s) {
				return s.at.Sub(from)
			}
		}
		return 0
	}
	quiet := max(r*5/4, when(func(s seen) bool { return s.age > r+3*time.Second })) + 20*time.Second
	switch inc.Kind {
	case "rewind", "skip":
		return 5 * time.Second
	case "recreate":
		return 15 * time.Second
	case "down", "retention", "deleterecords":
		if simple(said, from) {
			return r + 20*time.Second
		}
		return max(when(func(s seen) bool { return s.empty })+15*time.Second, when(func(s seen) bool { return s.age > r+3*time.Second })+20*time.Second)
	case "poison":
		return 75 * time.Second
	case "storm":
		return 95 * time.Second
	case "slow", "hot", "surge":
		return when(func(s seen) bool { return s.age > 15*time.Second }) + r + 15*time.Second
	}
	return quiet
}

// simple reports whether the group was Empty in the broker's words before anything happened: it always is.
func simple(said []seen, from time.Time) bool {
	for k := len(said) - 1; k >= 0; k-- {
		if said[k].at.Before(from.Add(-5 * time.Second)) {
			return said[k].empty
		}
	}
	return false
}

// falseTime adds the normal time of a group and how much of it was told as trouble.
func (sc *score) falseTime(l *labels, g string, said []seen) {
	var quietUntil time.Time
	open := false
	for k, s := range said {
		i := slices.IndexFunc(l.States[g], func(p piece) bool {
			return !s.at.Before(time.UnixMilli(p.From)) && s.at.Before(time.UnixMilli(p.To))
		})
		if i < 0 {
			continue
		}
		p := &l.States[g][i]
		if p.Incident != nil && *p.Incident {
			quietUntil = time.UnixMilli(p.To).Add(time.Minute)
		}
		if p.Incident == nil || *p.Incident || s.at.Before(quietUntil) || p.open() ||
			p.Expected == "starting" || p.Expected == "unscripted" {
			open = false
			continue
		}
		d := step(said, k)
		sc.normal += d
		if !s.flagged {
			open = false
			continue
		}
		sc.false_ += d
		if !open {
			sc.episodes = append(sc.episodes, episode{group: g, from: s.at, state: s.state, why: s.why})
		}
		open = true
		sc.episodes[len(sc.episodes)-1].to = s.at
	}
}

// print writes the confusion table by kind.
func (sc *score) print(w io.Writer, begin time.Time) {
	kinds := map[string][]outcome{}
	var names []string
	for _, o := range sc.outcomes {
		if kinds[o.kind] == nil {
			names = append(names, o.kind)
		}
		kinds[o.kind] = append(kinds[o.kind], o)
	}
	sort.Strings(names)
	fmt.Fprintf(w, "%-14s %9s %9s %8s %8s %7s\n", "kind", "found", "in window", "median", "p90", "named")
	for _, n := range append(names, "") {
		os := kinds[n]
		if n == "" {
			n, os = "all", sc.outcomes
		}
		printKind(w, n, os)
	}
	fmt.Fprintf(w, "told as trouble: %.3f%% of %.0f normal group-minutes, %.1f group-minutes in %d episodes\n",
		100*sc.false_/max(sc.normal, 1), sc.normal/60, sc.false_/60, len(sc.episodes))
	fmt.Fprintf(w, "state named as the truth accepts: %.1f%% of incident seconds, %.1f%% from the moment of being found\n", 100*sc.named, 100*sc.namedAft)
	for _, o := range sc.outcomes {
		if !o.found || !o.inWindow {
			fmt.Fprintf(w, "  late or missed: %s %s %s: found %v after %v, window %v\n", o.id, o.kind, o.group, o.found, o.delay, o.window)
		}
	}
	sc.printMisnamed(w)
	for _, e := range sc.episodes {
		fmt.Fprintf(w, "  false: %s %.0f–%.0f s as %s: %s\n", e.group, e.from.Sub(begin).Seconds(), e.to.Sub(begin).Seconds(), e.state, e.why)
	}
}

func (sc *score) printMisnamed(w io.Writer) {
	all := map[string]float64{}
	for _, o := range sc.outcomes {
		for k, v := range o.misnamed {
			all[o.kind+" "+o.id+" "+o.group+": "+k] += v
		}
	}
	keys := slices.Sorted(maps.Keys(all))
	for _, k := range keys {
		fmt.Fprintf(w, "  named otherwise: %5.0f s %s\n", all[k], k)
	}
}

func printKind(w io.Writer, name string, os []outcome) {
	var delays []float64
	found, in := 0, 0
	var named, secs float64
	for _, o := range os {
		if o.found {
			found++
			delays = append(delays, o.delay.Seconds())
		}
		if o.inWindow {
			in++
		}
		named, secs = named+o.named, secs+o.seconds
	}
	sort.Float64s(delays)
	fmt.Fprintf(w, "%-14s %4d/%-4d %4d/%-4d %6.0f s %6.0f s %6.1f%%\n", name, found, len(os), in, len(os),
		quantile(delays, 0.5), quantile(delays, 0.9), 100*named/max(secs, 1))
}

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
