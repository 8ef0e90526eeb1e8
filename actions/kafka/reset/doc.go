// Package reset is the action kafka.offset-reset: it moves the committed offsets of a consumer group, after its members
// have gone, while nobody else can come in, and takes them back on request. docs/actions/offset-reset.md tells it to
// people.
package reset

import (
	"context"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/app"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
	"weir/lag"
)

// Kind names the action.
const Kind = "kafka.offset-reset"

// batchSize is how many partitions one step commits: a request of a few ten thousand bytes, far below what a broker
// takes for one record batch of its offsets topic.
const batchSize = 500

// Action is the offset reset.
type Action struct {
	Connect cluster.Connect
	Now     func() time.Time // nil is time.Now
	batch   int              // 0 is batchSize
	call    app.Caller       // nil is app.Exec
}

func (a Action) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// Names of parameters.
const (
	pTo, pAgo, pShift, pFromGroup, pFromFile = "to", "ago", "shift", "from-group", "from-file"
	pTopic, pPastEnd, pOutOfRange            = "topic", "past-end", "out-of-range"
	pHold, pWait, pNoSink                    = "hold", "wait", "no-sink"
	pStopApp                                 = "stop-app"
	// pStartApp, of an undo, says that the application was left stopped.
	pStartApp = "start-app"
)

const where = "where"

// Spec describes the action.
func (Action) Spec() actions.Spec {
	return actions.Spec{
		Kind: Kind, Verb: "offset-reset", Effect: actions.Mutate, Tier: actions.T2, On: []string{lag.KindGroup}, Target: "GROUP",
		Summary: "move the committed offsets of a consumer group that has no members",
		Help:    "Reads the group, its commits and the logs; then, with consent, holds the group, commits, reads back and lets go.",
		Params: []actions.Param{
			{Name: pTo, Type: actions.String, OneOf: where, Help: "earliest, latest, current, an offset, or a time with its zone (RFC 3339)", Words: []actions.Word{
				{Name: "earliest", Help: "the first record that still exists"},
				{Name: "latest", Help: "the end: gives up all that is unread"},
				{Name: "current", Help: "where it stands now"},
			}},
			{Name: pAgo, Type: actions.Duration, OneOf: where, Help: "the first record of the last so long, such as 15m"},
			{Name: pShift, Type: actions.Int, OneOf: where, Help: "so many offsets forward, or back when negative"},
			{Name: pFromGroup, Type: actions.String, OneOf: where, Help: "the offsets that another group has committed"},
			{Name: pFromFile, Type: actions.File, OneOf: where, Help: "offsets from a file as Apache's tool writes it (CSV), or JSON with partitions"},
			{Name: pTopic, Short: "t", Type: actions.Topics, Many: true, Help: "only this topic, or these partitions of it: TOPIC or TOPIC:0,1; also ones the group never committed on"},
			{Name: pPastEnd, Type: actions.Enum, Values: []string{"refuse", "end"}, Default: "refuse", Help: "what to do where no record is as young as the time asked for"},
			{Name: pOutOfRange, Type: actions.Enum, Values: []string{"refuse", "clamp"}, Default: "refuse", Help: "what to do with offsets that the log doesn't have"},
			{Name: pHold, Type: actions.Bool, Default: "true", Help: "keep other members out while the offsets are written"},
			{Name: pWait, Type: actions.Duration, Default: "0", Help: "how long to wait at apply until the last member has gone"},
			{Name: pStopApp, Type: actions.Bool, Default: "false", Help: "stop the application behind the group first, and start it afterwards, by the commands of the configuration"},
			{Name: pNoSink, Type: actions.Bool, Default: "false", Help: "the group isn't a Connect sink's, though its name begins with connect-"},
		},
	}
}

// Offers tells whether the group may be reset now.
func (a Action) Offers(ref lag.Ref, r *lag.Reading) actions.Offer {
	if ref.Kind != lag.KindGroup || r == nil || r.Topology == nil {
		return actions.Offer{Why: "not offered: this is not a group"}
	}
	for _, g := range r.Groups {
		if g.Name != ref.Name || g.Gone {
			continue
		}
		if why := misrouted(g.Name, g.Type, false); why != nil {
			return actions.Offer{Why: "not offered: " + why.What + "; " + why.Do}
		}
		if n := len(g.Members); n > 0 {
			if app, err := a.Connect.Application(ref.Cluster, g.Name); err == nil && app != nil {
				return actions.Offer{Possible: true, With: map[string]string{pStopApp: "true"},
					Why: text.Plural(n, "member", "members") + " still live: the application behind the group is stopped first, and started again"}
			}
			return actions.Offer{Why: "not offered: " + text.Plural(n, "member", "members") + " still live; a plan can be made, it is applied once none is left"}
		}
		if why := cluster.Unlisted(g); why != "" {
			return actions.Offer{Why: "not offered: " + why + "; a plan asks its coordinator"}
		}
		return actions.Offer{Possible: true, Why: "the group has no members"}
	}
	return actions.Offer{Why: "not offered: the group is not seen"}
}

// misrouted refuses the kinds of groups whose offsets are moved in another way, and tells which.
func misrouted(name string, kind lag.GroupType, noSink bool) *actions.Error {
	switch kind {
	case lag.Classic, lag.Consumer, lag.Simple:
	case lag.Share:
		return actions.Fail(actions.ErrGuard, name+" is a share group, which has no committed offsets", "use Apache's kafka-share-groups.sh --reset-offsets")
	case lag.Streams:
		return actions.Fail(actions.ErrGuard, name+" is a Kafka Streams group, whose state stores must move with its offsets", "use Apache's kafka-streams-groups.sh --reset-offsets")
	case lag.Connect:
		return actions.Fail(actions.ErrGuard, name+" is a group of Connect workers, which has no committed offsets", "reset the connector: PUT /connectors/NAME/stop, then PATCH /connectors/NAME/offsets")
	default:
		return actions.Fail(actions.ErrGuard, "the kind of group "+name+" is not known to weir", "")
	}
	if kind != lag.Consumer && !noSink && len(name) > len(sinkPrefix) && name[:len(sinkPrefix)] == sinkPrefix {
		return actions.Fail(actions.ErrGuard, name+" looks like the group of Connect sink "+name[len(sinkPrefix):]+", which overwrites what others commit",
			"PUT /connectors/"+name[len(sinkPrefix):]+"/stop, then PATCH /connectors/"+name[len(sinkPrefix):]+"/offsets (KIP-875); if it isn't one, give --no-sink")
	}
	return nil
}

const sinkPrefix = "connect-"

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
