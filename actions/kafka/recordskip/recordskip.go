// Package recordskip is the action kafka.record-skip: it moves a group past exactly one record that its consumers can't
// get over, keeping a copy of it. The commit is moved by a reset of that one partition; docs/actions/record-skip.md tells
// it to people.
package recordskip

import (
	"fmt"
	"strconv"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/reset"
	"weir/lag"
)

// Kind names the action.
const Kind = "kafka.record-skip"

// Names of parameters; the last four are those of a reset.
const (
	pOffset, pFile, pPark = "offset", "save-record", "park"
	pHold, pWait, pNoSink = "hold", "wait", "no-sink"
	pStopApp              = "stop-app"
)

// Action skips a record.
type Action struct{ Connect cluster.Connect }

// Spec describes the action.
func (Action) Spec() actions.Spec {
	return actions.Spec{
		Kind: Kind, Verb: "record-skip", Effect: actions.Mutate, Tier: actions.T2, On: []string{lag.KindPosition}, Target: "GROUP TOPIC:P@OFFSET",
		Summary: "move a group past exactly one record, keeping a copy of it",
		Help: "Reads the record and the group's commit, which must stand at it; then, with consent, holds the group, saves the record, commits the\n" +
			"offset after it, reads back and lets go.",
		Params: []actions.Param{
			{Name: pOffset, Type: actions.Int, Help: "the record's offset, where the target is TOPIC:P without one"},
			{Name: pFile, Type: actions.String, Help: "save the record in this new file, as a line of JSON with everything in base64"},
			{Name: pPark, Type: actions.String, Help: "append the record to this topic, with headers that tell where it came from"},
			{Name: pHold, Type: actions.Bool, Default: "true", Help: "keep other members out while the offset is written"},
			{Name: pWait, Type: actions.Duration, Default: "0", Help: "how long to wait at apply until the last member has gone"},
			{Name: pStopApp, Type: actions.Bool, Default: "false", Help: "stop the application behind the group first, and start it afterwards, by the commands of the configuration"},
			{Name: pNoSink, Type: actions.Bool, Default: "false", Help: "the group isn't a Connect sink's, though its name begins with connect-"},
		},
	}
}

// Offers tells whether a position has a record to skip.
func (a Action) Offers(ref lag.Ref, r *lag.Reading) actions.Offer {
	if ref.Kind != lag.KindPosition || r == nil || r.Topology == nil {
		return actions.Offer{Why: "not offered: this is not a group's position on a partition"}
	}
	place, _, err := parseSub(ref.Sub)
	if err != nil {
		return actions.Offer{Why: "not offered: " + err.Error()}
	}
	for _, g := range r.Groups {
		if g.Name == ref.Name && !g.Gone {
			return a.offer(ref.Cluster, r, g, place)
		}
	}
	return actions.Offer{Why: "not offered: the group is not seen"}
}

func (a Action) offer(on string, r *lag.Reading, g lag.Group, place cluster.Place) actions.Offer {
	group := lag.Ref{Cluster: on, Kind: lag.KindGroup, Name: g.Name}
	for _, i := range g.Positions {
		part := r.Partitions[r.Positions[i].Partition]
		if r.Topics[part.Topic].Name != place.Topic || part.Number != place.Partition {
			continue
		}
		committed, end := r.Committed[i], r.End[r.Positions[i].Partition]
		switch {
		case g.Type == lag.Share:
			return actions.Offer{Why: "not offered: " + shareWay}
		case committed < 0:
			return actions.Offer{Why: "not offered: the group has no known commit on this partition"}
		case end >= 0 && committed >= end:
			return actions.Offer{Why: "not offered: nothing is unread on this partition"}
		}
		if o := (reset.Action{Connect: a.Connect}).Offers(group, r); !o.Possible || o.With != nil {
			return o
		}
		return actions.Offer{Possible: true, Why: "the group has no members, and stands at offset " + strconv.FormatInt(committed, 10)}
	}
	return actions.Offer{Why: fmt.Sprintf("not offered: the group has no position on %s", place)}
}

const shareWay = "a share group has no commit to move; its brokers give a record up by themselves after so many deliveries (group.share.delivery.count.limit, 5 by default)"

func (a Action) reset() reset.Action { return reset.Action{Connect: a.Connect} }

// Undo commits the offset again as it was, by a plan of this kind.
func (a Action) Undo(entries []audit.Entry) (actions.Request, error) {
	req, err := a.reset().Undo(entries)
	req.Kind = Kind
	return req, err
}
