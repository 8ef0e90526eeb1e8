package tui

import (
	"slices"
	"time"

	"weir/actions"
	"weir/internal/text"
)

var stepColumns = []column{
	{head: "STEP", width: 12, left: true},
	{head: "WHAT", width: 20, left: true, stretch: true},
	{head: "ITEMS", width: 7, drop: 3},
	{head: "ANNOUNCED", width: 12, drop: 2},
	{head: "ANSWERED", width: 12, drop: 1},
	{head: "RESULT", width: leastResult, left: true},
}

const leastResult = 22

// stepColumnsFor shares the room of a wide screen between what a step does and what came of it.
func stepColumnsFor(w int) []column {
	out := slices.Clone(stepColumns)
	out[len(out)-1].width = max(leastResult, (w-60)/2)
	return out
}

func (p *runPage) cells(s *snap, at int) []cell {
	r := &p.rows[at]
	never := s.pick("–", "-")
	stampOr := func(t time.Time) string {
		if t.IsZero() {
			return never
		}
		return s.stamp(t)
	}
	items := never
	if r.items > 0 {
		items = text.Exact(int64(r.items))
	}
	return []cell{{s: s.safe(r.id)}, {s: s.safe(r.title)}, {s: items}, {s: stampOr(r.began)}, {s: stampOr(r.ended)}, p.result(s, r)}
}

// result is what became of a step.
func (p *runPage) result(s *snap, r *stepRow) cell {
	switch {
	case r.outcome == actions.OutcomeApplied:
		return cell{s.pick("✓", "v") + " " + s.safe(orWord(r.note, "done")), good}
	case r.outcome == actions.OutcomeNot:
		return cell{s.pick("✗", "X") + " not done" + s.safe(comma(r.note)), warning}
	case r.outcome == actions.OutcomeMixed:
		return cell{s.pick("▲", "^") + " in part" + s.safe(comma(r.note)), critical}
	case p.live() && !r.known:
		return cell{s.pick("•", "*") + " under way", accent}
	}
	return cell{"? not known", critical}
}

func orWord(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return ", " + s
}
