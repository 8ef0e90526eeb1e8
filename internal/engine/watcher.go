package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"weir/lag"
	"weir/lag/state"
	"weir/probes"
)

var errNotYet = errors.New("nothing was read yet")

// watcher sweeps one cluster. Its goroutine owns the history and the judge.
type watcher struct {
	Source
	engine  *Engine
	slot    int
	history *lag.History
	judge   *state.Judge
	clock   clockwork

	probe  probes.Probe
	last   *lag.Reading
	events []lag.Event
	told   Cluster   // what was published last
	looked []lag.Ref // what of it was worked out closely
	failed int       // sweeps in a row in which nothing answered
	// Why the last of them failed: told again while it rests.
	reason lag.Reason
	said   string
	rest   int // ticks to let pass before the next try
	shaken []lag.Ref
	amiss  bool // some group was not calm at the last sweep
	astray bool // some partition had not all its copies in sync

	asked  asked         // guarded by the engine's lock
	nudged chan struct{} // holds one when there is something to look at
	asks   time.Duration // the refresh that is asked for
	every  time.Duration // between two sweeps now
	begun  time.Time     // the last sweep
	swept  time.Time     // begin of the last one that brought a reading
	ticked time.Time     // the last tick at which nothing was read
	once   bool          // the next tick comes sooner than those after it
	soon   bool          // a sweep is wanted as soon as the one under way is done
	strain strain
	habits habits
	effort effort
	eased  time.Duration // see [Cluster]
	// quicker: the next reading is the first of a quicker pace.
	quicker bool
}

// swept is what came of one Observe.
type swept struct {
	part probes.Part
	err  error
}

// run sweeps at every tick. A sweep that outlasts its tick is waited for, and the ticks meanwhile publish that it is
// late: a broker that hangs never stops the clock.
func (w *watcher) run(ctx context.Context) {
	defer w.close()
	_, pace := w.engine.taken(w)
	w.setPace(pace)
	// The first sweep begins at once, because a person waits for it. Those after it are not in step with other clusters'.
	tick := time.NewTicker(w.every + time.Duration(rand.Int64N(int64(w.Refresh)/20+1)))
	defer tick.Stop()
	w.once = true
	done := make(chan swept, 1)
	busy := w.begin(ctx, done)
	for {
		select {
		case <-ctx.Done():
			if busy {
				<-done
			}
			return
		case s := <-done:
			busy = false
			w.take(s)
			busy = w.repace(ctx, tick, busy, done)
		case <-w.nudged:
			busy = w.repace(ctx, tick, busy, done)
		case <-tick.C:
			if w.once {
				tick.Reset(w.every)
				w.once = false
			}
			switch {
			case busy:
				w.stale(time.Now(), lag.Timeout, "the sweep is late")
			case w.rest > 0:
				w.rest--
				w.stale(time.Now(), w.reason, w.said)
			default:
				busy = w.begin(ctx, done)
			}
		}
	}
}

// begin starts a sweep, and reports whether one runs.
func (w *watcher) begin(ctx context.Context, done chan<- swept) bool {
	if w.probe == nil {
		p, err := w.Open(ctx)
		if err != nil {
			w.take(swept{err: err})
			return false
		}
		w.probe = p
	}
	now := time.Now()
	w.begun = now
	w.effort.begun, w.effort.first = w.engine.used(), w.last == nil
	want := probes.Want{
		Due: w.clock.due(now, w.every, w.circumstances()), Focus: w.focus(), Keep: w.engine.opts.Keep,
		Budget: max(2*w.asks*time.Duration(w.strain.factor()), 10*time.Second),
	}
	if w.last == nil {
		want.Greeting = w.engine.opts.Greeting
	} else {
		want.Lookups, want.Writers = w.lookups(), w.doubts()
	}
	if p := w.engine.opts.Progress; p != nil {
		want.Progress = func(pr probes.Progress) { p(w.Name, pr) }
	}
	probe := w.probe
	go func() {
		ctx, cancel := context.WithTimeout(ctx, want.Budget)
		defer cancel()
		part, err := probe.Observe(ctx, want)
		done <- swept{part, err}
	}()
	return true
}

// take folds a sweep's reading in, judges and publishes.
func (w *watcher) take(s swept) {
	if s.err != nil || s.part.Reading == nil {
		detail := "the probe gave no reading"
		if s.err != nil {
			detail = s.err.Error()
		}
		w.reason, w.said = reasonOf(s.err), detail
		w.fail()
		w.stale(time.Now(), w.reason, w.said)
		return
	}
	r := s.part.Reading
	if answered(w.begun, r) {
		w.failed, w.rest = 0, 0
	} else {
		w.reason, w.said = lag.Unreachable, "nothing answered"
		if i := slices.IndexFunc(r.Gaps, func(g lag.Gap) bool { return g.Ref.Kind == lag.KindCluster }); i >= 0 {
			w.reason, w.said = r.Gaps[i].Reason, r.Gaps[i].Detail
		}
		w.fail()
	}
	w.swept = w.begun
	w.weigh(r)
	if r.Tick.Before(w.ticked) { // ticks passed while the sweep was under way: time does not go back
		r.Tick = w.ticked
	}
	w.fold(r, s.part.Found)
	if w.quicker {
		w.history.Expect(w.every)
		w.quicker = false
	}
	if w.failed == 0 && !w.effort.first {
		w.effort.take(w.engine.used() - w.effort.begun)
	}
}

// answered reports whether any broker answered in the sweep that began then. Brokers that have just started may answer and
// tell no number, as nobody leads anything yet.
func answered(begun time.Time, r *lag.Reading) bool {
	if r.Heard {
		return true
	}
	for _, at := range [][]lag.ShardTime{r.EndAt, r.CommittedAt, r.StartAt} {
		for _, s := range at {
			if !s.IsZero() && !s.Answered.Before(begun) {
				return true
			}
		}
	}
	return len(r.Nodes) > 0 && len(r.Partitions) == 0 // an empty cluster
}

// backWithin is how soon a cluster that was seen before is tried again at the latest, where that is no more often than it
// is swept: who looks at an outage must not wait for its end to be told. For as many sweeps as are hopeful it is tried at every
// tick: most outages are short.
const (
	backWithin = 10 * time.Second
	hopeful    = 6
)

// fail lets the next ticks pass: 1, 3, then 5 of them. Where the door was never open, or is shut now, there is no hope: some
// directories lock a principal that knocks too often.
func (w *watcher) fail() {
	w.failed++
	after, most := w.failed, 5
	if w.last != nil && len(w.last.Nodes) > 0 && w.reason != lag.NotAuthorized {
		after, most = w.failed-hopeful, min(most, int(backWithin/w.every)-1)
	}
	w.rest = max(0, min(2*after-1, most))
}

// maxEvents bounds the change feed.
const maxEvents = 2000

func (w *watcher) fold(r *lag.Reading, found []probes.Found) {
	w.history.Fold(r)
	w.learn(found)
	w.recall(r)
	verdicts := w.judge.Judge(r, w.history)
	w.remember(r)
	if w.last != nil && len(w.last.Nodes) > 0 {
		w.events = append(w.events, lag.Diff(w.last, r, w.history)...)
		w.events = append(w.events, state.Turned(w.told.Verdicts, verdicts, r)...)
		if over := len(w.events) - maxEvents; over > 0 {
			w.events = append([]lag.Event(nil), w.events[over:]...)
		}
	}
	w.shaken = shaken(w.last, r)
	w.last = r
	w.astray = astray(r)
	w.amiss = slices.ContainsFunc(verdicts.Groups, func(v state.Verdict) bool { return v.Severity > state.Calm })
	c := Cluster{
		Name: w.Name, Environment: w.Environment, Refresh: w.every, Eased: w.eased, Strain: w.strained(r), Reading: r, Seen: len(r.Nodes) > 0, Failed: w.failed, Swept: w.swept,
		Verdicts: verdicts, Events: w.events[:len(w.events):len(w.events)],
	}
	w.closely(&c, r)
	w.told = c
	w.engine.publish(w.slot, c)
}

// stale publishes a tick in which nothing was read: the numbers are those of the last reading, with their old stamps.
func (w *watcher) stale(at time.Time, reason lag.Reason, detail string) {
	gap := lag.Gap{Ref: lag.Ref{Cluster: w.Name, Kind: lag.KindCluster}, Reason: reason, Detail: detail, Since: at}
	if w.last == nil {
		w.engine.publish(w.slot, w.unseen(at, errors.New(detail)))
		return
	}
	r := *w.last
	for _, g := range r.Gaps {
		if g.Ref == gap.Ref && g.Reason == gap.Reason {
			gap.Since = g.Since
		}
	}
	gaps := []lag.Gap{gap}
	for _, g := range r.Gaps {
		if g.Ref != gap.Ref || g.Reason != gap.Reason {
			gaps = append(gaps, g)
		}
	}
	r.Tick, r.Heard, r.Gaps, r.Complete, r.Cost = at, false, gaps, false, lag.Cost{}
	w.ticked = at
	w.fold(&r, nil)
}

func (w *watcher) close() {
	w.rememberLast()
	if w.probe != nil {
		_ = w.probe.Close() // nothing is lost by a connection that can't be closed
	}
}

func reasonOf(err error) lag.Reason {
	if errors.Is(err, context.DeadlineExceeded) {
		return lag.Timeout
	}
	return lag.Unreachable
}
