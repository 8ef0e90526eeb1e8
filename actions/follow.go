package actions

import (
	"context"
	"time"

	"weir/actions/audit"
	"weir/actions/lease"
)

// lookAgain is how often a run that is followed is looked at.
const lookAgain = 250 * time.Millisecond

// Follow tells what a run did and does, from its journal, wherever it is driven from: from its beginning until it ends, is
// paused or cut off, and then how it stands. Cancelling ctx ends the looking only, with the error of ctx.
func (x *Executor) Follow(ctx context.Context, run string, each func(Event)) (RunInfo, error) {
	if !validRun(run) {
		return RunInfo{}, noSuchRun(run)
	}
	f := follower{x: x, run: run, each: each, tail: x.Log.Tail(audit.Filter{Run: run})}
	for {
		over, err := f.look(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return RunInfo{}, ctx.Err()
			}
			return RunInfo{}, err
		}
		if over {
			info, _, err := x.Show(ctx, run)
			return info, err
		}
		t := time.NewTimer(lookAgain)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return RunInfo{}, ctx.Err()
		}
	}
}

type follower struct {
	x    *Executor
	run  string
	each func(Event)
	tail *audit.Tail
	info RunInfo
	last Step
	wait string
}

// look tells what is new; true when nothing more will come. Whether someone is at work is asked before the journal is
// read, so that an end that comes between isn't missed.
func (f *follower) look(ctx context.Context) (over bool, err error) {
	_, held, err := lease.Look(f.x.locks(), runResource(f.run))
	if err != nil {
		return false, &Error{Kind: ErrLocked, What: "whether run " + f.run + " is at work can't be seen", Err: err}
	}
	entries, err := f.tail.Next(ctx)
	if err != nil {
		return false, &Error{Kind: ErrAudit, What: "the journal can't be read", Err: err}
	}
	for _, e := range entries {
		if err := f.take(e); err != nil {
			return false, err
		}
	}
	if what := f.x.waitsFor(f.run); held && what != f.wait {
		f.wait = what
		if what != "" {
			f.each(Event{Run: f.run, Done: f.info.count(), What: what, Wait: &Wait{For: what}})
		}
	}
	return f.info.Status != "" || !held, nil
}

// take tells one entry as the run itself told it when it was written.
func (f *follower) take(e audit.Entry) error {
	if f.info.steps == nil {
		f.info = RunInfo{Run: f.run, Kind: e.Kind, PlanDigest: e.PlanDigest, StartedAt: e.At, steps: map[string]audit.Outcome{}}
	}
	before := f.info.count()
	if err := f.info.take(e); err != nil {
		return err
	}
	ev := Event{Run: f.run, Step: f.last, Done: before}
	switch e.Stage {
	case audit.StageIntent:
		step, err := StepOf(e)
		if err != nil {
			return &Error{Kind: ErrAudit, What: "the journal", Err: err}
		}
		f.last, ev.Step, ev.What = step, step, step.Title
	case audit.StageResult, audit.StageSettle:
		if e.Step == "" {
			return nil
		}
		var r result
		if err := unmarshal(e, &r); err != nil {
			return err
		}
		ev.Step.ID, ev.State, ev.What, ev.Done = e.Step, r.Outcome, r.Note, f.info.count()
		if ev.State == OutcomeUnknown {
			ev.What = "outcome unknown"
		}
	default:
		return nil
	}
	f.each(ev)
	return nil
}
