package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/actions"
	"weir/internal/acting"
	"weir/internal/config"
	"weir/internal/text"
	"weir/internal/wire"
)

const maxPlanFile = 256 << 20 // bytes

// consentFlags are a person's word for a plan.
type consentFlags struct {
	confirm, name, reason, ticket string
	yes, arm, breakGlass          bool
}

func (f *consentFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.confirm, "confirm", "", "the plan's digest, whole or its first 12 digits and more")
	c.Flags().StringVar(&f.name, "name", "", "CLUSTER/NAME of what is changed, for plans of tier T3")
	c.Flags().BoolVar(&f.yes, "yes", false, "consent to a plan of tier T1")
	c.Flags().StringVar(&f.reason, "reason", "", "why, for the audit log")
	c.Flags().StringVar(&f.ticket, "ticket", "", "the ticket this is for, for the audit log")
	c.Flags().BoolVar(&f.breakGlass, "break-glass", false, "go on while the claim log can't be reached, where policy allows it; needs --reason, and stands in the audit log")
	c.Flags().BoolVar(&f.arm, "arm", false, "lift read-only for this run; needs --reason, and stands in the audit log")
}

func (f *consentFlags) check() error {
	if f.arm && strings.TrimSpace(f.reason) == "" {
		return usage("--arm needs --reason: lifting read-only stands in the audit log")
	}
	if f.breakGlass && strings.TrimSpace(f.reason) == "" {
		return usage("--break-glass needs --reason: going on without the claim log stands in the audit log")
	}
	return nil
}

func (a *app) consent(f consentFlags) actions.Consent {
	return actions.Consent{
		Digest: f.confirm, Yes: f.yes, Name: f.name, Who: acting.Person(a.Getenv), Via: "shell", Reason: f.reason, Ticket: f.ticket,
		Arm: f.arm, BreakGlass: f.breakGlass, At: time.Now().UTC(),
	}
}

func (a *app) apply() *cobra.Command {
	var f consentFlags
	var d detachFlags
	c := &cobra.Command{
		Use: "apply FILE", Short: "Carry out a plan that weir plan --save kept, after consent",
		Long: `Carry out a plan that weir plan --save kept, after consent; - reads it from stdin.

What was shown is what is applied: a plan of which anything moved since is refused as stale. Every step stands in the audit
log before it is done, its guards are checked right before it, and the result is read back. An interrupt lets the step under
way end; whatever cuts the run off, weir run tells where it was. There are no prompts: consent is given by flags, as the
plan's last line writes them.

It runs in the foreground until it has ended. With --detach it goes on by itself once the plan and the consent were checked
and the run stands in the audit log: a dropped line doesn't end it, weir run watch follows it, weir run pause and weir run
cancel stop it between two steps.`,
		Args: exactly(1, "one plan file, or -"),
		RunE: func(c *cobra.Command, args []string) error { return a.runApply(c, args[0], f, d) },
	}
	f.add(c)
	d.add(c)
	return c
}

func (a *app) runApply(cmd *cobra.Command, file string, f consentFlags, d detachFlags) error {
	ctx := cmd.Context()
	if _, err := a.format(""); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	raw, err := a.readAll(file, maxPlanFile)
	if err != nil {
		return usage("apply %s: %w", file, err)
	}
	p, err := actions.ReadPlan(bytes.NewReader(raw))
	if err != nil {
		return acted(err)
	}
	c, err := a.clusterOf(ctx, "the plan", p.Target.Cluster)
	if err != nil {
		return err
	}
	if d.on {
		return a.detachedApply(ctx, cmd, c, p, raw, f)
	}
	return a.carry(ctx, c, f, d.run, func(x *actions.Executor) (actions.Report, error) { return x.Apply(ctx, p, a.consent(f)) })
}

// carry has an executor do something that changes the cluster, and tells what came of it. In the second process of a run
// that was detached, detached is its name.
func (a *app) carry(ctx context.Context, c config.Cluster, f consentFlags, detached string, do func(*actions.Executor) (actions.Report, error)) error {
	return a.carefully(ctx, func() error {
		s, err := a.executor(ctx, c, f.arm)
		if err != nil {
			return err
		}
		if detached != "" {
			s.Run, s.Tell = detached, a.tellBegun()
		}
		rep, err := do(s.Executor)
		told := a.tellReport(s.Executor, rep, err == nil)
		if err != nil {
			return err
		}
		return told
	})
}

// tellReport prints the run as its journal tells it; nothing when there was none.
func (a *app) tellReport(x *actions.Executor, rep actions.Report, ok bool) error {
	for _, n := range rep.Notes {
		a.note("%s", n)
	}
	if rep.Run == "" {
		return nil
	}
	info, _, err := x.Show(context.Background(), rep.Run) // an interrupted run is told of all the same
	if err != nil {
		a.say("run %s is %s after %s, and its journal can't be read: %s", rep.Run, rep.Status, text.Plural(rep.Done, "step", "steps"), err)
		return nil
	}
	if err := a.printRuns([]actions.RunInfo{info}); err != nil {
		return err
	}
	if rep.Verify.Note != "" {
		a.note("verified: %s", rep.Verify.Note)
	}
	if ok && info.Done > 0 && info.Undo != actions.UndoNone && info.Undoes == "" {
		a.note("to undo it: weir run undo %s%s --save FILE", rep.Run, a.where())
	}
	return nil
}

// printRuns prints runs in the form asked for.
func (a *app) printRuns(runs []actions.RunInfo) error { return a.printTable(wire.Runs(runs)) }

// printTable prints rows that come from no cluster.
func (a *app) printTable(t wire.Table) error { return a.printPart(t, true) }

// printPart prints rows that come from no cluster, and tells whether they are all that was asked for.
func (a *app) printPart(t wire.Table, complete bool) error {
	format, err := a.format(wire.Short)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	doc := wire.Document{Version: a.sys.Version, At: time.Now(), Complete: complete, Table: t}
	if err := wire.Write(&out, doc, format, a.style()); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	return a.put(out.Bytes())
}

// teller says on stderr what a run does, a line for each thing; of a long wait a line now and then.
func (a *app) teller() func(actions.Event) {
	var waited string
	var said time.Time
	return func(e actions.Event) {
		switch {
		case e.Wait != nil:
			if e.What == waited && time.Since(said) < waitLine {
				return
			}
			waited, said = e.What, time.Now()
			a.note("%s: waiting: %s", e.Run, e.What)
		case e.State != actions.OutcomeUnknown:
			a.note("%s: %s: %s", e.Run, e.Step.ID, strings.TrimSuffix(string(e.State)+", "+e.What, ", "))
		case e.What != "":
			a.note("%s: %s: %s", e.Run, progressOf(e), e.What)
		}
	}
}

const waitLine = 10 * time.Second

func progressOf(e actions.Event) string {
	if e.Step.Of == 0 {
		return fmt.Sprintf("step %d", e.Done+1)
	}
	return fmt.Sprintf("step %d of %d", min(e.Done+1, e.Step.Of), e.Step.Of)
}
