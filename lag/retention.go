package lag

import (
	"strings"
	"time"
)

// RetentionLeft returns how long it is, at the earliest, until retention deletes the first unread record of position i
// if nothing more is read: by the topic's retention time and the record's age, and by how fast the log start has moved,
// whichever is sooner. endless says that nothing is deleted by age or seen to be; ok is false when neither is known.
//
// Brokers delete whole segments and look every few minutes, so that records live longer than this, never shorter by more
// than the error of their age.
func (h *History) RetentionLeft(r *Reading, i PositionIx) (left time.Duration, endless, ok bool) {
	p := r.Positions[i].Partition
	t := &h.tracks[i]
	if Known(t.Commit) && h.ends[p].End <= max(t.Commit, h.ends[p].Start) {
		return 0, true, true
	}
	left, endless, ok = h.byAge(r, p, t)
	if pace, moved := h.byStart(p, t.Commit); moved && (!ok || endless || pace < left) {
		return pace, false, true
	}
	return left, endless, ok
}

func (h *History) byAge(r *Reading, p PartitionIx, t *Track) (left time.Duration, endless, ok bool) {
	s := r.Topics[r.Partitions[p].Topic].Settings
	switch {
	case s == nil || s.Cleanup == "" || s.Retention == UnknownRetention:
		return 0, false, false
	case !strings.Contains(s.Cleanup, "delete"):
		return 0, true, true
	case s.Retention < 0:
		unlimited := s.RetentionBytes < 0 && s.RetentionBytes != Unknown
		return 0, unlimited, unlimited
	case t.Unread == Never || t.Told&Older != 0:
		return 0, false, false
	}
	return max(0, s.Retention-h.axis.now.Duration(t.Unread)), false, true
}

// byStart tells when the log start reaches a commit at the rate of its steps so far.
func (h *History) byStart(p PartitionIx, commit int64) (time.Duration, bool) {
	e := &h.ends[p]
	if !Known(commit) || !Known(e.Start) || e.fromAt == Never || e.startAt == Never || e.startAt <= e.fromAt {
		return 0, false
	}
	if commit <= e.Start {
		return 0, true
	}
	rate := float64(e.Start-e.from) / e.startAt.Duration(e.fromAt).Seconds()
	if rate <= 0 {
		return 0, false
	}
	return time.Duration(min(float64(commit-e.Start)/rate, 1e9) * float64(time.Second)), true
}
