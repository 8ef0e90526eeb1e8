package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"weir/actions/audit"
	"weir/lag"
)

// Effect says how deep an action reaches.
type Effect string

// The effects.
const (
	Read    Effect = "read"
	Mutate  Effect = "mutate"
	Destroy Effect = "destroy" // data or state goes that weir can't bring back whole
)

// Action is one kind of change. It is stateless and safe for concurrent use.
type Action interface {
	Spec() Spec
	// Offers tells whether the action makes sense on what is seen, and why not.
	Offers(lag.Ref, *lag.Reading) Offer
	// Plan works out what would be done. It sends requests that only read, by the seeing client. The Executor's fields
	// of a Plan (ID, Digest, MadeAt, Expires) are filled in by the Registry.
	Plan(context.Context, Request) (Plan, error)
	// Open begins a run of the plan, or goes on with one: entries are those of the run in the journal, none for a fresh
	// one. It changes nothing.
	Open(context.Context, Plan, []audit.Entry) (Run, error)
}

// Undoer is an action whose runs can be undone, wholly or in part.
type Undoer interface {
	// Undo makes the request whose plan undoes what the entries of a run say was done. The plan is shown and consented
	// to like any other.
	Undo([]audit.Entry) (Request, error)
}

// Run is an action under way. It is used by one goroutine, that of the Executor.
type Run interface {
	// Next gives the first step that isn't done, with the guards checked against the cluster as it is now; io.EOF itself when
	// all are done. It changes nothing. After a failed step it gives that step again, which is how steps are retried. A
	// *Wait says that the step isn't possible yet: the Executor waits and asks again, a Run never sleeps. Errors are of
	// kind ErrGuard, ErrStale, ErrUnseen.
	Next(context.Context) (Step, error)
	// Do does the step: the only mutation. With an error, Done says what is known to have taken effect; OutcomeUnknown
	// has the Executor ask Settle. The context isn't cancelled by whoever stops the run, only by the step's time-out.
	Do(context.Context, Recorded) (Done, error)
	// Settle finds out whether a step of which no answer is known took effect. It changes nothing, but may end what the
	// run itself left open and what would end by itself, as the next run's first step would: where a step is a
	// transaction, only fencing it makes sure that no commit is on its way any more. It may look again for as long as its
	// context lasts.
	Settle(context.Context, Step) (Done, error)
	// Verify looks whether all of it is as planned. It changes nothing.
	Verify(context.Context) (Verdict, error)
	// Close gives back what the run held only for its own time (a hold on a group): what would end by itself if weir
	// were killed here. It changes nothing else.
	Close(context.Context) error
}

// Step is one unit that is journaled: its intent before, its result after.
type Step struct {
	ID         string // within the run, such as hold, commit-3
	Title      string // what is done, for a person
	Of         int    // steps in all, as far as the run knows; 0 unknown
	Items      []Change
	Data       json.RawMessage // what Settle or a resumed run needs besides Items; nil for none
	Idempotent bool            // doing it twice is doing it once
	Held       bool            // its effect ends with the process: after a crash it counts as not done
	Timeout    time.Duration   // of Do; 0 is DefaultStepTimeout
}

// DefaultStepTimeout bounds Do where the step says nothing.
const DefaultStepTimeout = 60 * time.Second

// Outcome is what became of a step.
type Outcome string

// The outcomes of a step. The zero value is OutcomeUnknown's: nothing is known unless it is said.
const (
	OutcomeUnknown Outcome = ""
	OutcomeApplied Outcome = "applied"
	OutcomeNot     Outcome = "not"
	OutcomeMixed   Outcome = "mixed" // some items are as planned, others as before or as someone else made them
)

// Done is what is known of a step after Do or Settle.
type Done struct {
	Outcome Outcome
	Note    string          // for a person
	Data    json.RawMessage // for the journal: a cursor, what was found; nil for none
}

// Verdict is what Verify found.
type Verdict struct {
	OK   bool
	Note string
	Data json.RawMessage
}

// Recorded is a step whose intent is durable in the audit log. Only the Executor makes one that holds a step.
type Recorded struct {
	step *Step
	seq  int64
	run  string
}

// Step gives the step; an error for a Recorded that the Executor didn't make.
func (r Recorded) Step() (Step, error) {
	if r.step == nil {
		return Step{}, Fail(ErrDefect, "a step was to be done that doesn't stand in the audit log", "")
	}
	return *r.step, nil
}

// Run is the run's id; Seq the number of the intent in the audit log.
func (r Recorded) Run() string { return r.run }

// Seq is the number of the intent in the audit log.
func (r Recorded) Seq() int64 { return r.seq }

// Wait says that a step isn't possible yet, and why.
type Wait struct {
	For   string        // what is waited for, for a person
	Again time.Duration // when to ask again
	Left  time.Duration // how long to wait at most in all, counted from the run's first wait
	Else  *Error        // what it is when the time is up
}

func (w *Wait) Error() string { return fmt.Sprintf("waiting: %s", w.For) }

// Offer says whether an action is possible on something, and if not, why.
type Offer struct {
	Possible bool
	Why      string // a sentence, in both cases
	// With are parameters that it takes as things are, by Param.Name: a form fills them in. nil for none.
	With map[string]string
}

// Request asks for a plan.
type Request struct {
	Kind   string
	Target lag.Ref
	Params map[string]string // by Param.Name; see Spec
	// Restore, of an undo, holds the changes of the run Undoes as its journal tells them: they are to be reversed.
	Restore []Change
	Undoes  string
	Seen    int64 // number of the newest entry of that run in the audit log when Restore was read from it
}
