package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"weir/actions"
	"weir/internal/cli"
	"weir/internal/config"
	"weir/probes"
	"weir/tui"
)

// console draws the screen.
func console(ctx context.Context, c *cli.Console) error {
	box := tui.NewProgressBox()
	c.Progress = func(cluster string, p probes.Progress) {
		box.Tell(tui.Progress{Cluster: cluster, Reading: p.Reading, Done: p.Done, Of: p.Of})
	}
	var clusters []tui.Cluster
	for _, k := range c.Clusters {
		clusters = append(clusters, tui.Cluster{Name: k.Name, Environment: k.Environment, ReadOnly: k.Mode == config.ReadOnly,
			Policies: c.Policies[k.Name], NoPeek: noPeek(k), Flags: c.Flags, Unnamed: c.Unnamed})
	}
	o := tui.Options{
		Engine: c.Engine, Clusters: clusters, Progress: box, In: os.Stdin, Out: os.Stdout, Getenv: os.Getenv, Version: version(), UTC: c.UTC, Unacting: c.Unacting,
		Write: writeNew,
		Waiting: func(run string) {
			c.Note("run " + run + " ends the step it is at, and then stops; weir run show tells what it did")
		},
		Left: func(r actions.Report) { tellLeft(c.Note, r) },
	}
	if c.Unacting == nil {
		o.Actor = newActor(ctx, c)
	}
	look := &peeker{clusters: c.Clusters}
	defer look.Close()
	o.Peeker = look
	keepIn(&o, c)
	err := tui.Run(ctx, o)
	if d, ok := errors.AsType[*tui.Defect](err); ok {
		return cli.Panicked{What: fmt.Sprint(d.Value), Stack: d.Stack}
	}
	if h, ok := errors.AsType[tui.Hangup](err); ok {
		return cli.Interrupted{Signal: h.Signal}
	}
	if errors.Is(err, tui.ErrNoTerminal) {
		return cli.ErrNoTerminal
	}
	return err
}

// tellLeft tells what became of a run that the console was left in, and what it leaves behind, such as an application that
// stays stopped.
func tellLeft(note func(string), r actions.Report) {
	if r.Run != "" {
		said := fmt.Sprintf("run %s is %s; steps done: %d", r.Run, r.Status, r.Done)
		if r.Total > 0 {
			said += fmt.Sprintf(" of %d", r.Total)
		}
		note(said)
	}
	for _, n := range r.Notes {
		note(n)
	}
}

// keepIn gives the console what it keeps between two sessions, or has it say why nothing is kept.
func keepIn(o *tui.Options, c *cli.Console) {
	if c.Store == nil {
		if c.Unstored != nil {
			o.Said = "nothing is kept, no settings and no marks: " + c.Unstored.Error()
		}
		return
	}
	o.Notebook = notebook{c.Store, c.By}
	remember(o, c.Store)
	recall(o, c.Store)
}

// writeNew writes a file that is not there yet, and returns where it lies.
func writeNew(name string, b []byte) (string, error) {
	path, err := filepath.Abs(atHome(name))
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("%s is there already, and is left as it is", path)
	}
	if err != nil {
		return "", err
	}
	_, err = f.Write(b)
	return path, errors.Join(err, f.Close())
}
