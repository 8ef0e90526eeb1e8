package lag

import "math"

// Sentinels of every integer column. Brokers store any offset, negative ones too, so no small number can stand for
// absence.
const (
	// Unknown is a value that was not seen: not read yet, refused, or lost with a failed request.
	Unknown int64 = math.MinInt64
	// None is a value that was looked for and does not exist: a partition a group never committed.
	None int64 = math.MinInt64 + 1
)

// Known reports whether v is a value, neither [Unknown] nor [None].
func Known(v int64) bool { return v > None }

// Of returns the records of a partition that a group has yet to read and still can: end − max(committed, start). It is
// negative only when the commit lies beyond the end; None without a commit; Unknown when any of the three is not known.
// A log start that was read after the end may lie beyond it: then nothing is left to read, and lag is 0.
func Of(start, end, committed int64) int64 {
	switch {
	case committed == None:
		return None
	case !Known(start) || !Known(end) || !Known(committed):
		return Unknown
	case committed > end:
		return end - committed
	case start > end:
		return 0
	}
	return end - max(committed, start)
}

// LostOf returns the records that were deleted before the group read them: start − committed where that is positive.
// None without a commit; Unknown when either is not known. A commit below 0, which brokers take, is one at 0: there never
// was a record before it.
func LostOf(start, committed int64) int64 {
	switch {
	case committed == None:
		return None
	case !Known(start) || !Known(committed):
		return Unknown
	}
	return max(0, start-max(0, committed))
}

// Bound says whether a sum or a measure is the value itself or only its lower bound.
type Bound uint8

// The bounds.
const (
	Exact Bound = iota
	AtLeast
)

// String returns the bound's name in JSON: exact or at_least.
func (b Bound) String() string {
	if b == AtLeast {
		return "at_least"
	}
	return "exact"
}

// Sum adds up a column without making unknowns into zeros. The zero Sum has seen nothing.
type Sum struct {
	total          int64
	known, missing int
}

// Add counts v: a known one is added, negative ones as 0; any other makes the sum a lower bound.
func (s *Sum) Add(v int64) {
	if !Known(v) {
		s.missing++
		return
	}
	s.known++
	if v <= 0 {
		return
	}
	if s.total > math.MaxInt64-v {
		s.total = math.MaxInt64
		return
	}
	s.total += v
}

// AddAll counts n known values that add up to total, which is not negative.
func (s *Sum) AddAll(total int64, n int) {
	s.known += n - 1
	s.Add(total)
}

// Value returns the sum of what was known and whether that is all of it: Unknown when something was added and none of
// it was known, 0 exactly when nothing was added at all.
func (s Sum) Value() (int64, Bound) {
	switch {
	case s.known == 0 && s.missing > 0:
		return Unknown, AtLeast
	case s.missing > 0:
		return s.total, AtLeast
	}
	return s.total, Exact
}
