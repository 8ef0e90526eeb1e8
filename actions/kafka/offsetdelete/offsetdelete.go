// Package offsetdelete is the action kafka.offset-delete: it removes a group's commits on some topics, as one does after
// a group stopped reading them. docs/actions/offset-delete.md tells it to people.
package offsetdelete

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/reset"
	"weir/lag"
)

// Kind names the action.
const Kind = "kafka.offset-delete"

// Action deletes committed offsets.
type Action struct{ Connect cluster.Connect }

// Spec describes the action.
func (Action) Spec() actions.Spec {
	return actions.Spec{
		Kind: Kind, Verb: "offset-delete", Effect: actions.Mutate, Tier: actions.T2, On: []string{lag.KindGroup}, Target: "GROUP",
		Summary: "delete a group's committed offsets on topics that it doesn't read any more",
		Help:    "Sends OffsetDelete to the group's coordinator. The brokers refuse topics that a live member subscribes to.",
		Params: []actions.Param{
			{Name: "topic", Short: "t", Type: actions.Topics, Many: true, Needed: true, Help: "the topic, or partitions of it: TOPIC or TOPIC:0,1"},
		},
	}
}

// Offers tells whether the group has offsets to delete.
func (Action) Offers(ref lag.Ref, r *lag.Reading) actions.Offer {
	if ref.Kind != lag.KindGroup || r == nil || r.Topology == nil {
		return actions.Offer{Why: "not offered: this is not a group"}
	}
	for _, g := range r.Groups {
		switch {
		case g.Name != ref.Name || g.Gone:
		case g.Type == lag.Share || g.Type == lag.Streams || g.Type == lag.Connect:
			return actions.Offer{Why: "not offered: a " + g.Type.String() + " group has no committed offsets of its own"}
		case len(g.Positions) == 0:
			return actions.Offer{Why: "not offered: the group has committed nothing"}
		default:
			return whileRead(g, r)
		}
	}
	return actions.Offer{Why: "not offered: the group is not seen"}
}

// whileRead offers what of a group no member reads: brokers refuse the rest (GROUP_SUBSCRIBED_TO_TOPIC). Who
// has a partition of a topic subscribes to it; who has none of any may, and the plan asks the coordinator.
func whileRead(g lag.Group, r *lag.Reading) actions.Offer {
	read, free := map[string]bool{}, map[string]bool{}
	topic := func(p lag.PartitionIx) string { return r.Topics[r.Partitions[p].Topic].Name }
	for _, m := range g.Members {
		for _, p := range m.Assigned {
			read[topic(p)] = true
		}
	}
	for _, i := range g.Positions {
		committed := int(i) >= len(r.Committed) || r.Committed[i] != lag.None
		if name := topic(r.Positions[i].Partition); !read[name] && committed {
			free[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(free))
	switch {
	case len(read) == 0 && len(g.Members) == 0 && cluster.Unlisted(g) == "":
		return actions.Offer{Possible: true, Why: "the group has no members"}
	case len(read) == 0:
		return actions.Offer{Possible: true, Why: "possible on topics that no member subscribes to"}
	case len(names) == 0:
		return actions.Offer{Why: "not offered: members live that read all its topics, and brokers refuse to delete commits on those"}
	case len(names) > 3:
		return actions.Offer{Possible: true, Why: fmt.Sprintf("possible on %d topics that no member reads", len(names))}
	}
	return actions.Offer{Possible: true, Why: "possible on " + strings.Join(names, ", ") + ", which no member reads"}
}

func (a Action) reset() reset.Action { return reset.Action{Connect: a.Connect} }

// Plan lists the commits that are deleted. It only reads.
func (a Action) Plan(ctx context.Context, req actions.Request) (actions.Plan, error) {
	return a.reset().PlanRemoval(ctx, req, a.Spec())
}

// Open begins or resumes a run.
func (a Action) Open(ctx context.Context, p actions.Plan, entries []audit.Entry) (actions.Run, error) {
	return a.reset().Open(ctx, p, entries)
}

// Undo commits the offsets again, with epoch and metadata, by a reset.
func (a Action) Undo(entries []audit.Entry) (actions.Request, error) { return a.reset().Undo(entries) }
