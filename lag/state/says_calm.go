package state

import (
	"strconv"

	"weir/lag"
)

func sayRebalancing(w *sentence) string {
	d := w.m.since(w.m.at)
	if w.v.Severity == Calm {
		return "Its partitions are being handed out, for " + span(d) + "."
	}
	if w.m.worstAge <= w.m.limit {
		return "Rebalance follows rebalance for " + span(d) + ", and reading stops for each: " + w.waiting() + "."
	}
	return "Rebalance follows rebalance for " + span(d) + ", and meanwhile hardly anything is committed: " + w.waiting() + "."
}

func sayDraining(w *sentence) string {
	out := "It works off what waits: "
	if !w.m.reading && !w.m.long.falling() {
		out = "It is late, and not yet seen to catch up or to fall further behind: "
	}
	out += w.waiting()
	if s := w.rates(); s != "" {
		out += "; " + s
	}
	if w.v.CatchUp > 0 && w.v.CatchUp != Never {
		out += "; caught up in about " + span(w.v.CatchUp)
	}
	return out + "."
}

func sayNeverCommitted(w *sentence) string {
	if i, _, _ := w.worst(); w.v.Severity > Calm {
		return "Records come in at " + w.place(i) + " and are not committed, though the group commits elsewhere or did before."
	}
	if w.m.committed == 0 {
		return "The group commits no offsets, so that nobody can tell what it has read."
	}
	n := w.v.Counts[NeverCommitted]
	return plural(n, "partition") + " " + verb(n, "has", "have") + " no commit yet; clients learn of new ones within minutes."
}

func sayEmpty(w *sentence) string {
	gt := w.h.Group(w.g)
	out := "No members for " + w.away()
	if gt.Since == lag.Never {
		out = "No members"
	}
	switch b := &w.m.jobs; {
	case w.s.waits == 0:
		return out + ", and nothing unread."
	case !b.away(w.m.policy, w.m.now):
		return out + "; a deploy takes as long."
	case w.m.policy != nil && w.m.policy.Cron > 0:
		return out + ". Its owners expect it every " + span(w.m.policy.Cron) + "; " + w.waiting() + "."
	case b.every > 0:
		return out + ". It comes and goes as a scheduled job, every " + span(b.every.Duration(0)) + "; " + w.waiting() + "."
	}
	return out + ". It left with nothing to read, as a scheduled job does; " + w.waiting() + "."
}

func sayAbandoned(w *sentence) string {
	return "No members for " + w.away() + "; " + w.waiting() + "."
}

// sayKeepingUp holds no number that changes: it stands for a minute.
func sayKeepingUp(w *sentence) string {
	switch {
	case w.m.r > 0:
		return "Nothing is late: records wait up to " + atLeastOne(w.m.r.Duration(0)) + " for a commit here."
	case w.m.expected > 0 && w.s.waits > 0 && w.v.TimeLagBound == lag.Exact:
		return "Nothing is late: records waited up to " + atLeastOne(w.m.before.Duration(0)) + " for a commit here when it was watched before."
	case w.v.Lag > 0 && w.v.TimeLagBound == lag.AtLeast:
		return "Nothing stands out yet: it has not been watched for long enough to tell how long records wait here."
	case w.v.Lag > 0:
		return "What is unread has just come in."
	}
	return "Nothing is unread."
}

func sayIdle(w *sentence) string {
	switch {
	case w.v.Lag > 0:
		return "Nothing comes in; what is unread may be the markers of transactions."
	case w.v.Positions > 0:
		return "Nothing is unread, and nothing comes in."
	case w.r.Groups[w.g].Type == lag.Connect:
		return "Workers of Connect commit nothing under this name; sink connectors do, each as connect-NAME."
	}
	return "Its members have no partitions, and it has no commits."
}

func sayUnknown(w *sentence) string {
	switch {
	case w.v.Positions == 0 && w.v.Unknown["state"] == lag.NotAuthorized:
		return "This principal may not see its commits."
	case w.v.Positions == 0 && w.v.Unknown["state"] == lag.Filtered:
		return "It has no positions that this principal may see."
	case w.v.Positions == 0 && len(w.r.Groups[w.g].Positions) > 0:
		return "Its topics are gone."
	case w.v.Positions == 0 && w.r.Groups[w.g].MembersAt.IsZero():
		return "It has no commits, and its members have not been read yet."
	case w.v.Positions == 0:
		return "It has no offsets and no partitions."
	case w.m.begun == lag.Never:
		return "Its commits have not been read yet."
	case w.s.noEnd > 0:
		return "The log ends of " + strconv.Itoa(w.s.noEnd) + " of its " + plural(w.v.Positions, "partition") + " could not be read" + w.elsewhere() + "."
	case w.m.unjoined:
		return "Its coordinator has just come back or moved, and no member has joined again yet; " + w.waiting() + "."
	case w.m.deserted:
		return "No members, and watched for too short a time to tell a deploy from nobody reading; " + w.waiting() + "."
	}
	if w.m.r > 0 && w.v.Counts[KeepingUp] < w.v.Positions && !w.m.long.known {
		return "It is late, and watched for too short a time to tell whether it catches up or falls further behind: " + w.waiting() + "."
	}
	return "Watched for " + span(w.v.Basis.Window) + " with commits at " + plural(w.v.Basis.Samples, "reading") +
		": too few to know how long records usually wait here; " + w.waiting() + "."
}

// elsewhere tells what waits on the logs whose ends are known.
func (w *sentence) elsewhere() string {
	if w.v.Lag == 0 {
		return "; nothing is unread in the others"
	}
	return ": " + w.waiting()
}
