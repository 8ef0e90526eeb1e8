package audit

import (
	"context"
	"slices"
)

// OpenRun is a run that began and of which the log doesn't tell the end. It
// may be one that another weir is at work on: its lock tells.
type OpenRun struct {
	Run        string
	Kind       string
	PlanDigest string
	First      Entry // its first intent
	Last       Entry
	// Pending holds, for each step whose outcome is unknown, its last intent:
	// no result follows it, or one with the outcome unknown. Empty for a run
	// that ended between two steps.
	Pending []Entry
}

// InDoubt says whether something may have been done that the log doesn't know.
func (r OpenRun) InDoubt() bool { return len(r.Pending) > 0 || r.Last.Outcome == OutcomeUnknown }

// Unfinished lists the runs without an end, oldest first. A run begins with an
// intent and ends with a verdict, or a settle entry without Step. A result, or
// a settle entry with Step, clears up that step. The outcome unknown ends and
// clears up nothing.
func (r *Reader) Unfinished(ctx context.Context) ([]OpenRun, error) {
	j := journal{}
	for e, err := range r.Entries(ctx, Filter{}) {
		if err != nil {
			return nil, err
		}
		j.take(e)
	}
	return j.open(), nil
}

// journal follows the runs of a log; only open ones stay in it.
type journal map[string]*OpenRun

func (j journal) take(e Entry) {
	r := j[e.Run]
	if r == nil {
		if e.Stage != StageIntent {
			return
		}
		r = &OpenRun{Run: e.Run, Kind: e.Kind, PlanDigest: e.PlanDigest, First: e}
		j[e.Run] = r
	}
	r.Last = e
	ends := e.Stage == StageVerdict || e.Stage == StageSettle && e.Step == ""
	switch {
	case e.Stage == StageIntent:
		r.clear(e.Step)
		r.Pending = append(r.Pending, e)
	case e.Outcome == OutcomeUnknown:
	case ends:
		delete(j, e.Run)
	case e.Stage == StageResult, e.Stage == StageSettle:
		r.clear(e.Step)
	}
}

func (r *OpenRun) clear(step string) {
	r.Pending = slices.DeleteFunc(r.Pending, func(p Entry) bool { return p.Step == step })
}

func (j journal) open() []OpenRun {
	out := make([]OpenRun, 0, len(j))
	for _, r := range j {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b OpenRun) int { return int(a.First.Seq - b.First.Seq) })
	return out
}
