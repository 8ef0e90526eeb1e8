// Package probes holds the contract between the engine and whatever observes a system. A probe only reads: nothing in
// this package or below it can change a cluster, and nothing here imports the packages that can.
package probes

import (
	"context"
	"time"

	"weir/lag"
)

// Probe observes one cluster. It is used by one goroutine at a time; Close may be called while Observe runs, which then
// returns soon.
type Probe interface {
	// Name is the system's name in gaps and costs, for example "kafka".
	Name() string
	// Observe makes one sweep. Whatever could not be seen is a gap of the part, and the rest of the part is valid: an
	// error is returned only for a defect of the probe or a context that ended before anything was seen. It returns by
	// the end of the want's budget.
	Observe(context.Context, Want) (Part, error)
	// Close frees connections. It is idempotent.
	Close() error
}

// Due is the set of cadences that are due in a sweep. The first sweep of a probe reads whatever the others need, due or
// not.
type Due uint16

// The cadences.
const (
	Commits  Due = 1 << iota // committed offsets
	Ends                     // log ends
	Starts                   // log starts
	Stables                  // last stable offsets
	Groups                   // the list of groups, their kinds and states
	Members                  // members of all groups
	Layout                   // brokers, topics, partitions, leaders
	Settings                 // topic configuration
	Sizes                    // sizes of logs on disk
)

// Every refresh, and everything there is.
const (
	Refresh = Commits | Ends
	All     = Commits | Ends | Starts | Stables | Groups | Members | Layout | Settings | Sizes
)

// Has reports whether all of want is due.
func (d Due) Has(want Due) bool { return d&want == want }

// Want says what a sweep is for.
type Want struct {
	Due Due
	// Focus is what a person looks at: groups in it have their members described in this sweep whatever is due.
	Focus []lag.Ref
	// Keep, when set, narrows the sweep to the groups and topics whose name it keeps (kind is lag.KindGroup or
	// lag.KindTopic): for a one-shot question about a few of them on a large cluster. It is called by several goroutines.
	Keep func(kind, name string) bool
	// Serial reads ends after commits, so that a commit beyond the end can't be a matter of order. Otherwise both are
	// read beside each other, in one round trip.
	Serial bool
	// Writers are topics of which it is asked who writes them, beside those in Focus.
	Writers []string
	// Lookups are asked beside the rest: where in a log a moment lies.
	Lookups []Lookup
	// Budget bounds the whole sweep; zero is the probe's own time-out.
	Budget time.Duration
	// Greeting, when set, is how long a broker that is met for the first time may take to answer when others do, or
	// three times what the fastest took if that is longer. The sweep goes on without those that don't, as somebody waits for it.
	Greeting time.Duration
	// Progress, when set, is told what is being read. It must return at once; it is called by several goroutines.
	Progress func(Progress)
}

// Progress counts the answers of one kind of request.
type Progress struct {
	Reading    string // what: "groups", "committed offsets", "log ends" …
	Done, Of   int    // brokers that answered, of those asked
	Groups     int    // groups known by now
	Partitions int    // partitions known by now
}

// Lookup asks for the first record of a partition at or after a moment.
type Lookup struct {
	Partition lag.PartitionIx
	At        time.Time
}

// Found answers a [Lookup]. Offset is lag.None when no record is as young: all of the log is older.
type Found struct {
	Lookup
	Offset int64
}

// Part is what one probe saw in one sweep.
type Part struct {
	// Reading comes from the probe that owns the topology; it is nil from all others.
	Reading *lag.Reading
	// Found holds the answers that came. A lookup without one could not be answered, and may be asked again.
	Found []Found
}
