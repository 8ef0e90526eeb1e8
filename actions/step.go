package actions

import (
	"context"
	"errors"
	"fmt"

	"weir/actions/audit"
)

// step does one step: intent, Do, result. This is the only place that calls Run.Do.
func (w *work) step(ctx context.Context, s Step) error {
	if s.Of > 0 {
		w.total = s.Of
	}
	if err := w.allowed(); err != nil {
		return err
	}
	if err := w.held.check(ctx); err != nil {
		if ctx.Err() != nil {
			return w.stop()
		}
		return err
	}
	w.tries[s.ID]++
	w.waitsFor("")
	w.x.tell(Event{Run: w.id, Step: s, Done: w.done, What: s.Title})
	seq, err := w.intend(ctx, s)
	if err != nil {
		return err
	}
	done, err := w.do(ctx, s, Recorded{step: &s, seq: seq, run: w.id})
	done = w.atBest(done)
	if !s.Held && done.Outcome != OutcomeNot {
		w.changed = true
	}
	if rerr := w.conclude(ctx, s, done, err); rerr != nil {
		return rerr
	}
	w.x.tell(Event{Run: w.id, Step: s, Done: w.done, What: done.Note, State: done.Outcome})
	return w.judge(ctx, s, done, err)
}

// allowed looks at the policy again as long as nothing is changed: a freeze may have begun while the run waited. Once
// something is, to end it is safer than to leave it half done.
func (w *work) allowed() error {
	if w.changed {
		return nil
	}
	return w.x.Policy.Check(w.plan, w.consent, w.x.now())
}

// intend makes the intent durable. When the log took it but a required anchor didn't, nothing is done, and the log is
// told so.
func (w *work) intend(ctx context.Context, s Step) (int64, error) {
	e, err := w.entry(audit.StageIntent, s.ID, "", Intent{
		Title: s.Title, Target: w.plan.Target.String(), Of: s.Of, Held: s.Held, Items: filled(s.Items), Data: s.Data,
	})
	if err != nil {
		return 0, err
	}
	r, err := w.x.record(ctx, e)
	if err == nil {
		return r.Entry.Seq, nil
	}
	if errors.Is(err, audit.ErrNotAnchored) {
		if cerr := w.conclude(ctx, s, w.atBest(Done{Outcome: OutcomeNot, Note: "not begun: the intent was not anchored"}), err); cerr != nil && !errors.Is(cerr, audit.ErrNotAnchored) {
			err = errors.Join(err, cerr)
		}
	}
	return 0, err
}

func (w *work) do(ctx context.Context, s Step, r Recorded) (Done, error) {
	limit := s.Timeout
	if limit <= 0 {
		limit = DefaultStepTimeout
	}
	bound, unbind := w.held.bind(context.WithoutCancel(ctx))
	defer unbind()
	if err := context.Cause(bound); err != nil {
		return Done{Outcome: OutcomeNot, Note: "not begun: the claim was lost"}, &Error{Kind: ErrLocked, What: "the claim was lost right before the step", Err: err}
	}
	dctx, cancel := context.WithTimeout(bound, limit)
	done, err := func() (d Done, err error) {
		defer caught(&err) // of what took effect nothing is known then
		return w.run.Do(dctx, r)
	}()
	cancel()
	if done.Outcome != OutcomeUnknown || err == nil {
		if err == nil && done.Outcome == OutcomeUnknown {
			err = Fail(ErrDefect, "the step didn't say what became of it", "")
		}
		return done, err
	}
	if _, defect := errors.AsType[*Panic](err); defect {
		return Done{}, err // nothing that it says is to be relied on: a person has it settled
	}
	sctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultStepTimeout)
	defer cancel()
	settled, serr := w.run.Settle(sctx, s)
	if serr != nil {
		return Done{}, errors.Join(err, fmt.Errorf("find out: %w", serr))
	}
	if settled.Outcome == OutcomeApplied {
		return settled, nil
	}
	return settled, err
}

// conclude records what became of the step. If that can't be written the run stays open, and the log says less than
// is known: the error says it all.
func (w *work) conclude(ctx context.Context, s Step, d Done, cause error) error {
	e, err := w.entry(audit.StageResult, s.ID, outcomeOf(d.Outcome), result(d))
	if err != nil {
		return err
	}
	if cause != nil {
		e.Error = cause.Error()
	}
	if _, err := w.x.record(context.WithoutCancel(ctx), e); err != nil {
		return &Error{Kind: ErrAudit, What: fmt.Sprintf("step %s: %s, and that could not be recorded", s.ID, told(d.Outcome)), Do: "make the log writable, then weir run settle " + w.id, Err: errors.Join(err, cause)}
	}
	return nil
}

func told(o Outcome) string {
	switch o {
	case OutcomeApplied:
		return "done"
	case OutcomeNot:
		return "not done"
	case OutcomeMixed:
		return "done in part"
	}
	return "outcome unknown"
}

// judge decides how to go on after a step.
func (w *work) judge(ctx context.Context, s Step, d Done, err error) error {
	w.doubt = nil
	if d.Outcome == OutcomeApplied {
		w.done++
		return nil
	}
	if d.Outcome == OutcomeUnknown {
		w.doubt = &s
	}
	var again *Retriable
	if d.Outcome != OutcomeMixed && s.Idempotent && errors.As(err, &again) && w.tries[s.ID] < maxTries {
		return w.pause(ctx, retryPause<<(w.tries[s.ID]-1))
	}
	if w.doubt != nil {
		return w.unsure(err)
	}
	if err == nil {
		err = fmt.Errorf("%s", told(d.Outcome))
	}
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	kind := ErrGuard
	if errors.Is(err, context.DeadlineExceeded) && d.Outcome == OutcomeNot {
		kind = ErrTimeout
	}
	return &Error{Kind: kind, What: fmt.Sprintf("step %s: %s", s.ID, told(d.Outcome)), Err: err}
}
