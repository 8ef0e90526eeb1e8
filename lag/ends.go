package lag

import (
	"math"
	"slices"
)

// hole marks a row in which a partition's end was not read.
const hole = math.MinInt32

// EndTrack is what a history knows of one partition's log.
type EndTrack struct {
	End, Stable int64  // as last read; Unknown
	Start       int64  // as last read; Unknown
	Moved       Moment // when the end was last seen to grow; Never
	StableMoved Moment // when the last stable offset was last seen to change; when first read
	StableSeen  Moment // when the last stable offset was last read
	Stood       Moment // the longest that it stood with records after it and then went on, fading; 0: none was seen
	Freed       Moment // when it last went on after standing for about that long; Never
	FreedFrom   int64  // where it had stood; Unknown
	Seen        Moment // when the end was last read
	Back        Moment // when it could be read again after a stretch in which it could not; Never
	Begun       Moment // since when this segment is watched: first seen, made anew, or fallen back
	Anew        Moment // when the topic was seen to be made anew under its name; Never
	Fell        Moment // when the end was last seen to fall below itself, or the topic to be made anew; Never
	Open        bool   // an open transaction was seen once: the log holds markers
	Markers     bool   // a transactional producer is known to have written here, so that the log holds markers
	Gone        bool   // the partition is marked gone in the topology

	base            int64 // rows hold the end minus this
	startAt, fromAt Moment
	from            int64 // start and when, at the begin of the stretch its rate is taken over
}

func newEndTrack() EndTrack {
	return EndTrack{End: Unknown, Stable: Unknown, Freed: Never, FreedFrom: Unknown, Start: Unknown, Moved: Never, StableMoved: Never, StableSeen: Never, Seen: Never, Back: Never,
		Begun: Never, Anew: Never, Fell: Never, base: Unknown, startAt: Never, fromAt: Never}
}

// rings are the rows of one level: rows[row][partition] is an end minus its base.
type rings [4][][]int32

// foldEnds takes in the ends, starts and stable ends of a reading.
func (h *History) foldEnds(r *Reading) {
	h.growEnds(len(r.Partitions))
	h.foldTopics(r)
	for i := range h.axis.levels {
		if l := &h.axis.levels[i]; l.fresh {
			h.clearRow(i, l.head, len(r.Partitions))
		}
	}
	fresh := freshNodes(h.endFresh[:0], r.EndAt, &h.endStamp)
	h.endFresh = fresh
	if slices.Contains(fresh, true) {
		h.read = h.axis.now
	}
	stable := freshNodes(h.stableFresh[:0], r.StableAt, &h.stableStamp)
	h.stableFresh = stable
	for p := range r.Partitions {
		n := h.leader[p]
		e := &h.ends[p]
		h.delta[p] = 0
		if n >= 0 && int(n) < len(fresh) && fresh[n] && (len(r.LateEnd) == 0 || !h.lateEnd(r, PartitionIx(p))) {
			h.foldEnd(p, e, r.End[p])
		}
		if n >= 0 && int(n) < len(stable) && stable[n] {
			h.foldStable(p, e, r, n)
		}
		e.foldStart(r.Start[p], h.axis.now)
	}
}

func (h *History) lateEnd(r *Reading, p PartitionIx) bool {
	s, late := r.LateEnd[p]
	return late && s.Answered.Before(r.Tick)
}

func (h *History) foldEnd(p int, e *EndTrack, end int64) {
	now := h.axis.now
	if !Known(end) {
		return
	}
	if e.Seen != Never && now-e.Seen > h.Stale() {
		e.Back = now
	}
	e.Seen = now
	switch {
	case e.End == Unknown:
		e.base, e.Begun = end, now
	case end < e.End:
		h.breakSegment(p, e, end)
	case end > e.End:
		h.delta[p] = end - e.End
		e.Moved = now
	}
	e.End = end
	v := end - e.base
	if v > math.MaxInt32 {
		h.rebase(p, e, end)
		v = 0
	}
	for i := range h.axis.levels {
		if l := &h.axis.levels[i]; l.fresh {
			h.rows[i][l.head][p] = int32(v)
		}
	}
}

// breakSegment forgets the ends of a log that is no longer the one they were read from.
func (h *History) breakSegment(p int, e *EndTrack, end int64) {
	for i := range h.rows {
		for _, row := range h.rows[i] {
			if p < len(row) {
				row[p] = hole
			}
		}
	}
	delete(h.seeds, PartitionIx(p))
	now := h.axis.now
	e.base, e.Begun, e.Fell, e.Moved, e.startAt, e.fromAt, e.Start = end, now, now, Never, Never, Never, Unknown
}

// rebase keeps a partition's rows within 32 bits.
func (h *History) rebase(p int, e *EndTrack, end int64) {
	by := end - e.base
	for i := range h.rows {
		for _, row := range h.rows[i] {
			if p < len(row) && row[p] != hole {
				row[p] = narrow(int64(row[p]) - by)
			}
		}
	}
	e.base = end
}

// narrow returns v, or a hole where it does not fit.
func narrow(v int64) int32 {
	if v <= hole || v > math.MaxInt32 {
		return hole
	}
	return int32(v)
}

func (h *History) foldStable(p int, e *EndTrack, r *Reading, n NodeIx) {
	stable := r.Stable[p]
	if !Known(stable) {
		return
	}
	e.StableSeen = h.axis.now
	if stable != e.Stable {
		e.stableMoves(stable, h.axis.now, e.End-h.delta[p])
	}
	if e.Open || e.Seen != h.axis.now || stable >= e.End || h.axis.before == Never {
		return
	}
	// Where the stable end was read first, records that came in between explain a difference.
	rate := float64(h.delta[p]) / max(h.axis.now.Duration(h.axis.before).Seconds(), 0.1)
	e.Open = e.End-stable > Slack(r.StableAt[n], r.EndAt[n], rate)+1
}

// stableMoves notes that the last stable offset changed, when the log had last been seen to end at end.
func (e *EndTrack) stableMoves(stable int64, now Moment, end int64) {
	if Known(e.Stable) && e.Open && end > e.Stable && stable > e.Stable {
		stood := now - e.StableMoved
		if stood >= e.Stood/2 {
			e.Freed, e.FreedFrom = now, e.Stable
		}
		e.Stood = max(stood, e.Stood*7/10)
	}
	e.Stable, e.StableMoved = stable, now
}

func (e *EndTrack) foldStart(start int64, now Moment) {
	switch {
	case !Known(start) || start == e.Start:
		return
	case e.Start != Unknown && start > e.Start:
		e.stretchStart(start, now)
	}
	e.Start = start
}

// Stepped returns when the log start was last seen to move; [Never].
func (e *EndTrack) Stepped() Moment { return e.startAt }

// stretchStart notes a step of the log start; steps are what retention does, a segment at a time.
func (e *EndTrack) stretchStart(start int64, now Moment) {
	const hour = Moment(36000)
	if e.fromAt == Never {
		e.from, e.fromAt = start, now
	} else if now-e.fromAt > 2*hour && e.startAt != Never && e.startAt > e.fromAt {
		e.from, e.fromAt = e.Start, e.startAt
	}
	e.startAt = now
}

func (h *History) growEnds(n int) {
	for len(h.ends) < n {
		h.ends = append(h.ends, newEndTrack())
		h.delta = append(h.delta, 0)
	}
}

// clearRow makes a row all holes, of at least n partitions.
func (h *History) clearRow(lv, row, n int) {
	if h.rows[lv] == nil {
		h.rows[lv] = make([][]int32, len(h.axis.levels[lv].at))
	}
	if cap(h.rows[lv][row]) < n {
		h.rows[lv][row] = make([]int32, n)
	}
	h.rows[lv][row] = h.rows[lv][row][:n]
	for i := range h.rows[lv][row] {
		h.rows[lv][row][i] = hole
	}
}

// foldTopics sees topics that were made anew under their name.
func (h *History) foldTopics(r *Reading) {
	if h.gen == r.Gen && h.topo == r.Topology {
		return
	}
	h.gen, h.topo = r.Gen, r.Topology
	for len(h.ids) < len(r.Topics) {
		h.ids = append(h.ids, r.Topics[len(h.ids)].ID)
	}
	for t := range r.Topics {
		id := r.Topics[t].ID
		if id == h.ids[t] || id == ([16]byte{}) {
			continue
		}
		if h.ids[t] != ([16]byte{}) {
			h.madeAnew(r.Topics[t].Partitions)
		}
		h.ids[t] = id
	}
	h.leader = h.leader[:0]
	for p := range r.Partitions {
		h.leader = append(h.leader, r.Partitions[p].Leader)
		h.ends[p].Gone = r.Partitions[p].Gone
	}
}

func (h *History) madeAnew(ps []PartitionIx) {
	for _, p := range ps {
		e := &h.ends[p]
		h.breakSegment(int(p), e, 0)
		e.End, e.Stable, e.base = Unknown, Unknown, Unknown
		e.Anew = h.axis.now
		e.Open, e.Markers, e.Stood, e.Freed, e.FreedFrom = false, false, 0, Never, Unknown // none of its transactions are in this log
	}
}
