package actions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/actions/audit"
	"weir/actions/lease"
	"weir/lag"
)

// Settled is what was found out about a step in doubt.
type Settled struct {
	Step    string
	Outcome Outcome
	Note    string
}

// Settle finds out what became of the steps in doubt of a run that was cut off, and records it. It changes nothing on
// the cluster, and ends nothing: a person then resumes, undoes or dismisses the run. ErrUnknown when a step's outcome
// still can't be told after Executor.Patience.
func (x *Executor) Settle(ctx context.Context, run string) (out []Settled, err error) {
	w, held, err := x.reopen(ctx, run, Consent{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, x.release(held)) }()
	defer w.edge(ctx, new(Report), &err)
	return w.settle(ctx)
}

// reopen takes hold of a run that hasn't ended and isn't at work. It takes the locks of this host only: finding out what is true changes nothing.
func (x *Executor) reopen(ctx context.Context, run string, c Consent) (*work, *held, error) {
	open, err := x.openRun(ctx, run)
	if err != nil {
		return nil, nil, err
	}
	p, err := x.loadPlan(run, open.PlanDigest)
	if err != nil {
		return nil, nil, err
	}
	a, err := x.Registry.Action(p.Kind)
	if err != nil {
		return nil, nil, err
	}
	held, err := x.lock(ctx, p, run, c)
	if err != nil {
		return nil, nil, err
	}
	return &work{x: x, id: run, plan: p, consent: c, action: a, held: held}, held, nil
}

func (x *Executor) openRun(ctx context.Context, run string) (audit.OpenRun, error) {
	if !validRun(run) {
		return audit.OpenRun{}, noSuchRun(run)
	}
	open, err := x.Log.Unfinished(ctx)
	if err != nil {
		return audit.OpenRun{}, &Error{Kind: ErrAudit, What: "the journal can't be read", Err: err}
	}
	i := slices.IndexFunc(open, func(r audit.OpenRun) bool { return r.Run == run })
	if i < 0 {
		return audit.OpenRun{}, Fail(ErrUsage, fmt.Sprintf("run %s is not one that is unfinished", run), "see weir run list")
	}
	return open[i], nil
}

// settle asks the cluster about every step in doubt, under the run's locks. The journal is read again: another weir may
// have settled the run before the locks were ours.
func (w *work) settle(ctx context.Context) ([]Settled, error) {
	open, err := w.x.openRun(ctx, w.id)
	if err != nil {
		return nil, err
	}
	if len(open.Pending) == 0 {
		return nil, nil
	}
	entries, err := w.x.Log.Show(ctx, w.id)
	if err != nil {
		return nil, &Error{Kind: ErrAudit, What: "the journal can't be read", Err: err}
	}
	w.patiently(ctx, func() string {
		w.run, err = openCarefully(ctx, w.action, w.plan, entries)
		return w.looksAgain("what became of the run", err)
	})
	if err != nil {
		return nil, err
	}
	defer w.close(ctx)
	var out []Settled
	var doubt error
	for _, intent := range open.Pending {
		s, err := w.settleStep(ctx, intent)
		if err != nil {
			return out, err
		}
		out = append(out, s)
		if s.Outcome == OutcomeUnknown {
			doubt = Fail(ErrUnknown, fmt.Sprintf("what became of step %s still can't be told: %s", s.Step, s.Note), "settle it again when the cluster can be seen")
		}
	}
	return out, doubt
}

// inHand is how long a request may take effect after it was sent: the replicas of the offsets topic are waited for half as
// long before they are left behind (replica.lag.time.max.ms).
const inHand = time.Minute

func (w *work) settleStep(ctx context.Context, intent audit.Entry) (Settled, error) {
	step, err := StepOf(intent)
	if err != nil {
		return Settled{}, &Error{Kind: ErrAudit, What: "the journal", Err: err}
	}
	var d Done
	if step.Held {
		d = Done{Outcome: OutcomeNot, Note: "it ended with the process that held it"}
	} else {
		w.patiently(ctx, func() string {
			d, err = w.run.Settle(ctx, step)
			return w.looksAgain("what became of step "+step.ID, err)
		})
	}
	if err != nil {
		d = Done{Outcome: OutcomeUnknown, Note: err.Error()}
	}
	if age := w.x.now().Sub(intent.At); d.Outcome == OutcomeNot && !step.Held && age < inHand {
		d.Note = strings.TrimPrefix(fmt.Sprintf("%s; that is %s after it was begun: what a broker still has in hand may come", d.Note, max(0, age).Round(time.Second)), "; ")
	}
	e, err := w.entry(audit.StageSettle, step.ID, outcomeOf(d.Outcome), result(d))
	if err != nil {
		return Settled{}, err
	}
	if _, err := w.x.record(context.WithoutCancel(ctx), e); err != nil {
		return Settled{}, err
	}
	return Settled{Step: step.ID, Outcome: d.Outcome, Note: d.Note}, nil
}

// Resume settles a run that was cut off and goes on with it where it stopped. It needs consent like the first time; the
// plan may have expired since, but what it hasn't done yet must still be as it saw it.
func (x *Executor) Resume(ctx context.Context, run string, c Consent) (rep Report, err error) {
	w, held, err := x.reopen(ctx, run, c)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, x.release(held)) }()
	defer w.edge(ctx, &rep, &err)
	if err := x.admit(w.plan, c, false); err != nil {
		return Report{}, err
	}
	if err := x.notUndone(ctx, run); err != nil {
		return Report{}, err
	}
	if err := x.claim(ctx, held, c); err != nil {
		return Report{}, err
	}
	if _, err := w.settle(ctx); err != nil {
		return Report{Run: run, Status: StatusUnknown}, err
	}
	if err := x.unask(run); err != nil {
		return Report{}, err
	}
	if err := w.open(ctx, true); err != nil {
		return Report{}, err
	}
	entries, err := x.Log.Show(ctx, run)
	if err != nil {
		return Report{}, &Error{Kind: ErrAudit, What: "the journal can't be read", Err: err}
	}
	if err := w.recount(entries); err != nil {
		return Report{}, err
	}
	return w.drive(ctx, entries)
}

// notUndone refuses to go on with what another run has taken back: that one may have been cut off before it could end this.
func (x *Executor) notUndone(ctx context.Context, run string) error {
	info, _, err := x.Show(ctx, run)
	if err != nil {
		return err
	}
	if info.Status == StatusUndone {
		return Fail(ErrUsage, "run "+run+" was undone by run "+info.UndoneBy, "end it: weir run settle "+run+" --note WHY")
	}
	return nil
}

// recount takes over what earlier processes of the run have done.
func (w *work) recount(entries []audit.Entry) error {
	past, err := PastOf(entries)
	if err != nil {
		return &Error{Kind: ErrAudit, What: "the journal", Err: err}
	}
	for _, p := range past {
		if p.Step.Held {
			continue
		}
		if p.Outcome == OutcomeApplied {
			w.done++
		}
		if p.Outcome != OutcomeNot {
			w.changed = true
		}
	}
	return nil
}

// Dismiss ends an unfinished run as it is, with a note that says why that is well.
func (x *Executor) Dismiss(ctx context.Context, run, note string) (err error) {
	if strings.TrimSpace(note) == "" {
		return Fail(ErrRefused, "ending a run as it is needs a note", "say what you found, with --reason")
	}
	by := lease.Holder{Why: note, Run: run, Since: x.now()}
	local, err := lease.Acquire(ctx, x.locks(), []lease.Claim{{Resource: runResource(run)}}, by)
	if err != nil {
		return x.notHeld(ctx, err, "run "+run+" is at work")
	}
	defer func() { err = errors.Join(err, x.release(&held{local: local, holder: by})) }()
	open, err := x.openRun(ctx, run)
	if err != nil {
		return err
	}
	o := audit.OutcomeOK
	if len(open.Pending) > 0 {
		o = audit.OutcomeMixed
	}
	w := &work{x: x, id: run, plan: Plan{Kind: open.Kind, Digest: open.PlanDigest}, consent: Consent{Reason: note}}
	return w.dismiss(ctx, StatusSettled, o, note)
}

func (w *work) dismiss(ctx context.Context, s Status, o audit.Outcome, note string) error {
	e, err := w.entry(audit.StageSettle, "", o, ending{Status: s, Note: note})
	if err != nil {
		return err
	}
	if _, err = w.x.record(context.WithoutCancel(ctx), e); err != nil {
		return err
	}
	w.x.unmark(w.id)
	return nil
}

// Undo makes the request for the plan that undoes a run. A run with a step in doubt has to be settled first.
func (x *Executor) Undo(ctx context.Context, run string) (Request, error) {
	info, entries, err := x.Show(ctx, run)
	if err != nil {
		return Request{}, err
	}
	switch info.Status {
	case StatusRunning:
		return Request{}, Fail(ErrLocked, "run "+run+" is still at work", "weir run cancel "+run)
	case StatusUnknown:
		return Request{}, Fail(ErrUnknown, "a step of run "+run+" is in doubt", "weir run settle "+run)
	case StatusUndone:
		return Request{}, Fail(ErrUsage, "run "+run+" is undone already, by run "+info.UndoneBy, "")
	}
	a, err := x.Registry.Action(info.Kind)
	if err != nil {
		return Request{}, err
	}
	u, ok := a.(Undoer)
	if !ok || info.Undo == UndoNone {
		return Request{}, Fail(ErrRefused, "there is no undo for "+info.Kind, "")
	}
	req, err := u.Undo(entries)
	if err != nil {
		return Request{}, err
	}
	if req.Target, err = lag.ParseRef(info.Target); err != nil {
		return Request{}, &Error{Kind: ErrAudit, What: "the journal names the target badly", Err: err}
	}
	req.Undoes, req.Seen = run, entries[len(entries)-1].Seq
	return req, nil
}

// undone ends a run that another one has undone, if it was still open.
func (x *Executor) undone(ctx context.Context, run, by string, c Consent) error {
	open, err := x.Log.Unfinished(ctx)
	if err != nil {
		return &Error{Kind: ErrAudit, What: "the journal can't be read", Err: err}
	}
	for _, r := range open {
		if r.Run == run {
			w := &work{x: x, id: run, plan: Plan{Kind: r.Kind, Digest: r.PlanDigest}, consent: c}
			return w.dismiss(ctx, StatusSettled, audit.OutcomeOK, "undone by run "+by)
		}
	}
	return nil
}
