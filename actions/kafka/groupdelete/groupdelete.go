// Package groupdelete is the action kafka.group-delete: it removes a group with everything it has committed.
// docs/actions/group-delete.md tells it to people.
package groupdelete

import (
	"context"
	"encoding/json"
	"fmt"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/reset"
	"weir/internal/text"
	"weir/lag"
)

// Kind names the action.
const Kind = "kafka.group-delete"

// Field is what the change of the group itself is called.
const Field = "group"

const fKind = "group_type"

// Action deletes a group.
type Action struct{ Connect cluster.Connect }

// Spec describes the action.
func (Action) Spec() actions.Spec {
	return actions.Spec{
		Kind: Kind, Verb: "group-delete", Effect: actions.Destroy, Tier: actions.T3, On: []string{lag.KindGroup}, Target: "GROUP",
		Summary: "delete a group that has no members, with all its committed offsets",
		Help:    "Sends DeleteGroups to the group's coordinator, which refuses a group that has members.",
	}
}

// Offers tells whether the group may be deleted now.
func (Action) Offers(ref lag.Ref, r *lag.Reading) actions.Offer {
	if ref.Kind != lag.KindGroup || r == nil || r.Topology == nil {
		return actions.Offer{Why: "not offered: this is not a group"}
	}
	for _, g := range r.Groups {
		switch {
		case g.Name != ref.Name || g.Gone:
		case len(g.Members) > 0:
			return actions.Offer{Why: "not offered: " + text.Plural(len(g.Members), "member", "members") + " still live"}
		case g.Type != lag.Classic && g.Type != lag.Consumer && g.Type != lag.Simple:
			return actions.Offer{Why: "not offered: weir doesn't delete a " + g.Type.String() + " group, whose state it can't put back"}
		case cluster.Unlisted(g) != "":
			return actions.Offer{Why: "not offered: " + cluster.Unlisted(g) + "; a plan asks its coordinator"}
		default:
			return actions.Offer{Possible: true, Why: "the group has no members"}
		}
	}
	return actions.Offer{Why: "not offered: the group is not seen"}
}

// Plan lists everything that goes with the group. It only reads.
func (a Action) Plan(ctx context.Context, req actions.Request) (actions.Plan, error) {
	c, err := a.Connect.Seeing(ctx, req.Target.Cluster)
	if err != nil {
		return actions.Plan{}, cluster.Unseen("connect", err)
	}
	defer c.Close()
	g, err := reset.LookGroup(ctx, c, req.Target.Cluster, req.Target.Name)
	if err != nil {
		return actions.Plan{}, err
	}
	was, err := json.Marshal(g.Kind.String())
	if err != nil {
		return actions.Plan{}, &actions.Error{Kind: actions.ErrDefect, What: "the group's kind", Err: err}
	}
	spec := a.Spec()
	p := actions.Plan{
		ClusterID: g.ClusterID, Effect: spec.Effect, Tier: spec.Tier, Undo: actions.UndoPartial,
		Locks: []string{"group/" + g.Name}, Facts: map[string]string{fKind: g.Kind.String()},
		Changes: append([]actions.Change{{Ref: req.Target.String(), Field: Field, Before: was, Note: "deleted"}}, g.Changes...),
		Totals:  actions.Totals{Items: len(g.Changes) + 1},
		Guards: []actions.Guard{
			{Name: "group_empty", Want: "the group has no members", Now: g.State + ", " + text.Plural(len(g.Members), "member", "members"), OK: g.Empty()},
			{Name: "offsets_unmoved", Want: "every committed offset is as below, and there are no others", Now: fmt.Sprintf("%d read", len(g.Changes)), OK: true},
		},
		Warnings: []string{
			"a consumer that comes back starts where its auto.offset.reset says, on every topic",
			"the undo commits the offsets again; the group's kind comes back with its first member, its configuration and access rights don't depend on it",
		},
	}
	for _, name := range g.Gone {
		p.Warnings = append(p.Warnings, "commits on topic "+name+", which is gone or hidden, are lost for good")
	}
	return p, nil
}

// Undo commits the offsets again, by a reset: that makes the group anew.
func (Action) Undo(entries []audit.Entry) (actions.Request, error) {
	changes, err := reset.Changes(entries)
	if err != nil {
		return actions.Request{}, err
	}
	if len(changes) == 0 {
		return actions.Request{}, actions.Fail(actions.ErrRefused, "the group had committed nothing, so there is nothing to bring back", "")
	}
	return actions.Request{Kind: reset.Kind, Restore: changes}, nil
}
