package lag

import "time"

// Phase is what a group's protocol state means for its reading.
type Phase uint8

// The phases. Unlisted is a group no coordinator lists, or whose state was never told.
const (
	Unlisted Phase = iota
	Steady
	Moving // a rebalance: PreparingRebalance, CompletingRebalance, Assigning, Reconciling
	Memberless
)

// PhaseOf returns the phase of a broker's word for a group's state.
func PhaseOf(state string) Phase {
	switch state {
	case "Stable":
		return Steady
	case "PreparingRebalance", "CompletingRebalance", "Assigning", "Reconciling", "NotReady":
		return Moving
	case "Empty", "Dead":
		return Memberless
	}
	return Unlisted
}

// GroupTrack is what a history knows of one group.
type GroupTrack struct {
	Phase  Phase
	Since  Moment // since when the phase is seen; Never before it was
	Before Phase  // the phase before this one
	Lived  Moment // how long the group had members before it lost them last; Never when it was not seen to get them
	Away   Moment // how long it had been without members before that; Never when it was not seen to lose them
	Came   Moment // when it was last seen to get members; Never
	Seen   Moment // when its commits were last read; Never
	Listed Moment // when it was last listed; Never
	Moved  bool   // some commit of it moved in the last reading

	cleared            bool         // some commit of it was gone in the last reading
	listed             []PositionIx // its positions, as of the last reading
	state              string
	left               Moment // when it lost its members; Never
	window             Moment
	produced, consumed int64 // records since the begin
	lag                int64 // of the last reading
}

func newGroupTrack() GroupTrack {
	return GroupTrack{Since: Never, Lived: Never, Seen: Never, Listed: Never, Away: Never, Came: Never, left: Never, window: Moments(defaultWindow)}
}

const (
	defaultWindow = 15 * time.Second
	longestWindow = 6 * time.Hour
)

// SetWindow sets over what time the rates of group g are taken: long enough to hold several of its commits.
func (h *History) SetWindow(g GroupIx, d time.Duration) {
	h.groups[g].window = Moments(min(max(d, defaultWindow), longestWindow))
}

// Window returns what [History.SetWindow] has set, 15 s before.
func (h *History) Window(g GroupIx) time.Duration { return time.Duration(h.groups[g].window) * tenth }

func (h *History) foldPhase(r *Reading, g GroupIx) {
	gt, grp := &h.groups[g], &r.Groups[g]
	now := h.axis.now
	if grp.Gone {
		return
	}
	gt.Listed = now
	if grp.State == gt.state {
		return
	}
	gt.state = grp.State
	next := PhaseOf(grp.State)
	if next == gt.Phase {
		return
	}
	h.foldLife(gt, next)
	gt.Before, gt.Phase, gt.Since = gt.Phase, next, now
}

// foldLife notes when a group gets its members and loses them.
func (h *History) foldLife(gt *GroupTrack, next Phase) {
	now := h.axis.now
	had := gt.Phase == Steady || gt.Phase == Moving
	switch has := next == Steady || next == Moving; {
	case has && !had && h.begun:
		gt.Came, gt.Away = now, Never
		if gt.left != Never {
			gt.Away = now - gt.left
		}
	case next == Memberless && had:
		gt.Lived, gt.left = Never, now
		if gt.Came != Never {
			gt.Lived = now - gt.Came
		}
	}
}

// tally counts a group's records up to a row.
type tally struct{ produced, consumed int64 }

func (h *History) foldTally(n int) {
	for lv := range h.axis.levels {
		l := &h.axis.levels[lv]
		if !l.fresh {
			continue
		}
		if h.tally[lv] == nil {
			h.tally[lv] = make([][]tally, len(l.at))
		}
		row := h.tally[lv][l.head][:0]
		for g := range n {
			row = append(row, tally{h.groups[g].produced, h.groups[g].consumed})
		}
		h.tally[lv][l.head] = row
	}
}
