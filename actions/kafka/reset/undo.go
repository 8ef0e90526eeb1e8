package reset

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/app"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
	"weir/lag"
)

// Undo gathers every change that a run of this action, or of another one that removed commits, set out to make. Which
// of them took effect the plan finds out.
func (Action) Undo(entries []audit.Entry) (actions.Request, error) {
	changes, err := Changes(entries)
	if err != nil {
		return actions.Request{}, err
	}
	stopped, left, err := stopOf(entries)
	if err != nil {
		return actions.Request{}, err
	}
	req := actions.Request{Kind: Kind, Restore: changes}
	switch {
	case left:
		req.Params = map[string]string{pStartApp: "true"}
	case stopped:
		req.Params = map[string]string{pStopApp: "true"}
	case len(changes) == 0:
		return actions.Request{}, actions.Fail(actions.ErrUsage, "the run changed nothing, so there is nothing to undo", "if it is unfinished, end it with a note")
	}
	return req, nil
}

// Changes gives the commits that the intents of a run name, each once, as they stood before its first try.
func Changes(entries []audit.Entry) ([]actions.Change, error) {
	var out []actions.Change
	seen := map[string]bool{}
	for _, e := range entries {
		if e.Stage != audit.StageIntent {
			continue
		}
		step, err := actions.StepOf(e)
		if err != nil {
			return nil, &actions.Error{Kind: actions.ErrAudit, What: "the journal", Err: err}
		}
		for _, c := range step.Items {
			if c.Field == field && !seen[c.Ref] {
				seen[c.Ref] = true
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// planUndo reverses changes whose effect still stands. One that somebody has moved since is refused.
func (a Action) planUndo(ctx context.Context, c cluster.Conn, req actions.Request) (actions.Plan, error) {
	var w world
	w.clamps, w.endsPast = true, true
	old := map[cluster.Place]item{}
	for _, ch := range req.Restore {
		it, err := decode(ch)
		if err != nil {
			return actions.Plan{}, err
		}
		old[it.place] = it
	}
	if err := w.lookUndo(ctx, c, req.Target.Name, old); err != nil {
		return actions.Plan{}, err
	}
	p := a.frame(w)
	if err := a.undoApp(req, w, &p); err != nil {
		return actions.Plan{}, err
	}
	if w.group.Coordinator < 0 {
		p.Facts[fKind] = absentGroup
	}
	items, stale := w.reverse(old, req.Target)
	if len(stale) > 0 {
		return actions.Plan{}, &actions.Error{Kind: actions.ErrStale, What: "the offsets were moved since run " + req.Undoes, Do: "what the run did can't be taken back without losing what came after; plan a reset of its own", Drift: stale}
	}
	if n := len(old) - len(items) - len(stale); n > 0 {
		p.Warnings = append(p.Warnings, text.Plural(n, "partition is as before already, or its", "partitions are as before already, or their")+" topic is gone")
	}
	return p, a.fill(ctx, c, req.Target, w, items, &p)
}

// undoApp has the undo stop and start the application as the run did, or start it where the run left it stopped.
func (a Action) undoApp(req actions.Request, w world, p *actions.Plan) error {
	start := req.Params[pStartApp] == "true"
	if !start && !a.Spec().Flag(req.Params, pStopApp) {
		return nil
	}
	behind, err := a.Connect.Application(req.Target.Cluster, req.Target.Name)
	switch {
	case err != nil:
		return &actions.Error{Kind: actions.ErrUsage, What: "the application of group " + req.Target.Name, Err: err}
	case behind == nil && start && len(req.Restore) == 0:
		return noApplication(req)
	case behind == nil:
		p.Warnings = append(p.Warnings, "run "+req.Undoes+" stopped the application, and the configuration has none for this group any more: see to it by hand")
	case start:
		p.Warnings = append(p.Warnings, "run "+req.Undoes+" may have left the application stopped: it is started last")
		app.Prepare(p, behind, app.Start)
		if len(req.Restore) == 0 {
			p.Undo = actions.UndoNone // an application that was started isn't stopped by an undo of that
		}
	default:
		w.stopped(p, behind)
	}
	return nil
}

// lookUndo reads the world as an undo needs it: the group itself may be gone, it is then made again.
func (w *world) lookUndo(ctx context.Context, c cluster.Conn, group string, old map[cluster.Place]item) (err error) {
	if w.id, err = cluster.ID(ctx, c); err != nil {
		return err
	}
	if w.topics, err = cluster.ReadTopics(ctx, c, cluster.Names(cluster.Sorted(old))); err != nil {
		return err
	}
	for _, p := range cluster.Sorted(old) {
		if t, ok := w.topics[p.Topic]; ok && int(p.Partition) < len(t.Leaders) && hex.EncodeToString(t.ID[:]) == old[p].topicID {
			w.places = append(w.places, p)
		}
	}
	w.commits = map[cluster.Place]cluster.Commit{}
	w.group, err = cluster.ReadGroup(ctx, c, group)
	switch {
	case errors.Is(err, cluster.ErrNoGroup) && goneGroup(old):
		w.group = cluster.Group{Name: group, Kind: lag.Simple, State: "Empty", Epoch: -1, Coordinator: -1}
	case err != nil:
		return err
	default:
		if w.commits, err = cluster.ReadCommits(ctx, c, group, w.group.Coordinator, cluster.ByTopic(w.places)); err != nil {
			return err
		}
	}
	return w.bounds(ctx, c)
}

// goneGroup says that the run to be undone deleted commits only, so that the group may have gone with them.
func goneGroup(old map[cluster.Place]item) bool {
	for _, it := range old {
		if it.after != nil {
			return false
		}
	}
	return true
}

func (w world) reverse(old map[cluster.Place]item, target lag.Ref) (items []item, stale []actions.Drift) {
	for _, p := range w.places {
		was, now := old[p], at(w.commits, p)
		switch {
		case same(now, was.before):
		case same(now, was.after):
			it := item{place: p, topicID: was.topicID, start: w.starts[p].Offset, end: w.ends[p].Offset, before: now, after: was.before}
			it.change.Note = "as before"
			if was.before != nil && was.before.Offset < it.start {
				it.change.Note = fmt.Sprintf("as before, though the log begins at %d now", it.start)
			}
			items = append(items, it)
		default:
			stale = append(stale, actions.Drift{Ref: was.change.Ref, Field: field, Planned: tell(was.after), Found: tell(now)})
		}
	}
	return items, stale
}
