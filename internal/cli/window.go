package cli

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"weir/internal/config"
	"weir/internal/engine"
	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
	"weir/probes"
)

// The longest time one command may watch before it answers, and how many sweeps a short window is cut into.
const (
	longestWindow = time.Hour
	sweepsAWindow = 8
)

// window is how a command watches clusters before it answers.
type window struct {
	length       time.Duration
	keep         func(kind, name string) bool
	focus        []lag.Ref
	allPositions bool
	rates        bool
	explain      bool
	// enough, when set, ends the window early.
	enough func(engine.State) bool
	// each, when set, is given every state as it comes.
	each func(*sight) error
}

func checkWindow(d time.Duration) error {
	switch {
	case d < 0:
		return usage("--window %s: want 0, for what one look tells, or more, such as 20s", d)
	case d > 0 && d < engine.MinRefresh:
		return usage("--window %s is shorter than the %s between two looks; want at least that, such as 20s", d, engine.MinRefresh)
	case d > longestWindow:
		return usage("--window %s: the longest is %s; to look on for longer, use -w", d, longestWindow)
	}
	return nil
}

// refresh cuts a window into looks: as close together as the cluster may be asked, for a short one.
func (w window) refresh(c config.Cluster) time.Duration {
	if w.length <= 0 {
		return c.Refresh
	}
	return max(engine.MinRefresh, min(c.Refresh, w.length/sweepsAWindow))
}

// watch looks at the clusters for the length of the window, for ever when it has none, and returns what was seen last.
func (a *app) watch(ctx context.Context, clusters []config.Cluster, w window) (*sight, error) {
	caught := make(chan error, len(clusters))
	sources := a.sources(clusters, caught)
	for i, c := range clusters {
		sources[i].Refresh, sources[i].Policies = w.refresh(c), a.policiesOf(c.Name)
	}
	learned := a.recollect(clusters, sources)
	progress := a.progress()
	defer progress.end()
	e := engine.New(sources, engine.Options{
		Focus: w.focus, Keep: w.keep, Greeting: greetingOnce, AllPositions: w.allPositions, Rates: w.rates, Explain: w.explain,
		Progress: func(_ string, p probes.Progress) { progress.tell(p) },
	})
	watching, stop := context.WithCancel(ctx)
	if w.length > 0 {
		watching, stop = context.WithTimeout(ctx, w.length)
	}
	ended := make(chan struct{})
	go func() { e.Run(watching); close(ended) }()
	defer func() { stop(); <-ended; learned.tell() }()
	var last *sight
	begun := map[string]time.Time{}
	for {
		select {
		case err := <-caught:
			return nil, err
		case s := <-e.States():
			last = watched(s, begun)
			if w.each != nil {
				if err := w.each(last); err != nil {
					return nil, err
				}
			}
			if w.enough != nil && w.enough(s) {
				return last, nil
			}
		case <-watching.Done():
			if err := context.Cause(ctx); err != nil {
				return nil, err
			}
			if last == nil {
				return nil, fault{TimedOut, fmt.Errorf("nothing answered within the window of %s", w.length)}
			}
			return last, nil
		}
	}
}

// watched is a state as the tables want it. begun are the moments at which the clusters were first judged; new ones are noted.
func watched(s engine.State, begun map[string]time.Time) *sight {
	out := &sight{state: s}
	for _, c := range s.Clusters {
		if c.Verdicts != nil && begun[c.Name].IsZero() {
			begun[c.Name] = c.Verdicts.At
		}
		out.clusters = append(out.clusters, wire.Cluster{
			Name: c.Name, Environment: c.Environment, Seen: c.Seen, Reading: c.Reading, Verdicts: c.Verdicts,
			Produce: c.Produce, Begun: begun[c.Name], Refresh: c.Refresh,
			Positions: func(g lag.GroupIx) []state.Position { return c.Positions[g] },
		})
	}
	return out
}

// sources are the clusters as the engine opens them.
func (a *app) sources(clusters []config.Cluster, caught chan<- error) []engine.Source {
	sources := make([]engine.Source, len(clusters))
	for i, c := range clusters {
		sources[i] = engine.Source{Name: c.Name, Environment: c.Environment, Open: func(ctx context.Context) (p probes.Probe, err error) {
			defer func() {
				if v := recover(); v != nil {
					err = defect{what: fmt.Sprint(v), stack: debug.Stack()}
					caught <- err
				}
			}()
			if p, err = a.sys.Open(ctx, c); err != nil {
				return nil, err
			}
			return guarded{p, caught}, nil
		}}
	}
	return sources
}
