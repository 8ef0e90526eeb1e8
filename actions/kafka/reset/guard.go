package reset

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/hold"
	"weir/internal/text"
	"weir/lag"
)

// guard compares the world with the plan: the group's kind, epoch and emptiness each time it is called, and once all
// offsets, topics and logs, before anything is done.
func (r *run) guard(ctx context.Context) error {
	g, err := r.readGroup(ctx)
	if err != nil {
		return err
	}
	if err := r.kind(g); err != nil {
		return err
	}
	// What an application commits that is being stopped is looked at when it has gone.
	if !r.warm && !r.app.Stops() {
		if err := r.unmoved(ctx); err != nil {
			return err
		}
	}
	if err := r.empty(ctx, g); err != nil {
		return err
	}
	if !r.warm && r.app.Stops() {
		if err := r.unmoved(ctx); err != nil {
			return err
		}
	}
	r.warm = true
	return nil
}

// readGroup reads the group; one that an undo is to make again counts as an empty one.
func (r *run) readGroup(ctx context.Context) (cluster.Group, error) {
	g, err := cluster.ReadGroup(ctx, r.seeing, r.group)
	if errors.Is(err, cluster.ErrNoGroup) && r.plan.Facts[fKind] == absentGroup {
		return cluster.Group{Name: r.group, Kind: lag.Simple, State: "Empty", Epoch: -1}, nil
	}
	return g, err
}

// kind refuses a group that became another. Its first commit or member may make a simple group a classic one: that is
// the same to a reset.
func (r *run) kind(g cluster.Group) error {
	was, now := r.plan.Facts[fKind], groupKind(g)
	alike := was == now || isClassic(was) && isClassic(now)
	if !alike {
		return actions.Stale([]actions.Drift{{Ref: r.plan.Target.String(), Field: fKind, Planned: was, Found: now}})
	}
	epoch, noted := r.plan.Facts[fEpoch]
	if noted && r.fresh && r.hold == nil && !hold.Ours(g, r.runID, r.plan.Undoes) && g.Epoch >= 0 && strconv.Itoa(int(g.Epoch)) != epoch {
		return actions.Stale([]actions.Drift{{Ref: r.plan.Target.String(), Field: fEpoch, Planned: epoch, Found: strconv.Itoa(int(g.Epoch))}})
	}
	return nil
}

func isClassic(kind string) bool {
	return kind == lag.Classic.String() || kind == lag.Simple.String() || kind == absentGroup
}

// empty waits for the last member to go, as long as the plan says.
func (r *run) empty(ctx context.Context, g cluster.Group) error {
	if r.plan.Facts[fLive] != "" {
		return unread(g, cluster.Names(r.places(func(b batch) bool { return !b.done })))
	}
	if g.Empty() || hold.Ours(g, r.runID, r.plan.Undoes) {
		r.wasEmpty = r.wasEmpty || g.Empty()
		return nil
	}
	what := fmt.Sprintf("group %s has %s: %s", r.group, text.Plural(len(g.Members), "member", "members"), g.Who())
	if len(g.Members) == 0 {
		what = fmt.Sprintf("group %s is in state %s", r.group, g.State)
	}
	if r.dead == "" {
		r.dead = cluster.DeadMembers(ctx, r.seeing, g)
	}
	told := what
	if back := r.again(g); back != "" {
		what += "; " + back
		told = what
	} else if len(g.Members) > 0 {
		told += "; " + r.dead
	}
	do := "stop the application; one that died counts until its session ends. --wait 5m waits for that"
	if r.app.Stops() {
		do = "see why the stop command leaves members; one that died counts until its session ends"
	}
	return &actions.Wait{For: told, Again: waitAgain, Left: max(r.wait, r.app.Empty()), Else: actions.Fail(actions.ErrGuard, what, do)}
}

// unmoved compares everything that the plan is about.
func (r *run) unmoved(ctx context.Context) error {
	var items []item
	begun := map[cluster.Place]bool{}
	for _, b := range r.steps {
		items = append(items, b.items...)
		for _, it := range b.items {
			begun[it.place] = r.past[b.id]
		}
	}
	if len(items) == 0 {
		return nil
	}
	commits, err := r.commits(ctx, items)
	if err != nil {
		return err
	}
	drift, ends, err := r.logs(ctx, items)
	if err != nil {
		return err
	}
	moved := map[cluster.Place]*cluster.Commit{}
	for _, it := range items {
		now := at(commits, it.place)
		switch {
		case same(now, it.before), begun[it.place] && same(now, it.after):
		case r.app.Stops() && !begun[it.place] && onward(it.before, now) && now.Offset <= ends[it.place].Offset && !r.passed(it, now):
			moved[it.place] = now
		default:
			drift = append(drift, actions.Drift{Ref: it.change.Ref, Field: field, Planned: tell(it.before), Found: tell(now)})
		}
	}
	if len(drift) > 0 {
		return actions.Stale(drift)
	}
	return r.rebase(moved)
}

// passed says that a commit moved past what an exact plan is about.
func (r *run) passed(it item, now *cluster.Commit) bool {
	return r.plan.Facts[fExact] != "" && it.after != nil && now.Offset >= it.after.Offset
}

// rebase takes over what an application committed before it stopped: it is what was there before, and what an undo
// brings back.
func (r *run) rebase(moved map[cluster.Place]*cluster.Commit) error {
	for i := range r.steps {
		for j := range r.steps[i].items {
			it := &r.steps[i].items[j]
			now, ok := moved[it.place]
			if !ok {
				continue
			}
			ch, err := it.from(now)
			if err != nil {
				return err
			}
			it.before, it.change = now, ch
		}
	}
	return nil
}

// logs compares topics and what their logs hold, and gives the ends.
func (r *run) logs(ctx context.Context, items []item) ([]actions.Drift, map[cluster.Place]cluster.Found, error) {
	places := map[cluster.Place]int64{}
	for _, it := range items {
		places[it.place] = cluster.Start
	}
	topics, err := cluster.ReadTopics(ctx, r.seeing, cluster.Names(cluster.Sorted(places)))
	if err != nil {
		return nil, nil, err
	}
	var drift []actions.Drift
	for _, it := range items {
		if !sameTopic(topics[it.place.Topic], it) {
			drift = append(drift, actions.Drift{Ref: it.change.Ref, Field: "topic_id", Planned: it.topicID, Found: "gone or made anew"})
		}
	}
	if len(drift) > 0 {
		return drift, nil, nil
	}
	starts, err := cluster.ReadOffsets(ctx, r.seeing, places)
	if err != nil {
		return nil, nil, err
	}
	for p := range places {
		places[p] = cluster.End
	}
	ends, err := cluster.ReadOffsets(ctx, r.seeing, places)
	if err != nil {
		return nil, nil, err
	}
	for _, it := range items {
		drift = append(drift, it.outside(starts[it.place].Offset, ends[it.place].Offset)...)
	}
	return drift, ends, nil
}

// outside tells a target that the log had when the plan was made and has no more.
func (it item) outside(start, end int64) []actions.Drift {
	if it.after == nil {
		return nil
	}
	to := it.after.Offset
	switch {
	case to >= it.start && to < start:
		return []actions.Drift{{Ref: it.change.Ref, Field: "log_start", Planned: strconv.FormatInt(it.start, 10), Found: strconv.FormatInt(start, 10)}}
	case to <= it.end && to > end:
		return []actions.Drift{{Ref: it.change.Ref, Field: "log_end", Planned: strconv.FormatInt(it.end, 10), Found: strconv.FormatInt(end, 10)}}
	}
	return nil
}
