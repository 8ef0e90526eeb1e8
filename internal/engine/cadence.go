package engine

import (
	"slices"
	"time"

	"weir/lag"
	"weir/probes"
)

// How often what changes slowly is read. Ends and commits are read at every refresh; log starts and last stable offsets at
// every second one, and at each while something is amiss, because they tell a loss or an open transaction from a hang. The
// layout of a small cluster is read at each while some of it is astray, so that a broker that is back is told to be so at once.
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
	wideLayout      = 30 * time.Second
	widePartitions  = 20_000
	smallPartitions = 1_000
)

// circumstances are what cadences depend on, as the last reading told it.
type circumstances struct {
	partitions int
	amiss      bool // some group was not calm
	astray     bool // see astray
}

// circumstances returns those of the cluster.
func (w *watcher) circumstances() circumstances {
	c := circumstances{amiss: w.amiss, astray: w.astray}
	if w.last != nil {
		c.partitions = len(w.last.Partitions)
	}
	return c
}

// astray reports whether a partition of a small cluster is without a leader or not fully in sync, as it is when one of its
// brokers is down.
func astray(r *lag.Reading) bool {
	return len(r.Partitions) <= smallPartitions && slices.ContainsFunc(r.Partitions, func(p lag.Partition) bool {
		return !p.Gone && !r.Topics[p.Topic].Gone && (p.Leader < 0 || len(p.ISR) < len(p.Replicas))
	})
}

// clockwork keeps when each cadence was last read.
type clockwork struct {
	last [8]time.Time
	odd  bool
}

// due returns what a sweep at now reads, and takes it as read. Everything is due at first. Half a refresh of slack keeps
// a cadence from slipping by a whole one.
func (c *clockwork) due(now time.Time, refresh time.Duration, of circumstances) probes.Due {
	out := probes.Refresh
	if c.odd = !c.odd; c.odd || of.amiss {
		out |= twice
	}
	for i, cad := range cadences {
		every := cad.every
		switch {
		case cad.due != probes.Layout:
		case of.partitions > widePartitions:
			every = wideLayout
		case of.astray:
			every = refresh
		}
		if c.last[i].IsZero() || now.Sub(c.last[i]) >= every-refresh/2 {
			out |= cad.due
			c.last[i] = now
		}
	}
	return out
}
