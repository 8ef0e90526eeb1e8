package tui

import (
	"cmp"
	"slices"
	"strings"

	"weir/internal/text"
	"weir/lag"
)

// watch adds the groups with most to read that nothing is wrong with, where there is room. Those that stand there stay
// until the order is asked for anew: a lag that goes up and down moves no row.
func (o *overview) watch(s *snap) {
	if o.room == 0 || o.onlyBad {
		return
	}
	r := s.read()
	listed := make(map[lag.GroupIx]bool, len(o.rows))
	for _, g := range o.rows {
		listed[g] = true
	}
	var all []lag.GroupIx
	for g := range r.Groups {
		v := s.verdict(lag.GroupIx(g))
		if v != nil && !r.Groups[g].Gone && !listed[lag.GroupIx(g)] && !folded(v, r.Groups[g].Name) && v.Lag > 0 {
			all = append(all, lag.GroupIx(g))
		}
	}
	slices.SortStableFunc(all, func(a, b lag.GroupIx) int {
		return cmp.Or(cmp.Compare(s.verdict(b).TimeLag, s.verdict(a).TimeLag), cmp.Compare(s.verdict(b).Lag, s.verdict(a).Lag),
			strings.Compare(r.Groups[a].Name, r.Groups[b].Name))
	})
	if o.watched == nil {
		for _, g := range all[:min(len(all), max(0, o.room-len(o.rows)))] {
			o.watched = append(o.watched, r.Groups[g].Name)
		}
	}
	for _, name := range o.watched {
		if g, ok := groupNamed(s, name); ok && !listed[g] {
			o.rows = append(o.rows, g)
		}
	}
}

// busyTopic is a topic, with what is counted of it.
type busyTopic struct {
	name  string
	parts int
	rate  float64 // records a second
	least bool    // of some partitions that isn't known
	size  lag.Sum // bytes
}

// mostBusy is how many of the topics that are written to most are looked at.
const mostBusy = 8

// busiest are the topics that are written to most.
func busiest(s *snap, c *counts) []busyTopic {
	r := s.read()
	var top []lag.TopicIx
	for t, sum := range c.flow.topics {
		if sum.rate > 0 {
			top = append(top, lag.TopicIx(t))
		}
	}
	slices.SortStableFunc(top, func(a, b lag.TopicIx) int { return cmp.Compare(c.flow.topics[b].rate, c.flow.topics[a].rate) })
	top = top[:min(len(top), mostBusy)]
	out := make([]busyTopic, len(top))
	for i, t := range top {
		b := busyTopic{name: r.Topics[t].Name, parts: c.laid.parts[t], rate: c.flow.topics[t].rate, least: c.flow.topics[t].least}
		for _, p := range r.Topics[t].Partitions {
			if c.laid.topics[p] == t && int(p) < len(r.Size) {
				b.size.Add(r.Size[p])
			}
		}
		out[i] = b
	}
	return out
}

// busyTopics lists the topics that are written to most.
func (o *overview) busyTopics(s *snap, w, rows int) []line {
	if rows < 3 || len(o.busy) == 0 {
		return nil
	}
	room := max(12, w-3-7-8-9)
	out := []line{rule(s, "most written to", "3 lists all topics", w),
		put(quiet, "   "+text.PadEnd("TOPIC", room)+text.PadStart("PARTS", 7)+text.PadStart("IN/s", 8)+text.PadStart("SIZE", 9))}
	for i := range o.busy[:min(len(o.busy), rows-2)] {
		b := &o.busy[i]
		kept := cell{"?", warning}
		if n, bound := b.size.Value(); lag.Known(n) {
			kept = cell{s: s.bounded(text.Bytes(n), bound)}
		}
		out = append(out, put(plain, "   "+text.PadEnd(s.glyphs.CutEnd(s.quoted(b.name), room-1), room)).
			add(quiet, text.PadStart(text.Exact(int64(b.parts)), 7)).
			add(plain, text.PadStart(rateWordBounded(s, b.rate, b.least), 8)).add(kept.role, text.PadStart(kept.s, 9)))
	}
	return out
}
