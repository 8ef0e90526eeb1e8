package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"weir/lag"
)

// rememberEvery is how often what was learned of groups is kept while a watch goes on.
const rememberEvery = 5 * time.Minute

// habits is when what was learned of a cluster's groups was asked for and kept.
type habits struct {
	recalled bool
	kept     time.Time
	keeping  atomic.Bool
	under    sync.WaitGroup
}

// recall gives the judge what was learned before, once it is known which cluster this is and before any of its groups is
// judged.
func (w *watcher) recall(r *lag.Reading) {
	if w.habits.recalled || w.Recall == nil || r.ID == "" {
		return
	}
	w.habits.recalled, w.habits.kept = true, r.Tick
	w.judge.Recall(w.Recall(r.ID))
}

// remember keeps now and then what was learned; a disk that is slow delays no reading.
func (w *watcher) remember(r *lag.Reading) {
	h := &w.habits
	if w.Learned == nil || !h.recalled || r.Tick.Sub(h.kept) < rememberEvery || !h.keeping.CompareAndSwap(false, true) {
		return
	}
	h.kept = r.Tick
	id, hs := r.ID, w.judge.Habits(r, w.history)
	h.under.Go(func() {
		if len(hs) > 0 {
			w.Learned(id, hs)
		}
		h.keeping.Store(false)
	})
}

// rememberLast keeps what was learned when the watch ends.
func (w *watcher) rememberLast() {
	w.habits.under.Wait()
	if w.Learned == nil || !w.habits.recalled || w.told.Verdicts == nil {
		return
	}
	if hs := w.judge.Habits(w.last, w.history); len(hs) > 0 {
		w.Learned(w.last.ID, hs)
	}
}
