package state

import (
	"time"

	"weir/lag"
)

// mark is the state of one position and since when.
type mark struct {
	code code
	at   time.Time
}

func (m mark) since() time.Time { return m.at }

// Judge judges reading after reading. It has one owner: its methods must not be called at once, and the [Result]s it
// hands out may be shared.
type Judge struct {
	policies Policies
}

// New returns a judge that holds to the policies.
func New(p Policies) *Judge { return &Judge{policies: p} }

// Judge judges every group of the reading, which must have been folded into h before.
func (j *Judge) Judge(r *lag.Reading, h *lag.History) *Result {
	return &Result{At: r.Tick, Groups: make([]Verdict, len(r.Groups)), marks: make([][]mark, len(r.Groups))}
}

// Positions returns the positions of group g with their numbers, in the order of Group.Positions. The reading must be
// the one judged last.
func (j *Judge) Positions(r *lag.Reading, h *lag.History, g lag.GroupIx) []Position { return nil }

// Explain returns what every rule says to the group or position that ref names, and why. The reading must be the one
// judged last.
func (j *Judge) Explain(r *lag.Reading, h *lag.History, ref lag.Ref) ([]Explanation, error) {
	return nil, nil
}
