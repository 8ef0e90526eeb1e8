package recordskip

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/app"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/reset"
	"weir/internal/kafka/records"
	"weir/lag"
)

// stepKeep makes the copy; the other steps are those of a reset.
const stepKeep = "keep"

// run is a skip under way: the hold, the copy, the commit, between the stop and the start of the application where that is
// asked for. The copy is made while the group is held, so that a group that
// can't be held leaves no copy behind; and before the commit, so that no record is passed without one.
type run struct {
	a      Action
	plan   actions.Plan
	place  cluster.Place
	want   *identity // nil in an undo
	keeper keeper    // nil: no copy is made
	change actions.Change
	kept   bool
	begun  json.RawMessage // of the first try to make the copy; nil for none
	tried  bool            // a copy may be there already
	unsure bool            // an append wasn't answered, or not vouched for: the copy may yet be seen
	warm   bool            // the record was compared with the plan
	inner  actions.Run     // moves the commit
	seeing cluster.Conn
	acting cluster.Conn // nil until a record is parked
	id     string       // of the run; "" until the first step
}

func (a Action) now() time.Time { return time.Now() }

// Open begins or resumes a run.
func (a Action) Open(ctx context.Context, p actions.Plan, entries []audit.Entry) (actions.Run, error) {
	r := &run{a: a, plan: p}
	move := p
	move.Changes = nil
	for _, c := range p.Changes {
		if reset.IsCommit(c) {
			move.Changes = append(move.Changes, c)
			continue
		}
		r.change = c
	}
	if err := r.read(entries); err != nil {
		return nil, err
	}
	var err error
	if r.inner, err = a.reset().Open(ctx, move, entries); err != nil {
		return nil, err
	}
	if r.seeing, err = a.Connect.Seeing(ctx, p.Target.Cluster); err != nil {
		return nil, errors.Join(cluster.Unseen("connect", err), r.inner.Close(ctx))
	}
	return r, nil
}

// read decodes the plan, and what the journal tells of the copy.
func (r *run) read(entries []audit.Entry) (err error) {
	if n := len(r.plan.Changes); n == 0 && r.plan.Undoes != "" {
		return nil // it is as before already
	} else if n != 1 && (n != 2 || r.change.Field == "") {
		return actions.Fail(actions.ErrUsage, "the plan doesn't move exactly one commit", "make a new plan")
	}
	if r.want, err = recordOf(r.plan); err != nil {
		return err
	}
	ref, err := lag.ParseRef(r.plan.Changes[0].Ref)
	if err != nil {
		return &actions.Error{Kind: actions.ErrUsage, What: "the plan's change", Err: err}
	}
	if r.place, _, err = parseSub(ref.Sub); err != nil {
		return err
	}
	if r.change.Field != "" && r.want != nil {
		if r.keeper, err = keeperOf(r.change, *r.want); err != nil {
			return err
		}
	}
	past, err := actions.PastOf(entries)
	if err != nil {
		return &actions.Error{Kind: actions.ErrAudit, What: "the journal", Err: err}
	}
	for _, s := range past {
		if s.Step.ID == stepKeep {
			r.kept, r.tried, r.begun = s.Outcome == actions.OutcomeApplied, true, s.Step.Data
		}
	}
	if len(entries) > 0 {
		r.id = entries[0].Run
	}
	return nil
}

// Next gives the next step, guards checked.
func (r *run) Next(ctx context.Context) (actions.Step, error) {
	step, err := r.inner.Next(ctx)
	left := r.keeper != nil && !r.kept
	switch {
	case err == io.EOF && left: // not one that wraps it, of a connection that broke
		return actions.Step{}, actions.Fail(actions.ErrStale, "the commit was moved before a copy of the record was kept", "make a new plan")
	case err != nil:
		return actions.Step{}, err
	case r.keeper != nil && step.Of > 0:
		step.Of++
	}
	if !r.warm && r.want != nil && !r.kept {
		if _, err := sameRecord(ctx, r.seeing, r.plan.Target.String(), r.place, *r.want); err != nil {
			return actions.Step{}, err
		}
		r.warm = true
	}
	if step.Held || !left || step.ID == app.Stop {
		return step, nil
	}
	return r.keepStep(ctx, step)
}

// keepStep makes the copy before the step that was next. After a try that may have made it, it is looked for first.
func (r *run) keepStep(ctx context.Context, next actions.Step) (actions.Step, error) {
	if r.tried {
		d, err := r.keeper.look(ctx, r, r.origin(), r.begun)
		if err != nil {
			return actions.Step{}, err
		}
		if d.Outcome == actions.OutcomeApplied {
			r.kept = true
			return next, nil
		}
	} else {
		begun, err := r.keeper.begin(ctx, r)
		if err != nil {
			return actions.Step{}, err
		}
		r.begun = begun
	}
	r.tried = true
	return actions.Step{ID: stepKeep, Title: r.keeper.describe(), Of: next.Of, Items: []actions.Change{r.change}, Data: r.begun, Idempotent: true}, nil
}

func (r *run) origin() origin {
	return origin{ClusterID: r.plan.ClusterID, Place: r.place, Group: r.plan.Target.Name, Run: r.id}
}

// Do does a step.
func (r *run) Do(ctx context.Context, rec actions.Recorded) (actions.Done, error) {
	s, err := rec.Step()
	if err != nil {
		return actions.Done{Outcome: actions.OutcomeNot}, err
	}
	r.id = rec.Run()
	if s.ID != stepKeep {
		return r.inner.Do(ctx, rec)
	}
	var record records.Record
	if record, err = sameRecord(ctx, r.seeing, r.plan.Target.String(), r.place, *r.want); err != nil {
		return actions.Done{Outcome: actions.OutcomeNot}, err
	}
	d, err := r.keeper.keep(ctx, r, r.origin(), record)
	r.kept = d.Outcome == actions.OutcomeApplied
	if _, again := errors.AsType[*actions.Retriable](err); again && d.Outcome == actions.OutcomeUnknown {
		r.unsure = true
	}
	return d, err
}

// connect makes the acting connection, for what a reset's run doesn't do itself.
func (r *run) connect(ctx context.Context) error {
	if r.acting != nil {
		return nil
	}
	c, err := r.a.Connect.ActOn(ctx, r.plan)
	if err != nil {
		return err
	}
	r.acting = c
	return nil
}

// Settle looks for the copy, or compares the commit.
func (r *run) Settle(ctx context.Context, s actions.Step) (actions.Done, error) {
	if s.ID != stepKeep {
		return r.inner.Settle(ctx, s)
	}
	d, err := r.keeper.look(ctx, r, r.origin(), s.Data)
	r.kept = r.kept || err == nil && d.Outcome == actions.OutcomeApplied
	if err == nil && d.Outcome == actions.OutcomeNot && r.unsure {
		d = actions.Done{Note: d.Note + ", but one may yet come that was on its way, or that a former leader took"}
	}
	return d, err
}

// Verify reads the commit back, and the copy.
func (r *run) Verify(ctx context.Context) (actions.Verdict, error) {
	v, err := r.inner.Verify(ctx)
	if err != nil || !v.OK || r.keeper == nil {
		return v, err
	}
	d, err := r.keeper.look(ctx, r, r.origin(), r.begun)
	if err != nil {
		return actions.Verdict{}, err
	}
	v.OK = d.Outcome == actions.OutcomeApplied
	v.Note += "; " + d.Note
	return v, nil
}

// Close lets the group go.
func (r *run) Close(ctx context.Context) error {
	err := r.inner.Close(ctx)
	if r.acting != nil {
		r.acting.Close()
	}
	r.seeing.Close()
	return err
}
