package state

import (
	"time"

	"weir/lag"
)

// Positions returns the positions of group g with their numbers, in the order of Group.Positions. The reading must be
// the one judged last. It is for the groups somebody looks at: a call costs about a microsecond a position.
func (j *Judge) Positions(r *lag.Reading, h *lag.History, g lag.GroupIx) []Position {
	if int(g) >= len(j.mem) || g < 0 {
		return nil
	}
	m := &j.mem[g]
	owners := ownersOf(&r.Groups[g])
	out := make([]Position, 0, len(r.Groups[g].Positions))
	for k, i := range r.Groups[g].Positions {
		f := j.factsOf(r, h, m, k, i)
		out = append(out, f.position(owners))
	}
	return out
}

// factsOf gathers what is known of the k-th position of a group.
func (j *Judge) factsOf(r *lag.Reading, h *lag.History, m *memory, k int, i lag.PositionIx) facts {
	p := r.Positions[i].Partition
	f := facts{l: &j.limits, r: r, h: h, m: m, t: &h.Tracks()[i], e: &h.Ends()[p], i: i, p: p, was: mark{at: lag.Never}}
	if k < len(m.marks) {
		f.was = m.marks[k]
	}
	f.gather()
	return f
}

func ownersOf(grp *lag.Group) map[lag.PartitionIx]int {
	out := map[lag.PartitionIx]int{}
	for k := range grp.Members {
		for _, p := range grp.Members[k].Assigned {
			out[p] = k
		}
	}
	return out
}

func (f *facts) position(owners map[lag.PartitionIx]int) Position {
	g := f.r.Positions[f.i].Group
	out := Position{Position: f.i, State: f.was.code.state(), Severity: f.was.code.severity(), Since: f.h.Time(f.was.at),
		Lag: f.lag, StableLag: f.r.StableLag(f.i, produceOf(f.h, f.r, f.i, f.p)), Lost: f.r.Lost(f.i), TimeLag: NotKnown, Produce: -1, Consume: -1,
		CatchUp: NotKnown, RetentionLeft: NotKnown, Moved: f.h.Time(f.t.Moved), Member: -1}
	if k, ok := owners[f.p]; ok {
		out.Member = k
	}
	if f.e.Gone {
		out.State, out.Severity = Unknown, Calm
		out.Lag, out.StableLag, out.Lost = lag.Unknown, lag.Unknown, lag.Unknown
		out.Unknown = f.unknowns(&out)
		return out
	}
	out.TimeLag, out.TimeLagBound = f.timeLag()
	window := f.h.Window(g)
	if v, ok := f.h.Produce(f.p, window); ok && !f.m.unseen {
		out.Produce = v
	}
	if v, ok := f.h.Consume(f.i, window, f.m.r.Duration(0)); ok && lag.Known(f.t.Commit) && !f.m.unseen {
		out.Consume = v
	}
	out.CatchUp = f.positionCatchUp()
	if left, endless, ok := f.h.RetentionLeft(f.r, f.i); ok {
		if out.RetentionLeft = left; endless {
			out.RetentionLeft = Never
		}
	}
	out.Unknown = f.unknowns(&out)
	return out
}

// timeLag is the age of the oldest unread record; one or two on a log with transactions are markers.
func (f *facts) timeLag() (time.Duration, lag.Bound) {
	switch {
	case !lag.Known(f.t.Commit) || !lag.Known(f.lag):
		return NotKnown, lag.Exact
	case f.t.Unread == lag.Never || f.lag <= rest && (f.e.Open || f.e.Markers && f.t.Told&lag.Reached == 0):
		return 0, lag.Exact
	case f.t.Told&lag.Older != 0:
		return f.m.since(f.t.Unread), lag.AtLeast
	}
	return f.m.since(f.t.Unread), lag.Exact
}

func (f *facts) positionCatchUp() time.Duration {
	switch f.was.code {
	case cStalled, cStopped, cBlocked, cRebalancingLong:
		return Never
	case cKeepingUp, cIdle:
		return 0
	}
	return f.catchUp()
}

// unknowns gives the reason of each value of a position that is not known.
func (f *facts) unknowns(p *Position) map[string]lag.Reason {
	out := map[string]lag.Reason{}
	unread := gapOf(f.r, f.r.Positions[f.i].Group, 1)
	switch {
	case f.e.Gone:
		unread = lag.Gone
	case f.t.Commit == lag.None:
		unread = lag.NoCommit
	}
	brief := lag.WindowTooShort
	if unread == lag.Gone || unread == lag.NoCommit {
		brief = unread
	}
	note := func(missing bool, name string, reason lag.Reason) {
		if missing {
			out[name] = reason
		}
	}
	note(p.State == Unknown, "state", brief)
	note(!lag.Known(p.Lag), "lag", unread)
	note(!lag.Known(p.StableLag), "stable_lag", unread)
	note(!lag.Known(p.Lost), "lost", unread)
	note(p.TimeLag == NotKnown, "time_lag_seconds", unread)
	note(p.Produce < 0, "produce_per_second", lag.WindowTooShort)
	note(p.Consume < 0, "consume_per_second", brief)
	note(p.CatchUp == NotKnown, "catch_up_seconds", brief)
	note(p.CatchUp == Never, "catch_up_seconds", lag.NotApplicable)
	note(p.RetentionLeft == NotKnown, "retention_left_seconds", lag.NotMeasured)
	note(p.RetentionLeft == Never, "retention_left_seconds", lag.NotApplicable)
	if len(out) == 0 {
		return nil
	}
	return out
}
