package state

// State is what a group or a position is doing, in the words of the public contract.
type State uint8

// The states, from the calmest to the gravest; see docs/states.md. Never committed and rebalancing each have a calm and
// a troubled form: the severity beside the state tells which.
const (
	Unknown State = iota
	Idle
	KeepingUp
	Abandoned
	Empty
	NeverCommitted
	Rebalancing
	Draining
	NotVisible
	Rewinding
	FallingBehind
	Ahead
	Stopped
	Blocked
	Stalled
	LosingData
	NumStates = iota
)

var names = [NumStates]string{
	"unknown", "idle", "keeping_up", "abandoned", "empty", "never_committed", "rebalancing", "draining", "not_visible",
	"rewinding", "falling_behind", "ahead", "stopped", "blocked", "stalled", "losing_data",
}

// String returns the state's name in JSON.
func (s State) String() string {
	if int(s) < NumStates {
		return names[s]
	}
	return ""
}

// States returns all states, gravest first.
func States() []State {
	out := make([]State, NumStates)
	for i := range out {
		out[i] = State(NumStates - 1 - i)
	}
	return out
}

// Parse returns the state of that name.
func Parse(name string) (State, bool) {
	for i, n := range names {
		if n == name {
			return State(i), true
		}
	}
	return Unknown, false
}

// code is a state with its form; its order is the precedence of the contract, gravest last.
type code uint8

const (
	cUnknown code = iota
	cIdle
	cKeepingUp
	cAbandoned
	cEmpty
	cNeverCommitted
	cRebalancing
	cDraining
	cNotVisible
	cRebalancingLong
	cNeverCommittedMoving
	cRewinding
	cFallingBehind
	cAhead
	cStopped
	cBlocked
	cStalled
	cLosingData
	numCodes
)

var codes = [numCodes]struct {
	state    State
	severity Severity
}{
	cUnknown: {Unknown, Calm}, cIdle: {Idle, Calm}, cKeepingUp: {KeepingUp, Calm}, cAbandoned: {Abandoned, Calm},
	cEmpty: {Empty, Calm}, cNeverCommitted: {NeverCommitted, Calm}, cRebalancing: {Rebalancing, Calm},
	cDraining: {Draining, Calm}, cNotVisible: {NotVisible, Warning}, cRebalancingLong: {Rebalancing, Warning},
	cNeverCommittedMoving: {NeverCommitted, Warning}, cRewinding: {Rewinding, Warning},
	cFallingBehind: {FallingBehind, Warning}, cAhead: {Ahead, Warning}, cStopped: {Stopped, Critical},
	cBlocked: {Blocked, Critical}, cStalled: {Stalled, Critical}, cLosingData: {LosingData, Critical},
}

func (c code) state() State       { return codes[c].state }
func (c code) severity() Severity { return codes[c].severity }
