package reset

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"weir/actions/kafka/cluster"
)

// worst is how many partitions have their times looked up: those that move furthest.
const worst = 100

// span is when the records at both ends of a move were written, to the batch they are in; "" where that isn't known,
// "end" at the end of the log. Where the offset itself is deleted it is the first record that is left.
type span struct{ before, after string }

// spansOf looks up times. What can't be had is left unknown: a plan doesn't hang on it.
func spansOf(ctx context.Context, c cluster.Conn, topics map[string]cluster.Topic, items []item) []span {
	out := make([]span, len(items))
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(items[b].reach(), items[a].reach()) })
	order = order[:min(len(order), worst)]
	before, after := map[cluster.Place]int64{}, map[cluster.Place]int64{}
	for _, i := range order {
		it := items[i]
		it.ask(it.before, before)
		it.ask(it.after, after)
	}
	beforeAt, afterAt := map[cluster.Place]cluster.Batch{}, map[cluster.Place]cluster.Batch{}
	if len(before) > 0 {
		beforeAt = cluster.ReadBatches(ctx, c, topics, before)
	}
	if len(after) > 0 {
		afterAt = cluster.ReadBatches(ctx, c, topics, after)
	}
	for _, i := range order {
		it := items[i]
		out[i] = span{it.told(it.before, beforeAt), it.told(it.after, afterAt)}
	}
	return out
}

// nextReach is how far the first of those moves whose times aren't looked up.
func nextReach(items []item) int64 {
	all := make([]int64, len(items))
	for i, it := range items {
		all[i] = it.reach()
	}
	slices.Sort(all)
	return all[len(all)-worst-1]
}

// reach is how far an item moves.
func (it item) reach() int64 {
	r, s, g := it.move()
	return r + s + g
}

func (it item) ask(c *cluster.Commit, want map[cluster.Place]int64) {
	if c != nil && c.Offset < it.end {
		want[it.place] = max(c.Offset, it.start)
	}
}

func (it item) told(c *cluster.Commit, found map[cluster.Place]cluster.Batch) string {
	switch {
	case c == nil:
		return ""
	case c.Offset >= it.end:
		return "end"
	}
	b, ok := found[it.place]
	if !ok || b.From < 0 {
		return ""
	}
	return time.UnixMilli(b.From).UTC().Format(stampForm)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
