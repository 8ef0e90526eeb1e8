package state

import (
	"math"
	"time"

	"weir/lag"
)

// Rhythms are kept in buckets, four to an octave, from half a second to four days.
const (
	buckets     = 80
	perOctave   = 4
	leastWait   = 500 * time.Millisecond
	rhythmAt    = 0.95 // share of the waits that a rhythm covers
	leastTimes  = 2    // readings that brought waits before a rhythm is told: many positions commit at once
	forgetAfter = 64   // commits of each position after which the older half counts half
)

// rhythm is how long records of a group usually wait for a commit: learned while all is calm, from the waits that
// commits ended. It is not the age of records at their commit, which grows with the trouble it is to tell.
type rhythm struct {
	count [buckets]float32
	total float32
	times int        // readings that brought waits, up to restTimes
	last  lag.Moment // of those
}

func bucketOf(d time.Duration) int {
	if d <= leastWait {
		return 0
	}
	return min(buckets-1, int(math.Ceil(perOctave*math.Log2(float64(d)/float64(leastWait)))))
}

// short are the buckets of waits below 51 s, by tenths of a second: most are.
var short = func() (t [512]uint8) {
	for i := range t {
		t[i] = uint8(bucketOf(lag.Moment(i).Duration(0)))
	}
	return t
}()

// upTo returns the longest wait of a bucket.
func upTo(b int) time.Duration {
	return time.Duration(float64(leastWait) * math.Exp2(float64(b)/perOctave))
}

// fade makes what a group of so many positions did long ago count half.
func (y *rhythm) fade(positions int) {
	if y.total <= float32(forgetAfter*max(positions, 4)) {
		return
	}
	y.total = 0
	for b := range y.count {
		y.count[b] /= 2
		y.total += y.count[b]
	}
}

// add takes in one wait.
func (y *rhythm) add(wait lag.Moment) {
	y.total++
	if uint32(wait) < uint32(len(short)) {
		y.count[short[wait]]++
		return
	}
	y.count[bucketOf(wait.Duration(0))]++
}

// saw counts a reading that brought waits.
func (y *rhythm) saw(now lag.Moment) {
	if y.times < restTimes && (y.times == 0 || now != y.last) {
		y.times, y.last = y.times+1, now
	}
}

// told returns the learned rhythm; 0 while too few waits were seen.
func (y *rhythm) told() time.Duration {
	if y.times < leastTimes {
		return 0
	}
	return y.most(rhythmAt)
}

// most returns what covers a share of the waits.
func (y *rhythm) most(share float32) time.Duration {
	left := y.total * (1 - share)
	for b := buckets - 1; b >= 0; b-- {
		if left -= y.count[b]; left < 0 {
			return upTo(b)
		}
	}
	return upTo(0)
}

// restTimes is how many readings must have brought commits before it is known what they leave unread.
const restTimes = 3

// untold reports whether a wait may be learned though the group was in trouble. One that commits more rarely than is usual is
// told to be by what is usual, as long as its own rhythm is not known: there the commits of a group that is left alone, each of
// which reads all there was, are all there is to learn from.
func (m *memory) untold(t *lag.Track) bool {
	return m.r == 0 && m.settled() && m.now-t.Wait >= m.base && left(t) <= seconds(5)
}

// left returns how old what a commit left unread was at least then.
func left(t *lag.Track) lag.Moment {
	if t.Third == lag.Never || t.Moved == lag.Never {
		return 0
	}
	return max(0, t.Moved-t.Third-seconds(int(t.Blur)))
}

// likelyLeft returns how old what a commit left unread was then, had it come in the middle of the time in which it may have.
func likelyLeft(t *lag.Track) lag.Moment {
	if t.Third == lag.Never || t.Moved == lag.Never {
		return 0
	}
	return max(0, t.Moved-t.Third-halfOf(t.Blur))
}

// halfOf returns half of so many seconds.
func halfOf(blur uint8) lag.Moment { return seconds(int(blur)) / 2 }

// Leftovers are known from so many readings on, and are what covers half of them: more than half of what is remembered would
// have to be trouble that is not told for it to become usual.
const (
	leftoversTimes = 20
	leftoversAt    = 0.5
)

// usualOf returns up to what age of the oldest unread record nobody is behind, by what commits leave in calm: where records
// come in bursts that are read one after the other they grow old without any trouble. 0 while that is not known.
func (m *memory) usualOf(l *limits) lag.Moment {
	if m.r == 0 || m.leftovers.total < leftoversTimes {
		return 0
	}
	return m.r + lag.Moment(l.rhythmFactor*float64(lag.Moments(m.leftovers.most(leftoversAt)))) + l.rhythmSlack
}

// restMostOf returns how old what a commit leaves unread may be; 0 where that is not known, or where the age tells as soon.
//
// The records of a group that commits rarely grow old before their age is unusual. What tells sooner is what a commit
// leaves: a reader that keeps up has read nearly all there was, or, where it commits a batch once that is done, what was
// there when the batch began. It is given what the age is given on top of what is usual.
func (m *memory) restMostOf(l *limits) lag.Moment {
	if m.r <= l.behindLeast || m.rests.times < restTimes {
		return 0
	}
	return max(lag.Moments(m.rests.told())+m.limit-m.r, l.behindLeast)
}
