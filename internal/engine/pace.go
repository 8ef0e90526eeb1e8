package engine

import (
	"context"
	"time"

	"weir/lag"
)

// Pace is how often clusters are swept, as the person in front of the screen wants it.
type Pace struct {
	Refresh time.Duration // in place of the sources' own; 0: theirs. Never below MinRefresh
	Away    bool          // nobody looks: sweeps are rarer until somebody does
	// Idle is that nobody has touched anything for a while: where sweeps take weir much, at a cluster's own refresh, they are
	// rarer until somebody does.
	Idle bool
}

// awayFactor is by how much sweeps are rarer while nobody looks, and awayMost where that ends: silence of a minute
// would prove nothing to the rules.
const (
	awayFactor = 4
	awayMost   = 30 * time.Second
)

// SetPace sets the pace from now on. When somebody looks again a sweep begins at once, or as soon as [MinRefresh] has
// passed since the last one began. When somebody touches something again one begins at once where the last is longer ago
// than the usual refresh.
func (e *Engine) SetPace(p Pace) {
	e.mu.Lock()
	back := e.pace.Away && !p.Away
	e.pace = p
	e.mu.Unlock()
	e.nudge(asked{soon: back})
}

// ReadNow has everything read anew, of every cluster, the slow cadences too: at once, or as soon as [MinRefresh] has
// passed since the last sweep began. A sweep that is under way is waited for.
func (e *Engine) ReadNow() { e.nudge(asked{soon: true, all: true}) }

// nudge wakes the watchers up.
func (e *Engine) nudge(a asked) {
	e.mu.Lock()
	for _, w := range e.watchers {
		w.asked = asked{soon: w.asked.soon || a.soon, all: w.asked.all || a.all, focus: w.asked.focus || a.focus}
	}
	e.mu.Unlock()
	for _, w := range e.watchers {
		select {
		case w.nudged <- struct{}{}:
		default: // it is going to look anyway
		}
	}
}

// asked is what a watcher was asked for since it looked last.
type asked struct {
	soon, all bool // a sweep soon; one of everything
	focus     bool // something else is looked at
}

// taken returns what was asked for, and the pace.
func (e *Engine) taken(w *watcher) (asked, Pace) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := w.asked
	w.asked = asked{}
	return a, e.pace
}

// setPace takes a pace over.
func (w *watcher) setPace(p Pace) {
	w.asks = w.Refresh
	if p.Refresh > 0 {
		w.asks = max(p.Refresh, MinRefresh)
	}
	w.every = w.asks * time.Duration(w.strain.factor())
	usual := w.every
	if p.Away {
		w.every = max(w.every, min(awayFactor*w.every, awayMost))
	}
	if (p.Idle || p.Away) && p.Refresh == 0 { // a refresh that a person chose is kept
		w.every = max(w.every, w.effort.every)
	}
	if w.eased = 0; w.every > usual {
		w.eased = usual
	}
}

// repace has the clock tick as was asked for, and begins a sweep when one is wanted soon. It reports whether a sweep runs.
func (w *watcher) repace(ctx context.Context, tick *time.Ticker, busy bool, done chan<- swept) bool {
	asked, pace := w.engine.taken(w)
	was := w.every
	w.setPace(pace)
	if w.every != was {
		w.paced(was)
	}
	if asked.focus {
		w.relook()
	}
	if asked.all {
		w.clock, w.rest = clockwork{}, 0
	}
	soon := asked.soon || w.soon
	if w.soon = soon && busy; soon && !busy {
		wait := MinRefresh - time.Since(w.begun)
		if wait <= 0 {
			tick.Reset(w.every)
			return w.begin(ctx, done)
		}
		tick.Reset(wait)
		w.once = true
	} else if w.every != was {
		return w.retick(ctx, tick, busy, done)
	}
	return busy
}

// paced has everybody know the new pace: what comes later from now on does so on purpose.
func (w *watcher) paced(was time.Duration) {
	if w.last == nil {
		return
	}
	if w.every > was {
		w.history.Expect(w.every)
	}
	w.quicker = w.every < was
	w.told.Refresh, w.told.Eased = w.every, w.eased
	w.engine.publish(w.slot, w.told)
}

// retick has the next sweep begin when the new pace has it since the last one; at once when that is past.
func (w *watcher) retick(ctx context.Context, tick *time.Ticker, busy bool, done chan<- swept) bool {
	wait := w.every - time.Since(w.begun)
	switch {
	case busy: // it is not late for having begun under another pace
		wait = w.every
	case wait <= 0 && w.rest == 0:
		tick.Reset(w.every)
		return w.begin(ctx, done)
	case wait <= 0:
		wait = w.every
	}
	tick.Reset(wait)
	w.once = true
	return busy
}

// Strain says that sweeps of a cluster take so much that they are made rarer than was asked for.
type Strain struct {
	Asked time.Duration // the refresh that was asked for
	Took  time.Duration // by the last sweep
	// Throttled is how long brokers asked weir to wait within the last sweep; 0: not at all.
	Throttled time.Duration
	// Group is the one that most of the commits read belong to, and Positions how many it has; "" when none stands out.
	Group     string
	Positions int
}

// A cluster is strained when so many sweeps in a row each outlast the refresh or are throttled, and no longer is when
// twice as many are done within a quarter of it. Sweeps are then rarer by two, four, eight.
const (
	strainAfter = 3
	strainMost  = 3
)

// strain counts how hard sweeps are.
type strain struct {
	hard, easy int // sweeps in a row
	level      int // of doubling

	took, throttled time.Duration // of the last sweep
}

func (s *strain) factor() int { return 1 << s.level }

// take takes in the last sweep, of those made every so often.
func (s *strain) take(every time.Duration) {
	switch {
	case s.took > every || s.throttled > every/4:
		s.hard, s.easy = s.hard+1, 0
	case s.took < every/4 && s.throttled == 0:
		s.hard, s.easy = 0, s.easy+1
	default:
		s.hard, s.easy = 0, 0
	}
	switch {
	case s.hard >= strainAfter && s.level < strainMost:
		s.level, s.hard = s.level+1, 0
	case s.easy >= 2*strainAfter && s.level > 0:
		s.level, s.easy = s.level-1, 0
	}
}

// weigh takes in what a sweep cost. One that waited for brokers that did not answer says nothing of its weight.
func (w *watcher) weigh(r *lag.Reading) {
	for i := range r.Gaps {
		if k := r.Gaps[i].Reason; k == lag.Timeout || k == lag.Unreachable {
			return
		}
	}
	w.strain.took, w.strain.throttled = r.Cost.Took, 0
	for _, n := range r.Cost.Nodes {
		w.strain.throttled = max(w.strain.throttled, n.Throttle)
	}
	w.strain.take(w.asks * time.Duration(w.strain.factor()))
}

// strained tells of a strain; nil when there is none.
func (w *watcher) strained(r *lag.Reading) *Strain {
	if w.strain.level == 0 {
		return nil
	}
	out := &Strain{Asked: w.asks, Took: w.strain.took, Throttled: w.strain.throttled}
	all := 0
	for i := range r.Groups {
		g := &r.Groups[i]
		if g.Gone {
			continue
		}
		if all += len(g.Positions); len(g.Positions) > out.Positions {
			out.Group, out.Positions = g.Name, len(g.Positions)
		}
	}
	if 2*out.Positions <= all {
		out.Group, out.Positions = "", 0
	}
	return out
}
