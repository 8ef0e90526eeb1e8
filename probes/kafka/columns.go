package kafka

import (
	"time"

	"weir/lag"
)

// columns are the numbers of the sweep that is being made: what the last sweep left, written over where something was
// read.
type columns struct {
	start, end, stable, size []int64
	committed                []int64
	backlog                  map[lag.PositionIx]int64

	startAt, endAt, stableAt, sizeAt, committedAt []lag.ShardTime
	lateEnd                                       map[lag.PartitionIx]lag.ShardTime
	lateCommit                                    map[lag.PositionIx]lag.ShardTime
}

// grow brings a column to n values; new ones are unknown.
func grow(col []int64, n int) []int64 {
	if cap(col) < n {
		bigger := make([]int64, len(col), n+n/16+64)
		copy(bigger, col)
		col = bigger
	}
	for len(col) < n {
		col = append(col, lag.Unknown)
	}
	return col
}

func copied(col []int64, n int) []int64 {
	out := make([]int64, len(col), max(n, len(col)))
	copy(out, col)
	return grow(out, n)
}

func stamps(at []lag.ShardTime, n int) []lag.ShardTime {
	out := make([]lag.ShardTime, max(n, len(at)))
	copy(out, at)
	return out
}

// next returns the columns of a new sweep. Those of a cadence that is not due are shared with the last sweep: nothing
// writes to them, and they grow into a copy.
func (c *columns) next(partitions, positions, nodes int, due func(col) bool) *columns {
	keep := func(which col, col []int64, n int) []int64 {
		if due(which) || len(col) < n {
			return copied(col, n)
		}
		return col
	}
	n := &columns{
		start: keep(colStart, c.start, partitions), end: keep(colEnd, c.end, partitions),
		stable: keep(colStable, c.stable, partitions), size: keep(colSize, c.size, partitions),
		committed: keep(colCommitted, c.committed, positions),
		startAt:   stamps(c.startAt, nodes), endAt: stamps(c.endAt, nodes), stableAt: stamps(c.stableAt, nodes),
		sizeAt: stamps(c.sizeAt, nodes), committedAt: stamps(c.committedAt, nodes),
		backlog: make(map[lag.PositionIx]int64, len(c.backlog)), lateEnd: make(map[lag.PartitionIx]lag.ShardTime),
		lateCommit: make(map[lag.PositionIx]lag.ShardTime),
	}
	for k, v := range c.backlog {
		n.backlog[k] = v
	}
	for k, v := range c.lateEnd {
		n.lateEnd[k] = v
	}
	for k, v := range c.lateCommit {
		n.lateCommit[k] = v
	}
	return n
}

// fit brings the columns to the size of what exists, which may have grown during the sweep.
func (c *columns) fit(partitions, positions, nodes int) {
	c.start, c.end = grow(c.start, partitions), grow(c.end, partitions)
	c.stable, c.size = grow(c.stable, partitions), grow(c.size, partitions)
	c.committed = grow(c.committed, positions)
	c.startAt, c.endAt, c.stableAt = stamps(c.startAt, nodes), stamps(c.endAt, nodes), stamps(c.stableAt, nodes)
	c.sizeAt, c.committedAt = stamps(c.sizeAt, nodes), stamps(c.committedAt, nodes)
}

// col names a column.
type col uint8

const (
	colStart col = iota
	colEnd
	colStable
	colSize
	colCommitted
)

// reading puts the columns under a snapshot of what exists.
func (c *columns) reading(t *lag.Topology, tick time.Time) *lag.Reading {
	c.fit(len(t.Partitions), len(t.Positions), len(t.Nodes))
	return &lag.Reading{
		Topology: t, Tick: tick,
		Start: c.start, End: c.end, Stable: c.stable, Size: c.size, Committed: c.committed, Backlog: c.backlog,
		StartAt: c.startAt, EndAt: c.endAt, StableAt: c.stableAt, SizeAt: c.sizeAt, CommittedAt: c.committedAt,
		LateEnd: c.lateEnd, LateCommit: c.lateCommit,
	}
}
