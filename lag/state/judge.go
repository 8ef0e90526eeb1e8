package state

import (
	"slices"
	"time"

	"weir/lag"
)

// mark is the state of one position and since when.
type mark struct {
	code code
	at   lag.Moment
}

// Judge judges reading after reading. It has one owner: its methods must not be called at once, and the [Result]s it
// hands out may be shared.
type Judge struct {
	policies Policies
	limits   limits
	mem      []memory
	habits   map[string]Habit // of an earlier watch, by group
	doubts   doubts
	slow     []slow              // of the group at hand
	eye      glance              // the same
	present  map[lag.NodeIx]bool // coordinators that are seen again and were there all along
	oneByOne bool                // each position is counted by itself; tests compare
	thorough bool                // no position is judged at a glance; tests compare
}

// New returns a judge that holds to the policies.
func New(p Policies) *Judge { return &Judge{policies: p, limits: standard} }

// Judge judges every group of the reading, which must have been folded into h before.
func (j *Judge) Judge(r *lag.Reading, h *lag.History) *Result {
	for len(j.mem) < len(r.Groups) {
		j.mem = append(j.mem, j.known(r, h, lag.GroupIx(len(j.mem))))
	}
	out := &Result{At: r.Tick, now: h.Now(), Groups: make([]Verdict, len(r.Groups)), marks: make([][]mark, len(r.Groups))}
	j.witness(r, h)
	j.doubts.begin(h.Now())
	for g := range r.Groups {
		j.group(r, h, lag.GroupIx(g), &out.Groups[g])
		out.marks[g] = j.mem[g].marks
	}
	return out
}

// sums is what the positions of a group add up to.
type sums struct {
	lag, stable, lost lag.Sum
	worst             code
	worstAt           lag.Moment
	worstIx           lag.PositionIx
	worstAge          lag.Moment // of what waits there
	worstLag          int64
	mostLag           int64
	mostIx            lag.PositionIx
	oldest            lag.Moment // arrival of the oldest unread record
	oldestIx          lag.PositionIx
	age               lag.Moment // the greatest age of what waits for certain
	waits             int
	noEnd             int // positions with a commit on a log whose end was never told
	bound             lag.Bound
	committed         int
	counts            [NumStates]int
	positions         int
}

func (j *Judge) group(r *lag.Reading, h *lag.History, g lag.GroupIx, v *Verdict) {
	m := &j.mem[g]
	j.policyOf(r, g, m)
	m.observe(&j.limits, r, h, g, j.present[r.Groups[g].Coordinator])
	s := j.positions(r, h, g, m)
	s.unseen(r, g)
	m.committed, m.noEnd, m.worst = s.committed, s.noEnd, s.worstIx
	m.worstAge = max(m.worstAge, s.age)
	if m.jobs.left == m.now {
		m.jobs.atEase = s.age <= max(m.limit, j.limits.behindLeast)
	}
	if codes[s.worst].severity > Calm {
		m.alarmed = m.now
	}
	if codes[s.worst].severity > Calm || s.worst == cDraining {
		m.troubled = m.now
	}
	j.settle(r, h, g, m, &s)
	h.SetWindow(g, 3*m.cadence().Duration(0))
	j.tell(r, h, g, m, &s, v)
	j.explainWhy(r, h, g, m, &s, v)
}

// positions judges every position of a group.
func (j *Judge) positions(r *lag.Reading, h *lag.History, g lag.GroupIx, m *memory) sums {
	s := sums{worstIx: lag.Nowhere, mostIx: lag.Nowhere, oldest: lag.Never, oldestIx: lag.Nowhere}
	grp := &r.Groups[g]
	tracks, ends := h.Tracks(), h.Ends()
	m.list(grp.Positions)
	calm := m.calm()
	m.rhythm.fade(len(grp.Positions))
	m.rests.fade(len(grp.Positions))
	m.leftovers.fade(1)
	learned, rare := 0, m.r > j.limits.behindLeast
	moved, oldest, blur := 0, lag.Moment(0), uint8(0)
	m.quick, j.eye = 0, j.glanceOf(m)
	j.slow = j.slow[:0]
	own := false // the marks are shared with results: copied before the first change
	for k, i := range grp.Positions {
		p := r.Positions[i].Partition
		t, e := &tracks[i], &ends[p]
		if e.Gone {
			continue
		}
		s.positions++
		if t.Told&lag.JustMoved != 0 && t.Wait != lag.Never {
			if calm || m.untold(t) {
				m.rhythm.add(t.Wait)
				if learned++; rare {
					m.rests.add(left(t))
				}
			}
			if moved++; t.Third != lag.Never && t.Moved-t.Third > oldest {
				oldest, blur = t.Moved-t.Third, t.Blur
			}
		}
		if j.eye.takes(&s, m.marks[k], i, t, e, r.Start[p], r.End[p], r.Stable[p]) {
			continue
		}
		c := j.quick(r, h, m, t, e, i, p, &s)
		if c == cUnknown || m.marks[k].code >= cDraining {
			j.slow = append(j.slow, slow{k: k, facts: facts{l: &j.limits, r: r, h: h, m: m, t: t, e: e, i: i, p: p, was: m.marks[k]}})
			continue
		}
		if t.Moved != lag.Never && m.now-t.Moved <= m.limit {
			m.quick++
		}
		own = m.mark(&s, k, i, c, m.now, own)
	}
	if learned > 0 {
		m.rhythm.saw(m.now)
		if rare {
			m.rests.saw(m.now)
		}
	}
	if moved > 0 && m.easy(&j.limits) {
		m.leftovers.add(min(max(0, oldest-halfOf(blur)), j.limits.behindLeast))
	}
	j.eye.into(&s, m)
	j.weigh(h, g, m)
	for q := range j.slow {
		f := &j.slow[q].facts
		c, at := f.judge()
		if f.waits {
			s.waits++
			if c != cNeverCommitted {
				s.age = max(s.age, f.age)
			}
		}
		own = m.mark(&s, j.slow[q].k, f.i, c, at, own)
		s.choose(f, c)
	}
	return s
}

// slow is a position that takes more than a glance.
type slow struct {
	k int // in the order of the group's positions
	facts
}

// weigh gathers the facts of the positions that take more than a glance, and what they tell of the group together: a
// reader that is behind takes its partitions in turns, so that one alone tells little of it.
func (j *Judge) weigh(h *lag.History, g lag.GroupIx, m *memory) {
	m.late, m.prompt, m.long, m.short = 0, m.quick, trend{}, trend{}
	m.busy, m.turns = m.busy[:0], nil
	if len(j.slow) == 0 {
		return
	}
	window, brief := h.Window(g), max(10*time.Second, 2*m.cadence().Duration(0))
	came, read, ok := h.GroupRates(g, max(10*time.Second, 3*m.cadence().Duration(0)))
	m.reading = ok && !m.unseen && read > clearly*came
	for q := range j.slow {
		f := &j.slow[q].facts
		f.gather()
		j.doubt(f)
		moved := f.t.Moved != lag.Never && m.now-f.t.Moved <= m.recent
		switch {
		case !f.behind():
			switch {
			case moved && f.tardy():
				m.late++
			case moved:
				m.prompt++
			}
			continue
		case moved:
			m.late++
			m.busy = append(m.busy, f.p)
		}
		m.long.add(h, f, window)
		m.short.add(h, f, brief)
	}
}

// mark notes the state of the k-th position.
func (m *memory) mark(s *sums, k int, i lag.PositionIx, c code, at lag.Moment, own bool) bool {
	was := m.marks[k]
	if c == was.code && was.at != lag.Never {
		at = was.at
	} else {
		if !own {
			m.marks = slices.Clone(m.marks)
		}
		m.marks[k], own = mark{c, at}, true
	}
	s.counts[codes[c].state]++
	if c > s.worst || s.worstIx == lag.Nowhere {
		s.worst, s.worstIx, s.worstAt = c, i, at
	}
	return own
}

// list brings the marks into the order in which the positions are listed now: by topic, so that those of one that the group
// takes up or gives up lie anywhere among the others.
func (m *memory) list(now []lag.PositionIx) {
	was := m.listed
	if len(was) == len(now) && (len(now) == 0 || &was[0] == &now[0]) {
		return
	}
	m.listed = now
	if slices.Equal(was, now) {
		return
	}
	at := make(map[lag.PositionIx]mark, len(was))
	for k, i := range was {
		at[i] = m.marks[k]
	}
	m.marks = make([]mark, len(now)) // those before are shared with results
	for k, i := range now {
		is, any := at[i]
		if !any {
			is.at = lag.Never
		}
		m.marks[k] = is
	}
}

// choose has the group's state rest on that position, of those that are in it, whose oldest unread record is the oldest: what
// stands in the way lies there, and what waits behind it elsewhere.
func (s *sums) choose(f *facts, c code) {
	if c != s.worst || codes[c].severity == Calm {
		return
	}
	if s.worstIx == f.i || f.age > s.worstAge || f.age == s.worstAge && f.lag > s.worstLag {
		s.worstIx, s.worstAge, s.worstLag = f.i, f.age, f.lag
	}
}

// quick adds up a position's numbers, and judges it where nothing waits that could be trouble; cUnknown else.
func (j *Judge) quick(r *lag.Reading, h *lag.History, m *memory, t *lag.Track, e *lag.EndTrack, i lag.PositionIx, p lag.PartitionIx, s *sums) code {
	c, start, end := t.Commit, r.Start[p], r.End[p]
	if !lag.Known(c) || !lag.Known(end) || !lag.Known(start) || c > end || c < start || m.share || j.thorough {
		rate := produceOf(h, r, i, p)
		v := r.Lag(i, rate)
		s.add(i, v, r.StableLag(i, rate), r.Lost(i))
		if lag.Known(c) {
			s.committed++
			if !lag.Known(end) && !lag.Known(v) {
				s.noEnd, s.bound = s.noEnd+1, lag.AtLeast
			}
		}
		s.ages(t, e, i, v)
		return cUnknown
	}
	s.committed++
	v := end - c
	stable := lag.Unknown
	if lag.Known(r.Stable[p]) {
		stable = max(0, r.Stable[p]-c)
	}
	s.add(i, v, stable, 0)
	s.ages(t, e, i, v)
	switch {
	case t.Told&lag.WentBack != 0 || t.Third != lag.Never && (m.emptyAt || m.r == 0 || m.episode || m.now-max(t.Unread, t.Third-j.limits.restFor) > j.eye.upTo(e)):
		return cUnknown
	case t.Third == lag.Never && t.Unread != lag.Never && !e.Open && (m.now-t.Unread > j.limits.restFor/2 ||
		t.Told&lag.Reached != 0 && (m.emptyAt || m.r == 0 || m.episode || m.now-t.Unread > j.eye.upTo(e))):
		return cUnknown
	case m.emptyAt:
		return cEmpty
	case t.Third == lag.Never && still(e, m.now) > j.limits.idleAfter:
		return cIdle
	}
	return cKeepingUp
}

// produceOf is the produce rate that a commit past the end is measured by; negative when it is not needed or not known. What
// came in since the end was read last is not known: where a leader dies, readers go on committing what it gave them.
func produceOf(h *lag.History, r *lag.Reading, i lag.PositionIx, p lag.PartitionIx) float64 {
	if r.Committed[i] <= r.End[p] {
		return -1
	}
	if read := h.Ends()[p].Seen; read != lag.Never && h.Tracks()[i].Moved > read {
		return -1
	}
	if rate, ok := h.Produce(p, h.Window(r.Positions[i].Group)); ok {
		return rate
	}
	return -1
}

// still returns for how long a log has had no new record, as far as it was watched.
func still(e *lag.EndTrack, now lag.Moment) lag.Moment {
	switch {
	case e.Moved != lag.Never:
		return now - e.Moved
	case e.Begun != lag.Never:
		return now - e.Begun
	}
	return 0
}

// ages keeps the oldest unread record of the group. One or two on a log with transactions are markers.
func (s *sums) ages(t *lag.Track, e *lag.EndTrack, i lag.PositionIx, v int64) {
	if t.Unread == lag.Never || !lag.Known(t.Commit) || v <= rest && (e.Open || e.Markers && t.Told&lag.Reached == 0) {
		return
	}
	if s.oldest == lag.Never || t.Unread < s.oldest {
		s.oldest, s.oldestIx = t.Unread, i
	}
	if t.Told&lag.Older != 0 {
		s.bound = lag.AtLeast
	}
}

// unseen makes bounds of the sums of a group that may have positions which are not in the reading.
func (s *sums) unseen(r *lag.Reading, g lag.GroupIx) {
	if !partial(r, g) {
		return
	}
	s.lag.Add(lag.Unknown)
	s.stable.Add(lag.Unknown)
	s.lost.Add(lag.Unknown)
	s.bound = lag.AtLeast
}

// partial reports whether a group may have positions that are not in the reading: they are left out, or it has no commit
// and its members, who may have partitions, were never read. Workers of Connect have none anywhere.
func partial(r *lag.Reading, g lag.GroupIx) bool {
	grp := &r.Groups[g]
	return grp.Type != lag.Connect && (r.Partial || len(grp.Positions) == 0 && grp.MembersAt.IsZero())
}

func (s *sums) add(i lag.PositionIx, v, stable, lost int64) {
	s.lag.Add(v)
	s.stable.Add(stable)
	s.lost.Add(lost)
	if s.mostIx == lag.Nowhere || v > s.mostLag {
		s.mostIx, s.mostLag = i, v
	}
}
