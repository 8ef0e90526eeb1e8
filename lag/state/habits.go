package state

import (
	"time"

	"weir/lag"
)

// Habit is what was learned of one group, for a later watch to go by.
//
// It is evidence for patience only: with it nothing is told as trouble that would not be without it, nor sooner.
type Habit struct {
	Group  string
	Seen   time.Time     // when the group was watched last
	Rhythm time.Duration // how long its records wait for a commit; 0: not known, or so short that it is soon learned again
	Every  time.Duration // between the begins of two runs of a group that comes and goes; 0: it does not, or it is not known
	Came   time.Time     // when the last run began that was seen; zero without Every
}

// The longest that something is remembered, and for how many of its own rhythms a watch goes by what was learned before
// though it sees otherwise.
const (
	habitLasts  = 14 * 24 * time.Hour
	habitStands = 3
)

// Recall gives the judge what was learned before, to be called before the first reading is judged. What is too old, lies in
// the future or can't be is left out.
func (j *Judge) Recall(hs []Habit) {
	j.habits = make(map[string]Habit, len(hs))
	for _, h := range hs {
		j.habits[h.Group] = h
	}
}

// known returns the memory of a group that was not judged before.
func (j *Judge) known(r *lag.Reading, h *lag.History, g lag.GroupIx) memory {
	m := newMemory()
	b, any := j.habits[r.Groups[g].Name]
	if !any || !b.holds(r.Tick) {
		return m
	}
	m.before = lag.Moments(b.Rhythm)
	if since := r.Tick.Sub(b.Came); b.Every > 0 && since >= 0 && since <= b.Every*3/2 {
		at := h.Now() - lag.Moments(since)
		m.jobs = jobs{isJob: true, runs: 1, came: at, left: at, every: lag.Moments(b.Every), atEase: true, recalled: true}
	}
	return m
}

// holds reports whether a habit may be gone by at a time.
func (b *Habit) holds(now time.Time) bool {
	return b.Rhythm >= 0 && b.Rhythm <= upTo(buckets-1) && b.Every >= 0 && b.Every <= habitLasts && !b.Seen.After(now.Add(time.Minute)) && now.Sub(b.Seen) <= habitLasts
}

// Habits returns what is known of the habits of the groups of the reading judged last, of those of which a later watch gains
// something by it. A habit without Rhythm and Every says that the group has none any more.
func (j *Judge) Habits(r *lag.Reading, h *lag.History) []Habit {
	var out []Habit
	for g := range r.Groups {
		if g >= len(j.mem) || r.Groups[g].Gone || j.mem[g].begun == lag.Never {
			continue
		}
		m := &j.mem[g]
		b := Habit{Group: r.Groups[g].Name, Seen: r.Tick}
		if m.jobs.isJob && m.jobs.every > 0 && m.jobs.atEase && m.jobs.left != lag.Never {
			b.Every, b.Came = m.jobs.every.Duration(0), h.Time(m.jobs.came)
		}
		switch {
		case m.r > j.limits.behindLeast:
			b.Rhythm = m.r.Duration(0)
		case m.before > 0 && (m.r == 0 || m.now-m.begun < habitStands*m.before): // nothing tells that it is otherwise now
			b.Rhythm = m.before.Duration(0)
		}
		_, had := j.habits[b.Group]
		if b.Rhythm > 0 || b.Every > 0 || had {
			out = append(out, b)
		}
	}
	return out
}

// expectedOf returns what age of the oldest unread record the group's rhythm of an earlier watch explains; 0 where there is none, or
// where it was watched for long enough since, and does otherwise.
func (m *memory) expectedOf(l *limits) lag.Moment {
	if m.before == 0 || m.r > 0 && m.now-m.begun >= habitStands*m.before {
		return 0
	}
	return lag.Moment(l.rhythmFactor*float64(m.before)) + l.rhythmSlack
}
