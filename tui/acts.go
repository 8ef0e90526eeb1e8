package tui

import (
	"errors"
	"slices"
	"strings"
	"time"

	"weir/actions"
	"weir/lag"
)

// acts is what the console knows of changes: those under way here, those in the journal, and what is armed.
type acts struct {
	actor    Actor  // nil: nothing can be changed from here
	unacting string // why
	work     *work  // the run that this console drives, or drove last; nil: none yet
	runs     []actions.RunInfo
	runsAt   time.Time // when they were read; zero: not yet
	runsErr  error
	armed    map[string]arming
	settling *settling // a run whose outcome is being found out; nil: none
}

// arming is a cluster that is read-only and armed for a while.
type arming struct {
	until  time.Time
	reason string
}

// work is a run that this console drives.
type work struct {
	plan     actions.Plan
	made     planSource
	run      string // "" until the first word of it
	began    time.Time
	rows     []stepRow
	waiting  string    // what is waited for; "" for nothing
	until    time.Time // at the longest; zero: not known
	stopping bool
	stop     func()
	over     bool
	report   actions.Report
	err      error
}

// stepRow is a step as the console heard of it or the journal tells it.
type stepRow struct {
	id, title    string
	began, ended time.Time // zero: not yet
	outcome      actions.Outcome
	note         string
	items        int
	of           int  // steps in all; 0 not known
	known        bool // an end is known, whatever it was
}

// under reports whether a run is under way here.
func (a *acts) under() bool { return a.work != nil && !a.work.over }

// armedOn gives until when a cluster is armed, and why; false when it isn't.
func (a *acts) armedOn(cluster string, now time.Time) (arming, bool) {
	g, ok := a.armed[cluster]
	return g, ok && now.Before(g.until)
}

// unfinished are the runs that wait for a person, oldest first.
func (a *acts) unfinished() []actions.RunInfo {
	var out []actions.RunInfo
	for _, r := range a.runs {
		if r.Unfinished() && (a.work == nil || a.work.over || a.work.run != r.Run) {
			out = append(out, r)
		}
	}
	return out
}

// undoable is the newest run on a cluster that can be undone; "" when there is none.
func (a *acts) undoable(cluster string) string {
	for _, r := range slices.Backward(a.runs) {
		ref, err := lag.ParseRef(r.Target)
		if err == nil && ref.Cluster == cluster && r.Undoes == "" && undoes(&r) {
			return r.Run
		}
	}
	return ""
}

// canUndo reports whether a plan that undoes the run is worth asking for.
func (a *acts) canUndo(run string) bool {
	i := slices.IndexFunc(a.runs, func(r actions.RunInfo) bool { return r.Run == run })
	return i >= 0 && !a.under() && a.settlingOf(run) == nil && undoes(&a.runs[i])
}

// undoes reports whether a run has ended with something done that can be taken back.
func undoes(r *actions.RunInfo) bool {
	switch r.Status {
	case actions.StatusUndone, actions.StatusRunning, actions.StatusUnknown, actions.StatusSettled:
		return false
	}
	return r.Undo != actions.UndoNone && r.Undo != "" && r.Done > 0
}

// heard takes in what a run did.
func (w *work) heard(e actions.Event, now time.Time) {
	w.run = e.Run
	w.waiting, w.until = "", time.Time{}
	switch {
	case e.Wait != nil:
		w.waiting, w.until = e.What, e.Until
		return
	case e.Step.ID == "":
		return
	}
	i := slices.IndexFunc(w.rows, func(r stepRow) bool { return r.id == e.Step.ID })
	if i < 0 {
		i = len(w.rows)
		w.rows = append(w.rows, stepRow{id: e.Step.ID, began: now})
	}
	r := &w.rows[i]
	r.title, r.of, r.items = e.Step.Title, e.Step.Of, len(e.Step.Items)
	if e.State != actions.OutcomeUnknown {
		r.outcome, r.ended, r.note, r.known = e.State, now, e.What, true
	}
}

// steps tells how many steps are done, of how many; 0: not known.
func (w *work) steps() (done, of int) {
	for _, r := range w.rows {
		if r.outcome == actions.OutcomeApplied {
			done++
		}
		of = max(of, r.of)
	}
	return done, of
}

// verbOf is how a kind is called on the command line; the kind itself when it is not known.
func (a *acts) verbOf(kind string) string {
	if a.actor != nil {
		for _, s := range a.actor.Specs() {
			if s.Kind == kind {
				return s.Verb
			}
		}
	}
	return kind
}

// failure is an error of the path of changes as a sentence, that ends in what became of the cluster where that is certain.
func failure(err error) string {
	said := upperFirst(sentence(strings.TrimSpace(err.Error())))
	if strings.Contains(strings.ToLower(said), "nothing changed") {
		return said
	}
	var e *actions.Error
	var k actions.Kind
	if !errors.As(err, &e) && !errors.As(err, &k) {
		return said
	}
	switch actions.Kind(actions.ExitCode(err)) {
	case actions.ErrUsage, actions.ErrUnseen, actions.ErrGuard, actions.ErrRefused, actions.ErrLocked, actions.ErrStale, actions.ErrStopped:
		return said + " Nothing changed."
	}
	return said
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
