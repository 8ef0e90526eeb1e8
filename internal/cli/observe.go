package cli

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"weir/internal/config"
	"weir/internal/engine"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
)

// sight is what one sweep over the clusters saw.
type sight struct {
	state    engine.State
	clusters []wire.Cluster
}

// How long a broker that is met for the first time may take to answer when others do: a person who looks at the console
// sees the rest within two seconds and the late one with the next reading; a command has but one reading.
const (
	greetingShown = 1500 * time.Millisecond
	greetingOnce  = 5 * time.Second
)

// observe sweeps the clusters once.
func (a *app) observe(ctx context.Context, clusters []config.Cluster, want probes.Want) (*sight, error) {
	caught := make(chan error, len(clusters))
	sources := a.sources(clusters, caught)
	progress := a.progress()
	want.Serial, want.Greeting, want.Progress = true, greetingOnce, progress.tell
	state := engine.Once(ctx, sources, want)
	progress.end()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	select {
	case err := <-caught:
		return nil, err
	default:
	}
	s := &sight{state: state}
	for _, c := range state.Clusters {
		s.clusters = append(s.clusters, wire.Cluster{Name: c.Name, Environment: c.Environment, Seen: c.Seen, Reading: c.Reading})
	}
	a.tellCost(s)
	return s, nil
}

// guarded is a probe whose panics end the command as a defect, not the process.
type guarded struct {
	probes.Probe
	caught chan<- error
}

// Observe is the probe's.
func (g guarded) Observe(ctx context.Context, want probes.Want) (part probes.Part, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = defect{what: fmt.Sprint(v), stack: debug.Stack()}
			g.caught <- err
		}
	}()
	return g.Probe.Observe(ctx, want)
}

// tellCost says with -v what was asked of each cluster.
func (a *app) tellCost(s *sight) {
	if !a.flag.verbose {
		return
	}
	for _, c := range s.clusters {
		cost := c.Reading.Cost
		a.say("%s: %s, %d bytes sent, %d received, %s", c.Name, text.Plural(cost.Requests, "request", "requests"), cost.BytesOut, cost.BytesIn, cost.Took)
	}
}

// unseen is the error of a sweep in which no cluster answered; nil when one did.
func (s *sight) unseen() error {
	var said []string
	late := true
	for _, c := range s.clusters {
		if c.Seen {
			return nil
		}
		for _, g := range c.Reading.Gaps {
			if g.Ref.Kind == lag.KindCluster {
				said = append(said, c.Name+": "+g.Detail+"; weir doctor tries each hop apart")
			}
			late = late && g.Reason == lag.Timeout
		}
	}
	if late && len(said) > 0 {
		return fault{TimedOut, fmt.Errorf("%s", strings.Join(said, "\n"))}
	}
	return unseen("%s", strings.Join(said, "\n"))
}

// maxGaps is how many gaps are told on stderr.
const maxGaps = 5

// tellGaps says on stderr what could not be seen; in JSON it stands beside the data. What was asked for by name is told
// by itself.
func (a *app) tellGaps(s *sight, missing *absent) {
	for _, c := range s.clusters {
		told := 0
		for i := range c.Reading.Gaps {
			g := &c.Reading.Gaps[i]
			if missing.has(g.Ref) {
				continue
			}
			if told++; told <= maxGaps {
				a.note("%s: %s", c.Name, gapSentence(g))
			}
		}
		if told > maxGaps {
			a.note("%s: and %d more that could not be seen; -o json lists them all", c.Name, told-maxGaps)
		}
	}
}

func gapSentence(g *lag.Gap) string {
	what := g.Ref.Kind
	if g.Ref.Name != "" {
		what += " " + g.Ref.Name
	}
	if g.Ref.Sub != "" {
		what += " " + g.Ref.Sub
	}
	why := strings.ReplaceAll(g.Reason.String(), "_", " ")
	if g.Detail == "" {
		return what + ": " + why
	}
	return what + ": " + why + ": " + g.Detail
}
