// Package actions is the one path by which weir changes anything: a plan that only reads and is shown whole, consent
// bound to its digest, an intent in the audit log before every step, guards rechecked right before each mutation, the
// result and a verdict after it, and an undo that is a new plan.
//
// What a face (the shell, the screen) uses:
//
//	reg := actions.NewRegistry(kafka.All(connect)...)       // the kinds there are: reg.Specs() become commands, flags, forms
//	plan, err := reg.Plan(ctx, actions.Request{…})          // reads only
//	plan.Write(w, version); actions.ReadPlan(r)             // weir.plan/v1; a changed file is refused
//	x := actions.Executor{Log: log, Registry: reg, Dir: state, Policy: policy}
//	report, err := x.Apply(ctx, plan, consent)              // synchronous; cancel ctx to stop between steps
//	x.Runs(ctx); x.Show(ctx, run)                           // what the journal tells
//	x.Cancel(run)                                           // from another process: the run stops between steps
//	x.Settle(ctx, run)                                      // after a crash: finds out what is true
//	x.Resume(ctx, run, consent); x.Dismiss(ctx, run, note)  // … and a person decides: go on, or end it as it is
//	request, err := x.Undo(ctx, run)                        // … or undo: plan the request, consent, apply
//
// Every error of the path carries a Kind, which is one of the exit codes of the contract: ExitCode tells it.
//
// What implements an action is told in action.go and docs/adding-an-action.md. Only the Executor can make a Recorded
// step, and a Run does nothing without one, so that nothing is changed that doesn't stand in the journal first.
package actions
