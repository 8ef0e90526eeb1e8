package reset

import (
	"context"
	"fmt"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/lag"
)

// Position is where a group stands on one partition, as a plan of an action sees it that moves one commit among other
// things. Runs of such plans are opened by Open, with the commits alone left in the plan, and undone by a reset.
type Position struct {
	Place cluster.Place
	Start int64 // of the log
	End   int64
	w     world
}

// LookPosition reads a group and one partition. Kinds of groups whose offsets are moved in another way are refused.
func (a Action) LookPosition(ctx context.Context, c cluster.Conn, group string, noSink bool, p cluster.Place) (Position, error) {
	var w world
	if err := w.look(ctx, c, group, noSink, mode{kind: current}, scope{p.Topic: {p.Partition}}); err != nil {
		return Position{}, err
	}
	return Position{Place: p, Start: w.starts[p].Offset, End: w.ends[p].Offset, w: w}, nil
}

// Commit is what the group has committed, nil for nothing.
func (p Position) Commit() *cluster.Commit { return at(p.w.commits, p.Place) }

// Topic is the partition's topic.
func (p Position) Topic() cluster.Topic { return p.w.topics[p.Place.Topic] }

// Move makes the plan that commits an offset there in place of the one that stands: guards and facts of a reset, and the
// one change, with the note.
func (a Action) Move(target lag.Ref, p Position, to cluster.Commit, note string) (actions.Plan, error) {
	it := p.w.item(p.Place, aim{offset: to.Offset, epoch: to.Epoch})
	it.after.Metadata = to.Metadata
	change, err := it.encode(target.Cluster, target.Name, note, details{})
	if err != nil {
		return actions.Plan{}, fmt.Errorf("move %s: %w", p.Place, err)
	}
	plan := a.frame(p.w)
	plan.Changes = []actions.Change{change}
	return plan, nil
}

// fExact, among a plan's facts, says that a commit which moved on counts only below the offset planned: it must not have
// passed what the plan is about.
const fExact = "commit_below_target"

// StopFirst has a plan that Move made stop the application first, where the request asks for it by the parameters of a
// reset. Its commit may move until then, but not past where the plan moves it.
func (a Action) StopFirst(req actions.Request, pos Position, p *actions.Plan) error {
	behind, err := a.behind(req)
	if err != nil || behind == nil {
		return err
	}
	pos.w.stopped(p, behind)
	p.Facts[fExact] = "true"
	return nil
}

// IsCommit tells a change of a committed offset from those that other actions make besides.
func IsCommit(c actions.Change) bool { return c.Field == field }
