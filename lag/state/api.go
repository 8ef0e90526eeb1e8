package state

import (
	"time"

	"weir/lag"
)

// Severity says whom a state concerns.
type Severity uint8

// The severities. Calm needs nobody, Warning somebody by day, Critical somebody now.
const (
	Calm Severity = iota
	Warning
	Critical
)

var severities = [...]string{"calm", "warning", "critical"}

// String returns the severity's name in JSON.
func (s Severity) String() string {
	if int(s) < len(severities) {
		return severities[s]
	}
	return ""
}

// NotKnown is a duration that is not known, and Never one that has no end at the present rates.
const (
	NotKnown time.Duration = -1
	Never    time.Duration = 1<<63 - 1
)

// Basis is what a verdict rests on: for how long the group was watched without a break, and how many moments at which a
// position of it was seen to commit.
type Basis struct {
	Window  time.Duration
	Samples int
}

// Verdict is what is true of one group at one reading. It is immutable.
type Verdict struct {
	Group    lag.GroupIx
	State    State
	Severity Severity
	Since    time.Time // when the state began, by what was seen; zero: before anything was seen
	Why      string    // the sentence that explains the state; names in it may hold any byte
	Basis    Basis
	Muted    bool // by policy: told as it is, wakes nobody

	Positions int
	Members   int            // −1 until they were read
	Counts    [NumStates]int // positions by state

	Lag, StableLag, Lost int64 // records; lag.Unknown where none of the positions is known
	LagBound             lag.Bound

	TimeLag      time.Duration // age of the oldest unread record by its arrival; NotKnown
	TimeLagBound lag.Bound

	Produce, Consume float64       // records a second over all positions; negative: not known
	CatchUp          time.Duration // of the slowest partition; Never, NotKnown
	RetentionLeft    time.Duration // until retention deletes the first unread record; Never, NotKnown
	Rhythm           time.Duration // the group's learned wait for a commit; NotKnown

	Worst lag.PositionIx // the position the state rests on, else the one with most lag; lag.Nowhere without positions
	// Unknown holds the reason of each value above that is not known, by its name in JSON (lag, time_lag_seconds …);
	// nil when all are known.
	Unknown map[string]lag.Reason
}

// Position is what is true of one position at one reading.
type Position struct {
	Position         lag.PositionIx
	State            State
	Severity         Severity
	Since            time.Time // zero: before anything was seen
	Lag, StableLag   int64     // lag.Unknown, lag.None
	Lost             int64
	TimeLag          time.Duration // NotKnown
	TimeLagBound     lag.Bound
	Produce, Consume float64       // records a second; negative: not known
	CatchUp          time.Duration // Never, NotKnown
	RetentionLeft    time.Duration // Never, NotKnown
	Moved            time.Time     // when its commit was last seen to move; zero: never seen
	Member           int           // index into the group's members; −1: assigned to none, or members not read
	Unknown          map[string]lag.Reason
}

// Explanation is one rule's answer for one subject: what it looked at, and why it speaks or is silent.
type Explanation struct {
	Rule     string // the name of the state it tells
	Subject  lag.Ref
	Severity Severity // as which it speaks, or would
	Speaks   bool
	Because  string // one sentence
	Inputs   []Input
}

// Input is one value a rule looked at, in the words of JSON and with its unit.
type Input struct{ Name, Value, Unit string }

// Result holds the verdicts of one reading. It is immutable and safe to share; what it holds of unchanged groups is
// shared with the results before and after it.
type Result struct {
	At     time.Time
	now    lag.Moment
	Groups []Verdict // by group index; those of gone groups are zero with State Unknown
	marks  [][]mark  // by group index, in the order of Group.Positions
}

// Of returns the verdict on group g; nil when it was not judged.
func (r *Result) Of(g lag.GroupIx) *Verdict {
	if g < 0 || int(g) >= len(r.Groups) {
		return nil
	}
	return &r.Groups[g]
}

// PositionState returns the state and severity of the k-th position of group g, in the order of Group.Positions, and
// since when (zero: before anything was seen).
func (r *Result) PositionState(g lag.GroupIx, k int) (State, Severity, time.Time) {
	if g < 0 || int(g) >= len(r.marks) || k < 0 || k >= len(r.marks[g]) {
		return Unknown, Calm, time.Time{}
	}
	m := r.marks[g][k]
	return m.code.state(), m.code.severity(), r.time(m.at)
}

// time returns when a moment was; zero for lag.Never.
func (r *Result) time(m lag.Moment) time.Time {
	if m == lag.Never {
		return time.Time{}
	}
	return r.At.Add(-r.now.Duration(m))
}
