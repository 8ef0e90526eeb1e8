package lag

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// seed says that all records below offset had arrived before at, and none from it on.
type seed struct {
	at     Moment
	offset int64
}

// maxSeeds bounds what is kept from outside of one partition: the ladder, and what narrows it twice.
const maxSeeds = 18

// Seed takes in that the first record of partition p at or after a time has this offset, as a look-up by time tells it
// (ListOffsets with a timestamp): it lets the age of records be told that came before the history began. Seeds of a
// time that was watched are ignored.
func (h *History) Seed(p PartitionIx, offset int64, at time.Time) {
	if int(p) >= len(h.ends) || !Known(offset) || h.axis.origin.IsZero() {
		return
	}
	m := h.axis.now - Moment(h.axis.wall.Sub(at)/tenth)
	if e := &h.ends[p]; m >= e.Begun || offset > e.End {
		return
	}
	s := append(h.seeds[p], seed{m, offset})
	slices.SortFunc(s, func(a, b seed) int { return int(a.at) - int(b.at) })
	if len(s) > maxSeeds {
		s = slices.Delete(s, 0, 1)
	}
	h.seeds[p] = s
	for i := range h.tracks {
		if i < len(h.topo.Positions) && h.topo.Positions[i].Partition == p {
			h.tracks[i].Told |= seeded
		}
	}
}

// bracket is what look-ups tell of when a record arrived: after old, and not after young. reached is false where the log has
// none so old as the oldest look-up asked for, and old is none.
type bracket struct {
	old, young       Moment
	oldEnd, youngEnd int64
	reached          bool
}

// bracketOf goes on where the rings end.
func bracketOf(s []seed, after Moment, afterEnd, c int64) bracket {
	b := bracket{old: Never, young: after, youngEnd: afterEnd}
	for k := len(s) - 1; k >= 0; k-- {
		if s[k].offset <= c {
			b.old, b.oldEnd, b.reached = s[k].at, s[k].offset, true
			return b
		}
		b.young, b.youngEnd = s[k].at, s[k].offset
	}
	return b
}

// narrow reports whether the bracket tells the age at now to an eighth, or to 5 s.
func (b bracket) narrow(now Moment) bool {
	return b.reached && b.young-b.old <= max((now-b.young)/8, Moments(5*time.Second))
}

// fromSeeds tells when the record at offset c arrived; a bound where that is not known well.
func fromSeeds(s []seed, after Moment, afterEnd, c int64, now Moment) (Moment, bool) {
	b := bracketOf(s, after, afterEnd, c)
	if !b.narrow(now) {
		return b.young, false
	}
	return between(b.old, b.oldEnd, b.young, b.youngEnd, c), true
}

// found tells by when the oldest record from c on had arrived that is known to exist: the last of the log, and those that
// look-ups found. What lay between them may have been compacted away.
func found(s []seed, after Moment, end, c int64) Moment {
	oldest := end - 1
	for k := len(s) - 1; k >= 0 && s[k].offset >= c; k-- {
		if s[k].offset > oldest {
			after = s[k].at
		}
		oldest = min(oldest, s[k].offset)
	}
	return after
}

// whole reports whether the offsets of a partition have all their records from the log start on: compaction takes some
// out of the middle.
func (h *History) whole(p PartitionIx) bool {
	s := h.topo.Topics[h.topo.Partitions[p].Topic].Settings
	return s != nil && s.Cleanup != "" && !strings.Contains(s.Cleanup, "compact")
}

// Ask is what to look up to tell the age of what waits in a partition: the offsets of the first records at or after
// these times.
type Ask struct {
	Partition PartitionIx
	At        []time.Time // newest first
}

// ladder are the ages that are looked up. What is older than the last is told as a bound.
var ladder = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// inside is how many moments are looked up within a bracket, to narrow it.
const inside = 6

// SeedPlan returns what to look up for the partitions whose oldest unread record came before the watch began: those
// where most is unread first, most of them at most. First it is the ages of a ladder, then what lies between two of
// them, until the age is known well. A look-up that finds no record at or after its time is given to [History.Seed] with
// the end.
func (h *History) SeedPlan(r *Reading, most int) []Ask {
	type wish struct {
		unread int64
		from   int64 // the first record to read
	}
	worst := map[PartitionIx]wish{}
	for i := range h.tracks {
		t := &h.tracks[i]
		if t.Told&(Older|OlderThird) == 0 || t.Unread == Never || !Known(t.Commit) || i >= len(r.Positions) {
			continue
		}
		p := r.Positions[i].Partition
		from := max(t.Commit, h.ends[p].Start)
		if n := h.ends[p].End - from; n > restAt && n > worst[p].unread && h.asks(p, from) {
			worst[p] = wish{n, from}
		}
	}
	ps := slices.SortedFunc(maps.Keys(worst), func(a, b PartitionIx) int {
		return cmp.Or(cmp.Compare(worst[b].unread, worst[a].unread), cmp.Compare(a, b))
	})
	var out []Ask
	for _, p := range ps[:min(len(ps), max(most, 0))] {
		if at := h.moments(p, worst[p].from); len(at) > 0 {
			out = append(out, Ask{p, at})
		}
	}
	return out
}

// asks reports whether a look-up could tell more of the record at an offset.
func (h *History) asks(p PartitionIx, from int64) bool {
	s := h.seeds[p]
	if len(s) == 0 {
		return true
	}
	if len(s)+inside > maxSeeds || !h.whole(p) {
		return false
	}
	e := &h.ends[p]
	b := bracketOf(s, e.Begun, e.End, from)
	return b.reached && !b.narrow(h.axis.now)
}

// moments are what to look up next for the record at an offset, newest first.
func (h *History) moments(p PartitionIx, from int64) []time.Time {
	var out []time.Time
	e := &h.ends[p]
	if s := h.seeds[p]; len(s) > 0 {
		b := bracketOf(s, e.Begun, e.End, from)
		for k := Moment(inside); k > 0; k-- {
			out = append(out, h.axis.time(b.old+(b.young-b.old)*k/(inside+1)))
		}
		return out
	}
	for _, age := range ladder {
		if h.axis.now-Moments(age) < e.Begun {
			out = append(out, h.axis.wall.Add(-age))
		}
	}
	return out
}
