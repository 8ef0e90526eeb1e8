package groupdelete

import (
	"context"
	"errors"
	"fmt"
	"io"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/reset"
	"weir/internal/text"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const stepDelete = "delete"

// run is a deletion under way: one step.
type run struct {
	a      Action
	plan   actions.Plan
	group  string
	done   bool
	unsure bool // a request wasn't answered, or not vouched for: it may yet take effect
	seeing cluster.Conn
	acting cluster.Conn // nil until the step
}

// Open begins or resumes a run.
func (a Action) Open(ctx context.Context, p actions.Plan, entries []audit.Entry) (actions.Run, error) {
	c, err := a.Connect.Seeing(ctx, p.Target.Cluster)
	if err != nil {
		return nil, cluster.Unseen("connect", err)
	}
	past, perr := actions.PastOf(entries)
	if err := errors.Join(perr, cluster.Same(ctx, c, p)); err != nil {
		c.Close()
		return nil, err
	}
	r := &run{a: a, plan: p, group: p.Target.Name, seeing: c}
	for _, s := range past {
		r.done = r.done || s.Step.ID == stepDelete && s.Outcome == actions.OutcomeApplied
	}
	return r, nil
}

// Next checks that the group is as the plan saw it. That it has no members the coordinator checks once more, atomically.
func (r *run) Next(ctx context.Context) (actions.Step, error) {
	if r.done {
		return actions.Step{}, io.EOF
	}
	g, err := cluster.ReadGroup(ctx, r.seeing, r.group)
	if errors.Is(err, cluster.ErrNoGroup) && r.unsure {
		r.done = true // by an earlier try
		return actions.Step{}, io.EOF
	}
	if errors.Is(err, cluster.ErrNoGroup) {
		return actions.Step{}, &actions.Error{Kind: actions.ErrStale, What: "the group is not there any more", Err: err}
	}
	if err != nil {
		return actions.Step{}, err
	}
	if now := g.Kind.String(); now != r.plan.Facts[fKind] {
		return actions.Step{}, actions.Stale([]actions.Drift{{Ref: r.plan.Target.String(), Field: fKind, Planned: r.plan.Facts[fKind], Found: now}})
	}
	if !g.Empty() {
		return actions.Step{}, actions.Fail(actions.ErrGuard, fmt.Sprintf("group %s has %s: %s", r.group, text.Plural(len(g.Members), "member", "members"), g.Who()), "stop the application first")
	}
	drift, err := reset.Drifted(ctx, r.seeing, g, r.plan.Changes)
	if err != nil {
		return actions.Step{}, err
	}
	if len(drift) > 0 {
		return actions.Step{}, actions.Stale(drift)
	}
	return actions.Step{ID: stepDelete, Title: "delete group " + r.group, Of: 1, Items: r.plan.Changes, Idempotent: true}, nil
}

// Do deletes the group, in one request that is sent once.
func (r *run) Do(ctx context.Context, rec actions.Recorded) (actions.Done, error) {
	not := actions.Done{Outcome: actions.OutcomeNot}
	if _, err := rec.Step(); err != nil {
		return not, err
	}
	broker, err := r.connect(ctx)
	if err != nil {
		return not, err
	}
	req := kmsg.NewPtrDeleteGroupsRequest()
	req.Groups = []string{r.group}
	resp, err := cluster.Once[*kmsg.DeleteGroupsResponse](ctx, r.acting, broker, req)
	if err != nil {
		r.unsure = true
		return actions.Done{}, &actions.Retriable{Err: err} // asks Settle
	}
	if len(resp.Groups) != 1 {
		return actions.Done{}, fmt.Errorf("delete group %s: %d answers", r.group, len(resp.Groups))
	}
	return r.outcome(resp.Groups[0].ErrorCode)
}

func (r *run) connect(ctx context.Context) (broker int32, err error) {
	if r.acting == nil {
		c, err := r.a.Connect.ActOn(ctx, r.plan)
		if err != nil {
			return 0, err
		}
		r.acting = c
	}
	return cluster.Coordinator(ctx, r.acting, r.group)
}

func (r *run) outcome(code int16) (actions.Done, error) {
	not := actions.Done{Outcome: actions.OutcomeNot}
	err := kerr.ErrorForCode(code)
	switch {
	case code == 0:
		r.done = true
		return actions.Done{Outcome: actions.OutcomeApplied, Note: "the group is deleted"}, nil
	case code == kerr.NonEmptyGroup.Code:
		return not, &actions.Error{Kind: actions.ErrGuard, What: "a member came back into group " + r.group, Do: "stop the application first", Err: err}
	case code == kerr.GroupIDNotFound.Code && r.unsure: // deleted by an earlier try
		return actions.Done{}, err
	case code == kerr.GroupIDNotFound.Code:
		return not, &actions.Error{Kind: actions.ErrStale, What: "the group is not there any more", Err: err}
	case code == kerr.GroupAuthorizationFailed.Code:
		return not, &actions.Error{Kind: actions.ErrUnseen, What: "the acting principal may not delete group " + r.group, Do: "grant Delete on the group", Err: err}
	case cluster.Loading(code):
		return not, &actions.Retriable{Err: err}
	case cluster.Unsure(code):
		r.unsure = true
		return actions.Done{}, &actions.Retriable{Err: err}
	}
	return not, &actions.Error{Kind: actions.ErrGuard, What: "delete group " + r.group, Err: err}
}

// Settle looks whether the group is there. One that came back by itself can't be told from one that was never deleted by
// its name alone: only all its commits as before say that.
func (r *run) Settle(ctx context.Context, _ actions.Step) (actions.Done, error) {
	g, err := cluster.ReadGroup(ctx, r.seeing, r.group)
	if errors.Is(err, cluster.ErrNoGroup) {
		r.done = true
		return actions.Done{Outcome: actions.OutcomeApplied, Note: "the group is not there any more"}, nil
	}
	if err != nil {
		return actions.Done{}, err
	}
	drift, err := reset.Drifted(ctx, r.seeing, g, r.plan.Changes)
	switch {
	case err != nil:
		return actions.Done{}, err
	case len(drift) == 0 && r.unsure:
		return actions.Done{Note: "the group is there with all its offsets, but what is on its way to the coordinator, or in its log and not yet in its replicas', may still count"}, nil
	case len(drift) == 0:
		return actions.Done{Outcome: actions.OutcomeNot, Note: "the group is there with all its offsets"}, nil
	}
	return actions.Done{Outcome: actions.OutcomeMixed, Note: fmt.Sprintf("a group of this name is there, %d of its offsets are not as before", len(drift))}, nil
}

// Verify looks whether the group is gone, or began anew.
func (r *run) Verify(ctx context.Context) (actions.Verdict, error) {
	g, err := cluster.ReadGroup(ctx, r.seeing, r.group)
	if errors.Is(err, cluster.ErrNoGroup) {
		return actions.Verdict{OK: true, Note: "the group is gone"}, nil
	}
	if err != nil {
		return actions.Verdict{}, err
	}
	return actions.Verdict{Note: "a group of this name is there again, with " + text.Plural(len(g.Members), "member", "members")}, nil
}

// Close ends the connections.
func (r *run) Close(context.Context) error {
	if r.acting != nil {
		r.acting.Close()
	}
	r.seeing.Close()
	return nil
}
