package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"weir/actions"
	"weir/internal/config"
	"weir/internal/wire"
	"weir/lag"
)

// runs are the commands on what was carried out.
func (a *app) runs() *cobra.Command {
	return parent(&cobra.Command{Use: "run", Short: "What was carried out: list, show, watch, pause, resume, cancel, settle, undo",
		Long: `What was carried out on this host, as the audit log tells it.

A run that was cut off is unfinished until a person decides: weir run settle finds out what is true, then weir run resume
goes on, weir run undo plans it back, or weir run settle --note ends it as it is.`},
		a.runList(), a.runShow(), a.runWatch(), a.runPause(), a.runResume(), a.runCancel(), a.runSettle(), a.runUndo())
}

func (a *app) runList() *cobra.Command {
	var open bool
	c := &cobra.Command{Use: "list", Short: "List runs, oldest first", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			x, err := a.journal()
			if err != nil {
				return err
			}
			all, err := x.Runs(c.Context())
			if err != nil {
				return acted(err)
			}
			if open {
				all = unfinishedOf(all)
			}
			if len(all) == 0 {
				a.note("no runs")
			}
			return a.printRuns(all)
		}}
	c.Flags().BoolVar(&open, "unfinished", false, "only those that wait for a person")
	return c
}

func unfinishedOf(all []actions.RunInfo) []actions.RunInfo {
	var out []actions.RunInfo
	for _, r := range all {
		if r.Unfinished() {
			out = append(out, r)
		}
	}
	return out
}

func (a *app) runShow() *cobra.Command {
	return &cobra.Command{Use: "show RUN", Short: "Tell all of one run, with its entries in the audit log", Args: exactly(1, "one run"),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := a.format("")
			if err != nil {
				return err
			}
			x, err := a.journal()
			if err != nil {
				return err
			}
			info, entries, err := x.Show(c.Context(), args[0])
			if err != nil {
				return acted(err)
			}
			var out bytes.Buffer
			if format == "" {
				err = a.runPage(&out, info, entries)
			} else {
				list := wire.Entries(entries)
				list.Short = []string{"seq", "at", "stage", "step", "outcome", "error"}
				doc := wire.Document{Version: a.sys.Version, At: time.Now(), Complete: true, Table: wire.Runs([]actions.RunInfo{info}),
					More: []wire.Section{{Key: "entries", Table: list}}}
				err = wire.Write(&out, doc, format, a.style())
			}
			if err != nil {
				return fmt.Errorf("write the output: %w", fault{Unseen, err})
			}
			if info.Unfinished() {
				a.note("%s", a.advice(info))
			}
			return a.put(out.Bytes())
		}}
}

// advice says what a person can do about an unfinished run.
func (a *app) advice(r actions.RunInfo) string {
	if r.Status == actions.StatusUnknown {
		return fmt.Sprintf("run %s: nobody knows whether a step took effect; weir run settle %s%s finds out", r.Run, r.Run, a.where())
	}
	return fmt.Sprintf("run %s is unfinished: weir run resume %s%s goes on, weir run undo plans it back, weir run settle --note ends it as it is", r.Run, r.Run, a.where())
}

// clusterOfRun is the cluster that a run acts on.
func (a *app) clusterOfRun(ctx context.Context, run string) (config.Cluster, error) {
	x, err := a.journal()
	if err != nil {
		return config.Cluster{}, err
	}
	info, _, err := x.Show(ctx, run)
	if err != nil {
		return config.Cluster{}, acted(err)
	}
	ref, err := lag.ParseRef(info.Target)
	if err != nil {
		return config.Cluster{}, fault{int(actions.ErrAudit), fmt.Errorf("run %s: its target: %w", run, err)}
	}
	return a.clusterOf(ctx, "run "+run, ref.Cluster)
}

func (a *app) runResume() *cobra.Command {
	var f consentFlags
	var d detachFlags
	c := &cobra.Command{Use: "resume RUN", Short: "Go on with a run that was cut off or paused, after consent", Args: exactly(1, "one run"),
		Long: `Go on with a run that was cut off or paused, after consent. What is in doubt is settled first, and what isn't done yet must still be as
the plan saw it.`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			cluster, err := a.clusterOfRun(c.Context(), args[0])
			if err != nil {
				return err
			}
			if d.on {
				return a.detach(c.Context(), c, cluster, args[0], []string{"run", "resume", args[0]}, nil)
			}
			return a.carry(c.Context(), cluster, f, d.run, func(x *actions.Executor) (actions.Report, error) {
				return x.Resume(c.Context(), args[0], a.consent(f))
			})
		}}
	f.add(c)
	d.add(c)
	return c
}

func (a *app) runCancel() *cobra.Command {
	return &cobra.Command{Use: "cancel RUN", Short: "Ask a run that is at work to stop between two steps", Args: exactly(1, "one run"),
		Long: `Ask a run that is at work to stop between two steps, wherever it runs, and to end there. What was done stays: weir run undo
plans it back.`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.askRun(c.Context(), args[0], (*actions.Executor).Cancel, "run %s was asked to stop; it ends the step it is at first")
		}}
}

func (a *app) runSettle() *cobra.Command {
	var note string
	c := &cobra.Command{Use: "settle RUN", Short: "Find out what became of a run that was cut off, or end it with a note", Args: exactly(1, "one run"),
		Long: `Find out what became of a run that was cut off. It changes nothing on the cluster and records what it finds.

With --note it asks no cluster, and ends the run as it is: the note says why that is well.`,
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("note") {
				return a.dismiss(c.Context(), args[0], note)
			}
			return a.settle(c.Context(), args[0])
		}}
	c.Flags().StringVar(&note, "note", "", "end the run as it is, for this reason")
	return c
}

func (a *app) dismiss(ctx context.Context, run, note string) error {
	x, err := a.executor(ctx, config.Cluster{}, false)
	if err != nil {
		return err
	}
	if err := x.Dismiss(ctx, run, note); err != nil {
		return acted(err)
	}
	info, _, err := x.Show(ctx, run)
	if err != nil {
		return acted(err)
	}
	return a.printRuns([]actions.RunInfo{info})
}

func (a *app) settle(ctx context.Context, run string) error {
	c, err := a.clusterOfRun(ctx, run)
	if err != nil {
		return err
	}
	x, err := a.executor(ctx, c, false)
	if err != nil {
		return err
	}
	found, err := x.Settle(ctx, run)
	for _, s := range found {
		a.note("step %s: %s%s", s.Step, outcomeWords[s.Outcome], colon(s.Note))
	}
	info, _, shown := x.Show(ctx, run)
	if err := errors.Join(err, shown); err != nil {
		return acted(err)
	}
	if len(found) == 0 {
		a.note("no step of run %s is in doubt", run)
	}
	a.note("%s", a.advice(info))
	return a.printRuns([]actions.RunInfo{info})
}

var outcomeWords = map[actions.Outcome]string{
	actions.OutcomeApplied: "it took effect", actions.OutcomeNot: "it did not take effect",
	actions.OutcomeMixed: "it took effect in part, or may have", actions.OutcomeUnknown: "it still can't be told",
}

func colon(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

func (a *app) runUndo() *cobra.Command {
	var save string
	c := &cobra.Command{Use: "undo RUN", Short: "Make the plan that undoes a run", Args: exactly(1, "one run"),
		Long: `Make the plan that undoes a run, from what the audit log holds. It changes nothing: the plan is applied like any other. It
is refused when somebody moved since what the run had set.`,
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := a.format(""); err != nil {
				return err
			}
			cluster, err := a.clusterOfRun(c.Context(), args[0])
			if err != nil {
				return err
			}
			x, err := a.journal(cluster)
			if err != nil {
				return err
			}
			req, err := x.Undo(c.Context(), args[0])
			if err != nil {
				return acted(err)
			}
			return a.makePlan(c.Context(), x.Registry, cluster, req, save)
		}}
	c.Flags().StringVar(&save, "save", "", "keep the plan in this file, for weir apply")
	return c
}
