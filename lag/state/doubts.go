package state

import (
	"slices"

	"weir/lag"
)

// mostDoubts bounds of how many topics it is asked at a time who writes them.
const mostDoubts = 4

// doubts are the topics on which one or two unread records may be the markers of transactions that were never seen open, as
// far as is not known: who writes them tells.
type doubts struct {
	topics      []lag.TopicIx            // of the reading at hand
	asked       map[lag.TopicIx]question // of those that were
	now, before lag.Moment               // the reading at hand, and the one before it
}

// question is about one topic, and rests once it has been asked for long enough without an answer, until there is no doubt for
// a while.
type question struct{ first, last lag.Moment }

// begin forgets the doubts of the reading before.
func (d *doubts) begin(now lag.Moment) {
	d.topics, d.before, d.now = d.topics[:0], d.now, now
}

// Doubts returns the topics of which it would help to know who writes them, by the last reading: few, and each for some
// minutes only.
func (j *Judge) Doubts() []lag.TopicIx { return slices.Clone(j.doubts.topics) }

// doubt notes a position on whose last records it hangs whether anything waits there.
func (j *Judge) doubt(f *facts) {
	t := f.t
	if t.Unread == lag.Never || t.Third != lag.Never || t.Told&lag.Reached != 0 || f.e.Open || f.e.Markers || !lag.Known(t.Commit) || f.m.now-t.Unread <= f.l.restFor/2 {
		return
	}
	topic := f.r.Partitions[f.p].Topic
	if ws := f.r.Writers[topic]; ws != nil {
		if w, told := ws.Written[f.p]; told && !w.At.Before(f.h.Time(t.Unread)) {
			return // by nobody who is known to be transactional
		}
	}
	d := &j.doubts
	q, any := d.asked[topic]
	if any = any && q.last >= d.before; !any {
		if len(d.topics) >= mostDoubts {
			return // another time
		}
		q.first = d.now
	}
	if d.asked == nil {
		d.asked = map[lag.TopicIx]question{}
	}
	q.last = d.now
	d.asked[topic] = q
	if d.now-q.first > f.l.restFor/2 || len(d.topics) >= mostDoubts || slices.Contains(d.topics, topic) {
		return
	}
	d.topics = append(d.topics, topic)
}
