package engine

import (
	"time"

	"weir/probes"
)

// How often what changes slowly is read. Ends and commits are read at every refresh; log starts and last stable offsets at
// every second one, and at each while something is amiss, because they tell a loss or an open transaction from a hang.
var cadences = []struct {
	due   probes.Due
	every time.Duration
}{
	{probes.Groups, 5 * time.Second},
	{probes.Layout, 10 * time.Second},
	{probes.Members, time.Minute},
	{probes.Settings, time.Minute},
	{probes.Sizes, time.Minute},
}

const twice = probes.Stables | probes.Starts

// wideLayout is how often the layout of a cluster of more than widePartitions is read: it is the one slow read whose
// cost grows with every partition.
const (
	wideLayout     = 30 * time.Second
	widePartitions = 20_000
)

// clockwork keeps when each cadence was last read.
type clockwork struct {
	last [8]time.Time
	odd  bool
}

// due returns what a sweep at now reads, and takes it as read. Everything is due at first. Half a refresh of slack keeps
// a cadence from slipping by a whole one.
func (c *clockwork) due(now time.Time, refresh time.Duration, partitions int, amiss bool) probes.Due {
	out := probes.Refresh
	if c.odd = !c.odd; c.odd || amiss {
		out |= twice
	}
	for i, cad := range cadences {
		every := cad.every
		if cad.due == probes.Layout && partitions > widePartitions {
			every = wideLayout
		}
		if c.last[i].IsZero() || now.Sub(c.last[i]) >= every-refresh/2 {
			out |= cad.due
			c.last[i] = now
		}
	}
	return out
}
