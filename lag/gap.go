package lag

import (
	"slices"
	"time"
)

// Reason says why something is not known.
type Reason uint8

// The reasons of gaps and of unknown values. NoReason is a value that is known.
const (
	NoReason Reason = iota
	NotAuthorized
	Unreachable
	Timeout
	NoCoordinator
	NoLeader
	Gone
	Filtered // the system leaves it out without a word
	Unsupported
	NotMeasured
	WindowTooShort
	NoCommit // looked for, and there is none
	NotApplicable
)

var reasons = [...]string{
	"", "not_authorized", "unreachable", "timeout", "no_coordinator", "no_leader", "gone", "filtered", "unsupported",
	"not_measured", "window_too_short", "no_commit", "not_applicable",
}

// String returns the reason's name in JSON.
func (r Reason) String() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return ""
}

// Reasons returns the names of all reasons, sorted.
func Reasons() []string {
	out := slices.Clone(reasons[1:])
	slices.Sort(out)
	return out
}

// Gap is something that could not be seen.
type Gap struct {
	Ref    Ref
	Reason Reason
	Detail string    // a sentence for a person, without secrets; may hold names the system gave
	Since  time.Time // when it was first missed in this run of gaps
}

// Cost is what one sweep cost the system and took from it.
type Cost struct {
	Requests          int
	BytesOut, BytesIn int64
	Took              time.Duration
	Nodes             []NodeCost // by node index; may be shorter than the topology's nodes
}

// NodeCost is a broker's share of the cost, and how it answered. Latencies are over a window of the last requests;
// negative: none yet.
type NodeCost struct {
	Requests          int
	BytesOut, BytesIn int64
	P50, P99          time.Duration
	Throttle          time.Duration // throttle time asked for by the broker in this sweep
}
