package tui

import (
	"context"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/lag"
)

// Actor is what changes clusters, and tells what was changed. Specs, Offers and Policy answer at once, without I/O; all
// else may take long and is called from commands only, by several goroutines. Errors carry an actions.Kind.
type Actor interface {
	// Specs describes the kinds of change there are.
	Specs() []actions.Spec
	// Offers tells whether a kind makes sense on a thing as it is seen.
	Offers(kind string, ref lag.Ref, r *lag.Reading) actions.Offer
	// Policy is what may be done to a cluster, as configured.
	Policy(cluster string) actions.Policy
	// Who is the person at work, as claimed; the audit log adds what the kernel says.
	Who() string

	// Plan makes a plan; it only reads. files names, by parameter, a file whose contents are the parameter's value.
	Plan(ctx context.Context, req actions.Request, files map[string]string) (actions.Plan, error)
	// UndoPlan makes the plan that undoes a run; it only reads.
	UndoPlan(ctx context.Context, run string) (actions.Plan, error)
	// PlanOf gives the plan that a run carries out.
	PlanOf(ctx context.Context, run string) (actions.Plan, error)
	// Save keeps a plan in a file; name "" has it take one of its own in the state directory. It tells the file's path.
	Save(p actions.Plan, name string) (string, error)

	// Apply carries a plan out. Cancelling ctx stops it between two steps. tell hears what happens and returns at once.
	Apply(ctx context.Context, p actions.Plan, c actions.Consent, tell func(actions.Event)) (actions.Report, error)
	// Resume goes on with a run that stopped.
	Resume(ctx context.Context, run string, p actions.Plan, c actions.Consent, tell func(actions.Event)) (actions.Report, error)
	// Settle finds out what became of the steps in doubt of a run; it changes nothing on the cluster. tell hears what it waits
	// for, and returns at once.
	Settle(ctx context.Context, run string, tell func(actions.Event)) ([]actions.Settled, error)
	// Dismiss ends an unfinished run as it is, with a note that says why that is well.
	Dismiss(ctx context.Context, run, note string) error
	// Cancel asks a run to stop between two steps, wherever it is driven from.
	Cancel(run string) error

	// Runs gives every run in the journal, oldest first.
	Runs(ctx context.Context) ([]actions.RunInfo, error)
	// Show gives one run with its entries.
	Show(ctx context.Context, run string) (actions.RunInfo, []audit.Entry, error)
	// Entries gives the newest entries of the audit log, at most so many, oldest first.
	Entries(ctx context.Context, most int) ([]audit.Entry, error)
	// Verify checks every record and signature of the audit log.
	Verify(ctx context.Context) (audit.Report, error)

	// Arm lifts read-only for a while, and says so in the audit log first. It returns until when.
	Arm(ctx context.Context, cluster string, d time.Duration, reason string) (time.Time, error)
	// Disarm makes a cluster read-only again.
	Disarm(ctx context.Context, cluster string) error
}
