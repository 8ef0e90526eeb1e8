// Package engine owns time and goroutines: it opens probes, sweeps them, and publishes what they saw as an immutable
// [State]. The shell asks it once; nothing in it knows a protocol or draws anything.
package engine

import (
	"context"
	"time"

	"weir/lag"
	"weir/probes"
)

// Source is a cluster that can be observed.
type Source struct {
	Name        string // in the configuration
	Environment string
	// Open makes the probe. It may fail at once, on settings that can't work; a cluster that doesn't answer is not
	// a failure of Open but a gap of the first sweep.
	Open func(context.Context) (probes.Probe, error)
}

// Cluster is what is known of one cluster.
type Cluster struct {
	Name, Environment string
	Reading           *lag.Reading // never nil; of gaps alone when nothing was seen
	Seen              bool         // something of the cluster answered
}

// State is what is known of all clusters at one moment. It is immutable.
type State struct {
	At       time.Time
	Clusters []Cluster // in the order asked for
}
