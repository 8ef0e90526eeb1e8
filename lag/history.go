package lag

import "time"

// History is folded from successive readings: when ends and commits moved, and rings of ends on a shared axis of time.
// It is aligned with the topology's indexes and grows with it. It has one owner, the goroutine that folds; what it
// returns are values, save the columns of [History.Tracks] and [History.Ends].
type History struct {
	axis   axis
	begun  bool
	resume Moment // when seeing began again after a stretch that was not seen; Never

	topo *Topology
	gen  uint64
	ids  [][16]byte // by topic
	read Moment     // when any broker last told ends; Never

	ends   []EndTrack // by partition
	rows   rings
	recent recent
	delta  []int64 // growth of each end in the last reading
	leader []NodeIx
	seeds  map[PartitionIx][]seed

	tracks []Track  // by position
	points []points // by position
	high   map[PositionIx]int64
	groups []GroupTrack
	tally  [4][][]tally // by level, row, group

	endStamp, stableStamp, commitStamp []time.Time // by node, of the last answers folded in
	endFresh, stableFresh, commitFresh []bool

	totals totals

	plain bool // no commit is folded the short way; tests compare
}

// NewHistory returns a history that has seen nothing.
func NewHistory() *History {
	return &History{axis: newAxis(), resume: Never, read: Never, seeds: map[PartitionIx][]seed{}, high: map[PositionIx]int64{}}
}

// Fold takes in the next reading. Readings come in the order of their ticks, and their topologies only grow.
//
// Values whose stamp is no newer than at the last reading count as not read: nothing is recorded for them.
func (h *History) Fold(r *Reading) {
	if h.axis.step(h.stamp(r)) {
		h.resume = h.axis.now
	}
	h.foldEnds(r)
	h.foldWriters(r)
	h.recall()
	h.grow(r)
	h.commitFresh = freshNodes(h.commitFresh[:0], r.CommittedAt, &h.commitStamp)
	for g := range r.Groups {
		h.foldPhase(r, GroupIx(g))
		n := r.Groups[g].Coordinator
		h.foldGroup(r, GroupIx(g), n >= 0 && int(n) < len(h.commitFresh) && h.commitFresh[n])
	}
	h.foldTally(len(r.Groups))
	h.totals.fold(h, r)
	h.begun = true
}

// stamp is the time of a reading: its latest answer about ends, or its tick when none came.
func (h *History) stamp(r *Reading) time.Time {
	at := r.Tick
	for n, s := range r.EndAt {
		// A clock that was set back makes old stamps look young.
		if old := n < len(h.endStamp) && h.endStamp[n].Equal(s.Answered); !old && s.Answered.After(at) {
			at = s.Answered
		}
	}
	return at
}

func (h *History) grow(r *Reading) {
	for len(h.tracks) < len(r.Positions) {
		h.tracks = append(h.tracks, newTrack())
		h.points = append(h.points, points{})
	}
	for len(h.groups) < len(r.Groups) {
		h.groups = append(h.groups, newGroupTrack())
	}
}

// freshNodes tells by node whether it has answered since it was last asked about, and remembers its answer.
func freshNodes(out []bool, at []ShardTime, last *[]time.Time) []bool {
	for len(*last) < len(at) {
		*last = append(*last, time.Time{})
	}
	for n, s := range at {
		out = append(out, !s.IsZero() && !s.Answered.Equal((*last)[n]))
		(*last)[n] = s.Answered
	}
	return out
}

// Now returns the moment of the last reading.
func (h *History) Now() Moment { return h.axis.now }

// Time returns when a moment was, by the clock that stamped the last reading; zero for [Never].
func (h *History) Time(m Moment) time.Time { return h.axis.time(m) }

// Step returns the usual time between two readings; 0 before the second.
func (h *History) Step() time.Duration { return h.axis.usual }

// Expect says that readings come so far apart from now on, on purpose: none of them is late for it.
func (h *History) Expect(step time.Duration) {
	if h.axis.usual > 0 {
		h.axis.usual = step
	}
}

// Stale returns the age from which on a value counts as one that can't be read: two looks and a half, and what they take.
func (h *History) Stale() Moment { return Moments(h.Step())*5/2 + Moments(2*time.Second) }

// Resumed returns when seeing began again after a stretch without any reading, or one in which the clock was set on;
// [Never] without such. Silence before it proves nothing.
func (h *History) Resumed() Moment { return h.resume }

// Tracks returns what is known of each position, by its index. The caller must not change it, nor keep it past the next
// Fold.
func (h *History) Tracks() []Track { return h.tracks }

// Ends returns what is known of each partition's log, by its index; as [History.Tracks].
func (h *History) Ends() []EndTrack { return h.ends }

// Group returns what is known of a group's protocol life; as [History.Tracks].
func (h *History) Group(g GroupIx) *GroupTrack { return &h.groups[g] }

// High returns the highest commit a position had before it went back, and false when it has not or has come back.
func (h *History) High(i PositionIx) (int64, bool) {
	v, ok := h.high[i]
	return v, ok
}
