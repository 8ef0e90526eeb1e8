// Package engine owns time and goroutines: it opens probes, sweeps them, folds what they saw into histories, has the
// states judged, and publishes the result as an immutable [State]. Nothing in it knows a protocol or draws anything.
package engine

import (
	"context"
	"sync"
	"time"

	"weir/lag"
	"weir/lag/state"
	"weir/probes"
)

// Source is a cluster that can be observed.
type Source struct {
	Name        string // in the configuration
	Environment string
	Refresh     time.Duration // between two sweeps; DefaultRefresh when zero
	Policies    state.Policies
	// Recall gives what was learned before of the groups of the cluster of an id; nil where nothing is kept.
	Recall func(clusterID string) []state.Habit
	// Learned is given what was learned, now and then and when the watch ends; nil where nothing is kept. It may take its time,
	// and is called by one goroutine at a time.
	Learned func(clusterID string, hs []state.Habit)
	// Open makes the probe. It may fail at once, on settings that can't work; a cluster that doesn't answer is not
	// a failure of Open but a gap of the first sweep.
	Open func(context.Context) (probes.Probe, error)
}

// DefaultRefresh is the time between two sweeps, MinRefresh the least that is ever asked of a cluster.
const (
	DefaultRefresh = 5 * time.Second
	MinRefresh     = 2 * time.Second
)

// Cluster is what is known of one cluster at one moment.
type Cluster struct {
	Name, Environment string
	Refresh           time.Duration // between two sweeps at present
	Eased             time.Duration // what it usually is, where it is longer because nobody looks or touches anything; 0: it is not
	Strain            *Strain       // sweeps take so much that they are made rarer; nil: they don't
	Reading           *lag.Reading  // never nil; of gaps alone when nothing was seen
	Seen              bool          // something of the cluster answered, now or earlier
	Failed            int           // sweeps in a row in which nothing answered
	// Swept is when the sweep began that Reading came of, be it told again since: what a broker told before was not told in
	// it. Zero before the first, and after a single sweep.
	Swept time.Time

	// What needs time is nil after a single sweep.
	Verdicts  *state.Result
	Positions map[lag.GroupIx][]state.Position // of the groups asked for, in the order of Group.Positions
	Events    []lag.Event                      // the change feed, oldest first
	// Slowest are the slowest readers of the partitions of the topics in focus.
	Slowest map[lag.PartitionIx]state.Slowest
	// Produce is, with Options.Rates, the records a second that come into each partition, by its index, over the last
	// minute or the part of it that was watched; negative: not known yet.
	Produce []float64
	// Series are the totals over the last hour of the groups in focus, oldest first.
	Series map[lag.GroupIx][]lag.Point
	// Explanations answer, with Options.Explain, for each group and position in focus; Unexplained says why one can't be.
	Explanations []state.Explanation
	Unexplained  []string
}

// State is what is known of all clusters at one moment. It is immutable.
type State struct {
	At       time.Time
	Clusters []Cluster // in the order of the sources
}

// Options say what the engine watches, and how closely. The zero value watches everything at each source's own refresh.
type Options struct {
	Refresh time.Duration // overrides the sources'; never below MinRefresh
	Focus   []lag.Ref     // looked at closely from the start
	Keep    func(kind, name string) bool
	// Greeting bounds how long the first look at a cluster waits for a broker; see [probes.Want].
	Greeting time.Duration
	// AllPositions has the numbers of every position worked out at each sweep, not only of those in focus.
	AllPositions bool
	// Rates has the produce rate of every partition worked out at each sweep.
	Rates bool
	// Explain has every rule say, of the groups in focus, what it looked at and why it speaks or is silent.
	Explain bool
	// Used is the time of the processor that this process has taken; 0 or nil: that is not known, and no sweep is made rarer
	// for what it takes.
	Used     func() time.Duration
	Progress func(cluster string, p probes.Progress)
}

// Engine watches clusters, each by a goroutine of its own: a dead one harms no other.
type Engine struct {
	opts     Options
	watchers []*watcher
	box      Mailbox

	mu    sync.Mutex
	focus []lag.Ref
	pace  Pace
	state State
}

// New makes an engine over the sources, which it opens when it runs.
func New(sources []Source, o Options) *Engine {
	e := &Engine{opts: o, focus: o.Focus, box: newMailbox()}
	for i, s := range sources {
		if o.Refresh > 0 {
			s.Refresh = o.Refresh
		}
		if s.Refresh <= 0 {
			s.Refresh = DefaultRefresh
		}
		s.Refresh = max(s.Refresh, MinRefresh)
		w := &watcher{Source: s, engine: e, slot: i, history: lag.NewHistory(), judge: state.New(s.Policies),
			nudged: make(chan struct{}, 1)}
		e.watchers = append(e.watchers, w)
		e.state.Clusters = append(e.state.Clusters, w.unseen(time.Time{}, errNotYet))
	}
	return e
}

// Run watches until the context ends, then closes every probe, and returns when nothing of it runs any more.
func (e *Engine) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, w := range e.watchers {
		wg.Go(func() { w.run(ctx) })
	}
	wg.Wait()
}

// States is where new states arrive: the latest only.
func (e *Engine) States() <-chan State { return e.box.ch }

// Focus says what a person looks at from now on. What is known of it already is published at once.
func (e *Engine) Focus(refs []lag.Ref) {
	e.mu.Lock()
	e.focus = refs
	e.mu.Unlock()
	e.nudge(asked{focus: true})
}

func (e *Engine) focused(cluster string) []lag.Ref {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []lag.Ref
	for _, r := range e.focus {
		if r.Cluster == cluster || r.Cluster == "" {
			out = append(out, r)
		}
	}
	return out
}

// publish puts one cluster's news into a new state.
func (e *Engine) publish(slot int, c Cluster) {
	e.mu.Lock()
	defer e.mu.Unlock()
	clusters := append([]Cluster(nil), e.state.Clusters...)
	clusters[slot] = c
	e.state = State{At: time.Now(), Clusters: clusters}
	e.box.put(e.state)
}

// Mailbox holds one state: a slow reader finds the latest, and misses those before.
type Mailbox struct{ ch chan State }

func newMailbox() Mailbox { return Mailbox{make(chan State, 1)} }

// put replaces what lies in the box. It has one caller at a time and never waits.
func (m Mailbox) put(s State) {
	select {
	case <-m.ch:
	default:
	}
	m.ch <- s
}
