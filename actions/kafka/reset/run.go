package reset

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/app"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/hold"
	"weir/internal/text"
	"weir/lag"
)

// stepHold names the step that holds the group.
const stepHold = "hold"

const waitAgain = time.Second

// run is a reset under way: deletions first, while the group is empty, then the hold, then the commits. A KIP-848 group
// that is held subscribes to the topics, and offsets of topics that are subscribed to can't be deleted.
type run struct {
	a      Action
	plan   actions.Plan
	group  string
	steps  []batch
	past   map[string]bool // steps that were begun by an earlier process, with whatever outcome
	fresh  bool            // nothing was begun before
	holds  bool
	wait   time.Duration
	seeing cluster.Conn
	acting cluster.Conn // nil until the first step
	hold   *hold.Hold
	runID  string
	warm   bool            // the whole plan was compared with the world
	unsure map[string]bool // steps with a request that wasn't answered, or not vouched for: it may yet take effect

	app      *app.App         // nil when nothing is stopped or started
	known    map[string]bool  // members at the stop, by id; nil when this process didn't stop them
	wasEmpty bool             // the group was seen empty
	dead     string           // how long a dead member counts, once asked
	early    []cluster.Member // members that came back before the start
	verdict  *actions.Verdict // of the read back before the start
}

// batch is a step that isn't the hold.
type batch struct {
	id      string
	deletes bool
	items   []item
	done    bool
}

func newRun(ctx context.Context, a Action, p actions.Plan, entries []audit.Entry, c cluster.Conn) (*run, error) {
	if err := cluster.Same(ctx, c, p); err != nil {
		return nil, err
	}
	spec := a.Spec()
	r := &run{a: a, plan: p, group: p.Target.Name, seeing: c, past: map[string]bool{}, unsure: map[string]bool{}, fresh: true, holds: spec.Flag(p.Params, pHold)}
	var err error
	if r.wait, err = spec.Span(p.Params, pWait); err != nil {
		return nil, &actions.Error{Kind: actions.ErrUsage, What: "parameter wait", Err: err}
	}
	if err := r.cut(); err != nil {
		return nil, err
	}
	past, err := actions.PastOf(entries)
	if err != nil {
		return nil, &actions.Error{Kind: actions.ErrAudit, What: "the journal", Err: err}
	}
	if len(p.Commands) > 0 {
		behind, err := a.Connect.Application(p.Target.Cluster, p.Target.Name)
		if err != nil {
			return nil, &actions.Error{Kind: actions.ErrUsage, What: "the application of group " + r.group, Err: err}
		}
		if r.app, err = app.Open(p, behind, past, a.call); err != nil {
			return nil, err
		}
	}
	for _, s := range past {
		r.past[s.Step.ID], r.fresh = true, false
		for i := range r.steps {
			if r.steps[i].id != s.Step.ID {
				continue
			}
			r.steps[i].done = s.Outcome == actions.OutcomeApplied
			if err := r.steps[i].began(s.Step.Items); err != nil {
				return nil, err
			}
		}
	}
	if len(entries) > 0 {
		r.runID = entries[0].Run
	}
	return r, nil
}

// began takes over the commits that were there when an earlier process began the batch.
func (b *batch) began(changes []actions.Change) error {
	for _, c := range changes {
		it, err := decode(c)
		if err != nil {
			return err
		}
		for i := range b.items {
			if b.items[i].place == it.place {
				b.items[i].before, b.items[i].change = it.before, it.change
			}
		}
	}
	return nil
}

// cut makes batches of the plan's changes, in the plan's order.
func (r *run) cut() error {
	size := r.a.batch
	if size == 0 {
		size = batchSize
	}
	var deletes, commits []item
	for _, c := range r.plan.Changes {
		it, err := decode(c)
		if err != nil {
			return err
		}
		if it.after == nil {
			deletes = append(deletes, it)
		} else {
			commits = append(commits, it)
		}
	}
	add := func(name string, items []item, del bool) {
		for i := 0; i < len(items); i += size {
			r.steps = append(r.steps, batch{id: name + "-" + strconv.Itoa(i/size+1), deletes: del, items: items[i:min(i+size, len(items))]})
		}
	}
	add("delete", deletes, true)
	add("commit", commits, false)
	r.holds = r.holds && len(commits) > 0
	return nil
}

// Next gives the next step, guards checked.
func (r *run) Next(ctx context.Context) (actions.Step, error) {
	if r.app.ToStop() {
		return r.stopStep(ctx)
	}
	for i := range r.steps {
		b := &r.steps[i]
		if b.done {
			continue
		}
		if r.hold == nil || !r.warm {
			if err := r.guard(ctx); err != nil {
				return actions.Step{}, err
			}
		}
		if !b.deletes && r.holds && r.hold == nil {
			return r.holdStep()
		}
		step, left, err := r.batchStep(ctx, b)
		if err != nil || left {
			return step, err
		}
		b.done = true // by an earlier try
	}
	if r.app.ToStart() {
		return r.startStep(ctx)
	}
	return actions.Step{}, io.EOF
}

func (r *run) of() int {
	n := len(r.steps) + r.app.Steps()
	if r.holds {
		n++
	}
	return n
}

func (r *run) holdStep() (actions.Step, error) {
	return actions.Step{ID: stepHold, Title: "hold group " + r.group + ", so that nobody reads while its offsets are moved", Of: r.of(), Idempotent: true, Held: true}, nil
}

// batchStep gives what of a batch is still to be done; false when that is nothing.
func (r *run) batchStep(ctx context.Context, b *batch) (actions.Step, bool, error) {
	commits, err := r.commits(ctx, b.items)
	if err != nil {
		return actions.Step{}, false, err
	}
	var todo []actions.Change
	var drift []actions.Drift
	for _, it := range b.items {
		now := at(commits, it.place)
		switch {
		case same(now, it.before):
			todo = append(todo, it.change)
		case same(now, it.after) && r.past[b.id]:
		default:
			drift = append(drift, actions.Drift{Ref: it.change.Ref, Field: field, Planned: tell(it.before), Found: tell(now)})
		}
	}
	if len(drift) > 0 {
		return actions.Step{}, false, actions.Stale(drift)
	}
	if r.hold != nil && len(todo) > 0 { // what is done needs no hold any more
		if _, err := r.hold.Member(); err != nil {
			return actions.Step{}, false, err
		}
	}
	r.past[b.id] = r.past[b.id] || len(todo) > 0 // from here on a try may have taken effect
	verb := "commit"
	if b.deletes {
		verb = "delete"
	}
	return actions.Step{
		ID: b.id, Title: fmt.Sprintf("%s %s of group %s", verb, text.Plural(len(todo), "offset", "offsets"), r.group), Of: r.of(), Items: todo, Idempotent: true,
	}, len(todo) > 0, nil
}

func (r *run) commits(ctx context.Context, items []item) (map[cluster.Place]cluster.Commit, error) {
	places := make([]cluster.Place, len(items))
	for i, it := range items {
		places[i] = it.place
	}
	broker, err := cluster.Coordinator(ctx, r.seeing, r.group)
	if err != nil {
		return nil, err
	}
	return cluster.ReadCommits(ctx, r.seeing, r.group, broker, cluster.ByTopic(places))
}

// Settle compares what is committed with what a step was to do.
func (r *run) Settle(ctx context.Context, s actions.Step) (actions.Done, error) {
	if s.Held {
		return actions.Done{Outcome: actions.OutcomeNot, Note: "a hold ends with the process that has it"}, nil
	}
	if s.ID == app.Stop || s.ID == app.Start {
		return r.settleCommand(ctx, s)
	}
	items, err := cluster.Items(s.Items, decode)
	if err != nil {
		return actions.Done{}, err
	}
	commits, err := r.commits(ctx, items)
	if err != nil {
		return actions.Done{}, err
	}
	var after, before, other int
	for _, it := range items {
		switch now := at(commits, it.place); {
		case same(now, it.after):
			after++
		case same(now, it.before):
			before++
		default:
			other++
		}
	}
	d := actions.Done{Note: fmt.Sprintf("%d as planned, %d as before, %d as someone else made them", after, before, other)}
	switch {
	case after == len(items):
		d.Outcome = actions.OutcomeApplied
	case before > 0 && r.unsure[s.ID]:
		d.Note += "; what is on its way to the coordinator, or in its log and not yet in its replicas', may still count"
	case before == len(items):
		d.Outcome = actions.OutcomeNot
	default:
		d.Outcome = actions.OutcomeMixed
	}
	return d, nil
}

// Verify reads every offset back, while the group is still held; before a start that was done.
func (r *run) Verify(ctx context.Context) (actions.Verdict, error) {
	if r.app.Started() {
		return r.afterStart(ctx)
	}
	return r.readBack(ctx)
}

func (r *run) readBack(ctx context.Context) (actions.Verdict, error) {
	var items []item
	for _, b := range r.steps {
		items = append(items, b.items...)
	}
	if len(items) == 0 {
		return actions.Verdict{OK: true, Note: "nothing was to be changed"}, nil
	}
	commits, err := r.commits(ctx, items)
	if err != nil {
		return actions.Verdict{}, err
	}
	var off []string
	for _, it := range items {
		if now := at(commits, it.place); !same(now, it.after) {
			off = append(off, fmt.Sprintf("%s is %s, not %s", it.place, tell(now), tell(it.after)))
		}
	}
	if len(off) > 0 {
		return actions.Verdict{Note: text.Plural(len(off), "offset is not as planned: ", "offsets are not as planned, such as ") + off[0]}, nil
	}
	return actions.Verdict{OK: true, Note: text.Plural(len(items), "offset", "offsets") + " read back as planned"}, nil
}

// Close lets the group go.
func (r *run) Close(ctx context.Context) error {
	var err error
	if r.hold != nil {
		err = r.hold.Release(ctx)
		r.hold = nil
	}
	if r.acting != nil {
		r.acting.Close()
	}
	r.seeing.Close()
	return errors.Join(err, r.app.Left())
}

// sameTopic compares a topic with the one a change was planned for.
func sameTopic(t cluster.Topic, it item) bool {
	return hex.EncodeToString(t.ID[:]) == it.topicID && int(it.place.Partition) < len(t.Leaders)
}

// groupKind is the kind as a plan notes it.
func groupKind(g cluster.Group) string {
	if g.Kind == lag.Untold {
		return ""
	}
	return g.Kind.String()
}
