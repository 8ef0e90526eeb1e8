package lag

import (
	"slices"
	"strings"
	"time"
)

// seed says that all records below offset had arrived before at, and none from it on.
type seed struct {
	at     Moment
	offset int64
}

// maxSeeds bounds what is kept from outside of one partition.
const maxSeeds = 8

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

// fromSeeds goes on where the rings end.
func fromSeeds(s []seed, after Moment, afterEnd, c int64) (Moment, bool) {
	for k := len(s) - 1; k >= 0; k-- {
		if s[k].offset <= c {
			return between(s[k].at, s[k].offset, after, afterEnd, c), true
		}
		after, afterEnd = s[k].at, s[k].offset
	}
	return after, false
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

// SeedPlan returns what to look up for the partitions whose oldest unread record came before the watch began: those
// where most is unread first, most of them at most. What was looked up before is not asked again. A look-up that finds
// no record at or after its time is given to [History.Seed] with the end.
func (h *History) SeedPlan(r *Reading, most int) []Ask {
	worst := map[PartitionIx]int64{}
	for i := range h.tracks {
		t := &h.tracks[i]
		if t.Told&(Older|OlderThird) == 0 || t.Unread == Never || i >= len(r.Positions) {
			continue
		}
		p := r.Positions[i].Partition
		if n := h.ends[p].End - max(t.Commit, h.ends[p].Start); Known(t.Commit) && n > restAt && len(h.seeds[p]) == 0 {
			worst[p] = max(worst[p], n)
		}
	}
	ps := make([]PartitionIx, 0, len(worst))
	for p := range worst {
		ps = append(ps, p)
	}
	slices.SortFunc(ps, func(a, b PartitionIx) int {
		if worst[a] != worst[b] {
			return int(min(max(worst[b]-worst[a], -1), 1))
		}
		return int(a) - int(b)
	})
	var out []Ask
	for _, p := range ps[:min(len(ps), max(most, 0))] {
		a := Ask{Partition: p}
		for _, age := range ladder {
			if h.axis.now-Moments(age) < h.ends[p].Begun {
				a.At = append(a.At, h.axis.wall.Add(-age))
			}
		}
		if len(a.At) > 0 {
			out = append(out, a)
		}
	}
	return out
}
