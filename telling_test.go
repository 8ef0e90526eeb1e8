package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/config"
	"weir/internal/engine"
	"weir/lag"
	"weir/lag/state"
	"weir/probes"
)

// telling is what was said of each group, and when after the start.
type telling map[string][]said

type said struct {
	at    time.Duration
	state state.State
	why   string
}

// source is a cluster as the commands watch it.
func source(c config.Cluster) engine.Source {
	return engine.Source{Name: c.Name, Open: func(ctx context.Context) (probes.Probe, error) { return open(ctx, c) }}
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

// never wants a group to have been seen, and to have been told to be in none of the states.
func (told telling) never(t *testing.T, group string, states ...state.State) {
	t.Helper()
	for _, s := range told[group] {
		if slices.Contains(states, s.state) {
			t.Errorf("%s is %s after %s: %s\nand that is no trouble\n%s", group, s.state, s.at, s.why, told.story(group))
			return
		}
	}
	if len(told[group]) == 0 {
		t.Errorf("%s was never seen", group)
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
