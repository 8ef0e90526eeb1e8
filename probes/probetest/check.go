package probetest

import (
	"errors"
	"fmt"

	"weir/lag"
)

// Check reports everything about a reading that no reading may be: columns that are not aligned with what exists, indexes
// that lead nowhere, numbers that no broker told, gaps that say nothing. It returns nil for a sound one.
func Check(r *lag.Reading) error {
	c := &checker{Reading: r}
	if r.Topology == nil {
		return errors.New("a reading without topology")
	}
	c.columns()
	c.topics()
	c.groups()
	c.numbers()
	c.gaps()
	return errors.Join(c.errs...)
}

// most is how many faults are worth telling.
const most = 20

type checker struct {
	*lag.Reading
	errs []error
}

func (c *checker) is(ok bool, format string, args ...any) {
	if !ok && len(c.errs) < most {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

func (c *checker) columns() {
	for name, col := range map[string][]int64{"start": c.Start, "end": c.End, "stable": c.Stable, "size": c.Size} {
		c.is(len(col) == len(c.Partitions), "%d values of %s for %d partitions", len(col), name, len(c.Partitions))
	}
	c.is(len(c.Committed) == len(c.Positions), "%d commits for %d positions", len(c.Committed), len(c.Positions))
	for name, at := range map[string][]lag.ShardTime{"start": c.StartAt, "end": c.EndAt, "stable": c.StableAt, "size": c.SizeAt, "commit": c.CommittedAt} {
		c.is(len(at) == len(c.Nodes), "%d stamps of %s for %d brokers", len(at), name, len(c.Nodes))
	}
	c.is(len(c.Cost.Nodes) <= len(c.Nodes), "costs of %d brokers, there are %d", len(c.Cost.Nodes), len(c.Nodes))
	c.is(!c.Tick.IsZero(), "a sweep without time")
	c.node("controller", c.Controller)
}

func (c *checker) node(what string, n lag.NodeIx) {
	c.is(n == lag.Nowhere || n >= 0 && int(n) < len(c.Nodes), "%s: broker index %d of %d", what, n, len(c.Nodes))
}

func (c *checker) topics() {
	for t := range c.Topics {
		for n, p := range c.Topics[t].Partitions {
			ok := p >= 0 && int(p) < len(c.Partitions)
			c.is(ok, "topic %q: partition index %d of %d", c.Topics[t].Name, p, len(c.Partitions))
			if ok {
				part := c.Partitions[p]
				c.is(part.Topic == lag.TopicIx(t) && int(part.Number) == n, "topic %q: its partition %d is %d of topic %d", c.Topics[t].Name, n, part.Number, part.Topic)
			}
		}
	}
	for i := range c.Partitions {
		p := &c.Partitions[i]
		c.is(p.Topic >= 0 && int(p.Topic) < len(c.Topics), "partition %d: topic index %d of %d", i, p.Topic, len(c.Topics))
		c.node("leader", p.Leader)
		for _, set := range [][]lag.NodeIx{p.Replicas, p.ISR, p.Offline} {
			for _, n := range set {
				c.is(n >= 0 && int(n) < len(c.Nodes), "partition %d: broker index %d of %d", i, n, len(c.Nodes))
			}
		}
	}
}

func (c *checker) groups() {
	for i, at := range c.Positions {
		c.is(at.Group >= 0 && int(at.Group) < len(c.Groups), "position %d: group index %d of %d", i, at.Group, len(c.Groups))
		c.is(at.Partition >= 0 && int(at.Partition) < len(c.Partitions), "position %d: partition index %d of %d", i, at.Partition, len(c.Partitions))
	}
	for i := range c.Groups {
		g := &c.Groups[i]
		c.node("coordinator", g.Coordinator)
		met := map[lag.PositionIx]bool{}
		for _, p := range g.Positions {
			ok := p >= 0 && int(p) < len(c.Positions)
			c.is(ok && c.Positions[p].Group == lag.GroupIx(i) && !met[p], "group %q: position %d is not its own, or twice", g.Name, p)
			met[p] = true
		}
		for _, m := range g.Members {
			for _, p := range m.Assigned {
				c.is(p >= 0 && int(p) < len(c.Partitions), "group %q: member %q is assigned partition index %d of %d", g.Name, m.ID, p, len(c.Partitions))
			}
		}
		c.is(len(g.Members) == 0 || !g.MembersAt.IsZero(), "group %q: members that were never read", g.Name)
	}
	for i := range c.Backlog {
		c.is(i >= 0 && int(i) < len(c.Positions), "backlog of position %d of %d", i, len(c.Positions))
	}
}

// numbers holds every value to having been told by someone at some time: a zero that stands for an unknown has no stamp.
func (c *checker) numbers() {
	for i := range c.End {
		p := lag.PartitionIx(i)
		c.is(!lag.Known(c.End[i]) || !c.EndStamp(p).IsZero(), "partition %d: end %d was never read", i, c.End[i])
		c.is(!c.Partitions[i].Gone || !lag.Known(c.End[i]), "partition %d: it is gone, its end is %d", i, c.End[i])
	}
	for i := range c.Committed {
		p := lag.PositionIx(i)
		c.is(c.Committed[i] == lag.Unknown || c.Groups[c.Positions[i].Group].Gone || !c.CommitStamp(p).IsZero(), "position %d: commit %d was never read", i, c.Committed[i])
	}
}

func (c *checker) gaps() {
	for _, g := range c.Gaps {
		c.is(g.Ref.Cluster == c.Cluster && g.Ref.Kind != "", "gap of %v", g.Ref)
		c.is(g.Reason != lag.NoReason && g.Detail != "", "gap of %v without a reason or a word", g.Ref)
		c.is(!g.Since.IsZero() && !g.Since.After(c.Tick), "gap of %v since %v in a sweep of %v", g.Ref, g.Since, c.Tick)
	}
	c.is(!c.Complete || len(c.Gaps) == 0, "complete, with %d gaps", len(c.Gaps))
}

// Follows reports what a later reading of the same probe changed that must stay: an index that names another thing.
func Follows(before, after *lag.Reading) error {
	c := &checker{Reading: after}
	same := func(kind string, was, is int, name func(*lag.Reading, int) string) {
		c.is(is >= was, "%d %s, there were %d", is, kind, was)
		for i := range min(was, is) {
			c.is(name(before, i) == name(after, i), "%s %d was %s, is %s", kind, i, name(before, i), name(after, i))
		}
	}
	same("brokers", len(before.Nodes), len(after.Nodes), func(r *lag.Reading, i int) string { return fmt.Sprint(r.Nodes[i].ID) })
	same("topics", len(before.Topics), len(after.Topics), func(r *lag.Reading, i int) string { return r.Topics[i].Name })
	same("partitions", len(before.Partitions), len(after.Partitions), func(r *lag.Reading, i int) string {
		return fmt.Sprint(r.Partitions[i].Topic, ":", r.Partitions[i].Number)
	})
	same("groups", len(before.Groups), len(after.Groups), func(r *lag.Reading, i int) string { return r.Groups[i].Name })
	same("positions", len(before.Positions), len(after.Positions), func(r *lag.Reading, i int) string { return fmt.Sprint(r.Positions[i]) })
	c.is(after.Gen >= before.Gen, "generation %d after %d", after.Gen, before.Gen)
	c.is(after.Topology == before.Topology || after.Gen > before.Gen, "another topology of the same generation %d", after.Gen)
	c.is(!after.Tick.Before(before.Tick), "a sweep of %v after one of %v", after.Tick, before.Tick)
	return errors.Join(c.errs...)
}
