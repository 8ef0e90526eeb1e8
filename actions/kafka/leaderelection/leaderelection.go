// Package leaderelection is the action kafka.leader-election: it has the controller elect leaders, the preferred ones or,
// with loss of data, any that is up. docs/actions/leader-election.md tells it to people.
package leaderelection

import (
	"context"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/cluster"
	"weir/lag"
)

// Kind names the action.
const Kind = "kafka.leader-election"

// Field is what a change changes of a partition.
const Field = "leader"

// Names of parameters, and the types of elections.
const (
	pType, pBatch      = "type", "batch"
	preferred, unclean = "preferred", "unclean"
)

const (
	defaultBatch = "50"
	maxBatch     = 1000
)

// patience is how long the brokers are given to show what the controller decided: they follow it by some milliseconds.
const patience = 3 * time.Second

// verifyPatience is the same for the last look: that a run was not as planned is a grave word, and brokers under load follow
// late.
const verifyPatience = 10 * time.Second

// Action elects leaders.
type Action struct {
	Connect  cluster.Connect
	patience time.Duration // in place of those above; 0: they hold
}

// Spec describes the action.
func (Action) Spec() actions.Spec {
	return actions.Spec{
		Kind: Kind, Verb: "leader-election", Effect: actions.Mutate, Tier: actions.T1,
		On: []string{lag.KindTopic, lag.KindPartition, lag.KindCluster}, Target: "TOPIC[:P,…]",
		Summary: "give partitions back to their preferred leaders, or one to those that lost theirs",
		Help: "Sends ElectLeaders to the controller, batch by batch, only for partitions where it helps. A preferred election loses nothing. " +
			"An unclean one, with --type unclean, is for partitions without a leader; what their last leaders alone had is lost for good, so its plans need --confirm, --name and --reason.",
		Params: []actions.Param{
			{Name: pType, Type: actions.Enum, Values: []string{preferred, unclean}, Default: preferred, Help: "who is elected"},
			{Name: pBatch, Type: actions.Int, Default: defaultBatch, Help: "how many partitions are elected at a time, 1 to 1000"},
		},
	}
}

// Plan works out which elections help. It only reads.
func (a Action) Plan(ctx context.Context, req actions.Request) (actions.Plan, error) {
	c, err := a.Connect.Seeing(ctx, req.Target.Cluster)
	if err != nil {
		return actions.Plan{}, cluster.Unseen("connect", err)
	}
	defer c.Close()
	if _, err := batchSize(a.Spec(), req.Params); err != nil {
		return actions.Plan{}, err
	}
	w := world{unclean: a.Spec().Value(req.Params, pType) == unclean, target: req.Target}
	if err := w.look(ctx, c); err != nil {
		return actions.Plan{}, err
	}
	w.sort()
	if err := w.ask(ctx, c); err != nil {
		return actions.Plan{}, err
	}
	if len(w.picked) == 0 {
		return actions.Plan{}, w.nothing()
	}
	return a.frame(w)
}

// Open begins or resumes a run.
func (a Action) Open(ctx context.Context, p actions.Plan, entries []audit.Entry) (actions.Run, error) {
	c, err := a.Connect.Seeing(ctx, p.Target.Cluster)
	if err != nil {
		return nil, cluster.Unseen("connect", err)
	}
	r, err := newRun(ctx, a, p, entries, c)
	if err != nil {
		c.Close()
		return nil, err
	}
	return r, nil
}
