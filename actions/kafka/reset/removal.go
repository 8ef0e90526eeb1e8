package reset

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
)

// fLive, among a plan's facts, says that the group may have members: brokers themselves refuse to delete offsets of
// topics that a member subscribes to.
const fLive = "live_members"

// PlanRemoval makes the plan that deletes a group's commits on the topics named (see parameter topic), for the action of
// spec. Its runs are opened by Open, and undone by a reset.
func (a Action) PlanRemoval(ctx context.Context, req actions.Request, spec actions.Spec) (actions.Plan, error) {
	c, err := a.Connect.Seeing(ctx, req.Target.Cluster)
	if err != nil {
		return actions.Plan{}, cluster.Unseen("connect", err)
	}
	defer c.Close()
	sc, err := parseScope(req.Params[pTopic])
	if err != nil {
		return actions.Plan{}, err
	}
	if len(sc) == 0 {
		return actions.Plan{}, actions.Fail(actions.ErrUsage, spec.Verb+" needs a topic", "give -t TOPIC or -t TOPIC:0,1")
	}
	var w world
	if err := w.look(ctx, c, req.Target.Name, true, mode{kind: current}, sc); err != nil {
		return actions.Plan{}, err
	}
	p := a.frame(w)
	p.Effect, p.Tier, p.Warnings = spec.Effect, spec.Tier, nil
	p.Facts[fLive] = "allowed"
	delete(p.Facts, fEpoch)
	if err := unread(w.group, cluster.Names(w.places)); err != nil {
		return actions.Plan{}, err
	}
	p.Guards[0] = actions.Guard{Name: "group_unsubscribed", Want: "no member subscribes to the topics; the brokers see to it", Now: text.Plural(len(w.group.Members), "member", "members") + ", and none of them does", OK: true}
	p.Warnings = append(p.Warnings, "a consumer that comes back to these partitions starts where its auto.offset.reset says")
	items := w.removals()
	if n := len(w.places) - len(items); n > 0 {
		p.Warnings = append(p.Warnings, text.Plural(n, "partition has", "partitions have")+" no commit")
	}
	return p, a.fill(ctx, c, req.Target, w, items, &p)
}

// unread refuses to delete commits on topics that a member subscribes to, as its broker would.
func unread(g cluster.Group, topics []string) error {
	names, read := g.Readers(topics)
	if len(read) == 0 {
		return nil
	}
	return actions.Fail(actions.ErrGuard, fmt.Sprintf("group %s reads %s: a member subscribes to it, and brokers then refuse to delete its commits there: %s", g.Name, strings.Join(read, ", "), names),
		"stop the application, or name topics only that it doesn't subscribe to any more")
}

// removals deletes every commit there is.
func (w world) removals() []item {
	var out []item
	for _, p := range w.places {
		if before := at(w.commits, p); before != nil {
			id := w.topics[p.Topic].ID
			out = append(out, item{
				place: p, topicID: hex.EncodeToString(id[:]), start: w.starts[p].Offset, end: w.ends[p].Offset,
				before: before, change: actions.Change{Note: "deleted"},
			})
		}
	}
	return out
}

// Group is what an action on a group as a whole sees of it.
type Group struct {
	cluster.Group
	ClusterID string
	Changes   []actions.Change // each commit there is, to absent
	Gone      []string         // topics with commits that aren't there or are hidden: an undo can't bring those back
}

// LookGroup reads a group with everything it has committed, as changes that remove it all. A kind whose offsets aren't
// committed ones is refused.
func LookGroup(ctx context.Context, c cluster.Conn, clusterName, group string) (Group, error) {
	var w world
	if err := w.look(ctx, c, group, true, mode{kind: current}, nil); err != nil {
		return Group{}, err
	}
	g := Group{Group: w.group, ClusterID: w.id, Gone: w.gone}
	w.places = cluster.Sorted(w.commits) // also those on topics that are gone
	for _, it := range w.removals() {
		ch, err := it.encode(clusterName, group, "deleted with the group", details{})
		if err != nil {
			return Group{}, err
		}
		g.Changes = append(g.Changes, ch)
	}
	return g, nil
}

// Drifted compares what a group has committed now with the changes of a plan that removes it all.
func Drifted(ctx context.Context, c cluster.Conn, g cluster.Group, changes []actions.Change) ([]actions.Drift, error) {
	now, err := cluster.ReadCommits(ctx, c, g.Name, g.Coordinator, nil)
	if err != nil {
		return nil, err
	}
	var drift []actions.Drift
	for _, ch := range changes {
		if ch.Field != field {
			continue
		}
		it, err := decode(ch)
		if err != nil {
			return nil, err
		}
		if found := at(now, it.place); !same(found, it.before) {
			drift = append(drift, actions.Drift{Ref: ch.Ref, Field: field, Planned: tell(it.before), Found: tell(found)})
		}
		delete(now, it.place)
	}
	for _, p := range cluster.Sorted(now) {
		drift = append(drift, actions.Drift{Ref: p.String(), Field: field, Planned: "absent", Found: tell(at(now, p))})
	}
	return drift, nil
}
