package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"weir/actions"
)

func (a *app) runWatch() *cobra.Command {
	return &cobra.Command{Use: "watch RUN", Short: "Follow a run of this host to its end", Args: exactly(1, "one run"),
		Long: `Follow a run of this host to its end, whoever began it and in which terminal, from its first step on. What it does is said
on stderr; how it stands in the end is printed, and the exit code is that of the run. An interrupt ends the looking, never
the run.`,
		RunE: func(c *cobra.Command, args []string) error { return a.watchRun(c.Context(), args[0]) }}
}

func (a *app) watchRun(ctx context.Context, run string) error {
	if _, err := a.format(""); err != nil {
		return err
	}
	x, err := a.journal()
	if err != nil {
		return err
	}
	info, err := x.Follow(ctx, run, a.teller())
	switch {
	case ctx.Err() != nil:
		a.note("run %s goes on; weir run watch %s follows it again", run, run)
		return context.Cause(ctx)
	case err != nil:
		return acted(err)
	}
	if err := a.printRuns([]actions.RunInfo{info}); err != nil {
		return err
	}
	if info.Unfinished() {
		a.note("%s", a.advice(info))
	}
	if info.Exit == Done {
		return nil
	}
	if info.Error == "" {
		return fault{info.Exit, errSaid}
	}
	return fault{info.Exit, errors.New(info.Error)}
}

func (a *app) runPause() *cobra.Command {
	return &cobra.Command{Use: "pause RUN", Short: "Ask a run that is at work to stop between two steps, to be gone on with later", Args: exactly(1, "one run"),
		Long: `Ask a run that is at work to stop between two steps, wherever it runs, and to stay as it is: weir run resume goes on with it.
Until then nothing else is applied to what it works on.`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.askRun(c.Context(), args[0], (*actions.Executor).Pause, "run %s was asked to pause; it ends the step it is at first")
		}}
}

// askRun asks a run that is at work for something.
func (a *app) askRun(ctx context.Context, run string, ask func(*actions.Executor, string) error, said string) error {
	x, err := a.journal()
	if err != nil {
		return err
	}
	info, _, err := x.Show(ctx, run)
	if err != nil {
		return acted(err)
	}
	if info.Unfinished() {
		return usage("run %s is not at work: it is %s; weir run settle %s --note WHY ends it as it is", run, info.Status, run)
	}
	if info.Status != actions.StatusRunning {
		return usage("run %s is not at work: it is %s", run, info.Status)
	}
	if err := ask(x, run); err != nil {
		return acted(err)
	}
	a.note(said, run)
	return nil
}
