package kafkatest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"weir/actions"
	"weir/actions/audit"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Trial is a change that is put under a fault. What became of it is told by a client that isn't weir's, item by item.
type Trial struct {
	W       *World
	X       *actions.Executor
	Request actions.Request
	Key     kmsg.Key // of the requests that change the cluster
	// Now gives the value of every item of the plan, as its changes write it, by Item.
	Now func() map[string]string
	// Stays says that an undo leaves an item as it is, as the copy of a record; nil for none.
	Stays func(item string) bool
}

// Item names what a change changes.
func Item(c actions.Change) string { return c.Ref + " " + c.Field }

func value(raw json.RawMessage) string {
	if raw == nil {
		return "null"
	}
	return string(raw)
}

// Journal tells the end of each step and of the run, in the order of the entries, such as "hold:ok commit-1:ok done". A
// step whose end isn't told is followed by a question mark.
func Journal(entries []audit.Entry) string {
	var out []string
	for i, e := range entries {
		switch {
		case e.Stage == audit.StageIntent && (i+1 == len(entries) || entries[i+1].Stage != audit.StageResult):
			out = append(out, e.Step+":?")
		case e.Stage == audit.StageResult, e.Stage == audit.StageSettle && e.Step != "":
			out = append(out, e.Step+":"+string(e.Outcome))
		case e.Stage == audit.StageVerdict, e.Stage == audit.StageSettle:
			var end struct {
				Status string `json:"status"`
			}
			if json.Unmarshal(e.Data, &end) != nil {
				end.Status = "unreadable"
			}
			out = append(out, end.Status)
		}
	}
	return strings.Join(out, " ")
}

// Told gives what the journal says of each item: the outcome of the newest step that named it. An item that no step
// named isn't in it.
func Told(t testing.TB, entries []audit.Entry) map[string]actions.Outcome {
	t.Helper()
	out, items := map[string]actions.Outcome{}, map[string][]string{}
	for _, e := range entries {
		switch {
		case e.Stage == audit.StageIntent:
			step, err := actions.StepOf(e)
			Must(t, err)
			items[e.Step] = nil
			for _, c := range step.Items {
				items[e.Step] = append(items[e.Step], Item(c))
				out[Item(c)] = actions.OutcomeUnknown
			}
		case e.Step != "" && (e.Stage == audit.StageResult || e.Stage == audit.StageSettle):
			var r struct {
				Outcome actions.Outcome `json:"outcome"`
			}
			Must(t, json.Unmarshal(e.Data, &r))
			for _, item := range items[e.Step] {
				out[item] = r.Outcome
			}
		}
	}
	return out
}

// Honest fails the test unless the end of a run, its journal and the cluster say the same of every item: what the journal
// calls applied is as planned, what it calls not applied or doesn't name is as before, and the exit code claims neither
// more nor less. Nothing may have been sent that changes the cluster without an intent.
func (r *Trial) Honest(t testing.TB, p actions.Plan, rep actions.Report, err error) {
	t.Helper()
	info, entries, serr := r.X.Show(t.Context(), rep.Run)
	Must(t, serr)
	exit := actions.ExitCode(err)
	if info.Status != rep.Status || info.Exit != exit {
		t.Errorf("the run ended %s with %d (%v), its journal says %s with %d", rep.Status, exit, err, info.Status, info.Exit)
	}
	before, after := r.compare(t, p, entries)
	begun := 0
	for _, o := range Told(t, entries) {
		if o != actions.OutcomeNot {
			begun++
		}
	}
	switch actions.Kind(exit) {
	case 0, actions.ErrUnverified:
		if exit == 0 && (after != len(p.Changes) || rep.Status != actions.StatusDone) {
			t.Errorf("done (%s), and %d of %d items are as planned", rep.Status, after, len(p.Changes))
		}
	case actions.ErrPartial:
		if begun == 0 {
			t.Errorf("said to be partly applied, and no step says so: %s", Journal(entries))
		}
	case actions.ErrUnknown:
		if info.Status != actions.StatusUnknown || len(info.Pending) == 0 {
			t.Errorf("outcome unknown, and the run is %s with %v in doubt", info.Status, info.Pending)
		}
	default:
		if before != len(p.Changes) || begun > 0 || info.Unfinished() {
			t.Errorf("exit %d says that nothing changed: %d of %d items are as before, the run is %s: %s", exit, before, len(p.Changes), info.Status, Journal(entries))
		}
	}
	intents := 0
	for _, e := range entries {
		if e.Stage == audit.StageIntent {
			intents++
		}
	}
	if sent := r.W.Acted.Count()[r.Key.Name()]; sent > intents {
		t.Errorf("%d %s were sent, and %d intents stand in the journal", sent, r.Key.Name(), intents)
	}
}

// compare holds the cluster against the journal.
func (r *Trial) compare(t testing.TB, p actions.Plan, entries []audit.Entry) (before, after int) {
	t.Helper()
	now, told := r.Now(), Told(t, entries)
	for _, c := range p.Changes {
		got, was, is := now[Item(c)], value(c.Before), value(c.After)
		o, named := told[Item(c)]
		bad := got != was && got != is
		switch {
		case !named || o == actions.OutcomeNot:
			bad = got != was
		case o == actions.OutcomeApplied:
			bad = got != is
		}
		if bad {
			t.Errorf("%s is %s; it was %s and planned was %s, of which the journal says %q: %s", Item(c), got, was, is, o, Journal(entries))
		}
		if got == was {
			before++
		}
		if got == is {
			after++
		}
	}
	return before, after
}

// GoOn does what a person does about a run that was left open, once the fault is over: settles it, and goes on with it to
// its end. A run that has ended is left alone.
func (r *Trial) GoOn(t testing.TB, p actions.Plan, run string) {
	t.Helper()
	ctx := t.Context()
	info, _, err := r.X.Show(ctx, run)
	Must(t, err)
	if !info.Unfinished() {
		return
	}
	if _, err := r.X.Apply(ctx, p, Consent(p)); !errors.Is(err, actions.ErrUnknown) {
		t.Fatalf("a second apply over an unfinished run: %v", err)
	}
	_, err = r.X.Settle(ctx, run)
	Must(t, err)
	_, entries, err := r.X.Show(ctx, run)
	Must(t, err)
	r.compare(t, p, entries)
	rep, err := r.X.Resume(ctx, run, Consent(p))
	Must(t, err)
	r.Honest(t, p, rep, err)
}

// Back undoes a run, and fails the test unless everything is as before then, but for what stays and what can't be undone.
func (r *Trial) Back(t testing.TB, p actions.Plan, run string) {
	t.Helper()
	ctx := t.Context()
	req, err := r.X.Undo(ctx, run)
	switch {
	case p.Undo == actions.UndoNone:
		if !errors.Is(err, actions.ErrRefused) {
			t.Errorf("there is no undo, and yet: %v", err)
		}
		return
	case errors.Is(err, actions.ErrUsage): // it changed nothing
	default:
		Must(t, err)
		u := Plan(t, r.X, req)
		rep, err := r.X.Apply(ctx, u, Consent(u))
		if err != nil || rep.Status != actions.StatusDone {
			t.Errorf("the undo: %+v, %v", rep, err)
		}
	}
	now := r.Now()
	for _, c := range p.Changes {
		if got := now[Item(c)]; got != value(c.Before) && (r.Stays == nil || !r.Stays(Item(c))) {
			t.Errorf("after the undo %s is %s, before it was %s", Item(c), got, value(c.Before))
		}
	}
}
