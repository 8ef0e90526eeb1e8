package kafka

import (
	"slices"
	"time"

	"weir/lag"
)

// col names a column of numbers.
type col uint8

const (
	colStart col = iota
	colEnd
	colStable
	colSize
	colCommitted
	cols
)

// columns are the numbers of the sweep that is being made: what the last sweep left, written over where something was
// read. A column is shared with the last sweep until it is written to.
type columns struct {
	ints [cols][]int64
	mine [cols]bool
	at   [cols][]lag.ShardTime

	backlog    map[lag.PositionIx]int64
	lateEnd    map[lag.PartitionIx]lag.ShardTime
	lateCommit map[lag.PositionIx]lag.ShardTime
}

// next returns the columns of a new sweep.
func (c *columns) next() *columns {
	n := &columns{ints: c.ints, backlog: copied(c.backlog), lateEnd: copied(c.lateEnd), lateCommit: copied(c.lateCommit)}
	for k := range c.at {
		n.at[k] = slices.Clone(c.at[k])
	}
	return n
}

// copied copies into a map of the right size: one that grew large in an outage does not stay so.
func copied[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// edit returns a column to write to.
func (c *columns) edit(k col) []int64 {
	if !c.mine[k] {
		c.ints[k], c.mine[k] = slices.Clone(c.ints[k]), true
	}
	return c.ints[k]
}

// fit brings the columns to the size of what exists; new values are unknown. They come after all that any earlier sweep
// published, so that a shared column may grow in place.
func (c *columns) fit(t *lag.Topology) {
	for k := range c.ints {
		n := len(t.Partitions)
		if col(k) == colCommitted {
			n = len(t.Positions)
		}
		c.ints[k] = grow(c.ints[k], n)
		if more := len(t.Nodes) - len(c.at[k]); more > 0 {
			c.at[k] = append(c.at[k], make([]lag.ShardTime, more)...)
		}
	}
}

func grow(c []int64, n int) []int64 {
	if cap(c) < n {
		c = append(make([]int64, 0, n+n/16+64), c...)
	}
	for len(c) < n {
		c = append(c, lag.Unknown)
	}
	return c
}

// stamp notes when a broker answered. Several answers of one sweep make one stamp that spans them.
func (c *columns) stamp(k col, n lag.NodeIx, at lag.ShardTime, begin time.Time) {
	if have := c.at[k][n]; !have.IsZero() && !have.Sent.Before(begin) {
		if have.Sent.Before(at.Sent) {
			at.Sent = have.Sent
		}
		if have.Answered.After(at.Answered) {
			at.Answered = have.Answered
		}
	}
	c.at[k][n] = at
}

// reading puts the columns under a snapshot of what exists.
func (c *columns) reading(t *lag.Topology, tick time.Time) *lag.Reading {
	c.fit(t)
	return &lag.Reading{
		Topology: t, Tick: tick,
		Start: c.ints[colStart], End: c.ints[colEnd], Stable: c.ints[colStable], Size: c.ints[colSize],
		Committed: c.ints[colCommitted], Backlog: c.backlog,
		StartAt: c.at[colStart], EndAt: c.at[colEnd], StableAt: c.at[colStable], SizeAt: c.at[colSize],
		CommittedAt: c.at[colCommitted], LateEnd: c.lateEnd, LateCommit: c.lateCommit,
	}
}
