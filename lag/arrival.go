package lag

// arrived returns when the record at offset c arrived, as far as was seen: the time at which the end passed it, between
// two rows in proportion. bound is set in t when it may have been earlier.
func (h *History) arrived(p PartitionIx, e *EndTrack, c int64, t *Track, bound Told) Moment {
	at, exact := h.arrival(p, e, c)
	t.Told &^= bound
	if !exact {
		t.Told |= bound
	}
	return at
}

// arrival finds the first row whose end lies past c.
func (h *History) arrival(p PartitionIx, e *EndTrack, c int64) (at Moment, exact bool) {
	target := c - e.base
	after := h.axis.now // the youngest moment known at which the end was past c
	afterEnd := e.End
	for lv := range h.axis.levels {
		l := &h.axis.levels[lv]
		k := l.steps(h.rows[lv], int(p), target)
		if k > 0 {
			r := l.row(k - 1)
			if l.at[r] < after {
				after, afterEnd = l.at[r], int64(h.rows[lv][r][p])+e.base
			}
		}
		for ; k < l.count; k++ {
			r := l.row(k)
			row := h.rows[lv][r]
			if int(p) < len(row) && row[p] != hole {
				return between(l.at[r], int64(row[p])+e.base, after, afterEnd, c), true
			}
		}
	}
	if s := h.seeds[p]; len(s) > 0 {
		if !h.whole(p) {
			return found(s, after, afterEnd, c), false
		}
		return fromSeeds(s, after, afterEnd, c, h.axis.now)
	}
	return max(after, e.Begun), e.Begun != Never && e.Fell == e.Begun
}

// steps returns how many rows back from the newest the ends still lie past target.
func (l *level) steps(rows [][]int32, p int, target int64) int {
	for k := 0; k < l.count; k++ {
		// Most positions are a few rows behind; what is further behind is found by halving.
		if k == 6 {
			return l.halve(rows, p, target, k)
		}
		row := rows[l.row(k)]
		if p < len(row) && row[p] != hole && int64(row[p]) <= target {
			return l.backOverHoles(rows, p, k)
		}
	}
	return l.backOverHoles(rows, p, l.count)
}

// backOverHoles returns the least k' ≤ k such that rows k' to k−1 are holes.
func (l *level) backOverHoles(rows [][]int32, p, k int) int {
	for k > 0 {
		row := rows[l.row(k-1)]
		if p < len(row) && row[p] != hole {
			break
		}
		k--
	}
	return k
}

func (l *level) halve(rows [][]int32, p int, target int64, from int) int {
	lo, hi := from, l.count // rows before lo lie past target, rows from hi on do not
	for lo < hi {
		mid := (lo + hi) / 2
		probe := mid
		for probe < hi && (p >= len(rows[l.row(probe)]) || rows[l.row(probe)][p] == hole) {
			probe++
		}
		if probe == hi || int64(rows[l.row(probe)][p]) <= target {
			hi = mid
		} else {
			lo = probe + 1
		}
	}
	return l.backOverHoles(rows, p, lo)
}

// between returns when an end that was e0 at t0 and e1 at t1 passed c.
func between(t0 Moment, e0 int64, t1 Moment, e1, c int64) Moment {
	if e1 <= e0 || c < e0 {
		return t1
	}
	f := float64(c+1-e0) / float64(e1-e0)
	return t0 + Moment(f*float64(t1-t0))
}
