package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/internal/config"
	"weir/internal/demo"
	"weir/internal/engine"
	"weir/lag"
	"weir/lag/state"
	"weir/probes"
)

// leastWatched is how long every scenario is watched: a job that comes every 10 s has come a few times by then.
const leastWatched = 45 * time.Second

// underRace: the race detector watches. With it a scenario takes half a core, and what should be seen in time isn't where
// all play at once; some of them have every goroutine that there is.
var underRace bool

var scenariosUnderRace = []string{demo.Steady, "stalled", "deploy", "broker-lost"}

// TestScenarios plays every scenario of the embedded cluster and holds what the engine tells of it to what the scenario
// says should be seen, and by when.
func TestScenarios(t *testing.T) {
	if testing.Short() {
		t.Skip("scenarios take their time")
	}
	t.Parallel()
	all := demo.Scenarios()
	if underRace {
		all = slices.DeleteFunc(all, func(s demo.Scenario) bool { return !slices.Contains(scenariosUnderRace, s.Name) })
	}
	told, failed := make([]telling, len(all)), make([]error, len(all))
	var wg sync.WaitGroup
	for i, s := range all { // all at once, whatever -parallel says: each waits most of the time
		wg.Go(func() { told[i], failed[i] = tellScenario(t.Context(), s) })
	}
	wg.Wait()
	for i, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			if failed[i] != nil {
				t.Fatal(failed[i])
			}
			for _, e := range s.Expect {
				told[i].hold(t, e)
			}
		})
	}
}

// telling is what was said of each group, and when after the start.
type telling map[string][]said

type said struct {
	at    time.Duration
	state state.State
	why   string
}

// tellScenario watches a scenario through the engine for as long as it has expectations.
func tellScenario(ctx context.Context, s demo.Scenario) (telling, error) {
	length := leastWatched
	for _, e := range s.Expect {
		length = max(length, e.Within+5*time.Second)
	}
	c, stop, err := startDemo(ctx, s.Name, "", 1)
	if err != nil {
		return nil, err
	}
	defer stop()
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	e := engine.New([]engine.Source{source(c, promised(s)...)}, engine.Options{Refresh: engine.MinRefresh})
	ended := make(chan struct{})
	go func() { e.Run(ctx); close(ended) }()
	told := telling{}
	for {
		select {
		case now := <-e.States():
			told.take(now.Clusters[0], now.At.Sub(begun))
		case <-ended:
			return told, nil
		}
	}
}

// promised is what the owners of a scenario's groups say of them, as the rules want it.
func promised(s demo.Scenario) state.Policies {
	var out state.Policies
	for _, p := range declared(s) {
		out = append(out, state.Policy{Group: p.Group, Cron: p.Rhythm})
	}
	return out
}

// source is a cluster as the commands watch it.
func source(c config.Cluster, p ...state.Policy) engine.Source {
	return engine.Source{Name: c.Name, Policies: p, Open: func(ctx context.Context) (probes.Probe, error) { return open(ctx, c) }}
}

// take notes what is said of each group.
func (told telling) take(c engine.Cluster, at time.Duration) {
	for g := range c.Reading.Groups {
		group := &c.Reading.Groups[g]
		if v := c.Verdicts.Of(lag.GroupIx(g)); v != nil && !group.Gone {
			told[group.Name] = append(told[group.Name], said{at, v.State, v.Why})
		}
	}
}

// hold compares what was told of a group with what should have been.
func (told telling) hold(t *testing.T, e demo.Expectation) {
	t.Helper()
	seen := false
	for _, s := range told[e.Group] {
		switch is := slices.Contains(e.States, s.state.String()); {
		case e.Never && is:
			t.Errorf("%s is %s after %s: %s\nand that is no trouble\n%s", e.Group, s.state, s.at, s.why, told.story(e.Group))
			return
		case is && s.at >= e.From && s.at <= e.Within:
			seen = true
		case seen && e.Holds && !is:
			t.Errorf("%s was told right, and is %s after %s: %s\nand should be %v still\n%s", e.Group, s.state, s.at, s.why, e.States, told.story(e.Group))
			return
		}
	}
	if !seen && !e.Never {
		t.Errorf("%s should be %v from %s to %s; it was\n%s", e.Group, e.States, e.From, e.Within, told.story(e.Group))
	}
	if len(told[e.Group]) == 0 {
		t.Errorf("%s was never seen", e.Group)
	}
}

// story is what was told of a group, without repetitions.
func (told telling) story(group string) string {
	var b strings.Builder
	last := ""
	for _, s := range told[group] {
		if line := s.state.String() + ": " + s.why; s.state.String() != last {
			fmt.Fprintf(&b, "  %6.1fs %s\n", s.at.Seconds(), line)
			last = s.state.String()
		}
	}
	return b.String()
}
