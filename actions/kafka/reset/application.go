package reset

import (
	"context"
	"fmt"
	"slices"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/app"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/hold"
	"weir/internal/text"
)

// This file is what a reset does about the application behind the group. It is stopped before anything else, and started
// last, after the offsets were read back and the group was let go: a start that waits for the application to be up would
// wait for the hold.
//
// An application that is stopped commits what it has done until then. So the offsets that the plan saw need not be those
// of the run: what moved on, within the log, is taken as it stands when the group is empty, and journaled so. Where the
// offsets go to stays as planned.

// behind is the application to stop, as a request asks for; nil for none.
func (a Action) behind(req actions.Request) (*cluster.Application, error) {
	if !a.Spec().Flag(req.Params, pStopApp) {
		return nil, nil
	}
	if req.Params[pTo] == "current" {
		return nil, actions.Fail(actions.ErrUsage, "--to current moves nothing, so there is nothing to stop the application for", "leave out --stop-app")
	}
	found, err := a.Connect.Application(req.Target.Cluster, req.Target.Name)
	switch {
	case err != nil:
		return nil, &actions.Error{Kind: actions.ErrUsage, What: "the application of group " + req.Target.Name, Err: err}
	case found == nil:
		return nil, noApplication(req)
	}
	return found, nil
}

func noApplication(req actions.Request) error {
	return actions.Fail(actions.ErrUsage, fmt.Sprintf("the configuration has no application for group %s on cluster %s", req.Target.Name, req.Target.Cluster),
		fmt.Sprintf("add one: [[clusters.%s.applications]] with groups, stop and start", req.Target.Cluster))
}

// stopped makes a plan one that stops the application first.
func (w world) stopped(p *actions.Plan, behind *cluster.Application) {
	p.Guards[0].Want, p.Guards[0].OK = "the group has no members once the application is stopped", true
	p.Guards[1].Want = "every committed offset is as below, or further on within the log"
	p.Warnings = slices.DeleteFunc(p.Warnings, func(s string) bool { return len(w.group.Members) > 0 && s == liveWarning(w.group) })
	p.Warnings = append(p.Warnings,
		"the application is stopped, and started again after the offsets are written; if anything fails in between it stays stopped, and weir says how to start it",
		"until it has stopped it goes on committing: the numbers here are as of now, the run takes those that it finds when the group is empty; where they go to stays")
	app.Prepare(p, behind, app.Stop, app.Start)
}

// live tells, where the group has members, how long a dead one counts.
func (w world) live(ctx context.Context, c cluster.Conn, p *actions.Plan) {
	if len(w.group.Members) > 0 {
		p.Guards[0].Now += "; " + cluster.DeadMembers(ctx, c, w.group)
	}
}

// stopStep looks whether the plan still fits before the application is stopped for it.
func (r *run) stopStep(ctx context.Context) (actions.Step, error) {
	g, err := r.readGroup(ctx)
	if err != nil {
		return actions.Step{}, err
	}
	if err := r.kind(g); err != nil {
		return actions.Step{}, err
	}
	if err := r.unmoved(ctx); err != nil {
		return actions.Step{}, err
	}
	r.known = map[string]bool{}
	for _, m := range g.Members {
		r.known[m.ID] = true
	}
	return r.app.Step(app.Stop, len(g.Members), r.of())
}

// startStep reads the offsets back, as nobody can once the application runs.
func (r *run) startStep(ctx context.Context) (actions.Step, error) {
	if !r.app.StartBegun() && len(r.steps) > 0 {
		v, err := r.readBack(ctx)
		if err != nil {
			return actions.Step{}, err
		}
		if !v.OK {
			return actions.Step{}, actions.Fail(actions.ErrUnverified, v.Note+"; so the application is not started", "weir run show tells what was written")
		}
		r.verdict = &v
	}
	before := -1 // not known: that is no reason to leave the application stopped
	if g, err := r.readGroup(ctx); err == nil {
		r.early = slices.DeleteFunc(g.Members, func(m cluster.Member) bool {
			return hold.Ours(cluster.Group{Members: []cluster.Member{m}}, r.runID, r.plan.Undoes)
		})
		before = len(r.early)
	}
	return r.app.Step(app.Start, before, r.of())
}

// command does the step of a command. Before the start the group is let go.
func (r *run) command(ctx context.Context, s actions.Step) (actions.Done, error) {
	note := ""
	if s.ID == app.Start && r.hold != nil {
		if err := r.hold.Release(ctx); err != nil {
			note = "; " + err.Error()
		}
		r.hold = nil
	}
	d, err := r.app.Call(ctx, s)
	d.Note += note
	if s.ID == app.Start && len(r.early) > 0 {
		d.Note += "; " + cluster.Group{Members: r.early}.Who() + " came back before that: something else starts it, such as a controller that scales it back"
	}
	return d, err
}

// settleCommand finds out what can be known of a command that was cut off.
func (r *run) settleCommand(ctx context.Context, s actions.Step) (actions.Done, error) {
	g, err := r.readGroup(ctx)
	if err != nil {
		return actions.Done{}, err
	}
	if hold.Ours(g, r.runID, r.plan.Undoes) { // left over from the hold
		g.State, g.Members = "Empty", nil
	}
	return r.app.Settle(s, g)
}

// afterStart is the verdict once the application may be reading: offsets are as planned, or moved on from there.
func (r *run) afterStart(ctx context.Context) (actions.Verdict, error) {
	g, err := r.readGroup(ctx)
	if err != nil {
		return actions.Verdict{}, err
	}
	back := "; the application was started, the group has " + text.Plural(len(g.Members), "member", "members") + " so far"
	if r.verdict != nil {
		v := *r.verdict
		v.Note += back
		return v, nil
	}
	var items []item
	for _, b := range r.steps {
		items = append(items, b.items...)
	}
	if len(items) == 0 {
		return actions.Verdict{OK: true, Note: "no offset was to be changed" + back}, nil
	}
	commits, err := r.commits(ctx, items)
	if err != nil {
		return actions.Verdict{}, err
	}
	moved := 0
	for _, it := range items {
		now := at(commits, it.place)
		switch {
		case same(now, it.after):
		case onward(it.after, now):
			moved++
		default:
			return actions.Verdict{Note: fmt.Sprintf("%s is %s, not %s", it.place, tell(now), tell(it.after)) + back}, nil
		}
	}
	return actions.Verdict{OK: true, Note: fmt.Sprintf("%s as planned, %d moved on from there", text.Plural(len(items)-moved, "offset", "offsets"), moved) + back}, nil
}

// onward says that a commit is further on than another, or is it again: clients that commit anew bring metadata of theirs.
func onward(from, now *cluster.Commit) bool {
	return now != nil && (from == nil || now.Offset >= from.Offset)
}

// again says who is in a group that was empty, or stopped, before; "" where that isn't so.
func (r *run) again(g cluster.Group) string {
	const who = ": something starts it again, such as a controller that scales it back"
	switch {
	case len(g.Members) == 0:
		return ""
	case r.wasEmpty:
		return "it was empty, and has members again" + who
	case r.app.Stops() && !r.app.ToStop() && r.known != nil:
		n := 0
		for _, m := range g.Members {
			if !r.known[m.ID] {
				n++
			}
		}
		if n > 0 {
			return fmt.Sprintf("%d of them came after the stop%s", n, who)
		}
	}
	return ""
}

// stopOf tells what a run did about the application: whether it was to be stopped, and whether it was left so.
func stopOf(entries []audit.Entry) (stopped, left bool, err error) {
	past, err := actions.PastOf(entries)
	if err != nil {
		return false, false, &actions.Error{Kind: actions.ErrAudit, What: "the journal", Err: err}
	}
	left = true
	for _, s := range past {
		switch s.Step.ID {
		case app.Stop:
			stopped = s.Outcome != actions.OutcomeNot
		case app.Start:
			stopped = true
			left = s.Outcome == actions.OutcomeNot
		}
	}
	return stopped, stopped && left, nil
}
