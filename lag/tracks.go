package lag

import "math"

// restAt is how many unread records count as none: the markers of transactions take offsets that some clients never
// commit (KIP-98).
const restAt = 2

// Track is what a history knows of one position.
type Track struct {
	Commit int64  // as last read; None, Unknown
	Moved  Moment // when the commit was last seen to change; Never
	Unread Moment // when the oldest unread record arrived, as far as was seen; Never: nothing is unread
	Third  Moment // the same of the oldest but two: what is waiting for certain, markers aside
	Since  Moment // since when this position is watched without a break; Never: not yet
	Wait   Moment // how long something had been waiting when the commit moved last, as far as looks tell; Never: it moved but once
	Told   Told
	Blur   uint8 // for how many seconds the commit may have been there when it was first seen to have moved; 255: or more
}

// Told are facts of one position's track.
type Told uint16

// The facts.
const (
	JustMoved  Told = 1 << iota // the commit moved in the last reading
	Older                       // Unread is only a bound: the record may be older than what was watched
	Fresh                       // the commit was read in the last reading
	WentBack                    // the commit lies below where it once was, and has not come back
	Had                         // it had a commit in this segment or the one before
	OlderThird                  // as Older, of Third
	seeded                      // ends from outside have come in since Unread was told
	Reached                     // the commit was seen at the very end of the log while nothing was open: no marker keeps it from there
	Passed                      // the log start lay past the commit when both were read last
	Outrun                      // it did so already when the commit was read before that, and the commit has not moved: what is between is lost
)

func newTrack() Track {
	return Track{Commit: Unknown, Moved: Never, Unread: Never, Third: Never, Since: Never, Wait: Never}
}

// points are the last commits of one position, at least a quarter of its window apart: what its rate is taken from.
type points struct {
	commit [4]int64
	at     [4]Moment
	head   int8
}

func (h *History) foldGroup(r *Reading, g GroupIx, fresh bool) {
	grp := &r.Groups[g]
	gt := &h.groups[g]
	gt.Moved, gt.cleared = false, false
	h.unlist(r, gt, grp.Positions)
	if _, unread := r.Unread[g]; unread {
		fresh = false
	}
	blur, last := h.blur(gt), gt.Seen
	if fresh {
		gt.Seen = h.axis.now
	}
	var produced, consumed, behind int64
	share := grp.Type == Share && len(r.Backlog) > 0
	late := len(r.LateCommit) > 0
	swift := fresh && !late && !share && !h.plain
	spacing := gt.window / 4
	for _, i := range grp.Positions {
		p := r.Positions[i].Partition
		t, e := &h.tracks[i], &h.ends[p]
		produced += h.delta[p]
		if swift {
			if read, left := h.goesOn(i, t, e, p, r.Committed[i], spacing, blur, last); read > 0 {
				gt.Moved = true
				consumed += read
				behind += left
				continue
			}
		}
		t.Told &^= JustMoved | Fresh
		if e.Fell > t.Since && t.Since != Never {
			h.restart(i, t)
		}
		seen := fresh
		if late {
			if s, ok := r.LateCommit[i]; ok {
				seen = !s.Answered.Before(r.Tick)
			}
		}
		if !seen {
			behind += h.wait(i, t, e, p, share, r)
			continue
		}
		gt.Seen = h.axis.now
		t.Told |= Fresh
		c := r.Committed[i]
		if c == t.Commit {
			behind += h.wait(i, t, e, p, share, r)
			continue
		}
		before := t.Unread
		consumed += h.move(i, t, e, c, spacing)
		t.Blur = blur
		gt.Moved = gt.Moved || t.Told&JustMoved != 0
		gt.cleared = gt.cleared || c == None
		behind += h.wait(i, t, e, p, share, r)
		t.waited(before, last, h.axis.now)
	}
	gt.lag = behind
	gt.produced += produced
	gt.consumed += consumed
}

// unlist takes in that positions are listed no more, as their group's last commit on their topic is gone.
func (h *History) unlist(r *Reading, gt *GroupTrack, now []PositionIx) {
	was := gt.listed
	if len(was) == len(now) && (len(now) == 0 || &was[0] == &now[0]) {
		return
	}
	gt.listed = now
	listed := make(map[PositionIx]bool, len(now))
	for _, i := range now {
		listed[i] = true
	}
	for _, i := range was {
		if t := &h.tracks[i]; !listed[i] && r.Committed[i] == None && Known(t.Commit) {
			t.Told = t.Told&^JustMoved | Fresh
			h.move(i, t, &h.ends[r.Positions[i].Partition], None, 0)
			gt.cleared = true
		}
	}
}

// blur returns for how many seconds what is read of a group now may have been so.
func (h *History) blur(gt *GroupTrack) uint8 {
	if gt.Seen == Never {
		return math.MaxUint8
	}
	return uint8(min((h.axis.now-gt.Seen+9)/10, math.MaxUint8))
}

// waited bounds a wait, of which looks tell that it ended since the last one, by what was seen of it: for how long something
// had waited at the last look, and for how long what the commit left has. Who commits oftener than weir looks has its own
// rhythm then, not that of the looks.
func (t *Track) waited(before, last, now Moment) {
	if t.Wait <= 0 || before == Never || last == Never {
		return
	}
	seen := last - before
	if t.Unread != Never {
		seen = max(seen, now-t.Unread)
	}
	t.Wait = min(t.Wait, max(0, seen))
}

// restart begins a position's track anew on a log that began anew.
func (h *History) restart(i PositionIx, t *Track) {
	had := t.Told & Had
	*t = Track{Commit: t.Commit, Moved: Never, Unread: Never, Third: Never, Since: h.axis.now, Wait: Never, Told: had}
	h.points[i] = points{}
	delete(h.high, i)
}

// move notes a commit that differs from the last one and returns the records it read.
func (h *History) move(i PositionIx, t *Track, e *EndTrack, c int64, spacing Moment) (read int64) {
	now, old := h.axis.now, t.Commit
	t.Commit, t.Wait = c, Never
	if Known(old) && t.Moved != Never {
		t.Wait = 0
		if t.Unread != Never {
			t.Wait = now - max(t.Moved, t.Unread)
		}
	}
	t.Unread, t.Third = Never, Never
	t.Told &^= Older | OlderThird | Passed | Outrun
	if t.Since == Never {
		t.Since = now
		if Known(c) {
			t.Told |= Had
			h.points[i].push(c, now)
		}
		return 0
	}
	if !Known(c) {
		t.Moved = Never
		h.points[i] = points{}
		return 0
	}
	if Known(old) {
		t.Told |= JustMoved
		h.wentBack(i, t, e, old, c)
		read = max(0, c-old)
	} else if old == None {
		t.Told |= JustMoved
	}
	t.Told |= Had
	t.Moved = now
	if pt := &h.points[i]; now-pt.at[pt.head] >= spacing || c < old {
		pt.push(c, now)
	}
	return read
}

// wentBack notes a commit that fell. One that lay past the end has only come back to the log.
func (h *History) wentBack(i PositionIx, t *Track, e *EndTrack, old, c int64) {
	switch {
	case c < old && old > e.End:
		h.points[i] = points{}
	case c < old:
		if h.high[i] < old {
			h.high[i] = old
		}
		t.Told |= WentBack
		h.points[i] = points{}
	case t.Told&WentBack != 0 && c >= h.high[i]:
		delete(h.high, i)
		t.Told &^= WentBack
	}
}

func (p *points) push(c int64, at Moment) {
	p.head = (p.head + 1) % int8(len(p.at))
	p.commit[p.head], p.at[p.head] = c, max(at, 1)
}

// pass notes that the log start lies past the commit. A client may commit, and delete what it has read, between the reads of
// the two; but not what a commit that is read again has not read.
func (t *Track) pass() {
	switch {
	case t.Told&Fresh == 0:
	case t.Told&Passed != 0:
		t.Told |= Outrun
	default:
		t.Told |= Passed
	}
}

// wait tells since when records have been waiting for the position, and returns how many do, as far as is known.
func (h *History) wait(i PositionIx, t *Track, e *EndTrack, p PartitionIx, share bool, r *Reading) int64 {
	c := t.Commit
	if c == None {
		// What came before it was watched is not known to be meant for it.
		if t.Unread == Never && e.Moved == h.axis.now && t.Since != Never && t.Since < e.Moved {
			t.Unread, t.Third = e.Moved, e.Moved
		}
		return 0
	}
	if !Known(c) || !Known(e.End) {
		t.Unread, t.Third = Never, Never
		return 0
	}
	if Known(e.Start) && e.Start > c { // what was deleted waits for nobody
		c = e.Start
		t.pass()
		if e.startAt == h.axis.now {
			t.Unread, t.Third = Never, Never
		}
	}
	n := e.End - c
	if share {
		if b, ok := r.Backlog[i]; ok && Known(b) {
			n = min(n, b)
		}
	}
	if n <= 0 {
		if n == 0 && t.Told&Fresh != 0 && e.Seen == h.axis.now && e.StableSeen == e.Seen && e.Stable == e.End {
			t.Told |= Reached
		}
		t.Unread, t.Third = Never, Never
		return 0
	}
	again := t.Told&seeded != 0
	t.Told &^= seeded
	if t.Unread == Never && t.Third == Never {
		if t.Unread, t.Third = h.recent.between(p, c-e.base); t.Unread != Never {
			if n <= restAt {
				t.Third = Never
			}
			return n
		}
	}
	if t.Unread == Never || again && t.Told&Older != 0 {
		t.Unread = h.arrived(p, e, c, t, Older)
	}
	if n <= restAt {
		t.Third = Never
	} else if t.Third == Never || again && t.Told&OlderThird != 0 {
		t.Third = max(h.arrived(p, e, c+restAt, t, OlderThird), t.Unread)
	}
	return n
}
