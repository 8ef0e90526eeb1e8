package actions

import (
	"context"
	"errors"
	"fmt"

	"weir/actions/audit"
)

// This file is what a run does about a step that was tried and of which nobody knows whether it took effect, while it is
// tried again. Whatever ends the run before that is known leaves it open, for a person to settle.

// unsure makes an error one of a step in doubt, unless it says worse; without such a step it stays.
func (w *work) unsure(err error) error {
	if w.doubt == nil || errors.Is(err, ErrAudit) || errors.Is(err, ErrUnknown) {
		return err
	}
	what, kind := fmt.Sprintf("nobody knows whether step %s took effect", w.doubt.ID), ErrUnknown
	if _, defect := errors.AsType[*Panic](err); defect {
		what, kind = "run "+w.id+": "+what, ErrDefect
	}
	return &Error{Kind: kind, What: what, Do: "weir run settle " + w.id, Err: err}
}

// atBest is what can be said of a step after a try: one that did nothing says nothing of an earlier one in doubt.
func (w *work) atBest(d Done) Done {
	if w.doubt != nil && d.Outcome == OutcomeNot {
		d.Outcome = OutcomeUnknown
	}
	return d
}

// passedBy says that the run has found nothing left to do of a step in doubt.
func (w *work) passedBy(next Step, err error) bool {
	return w.doubt != nil && (finished(err) || err == nil && next.ID != w.doubt.ID)
}

// resolve records what became of the step in doubt, as the cluster tells it.
func (w *work) resolve(ctx context.Context) error {
	s := *w.doubt
	sctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultStepTimeout)
	d, err := w.run.Settle(sctx, s)
	cancel()
	if err != nil {
		return w.unsure(err)
	}
	return w.took(ctx, s, d)
}

// took records what was found out about a step of a run that is at work, and judges it.
func (w *work) took(ctx context.Context, s Step, d Done) error {
	e, err := w.entry(audit.StageSettle, s.ID, outcomeOf(d.Outcome), result(d))
	if err != nil {
		return err
	}
	if _, err := w.x.record(context.WithoutCancel(ctx), e); err != nil {
		return err
	}
	err = w.judge(ctx, s, d, nil)
	w.x.tell(Event{Run: w.id, Step: s, Done: w.done, What: d.Note, State: d.Outcome})
	return err
}
