package state

import (
	"time"

	"weir/lag"
)

// memory is what outlives a reading of one group.
type memory struct {
	rhythm    rhythm
	rests     rhythm     // how old what a commit leaves unread usually is, of groups that commit rarely
	leftovers rhythm     // how old what the commits of a reading left unread usually is, at the most
	before    lag.Moment // its rhythm as an earlier watch learned it; 0: not known
	begun     lag.Moment // since when it is watched; lag.Never: not yet
	samples   int        // readings in which some position committed
	moved     lag.Moment // when some position committed last
	gap       lag.Moment // between its last commits, the longest, fading
	code      code
	at        lag.Moment       // since when the code holds
	marks     []mark           // by position; shared with results once published
	listed    []lag.PositionIx // the positions that marks are of, in their order
	why       string
	whyAt     lag.Moment
	alarmed   lag.Moment // when it was last in trouble
	troubled  lag.Moment // the same, or anything of it was draining

	episodeFrom, episodeLast lag.Moment // the run of rebalances that is on or was last
	worstAge                 lag.Moment // the greatest age of a waiting record in this run of rebalances
	goneAt                   lag.Moment // since when none of its topics exists
	blindFrom, backAt        lag.Moment // since when its commits could not be read; when they could again after long, its coordinator not having been there
	clear                    lag.Moment // when they could again, be it only weir that had not seen them
	steppedBy                int        // readings in which it committed while the broker called it Empty
	jobs                     jobs

	// Of the present reading.
	now, limit, r lag.Moment               // r is 0 while the rhythm is not known
	known         lag.Moment               // up to when it is known what the group does: when its commits were read last
	expected      lag.Moment               // an age of the oldest unread record that is usual here by an earlier watch; 0: none
	restMost      lag.Moment               // a commit that leaves older records unread than this is late for them; 0: not known, or no news
	usual         lag.Moment               // an age of the oldest unread record up to which nobody is behind, by what commits leave here
	fine          lag.Moment               // an age of the oldest unread record that is no trouble, whatever else is seen
	committed     int                      // positions with a commit
	worst         lag.PositionIx           // the position its state rests on; lag.Nowhere without positions
	noEnd         int                      // its positions on logs whose end was never told
	busy          []lag.PartitionIx        // those that are behind and have just committed
	turns         map[lag.PartitionIx]bool // what else their members read; nil until asked for
	late, prompt  int                      // positions that committed within the limit, those that are behind and the others
	quick         int                      // of the latter, those that took but a glance
	reading       bool                     // it reads clearly more than comes in
	long, short   trend                    // of all positions that are behind, over the group's window and over a shorter one
	patience      lag.Moment               // the limit, or longer where the group's commits have lately come further apart
	recent        lag.Moment               // what was committed no longer ago was committed just now
	base          lag.Moment               // silence before it proves nothing
	policy        *Policy
	matched       int  // positions when the policy was matched, and one
	simple        bool // always Empty, dead or alive
	share         bool // its coordinator tells its lag
	memberless    bool // nobody reads, and has not for long enough to mean it
	unjoined      bool // seeing began again so shortly before that its members may yet come back
	deserted      bool // nobody has read since the watch began, which is not long enough to mean it
	emptyAt       bool // the broker says Empty and is to be believed
	episode       bool // a run of rebalances is on
	fogged        bool // seeing began again so shortly before that nothing new is told
	unseen        bool // its commits can't be read at present
	others        bool // some position committed within the limit
}

func newMemory() memory {
	return memory{begun: lag.Never, moved: lag.Never, at: lag.Never, alarmed: lag.Never, troubled: lag.Never, goneAt: lag.Never, episodeFrom: lag.Never, whyAt: lag.Never,
		episodeLast: lag.Never, blindFrom: lag.Never, backAt: lag.Never, clear: lag.Never, jobs: jobs{left: lag.Never, came: lag.Never}}
}

// observe takes in what a reading says of the group as a whole.
func (m *memory) observe(l *limits, r *lag.Reading, h *lag.History, g lag.GroupIx, present bool) {
	gt, grp := h.Group(g), &r.Groups[g]
	m.now = h.Now()
	if m.begun == lag.Never && gt.Seen != lag.Never {
		m.begun = m.now
	}
	if gt.Moved {
		switch {
		case codes[m.code].severity == Critical: // that was no step, it stood still
		case m.blindFrom != lag.Never: // nor is that, it was not seen
		case m.moved != lag.Never:
			m.gap = max(m.gap*7/10, m.now-max(m.moved, m.base))
		}
		m.moved = m.now
		m.samples++
	}
	m.r = lag.Moments(m.rhythm.told())
	m.simple = grp.ProtocolType == "" && (grp.Type == lag.Simple || grp.Type == lag.Untold || grp.Type == lag.Classic)
	m.limit, m.fine = l.unheard, l.unlearned
	if m.simple {
		m.fine = l.checkpoint
	}
	if m.r > 0 {
		m.limit, m.fine = lag.Moment(l.rhythmFactor*float64(max(m.r, l.hiccup)))+l.rhythmSlack, 0
	}
	m.limit = max(m.limit, lag.Moment(l.rhythmFactor*float64(lag.Moments(h.Step())))+seconds(1)) // one look without a commit is no silence
	m.expected = m.expectedOf(l)
	if m.rhythm.times < restTimes {
		m.fine = max(m.fine, m.expected)
	}
	if m.policy != nil {
		m.fine = max(m.fine, lag.Moments(m.policy.TimeLag))
	}
	m.restMost, m.usual = m.restMostOf(l), m.usualOf(l)
	m.share = grp.Type == lag.Share
	m.look(l, h, gt, present)
	m.rebalances(l, h, gt)
	m.members(l, gt)
	// A group that is overloaded commits in larger steps than it used to, and in larger ones the further it is behind. One
	// that commits rarely, and has not since it is told to be, may have stopped.
	factor := l.rhythmFactor
	if m.code == cFallingBehind && (m.restMost == 0 || m.moved > m.at) {
		factor = l.stepFactor
	}
	m.patience = max(m.limit, min(lag.Moment(factor*float64(m.gap))+l.rhythmSlack, l.unlearned))
	m.recent = m.limit
	if m.code == cFallingBehind || m.code == cDraining {
		m.recent = m.patience
	}
	m.others = m.moved != lag.Never && m.now-m.moved <= m.recent
	m.base = m.excused(l, h, gt)
}

// look tells stretches in which the group could not be read: a failed read is no news, and after a longer one clients
// need their time to commit again.
//
// present says that the coordinator was there all along, and only weir did not hear of it.
func (m *memory) look(l *limits, h *lag.History, gt *lag.GroupTrack, present bool) {
	m.unseen, m.known = gt.Seen == lag.Never || m.now-gt.Seen > h.Stale(), m.now
	if gt.Seen != lag.Never {
		m.known = gt.Seen
	}
	switch {
	case m.unseen && m.blindFrom == lag.Never:
		m.blindFrom = m.now
	case !m.unseen && m.blindFrom != lag.Never:
		m.blindFrom, m.clear = lag.Never, m.now
		if !present {
			m.backAt = m.now
		}
	}
	if h.Resumed() == m.now && m.begun != m.now {
		m.backAt = m.now
	}
	if gt.Listed != lag.Never && gt.Listed < m.now && gt.Seen == m.now {
		m.backAt = m.now // its coordinator answers, and does not know it: it is starting
	}
	m.fogged = m.unseen || m.backAt != lag.Never && m.now-m.backAt < l.afterOutage
}

// rebalances follows runs of rebalances: those that come again before their group has settled are one.
func (m *memory) rebalances(l *limits, h *lag.History, gt *lag.GroupTrack) {
	// A rebalance may begin and end between two readings: what was not seen of it is added.
	settle := min(max(seconds(5)+2*m.r, l.settleLeast), l.settleMost)
	if m.code == cRebalancing {
		settle = l.settleMost // what waited for it is late still
	}
	settle += 2 * lag.Moments(h.Step())
	on := gt.Phase == lag.Moving && !m.unseen
	entered := gt.Phase == lag.Steady && gt.Since == m.now && gt.Before != lag.Unlisted
	if on || entered {
		if m.episodeLast == lag.Never || m.now-m.episodeLast >= settle {
			m.episodeFrom, m.worstAge = m.now, 0
		}
		m.episodeLast = m.now
	}
	m.episode = m.episodeLast != lag.Never && m.now-m.episodeLast < settle
}

// members tells whether the group is without any.
func (m *memory) members(l *limits, gt *lag.GroupTrack) {
	m.emptyAt = gt.Phase == lag.Memberless && !m.simple
	if !m.emptyAt {
		m.steppedBy = 0
	} else if gt.Moved && m.now-gt.Since > seconds(5) {
		m.steppedBy++
	}
	// Positions may be assigned by hand under the name of a group without members: then its commits tell.
	if m.steppedBy >= 3 && m.moved != lag.Never && m.now-m.moved < m.limit {
		m.emptyAt = false
	}
	m.memberless = m.emptyAt && m.now-gt.Since >= l.emptyFor
	m.deserted = m.emptyAt && !m.memberless && gt.Before == lag.Unlisted
	m.jobs.follow(l, gt, m.now)
}

// excused returns the moment before which silence proves nothing: after a stretch not seen, and through a rebalance as
// long as a rebalance may take, with the time to read the first records again.
func (m *memory) excused(l *limits, h *lag.History, gt *lag.GroupTrack) lag.Moment {
	base := max(m.begun, m.backAt)
	if m.episodeLast != lag.Never {
		base = max(base, min(m.episodeLast+seconds(5)+2*m.r, m.episodeFrom+l.rebalanceMax, m.now))
	}
	return base
}

// since returns for how long something had been so when the group was read last: of the time after that nothing is known.
func (m *memory) since(at lag.Moment) time.Duration { return max(0, m.known.Duration(at)) }

// rebalancing returns for how long the run of rebalances has been going on; 0 when none is.
func (m *memory) rebalancing() lag.Moment {
	if !m.episode {
		return 0
	}
	return m.episodeLast - m.episodeFrom
}

// calm reports whether what the group does now may be learned from.
func (m *memory) calm() bool {
	return m.settled() && codes[m.code].severity == Calm && m.code != cDraining &&
		(m.troubled == lag.Never || m.now-m.troubled > 2*m.r+seconds(5))
}

// easy reports whether what commits leave unread now may be learned from: in calm, and in what may be the burst of a drain,
// but not in one that comes after trouble.
func (m *memory) easy(l *limits) bool {
	return m.settled() && codes[m.code].severity == Calm && (m.alarmed == lag.Never || m.now-m.alarmed > l.idleAfter) &&
		(m.code != cDraining || m.now-m.at <= l.burstGone)
}

// settled reports whether the group is seen, has members, and keeps them.
func (m *memory) settled() bool { return !m.fogged && !m.episode && !m.memberless }

// cadence is how far the group's commits lie apart at present: its rhythm, or more where it is overloaded.
func (m *memory) cadence() lag.Moment { return max(m.r, min(m.gap, 2*m.patience)) }
