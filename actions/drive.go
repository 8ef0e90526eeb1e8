package actions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"weir/actions/audit"
	"weir/internal/text"
)

const (
	maxTries   = 3
	retryPause = 500 * time.Millisecond
	closeLimit = 20 * time.Second // for giving back a hold
)

// work is one run being driven.
type work struct {
	x       *Executor
	id      string
	plan    Plan
	consent Consent
	action  Action
	run     Run
	held    *held // nil: nothing
	done    int   // steps that are done
	total   int
	changed bool // something of the cluster is or may be changed
	waited  time.Time
	waiting string // what for
	notes   []string
	tries   map[string]int
	doubt   *Step // what became of it isn't known; nil for none
	paused  bool  // it was asked to stop and stay resumable
	closed  bool
}

func (w *work) entry(stage audit.Stage, step string, o audit.Outcome, data any) (audit.Entry, error) {
	raw, err := encode(data)
	if err != nil {
		return audit.Entry{}, &Error{Kind: ErrDefect, What: "what is to be recorded", Err: err}
	}
	return audit.Entry{
		Run: w.id, Stage: stage, Kind: w.plan.Kind, PlanDigest: w.plan.Digest, Step: step, Outcome: o,
		Reason: w.consent.Reason, Ticket: w.consent.Ticket, Data: raw,
	}, nil
}

// open records who consented to what, before anything is done.
func (w *work) open(ctx context.Context, resumed bool) error {
	p := w.plan
	e, err := w.entry(audit.StageProgress, consentStep, "", opening{
		Consent: w.consent, Plan: planID(p), Target: p.Target.String(), ClusterID: p.ClusterID, Tier: p.Tier.String(), Undo: string(p.Undo),
		Undoes: p.Undoes, Totals: p.Totals, Resumed: resumed, Claim: w.held.info(),
	})
	if err != nil {
		return err
	}
	if _, err = w.x.record(ctx, e); err != nil {
		return err
	}
	w.x.tell(Event{Run: w.id, Done: w.done})
	return w.tellClaim(ctx)
}

// drive goes from step to step to the verdict.
func (w *work) drive(ctx context.Context, past []audit.Entry) (Report, error) {
	w.tries = map[string]int{}
	var err error
	if w.run, err = openCarefully(ctx, w.action, w.plan, past); err != nil {
		return w.end(ctx, StatusFailed, Verdict{}, err)
	}
	w.closed = false
	for again := true; again; {
		again, err = w.foundOut(ctx, w.steps(ctx))
	}
	switch {
	case errors.Is(err, ErrAudit), w.doubt != nil: // no verdict: the run stays open
		w.close(ctx)
		return w.report(StatusUnknown, Verdict{}), w.unsure(err)
	case errors.Is(err, ErrStopped) && (w.paused || w.changed && errors.Is(context.Cause(ctx), ErrDropped)):
		w.close(ctx)
		return w.rest(ctx)
	case errors.Is(err, ErrStopped):
		w.close(ctx)
		return w.end(ctx, StatusCancelled, Verdict{}, err)
	case err != nil:
		w.close(ctx)
		return w.end(ctx, StatusFailed, Verdict{}, err)
	}
	return w.verify(ctx)
}

// verify runs before what the run holds is given back: afterwards the world moves on.
func (w *work) verify(ctx context.Context) (Report, error) {
	vctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultStepTimeout)
	v, err := w.run.Verify(vctx)
	cancel()
	w.close(ctx)
	switch {
	case errors.Is(err, ErrDefect):
		return w.end(ctx, StatusUnverified, v, &Error{Kind: ErrDefect, What: "run " + w.id + ": everything was applied, but whether it took effect could not be seen", Err: err})
	case err != nil:
		return w.end(ctx, StatusUnverified, v, &Error{Kind: ErrUnverified, What: "everything was applied, but whether it took effect could not be seen", Err: err})
	case !v.OK:
		return w.end(ctx, StatusUnverified, v, Fail(ErrUnverified, "everything was applied, but it is not as planned: "+v.Note, "weir run show "+w.id))
	}
	return w.end(ctx, StatusDone, v, nil)
}

func (w *work) steps(ctx context.Context) error {
	for {
		if w.stopped(ctx) {
			return w.halt(ctx)
		}
		step, err := w.run.Next(ctx)
		var wait *Wait
		if w.passedBy(step, err) {
			if err := w.resolve(ctx); err != nil {
				return err
			}
		}
		switch {
		case finished(err):
			return nil
		case errors.As(err, &wait):
			if err := w.wait(ctx, wait); err != nil {
				return err
			}
			continue
		case err != nil:
			return w.kindly(ctx, err)
		}
		if err := w.step(ctx, step); err != nil {
			return err
		}
	}
}

// finished tells whether Next said that all steps are done: by io.EOF itself. An error that only wraps it is of a
// connection that broke while the guards were checked.
func finished(err error) bool { return err == io.EOF }

// kindly gives an error of Next its kind: stopped while it asked, or what it says itself.
func (w *work) kindly(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return w.halt(ctx)
	}
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return &Error{Kind: ErrUnseen, What: "the guards could not be checked", Err: err}
}

// stopped tells whether the run is to stop here. To end it outweighs to pause it.
func (w *work) stopped(ctx context.Context) bool {
	ends := ctx.Err() != nil || w.x.asked(w.id, cancelName)
	w.paused = !ends && w.x.asked(w.id, pauseName)
	return ends || w.paused
}

// halt is the stop, unless all is done already: then there is nothing left to stop, and what was done is still to be
// verified.
func (w *work) halt(ctx context.Context) error {
	if w.done > 0 && w.done >= w.total {
		nctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultStepTimeout)
		defer cancel()
		if _, err := w.run.Next(nctx); finished(err) {
			return nil
		}
	}
	return w.stop()
}

func (w *work) stop() error {
	if !w.changed {
		return Fail(ErrStopped, "stopped, and nothing was changed", "")
	}
	return Fail(ErrStopped, "stopped after "+text.Plural(w.done, "step", "steps"), "")
}

// rest leaves the run as it is, without a verdict, to be gone on with.
func (w *work) rest(ctx context.Context) (Report, error) {
	kind, what := ErrStopped, "paused before anything was changed"
	if w.changed {
		kind, what = ErrPartial, "paused after "+text.Plural(w.done, "step", "steps")
	}
	rep := w.report(StatusPaused, Verdict{})
	e, err := w.entry(audit.StageProgress, audit.PauseStep, "", pausing{Target: w.plan.Target.String(), Done: w.done, Kind: int(kind)})
	if err != nil {
		return rep, err
	}
	if _, err := w.x.record(context.WithoutCancel(ctx), e); err != nil {
		return rep, err
	}
	return rep, Fail(kind, what, "weir run resume "+w.id)
}

// wait lets time pass until a step may be possible.
func (w *work) wait(ctx context.Context, by *Wait) error {
	now := w.x.now()
	if w.waited.IsZero() {
		w.waited = now
	}
	if now.Sub(w.waited) >= by.Left {
		return by.Else
	}
	w.x.tell(Event{Run: w.id, Done: w.done, What: by.For, Wait: by, Until: w.waited.Add(by.Left)})
	w.waitsFor(by.For)
	return w.pause(ctx, by.Again)
}

// waitsFor leaves word of what is waited for; "" when nothing is any more.
func (w *work) waitsFor(what string) {
	if what != w.waiting {
		w.waiting = what
		w.x.waits(w.id, what)
	}
}

func (w *work) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return w.stop()
	}
}

// close gives back what the run holds. That it can't is no failure of the run: it ends by itself.
func (w *work) close(ctx context.Context) {
	if w.run == nil || w.closed {
		return
	}
	w.closed = true
	w.waitsFor("")
	cctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	if err := w.run.Close(cctx); err != nil {
		w.notes = append(w.notes, err.Error())
	}
}

// end writes the verdict. An error after changes becomes ErrPartial, with its own kind within.
func (w *work) end(ctx context.Context, s Status, v Verdict, cause error) (Report, error) {
	if cause != nil && s != StatusUnverified && errors.Is(cause, ErrDefect) {
		cause = &Error{Kind: ErrDefect, What: fmt.Sprintf("run %s ended after %s", w.id, text.Plural(w.done, "step", "steps")), Do: "weir run show " + w.id, Err: cause}
	} else if cause != nil && w.changed && s != StatusUnverified {
		do := "weir run undo " + w.id
		if w.plan.Undo == UndoNone {
			do = "what was done can't be undone; see weir run show " + w.id
		}
		cause = &Error{Kind: ErrPartial, What: text.Plural(w.done, "step was", "steps were") + " done before it ended", Do: do, Err: cause}
	}
	rep := w.report(s, v)
	o := audit.OutcomeOK
	if cause != nil {
		o = audit.OutcomeFailed
	}
	end := ending{Status: s, Done: w.done, Note: v.Note, Data: v.Data, Kind: ExitCode(cause)}
	if w.total > 0 {
		end.Total = &w.total
	}
	e, err := w.entry(audit.StageVerdict, "", o, end)
	if err != nil {
		return rep, errors.Join(cause, err)
	}
	if cause != nil {
		e.Error = cause.Error()
	}
	if _, err := w.x.record(context.WithoutCancel(ctx), e); err != nil {
		return rep, errors.Join(err, cause)
	}
	w.x.unmark(w.id)
	if s == StatusDone && w.plan.Undoes != "" {
		if err := w.x.undone(ctx, w.plan.Undoes, w.id, w.consent); err != nil {
			return rep, err
		}
	}
	return rep, cause
}

func (w *work) report(s Status, v Verdict) Report {
	return Report{Run: w.id, Status: s, Done: w.done, Total: w.total, Verify: v, Notes: w.notes}
}
