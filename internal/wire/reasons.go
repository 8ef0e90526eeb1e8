package wire

import (
	"strconv"
	"strings"

	"weir/lag"
)

// reasons tells why a value of a reading is not known: the gap nearest to it, from the thing itself up to the cluster.
type reasons struct {
	r       *lag.Reading
	gaps    map[lag.Ref]lag.Reason // by kind, name and sub
	cluster lag.Reason
}

func newReasons(r *lag.Reading) *reasons {
	w := &reasons{r: r, gaps: make(map[lag.Ref]lag.Reason, len(r.Gaps))}
	for i := range r.Gaps {
		g := &r.Gaps[i]
		if g.Ref.Kind == lag.KindCluster {
			if w.cluster == lag.NoReason && covers(g.Reason) {
				w.cluster = g.Reason
			}
			continue
		}
		key := lag.Ref{Kind: g.Ref.Kind, Name: g.Ref.Name, Sub: g.Ref.Sub}
		if _, told := w.gaps[key]; !told {
			w.gaps[key] = g.Reason
		}
	}
	return w
}

// covers reports whether a gap of the whole cluster can be why a single value is not known. That a list was filtered, or
// that the brokers are too old for something, says nothing about a value that stands in it.
func covers(r lag.Reason) bool {
	return r == lag.Unreachable || r == lag.Timeout || r == lag.NotAuthorized
}

func (w *reasons) gap(kind, name, sub string) lag.Reason {
	if len(w.gaps) == 0 {
		return lag.NoReason
	}
	return w.gaps[lag.Ref{Kind: kind, Name: name, Sub: sub}]
}

// first returns the first reason that is one, at last not measured.
func first(reasons ...lag.Reason) lag.Reason {
	for _, r := range reasons {
		if r != lag.NoReason {
			return r
		}
	}
	return lag.NotMeasured
}

// node is the gap of a broker, NoReason where there is none.
func (w *reasons) node(n lag.NodeIx) lag.Reason {
	if n < 0 || int(n) >= len(w.r.Nodes) {
		return lag.NoReason
	}
	return w.gap(lag.KindBroker, strconv.Itoa(int(w.r.Nodes[n].ID)), "")
}

// ofNode says why a value of a broker is not known.
func (w *reasons) ofNode(n lag.NodeIx) lag.Reason {
	if gap := w.node(n); gap != lag.NoReason {
		return gap
	}
	if n >= 0 && int(n) < len(w.r.Nodes) && w.r.Nodes[n].Gone {
		return lag.Gone
	}
	return first(w.cluster)
}

// ofTopic says why a value of a topic is not known.
func (w *reasons) ofTopic(t lag.TopicIx) lag.Reason {
	topic := &w.r.Topics[t]
	own := w.gap(lag.KindTopic, topic.Name, "")
	if own == lag.NoReason && topic.Gone {
		own = lag.Gone
	}
	return first(own, w.cluster)
}

// gapOf is the gap of a partition or its topic, NoReason where there is none.
func (w *reasons) gapOf(p lag.PartitionIx) lag.Reason {
	if len(w.gaps) == 0 {
		return lag.NoReason
	}
	part := &w.r.Partitions[p]
	topic := w.r.Topics[part.Topic].Name
	if own := w.gap(lag.KindPartition, topic, strconv.Itoa(int(part.Number))); own != lag.NoReason {
		return own
	}
	return w.gap(lag.KindTopic, topic, "")
}

// ofPartition says why an offset or a size of a partition is not known.
func (w *reasons) ofPartition(p lag.PartitionIx) lag.Reason {
	part := &w.r.Partitions[p]
	own := w.gapOf(p)
	switch {
	case own != lag.NoReason:
	case part.Gone || w.r.Topics[part.Topic].Gone:
		own = lag.Gone
	case part.Leader < 0:
		own = lag.NoLeader
	}
	return first(own, w.node(part.Leader), w.cluster)
}

// ofGroup says why a value of a group is not known.
func (w *reasons) ofGroup(g lag.GroupIx) lag.Reason {
	group := &w.r.Groups[g]
	own := w.gap(lag.KindGroup, group.Name, "")
	switch {
	case own != lag.NoReason:
	case group.Gone:
		own = lag.Gone
	case group.Coordinator < 0:
		own = first(w.cluster)
		if own == lag.NotMeasured {
			own = lag.NoCoordinator
		}
	}
	return first(own, w.node(group.Coordinator), w.cluster)
}

// ofCommit says why the commit of a position is not known.
func (w *reasons) ofCommit(i lag.PositionIx) lag.Reason {
	at := w.r.Positions[i]
	part := &w.r.Partitions[at.Partition]
	topic, number := w.r.Topics[part.Topic].Name, strconv.Itoa(int(part.Number))
	group := w.r.Groups[at.Group].Name
	own := w.gap(lag.KindPosition, group, strings.Join([]string{topic, number}, ":"))
	if own == lag.NoReason {
		own = w.gap(lag.KindTopic, topic, "")
	}
	return first(own, w.ofGroup(at.Group))
}

// ofLag says why the lag of a position is not known, given that it is not.
func (w *reasons) ofLag(i lag.PositionIx) lag.Reason {
	if backlog, told := w.r.Backlog[i]; told {
		if backlog == lag.None {
			return lag.NoCommit
		}
		if gap := w.gap(lag.KindGroup, w.r.Groups[w.r.Positions[i].Group].Name, ""); gap != lag.NoReason {
			return gap
		}
		return lag.Unsupported
	}
	switch c := w.r.Committed[i]; {
	case c == lag.None:
		return lag.NoCommit
	case !lag.Known(c):
		return w.ofCommit(i)
	}
	return w.ofPartition(w.r.Positions[i].Partition)
}
