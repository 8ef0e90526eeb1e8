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
	topics []lag.TopicIx              // of the reading at hand
	since  map[lag.TopicIx]lag.Moment // when each was doubted first
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
		if _, told := ws.Written[f.p]; told {
			return // by nobody who is known to be transactional
		}
	}
	first, any := j.doubts.since[topic]
	if !any {
		if j.doubts.since == nil {
			j.doubts.since = map[lag.TopicIx]lag.Moment{}
		}
		first = f.m.now
		j.doubts.since[topic] = first
	}
	if f.m.now-first > f.l.restFor/2 || len(j.doubts.topics) >= mostDoubts || slices.Contains(j.doubts.topics, topic) {
		return
	}
	j.doubts.topics = append(j.doubts.topics, topic)
}
