package actions

import (
	"context"
	"fmt"
	"runtime/debug"

	"weir/actions/audit"
)

// Panic is a panic of an action, or of whoever hears of a run, as an error. What it was in is ErrDefect.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprint("panic: ", p.Value) }

// caught turns a panic into an error; it must be deferred itself.
func caught(err *error) {
	if v := recover(); v != nil {
		*err = &Error{Kind: ErrDefect, What: "a defect in weir", Err: &Panic{v, debug.Stack()}}
	}
}

// careful is a Run whose panics are errors: what is under way is concluded in the journal, and what is held is given back.
// Do isn't among its methods: the Executor calls that in one place, and sees to it there.
type careful struct{ Run }

func openCarefully(ctx context.Context, a Action, p Plan, past []audit.Entry) (r Run, err error) {
	defer caught(&err)
	run, err := a.Open(ctx, p, past)
	if err != nil {
		return nil, err
	}
	return careful{run}, nil
}

func (c careful) Next(ctx context.Context) (s Step, err error) {
	defer caught(&err)
	return c.Run.Next(ctx)
}

func (c careful) Settle(ctx context.Context, s Step) (d Done, err error) {
	defer caught(&err)
	return c.Run.Settle(ctx, s)
}

func (c careful) Verify(ctx context.Context) (v Verdict, err error) {
	defer caught(&err)
	return c.Run.Verify(ctx)
}

func (c careful) Close(ctx context.Context) (err error) {
	defer caught(&err)
	return c.Run.Close(ctx)
}

// edge is the last that catches a panic: outside of the action, while a run is at work. The journal stays as it is, which
// is what the next start reads; what the run holds is given back.
func (w *work) edge(ctx context.Context, rep *Report, err *error) {
	v := recover()
	if v == nil {
		return
	}
	w.close(ctx)
	*rep = w.report(StatusUnknown, Verdict{})
	*err = &Error{Kind: ErrDefect, What: "a defect in weir, and run " + w.id + " was cut off by it", Do: "weir run show " + w.id, Err: &Panic{v, debug.Stack()}}
}
