package lag

// recent are the newest rows, this reading's first: most commits lie between two of them.
type recent struct {
	rows [5][]int32
	at   [5]Moment
	n    int
}

func (h *History) recall() {
	l := &h.axis.levels[0]
	h.recent.n = min(l.count, len(h.recent.rows))
	for k := range h.recent.n {
		r := l.row(k)
		h.recent.rows[k], h.recent.at[k] = h.rows[0][r], l.at[r]
	}
}

// goesOn is move and wait in one for what nearly every position does at a reading: a commit that was moving moves on, on
// a log that has more, and lies between two recent ends. It returns the records it read, and those that wait; 0, with
// nothing changed, where it is not so simple.
func (h *History) goesOn(i PositionIx, t *Track, e *EndTrack, p PartitionIx, c int64, spacing Moment, blur uint8, last Moment) (read, left int64) {
	old, left := t.Commit, e.End-c
	if old < 0 || c <= old || c >= e.End || left <= restAt || e.Start > c || t.Moved == Never || e.Fell > t.Since || t.Told&(WentBack|seeded) != 0 {
		return 0, 0
	}
	unread, third := h.recent.between(p, c-e.base)
	if unread == Never {
		return 0, 0
	}
	now := h.axis.now
	t.Wait = 0
	if t.Unread != Never {
		t.Wait = min(now-max(t.Moved, t.Unread), max(last-t.Unread, now-unread)) // see waited
	}
	t.Commit, t.Moved, t.Unread, t.Third, t.Blur = c, now, unread, third, blur
	t.Told = t.Told&^(Older|OlderThird|Passed|Outrun) | JustMoved | Fresh | Had
	if pt := &h.points[i]; now-pt.at[pt.head] >= spacing {
		pt.push(c, now)
	}
	return c - old, left
}

// between returns when the record that a commit at target, counted from the base of its partition's rows, waits for
// arrived, and the one restAt after it; Never where it does not lie between two recent rows.
func (rc *recent) between(p PartitionIx, target int64) (unread, third Moment) {
	var after int64
	for k := range rc.n {
		row := rc.rows[k]
		if int(p) >= len(row) || row[p] == hole {
			return Never, Never
		}
		v := int64(row[p])
		if v > target {
			after = v
			continue
		}
		if k == 0 {
			return Never, Never
		}
		t0, took := rc.at[k], int64(rc.at[k-1]-rc.at[k])
		unread, third = t0+Moment((target+1-v)*took/(after-v)), rc.at[k-1]
		if target+restAt < after {
			third = t0 + Moment((target+1+restAt-v)*took/(after-v))
		}
		return unread, third
	}
	return Never, Never
}
