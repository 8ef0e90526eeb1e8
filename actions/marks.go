package actions

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"weir/actions/audit"
	"weir/actions/lease"
)

// This file is what lies beside the journal for a run: requests to stop it, what it waits for, and that it may be
// unfinished. All of it may be lost: the journal alone tells what was done.

const (
	cancelName = "cancel" // in the run's directory: it is to stop, and end
	pauseName  = "pause"  // it is to stop, and stay resumable
	waitName   = "waits"  // what it waits for, in words
)

// Cancel asks a run to stop between two steps, wherever it is driven from. It doesn't wait for that.
func (x *Executor) Cancel(run string) error { return x.ask(run, cancelName) }

// Pause asks a run to stop between two steps and to stay as it is, so that Resume goes on with it. It doesn't wait for that.
func (x *Executor) Pause(run string) error { return x.ask(run, pauseName) }

func (x *Executor) ask(run, name string) error {
	if !validRun(run) {
		return noSuchRun(run)
	}
	if _, err := os.Stat(x.runDir(run)); err != nil {
		return noSuchRun(run)
	}
	if err := os.WriteFile(filepath.Join(x.runDir(run), name), nil, 0o600); err != nil {
		return &Error{Kind: ErrUsage, What: "run " + run + " can't be told to stop", Err: err}
	}
	return nil
}

// asked tells whether a run was asked for something. What can't be looked up counts as asked: stopping is always safe.
func (x *Executor) asked(run, name string) bool {
	_, err := os.Stat(filepath.Join(x.runDir(run), name))
	return !errors.Is(err, fs.ErrNotExist)
}

// unask forgets earlier requests to stop, for a run that goes on.
func (x *Executor) unask(run string) error {
	for _, name := range []string{cancelName, pauseName} {
		if err := os.Remove(filepath.Join(x.runDir(run), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return &Error{Kind: ErrUsage, What: "run " + run + " was asked to stop, and that can't be taken back", Err: err}
		}
	}
	return nil
}

// waits leaves word of what a run waits for, for those who follow it; "" for nothing. That it can't is of no weight.
func (x *Executor) waits(run, what string) {
	path := filepath.Join(x.runDir(run), waitName)
	if what == "" {
		_ = os.Remove(path)
		return
	}
	_ = os.WriteFile(path, []byte(what), 0o600)
}

// waitsFor is what a run left word of.
func (x *Executor) waitsFor(run string) string {
	raw, err := os.ReadFile(filepath.Join(x.runDir(run), waitName))
	if err != nil {
		return ""
	}
	return string(raw)
}

func (x *Executor) openDir() string { return filepath.Join(x.Dir, "open") }

// mark notes durably, before anything else is written of a run, that it may be unfinished: so a start of weir needs to
// read the journal only if there is such a note.
func (x *Executor) mark(run string) error {
	fail := func(err error) error {
		return &Error{Kind: ErrAudit, What: "the run can't be noted as begun", Do: "see that " + x.openDir() + " can be written", Err: err}
	}
	if err := os.MkdirAll(x.openDir(), 0o700); err != nil {
		return fail(err)
	}
	f, err := os.OpenFile(filepath.Join(x.openDir(), run), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fail(err)
	}
	if err := errors.Join(f.Close(), syncDir(x.openDir()), syncDir(x.Dir)); err != nil {
		return fail(err)
	}
	return nil
}

// unmark takes the note back, once the journal holds the end. One that stays costs a look into the journal.
func (x *Executor) unmark(run string) { _ = os.Remove(filepath.Join(x.openDir(), run)) }

// remark makes the notes those of the runs that the journal tells to be open, whatever came between.
func (x *Executor) remark(open []audit.OpenRun) error {
	known := map[string]bool{}
	for _, r := range open {
		known[r.Run] = true
		if !validRun(r.Run) {
			continue
		}
		if _, err := os.Stat(filepath.Join(x.openDir(), r.Run)); err != nil {
			if err := x.mark(r.Run); err != nil {
				return err
			}
		}
	}
	marked, err := x.marked()
	if err != nil {
		return err
	}
	for _, run := range marked {
		if _, held, err := lease.Look(x.locks(), runResource(run)); !known[run] && !held && err == nil {
			x.unmark(run)
		}
	}
	return nil
}

// marked are the runs that may be unfinished. Without the directory it is an error of fs.ErrNotExist.
func (x *Executor) marked() ([]string, error) {
	files, err := os.ReadDir(x.openDir())
	var out []string
	for _, f := range files {
		if validRun(f.Name()) {
			out = append(out, f.Name())
		}
	}
	return out, err
}

// MaybeUnfinished names the runs that aren't at work and may have been left unfinished, without reading the journal; ok is
// false when only the journal can tell.
func (x *Executor) MaybeUnfinished() (runs []string, ok bool) {
	marked, err := x.marked()
	if err != nil {
		return nil, false
	}
	for _, run := range marked {
		if _, held, err := lease.Look(x.locks(), runResource(run)); !held || err != nil {
			runs = append(runs, run)
		}
	}
	return runs, true
}

// Unfinished gives the runs that wait for a person, oldest first: those that were cut off or paused. Where there is none,
// as a rule, the journal isn't read.
func (x *Executor) Unfinished(ctx context.Context) ([]RunInfo, error) {
	names, ok := x.MaybeUnfinished()
	var all []RunInfo
	var err error
	switch {
	case !ok:
		all, err = x.Runs(ctx)
	case len(names) > 0:
		all, err = x.some(ctx, names)
	}
	var out []RunInfo
	for _, r := range all {
		if r.Unfinished() {
			out = append(out, r)
		}
	}
	return out, err
}
