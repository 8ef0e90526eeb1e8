package actions

import (
	"context"
	"errors"
	"strings"

	"weir/actions/audit"
	"weir/internal/text"
)

// Kind is why something was not done, as the exit code that tells it to a script. A Kind is an error, to be looked for
// with errors.Is.
type Kind int

// The kinds of failure: the exit codes of the contract.
const (
	ErrUsage      Kind = 2   // a parameter, a file or the configuration is wrong
	ErrUnseen     Kind = 3   // unreachable, refused at the door, no such group or topic
	ErrGuard      Kind = 4   // a guard failed, nothing changed
	ErrRefused    Kind = 5   // policy or consent
	ErrLocked     Kind = 6   // someone else holds the resource
	ErrRolledBack Kind = 7   // failed, and nothing of it counts: for kinds that are one transaction, of which there is none yet
	ErrPartial    Kind = 8   // failed or stopped, partly applied
	ErrUnverified Kind = 9   // applied, and the check afterwards failed
	ErrStale      Kind = 10  // the world moved since the plan, or the plan expired
	ErrAudit      Kind = 11  // the audit log can't be written
	ErrTimeout    Kind = 12  // out of time
	ErrUnknown    Kind = 13  // nobody knows whether it took effect: settle it
	ErrDefect     Kind = 70  // weir is wrong
	ErrStopped    Kind = 130 // interrupted before anything changed
)

var kindNames = map[Kind]string{
	ErrUsage: "not usable", ErrUnseen: "could not see", ErrGuard: "a guard failed, nothing changed", ErrRefused: "refused",
	ErrLocked: "locked", ErrRolledBack: "failed, rolled back", ErrPartial: "failed, partly applied",
	ErrUnverified: "applied, verification failed", ErrStale: "the plan is stale", ErrAudit: "the audit log is not writable",
	ErrTimeout: "out of time", ErrUnknown: "outcome unknown", ErrDefect: "a defect in weir", ErrStopped: "stopped, nothing changed",
}

// Error is the kind in words.
func (k Kind) Error() string { return kindNames[k] }

// Error is a failure told to a person.
type Error struct {
	Kind  Kind
	What  string  // what is wrong, and where; a sentence without a full stop
	Do    string  // what to do; "" when there is nothing to add
	Drift []Drift // of a stale plan: what moved; may be empty
	Err   error   // the cause; may be nil, and its text empty where What tells it
}

// Drift is one thing that is not as the plan saw it.
type Drift struct {
	Ref     string `json:"ref"`
	Field   string `json:"field"`
	Planned string `json:"planned"` // as in the plan
	Found   string `json:"found"`   // as it is now
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.What)
	if e.What == "" {
		b.WriteString(e.Kind.Error())
	}
	for i, d := range e.Drift {
		if i == 3 {
			b.WriteString("; …")
			break
		}
		b.WriteString("; " + d.Ref + " " + d.Field + " was " + d.Planned + ", is " + d.Found)
	}
	if e.Err != nil && e.Err.Error() != "" { // "" is a cause that What tells
		b.WriteString(": " + e.Err.Error())
	}
	if e.Do != "" {
		b.WriteString(" (" + e.Do + ")")
	}
	return b.String()
}

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Fail makes an error of a kind.
func Fail(k Kind, what, do string) *Error { return &Error{Kind: k, What: what, Do: do} }

// Stale is the error of a plan of which something moved since it was made.
func Stale(drift []Drift) *Error {
	return &Error{Kind: ErrStale, What: text.Plural(len(drift), "thing", "things") + " moved since the plan was made", Do: "make a new plan", Drift: drift}
}

// ExitCode tells an error as the exit code of the contract; 0 for nil. The outermost kind counts.
func ExitCode(err error) int {
	var e *Error
	var k Kind
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return int(e.Kind)
	case errors.As(err, &k):
		return int(k)
	case errors.Is(err, audit.ErrUnwritable), errors.Is(err, audit.ErrBroken):
		return int(ErrAudit)
	case errors.Is(err, context.DeadlineExceeded):
		return int(ErrTimeout)
	case errors.Is(err, context.Canceled):
		return int(ErrStopped)
	}
	return int(ErrUnseen)
}

// ErrDropped, as the cause of a cancelled context, says that nobody decided to stop: the line of the person dropped, or the
// terminal went. What has begun by then is left open, for a person to go on with, undo or end; every start of weir names
// it. What hasn't is cancelled as by hand.
var ErrDropped = errors.New("whoever consented was cut off")

// Retriable marks an error after which an idempotent step may be tried again, as its cause passes: the try changed nothing,
// or, where its outcome is unknown, the run's Next tells what is still to be done. A step that is still in doubt when no try
// is left leaves the run open.
type Retriable struct{ Err error }

func (r *Retriable) Error() string { return r.Err.Error() }

// Unwrap gives the cause.
func (r *Retriable) Unwrap() error { return r.Err }
