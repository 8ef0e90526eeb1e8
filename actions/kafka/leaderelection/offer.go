package leaderelection

import (
	"fmt"
	"slices"
	"strconv"

	"weir/actions"
	"weir/internal/text"
	"weir/lag"
)

// Offers tells whether an election helps on what is seen. It goes by the layout alone: a plan looks closer.
func (Action) Offers(ref lag.Ref, r *lag.Reading) actions.Offer {
	switch {
	case ref.Kind != lag.KindTopic && ref.Kind != lag.KindPartition && ref.Kind != lag.KindCluster:
		return actions.Offer{Why: "not offered: this is neither a topic, nor a partition, nor a cluster"}
	case r == nil || r.Topology == nil || len(r.Partitions) == 0:
		return actions.Offer{Why: "not offered: no partitions are seen"}
	}
	var n tally
	for _, t := range r.Topics {
		if t.Gone || ref.Kind != lag.KindCluster && t.Name != ref.Name {
			continue
		}
		for _, ix := range t.Partitions {
			p := r.Partitions[ix]
			if !p.Gone && (ref.Kind != lag.KindPartition || strconv.Itoa(int(p.Number)) == ref.Sub) {
				n.take(r, p)
			}
		}
	}
	return n.offer()
}

// tally counts partitions by what an election could do for them.
type tally struct{ all, helps, leaderless, away, unseen int }

func (n *tally) take(r *lag.Reading, p lag.Partition) {
	n.all++
	switch {
	case len(p.Replicas) == 0:
		n.unseen++
	case p.Leader == lag.Nowhere:
		n.leaderless++
	case p.Leader == p.Replicas[0]:
	case r.Nodes[p.Replicas[0]].Gone || !slices.Contains(p.ISR, p.Replicas[0]):
		n.away++
	default:
		n.helps++
	}
}

func (n *tally) offer() actions.Offer {
	of := "of " + text.Plural(n.all, "partition", "partitions")
	switch {
	case n.all == 0:
		return actions.Offer{Why: "not offered: no such partition is seen"}
	case n.leaderless > 0 && n.helps == 0:
		return actions.Offer{Possible: true, Why: fmt.Sprintf("%d %s %s no leader: start their brokers again; --type unclean elects who is up, and loses data", n.leaderless, of, oneOr(n.leaderless, "has", "have"))}
	case n.helps > 0:
		return actions.Offer{Possible: true, Why: fmt.Sprintf("%d %s %s not led by the preferred replica, which is in sync", n.helps, of, oneOr(n.helps, "is", "are"))}
	case n.away > 0:
		return actions.Offer{Why: fmt.Sprintf("not offered: %d %s %s not led by the preferred replica, and it is down or not in sync", n.away, of, oneOr(n.away, "is", "are"))}
	case n.unseen > 0:
		return actions.Offer{Why: fmt.Sprintf("not offered: the replicas of %d %s are not seen", n.unseen, of)}
	}
	return actions.Offer{Why: "not offered: every partition is led by its preferred replica"}
}

// oneOr is the verb after a number of partitions of many: 1 of 12 partitions is, 2 of 12 are.
func oneOr(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}
