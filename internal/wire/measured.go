package wire

import (
	"time"

	"weir/lag"
	"weir/lag/state"
)

// The columns that groups and positions share: what takes time to measure.
var (
	stateColumn = Column{Name: "state", Kind: Enum, Always: true, Names: stateNames(),
		Doc: "What it is doing; unknown, with its reason, when that can't be told."}
	sinceColumn = Column{Name: "state_since", Kind: Time, Head: "SINCE", Bound: "state_since_bound",
		Doc: "When the state began, by what was seen."}
	sinceBoundColumn = Column{Name: "state_since_bound", Kind: Enum, Names: []string{lag.Exact.String(), atLatest},
		Doc: "Whether the state began at state_since, or at the latest then: it was so when watching began."}
	timeLagColumn = Column{Name: "time_lag_seconds", Kind: Seconds, Head: "BEHIND", Bound: "time_lag_bound",
		Doc: "Age of the oldest unread record, by its arrival."}
	timeLagBoundColumn = Column{Name: "time_lag_bound", Kind: Enum, Names: boundNames,
		Doc: "Whether time_lag_seconds is the value itself or its lower bound."}
	produceColumn = Column{Name: "produce_per_second", Kind: Rate, Head: "IN/s", Doc: "Records written, a second."}
	consumeColumn = Column{Name: "consume_per_second", Kind: Rate, Head: "OUT/s", Doc: "Records committed, a second."}
	catchUpColumn = Column{Name: "catch_up_seconds", Kind: Seconds, Head: "CATCH UP",
		Doc: "Time until nothing is unread, at the present rates, by the slowest partition; null, not_applicable, when never."}
	retentionLeftColumn = Column{Name: "retention_left_seconds", Kind: Seconds, Head: "LEFT",
		Doc: "Time until retention deletes the first unread record; null, not_applicable, when never."}
)

// atLatest is the bound of a moment before which something may have been so.
const atLatest = "at_latest"

// sinceBound tells how a state's begin is bounded.
func (v *view) sinceBound(since Value) Value {
	t, known := since.Time()
	switch {
	case !known:
		return since
	case v.FromStart(t):
		return Word(atLatest)
	}
	return Word(lag.Exact.String())
}

var boundNames = []string{lag.Exact.String(), lag.AtLeast.String()}

func stateNames() []string {
	all := state.States()
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.String()
	}
	return out
}

// unmeasured is the state of what has not been watched.
func unmeasured() Value { return stateValue(state.Unknown, nil) }

func stateValue(s state.State, unknown map[string]lag.Reason) Value {
	if s == state.Unknown {
		return Doubtful(s.String(), unknown["state"])
	}
	return Word(s.String())
}

// duration is a measure of time in seconds. One without an end is null, not_applicable, and printed as never.
func duration(d time.Duration, unknown map[string]lag.Reason, name string) Value {
	switch d {
	case state.NotKnown:
		return Missing(unknown[name])
	case state.Never:
		return never
	}
	return Float(d.Seconds())
}

func rate(perSecond float64, unknown map[string]lag.Reason, name string) Value {
	if perSecond < 0 {
		return Missing(unknown[name])
	}
	return Float(perSecond)
}

// bound is whether a measure is exact, null for the same reason as the measure.
func bound(of Value, b lag.Bound) Value {
	if !of.Known() {
		return Missing(of.Reason())
	}
	return Word(b.String())
}
