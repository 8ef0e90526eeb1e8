package tui

import (
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// The columns of a topic's partitions that are not of the shell's table: who of the readers is the furthest behind.
const (
	slowestReader = "slowest_reader"
	slowestLag    = "slowest_lag"
	slowestBehind = "slowest_behind"
)

// slowestCells are the cells of the slowest reader of a partition, by their columns.
func (t *topicPage) slowestCells(s *snap, number wire.Value) map[string]cell {
	none := cell{s.pick("–", "-"), quiet}
	n, ok := number.Integer()
	topic := t.find(s)
	if !ok || topic == nil || int(n) >= len(topic.Partitions) || s.c.Slowest == nil {
		unknown := cell{"?", warning}
		return map[string]cell{slowestReader: unknown, slowestLag: unknown, slowestBehind: unknown}
	}
	slow, read := s.c.Slowest[topic.Partitions[n]]
	switch {
	case !read:
		return map[string]cell{slowestReader: {"no group", quiet}, slowestLag: {none.s + " ", quiet}, slowestBehind: none}
	case slow.Group == lag.Nowhere && slow.Unseen == 0:
		return map[string]cell{slowestReader: {"no commit yet", plain}, slowestLag: {none.s + " ", quiet}, slowestBehind: none}
	case slow.Group == lag.Nowhere:
		return map[string]cell{slowestReader: {"? not visible", warning}, slowestLag: {"? ", warning}, slowestBehind: {"?", warning}}
	}
	p := &slow.Position
	_, old := s.oldGroup(slow.Group)
	bound := lag.Exact
	if slow.Unseen > 0 { // one of those may be slower
		bound = lag.AtLeast
	}
	name := cell{s.glyph(p.State) + " " + s.quoted(s.read().Groups[slow.Group].Name), roleOf(p.State, p.Severity)}
	records := mark(s, cell{s: s.bounded(text.Count(p.Lag), bound)}, old, false)
	behind := cell{s: s.bounded(duration(p.TimeLag), max(bound, p.TimeLagBound))}
	switch {
	case p.TimeLag < 0:
		behind = cell{duration(p.TimeLag), warning}
	case p.TimeLag < s.refresh() && bound == lag.Exact && p.TimeLagBound == lag.Exact:
		behind = cell{"<" + text.Duration(s.refresh()), quiet}
	case old:
		behind.role = quiet
	}
	return map[string]cell{slowestReader: name, slowestLag: records, slowestBehind: behind}
}
