package state

import "weir/lag"

func sayLosingData(w *sentence) string {
	i, _, _ := w.worst()
	out := plural(int(w.v.Lost), "record") + " " + verb(int(w.v.Lost), "was", "were") + " deleted unread, most in reach of " + w.place(i)
	if w.v.Counts[LosingData] > 1 {
		out = plural(int(w.v.Lost), "record") + " " + verb(int(w.v.Lost), "was", "were") + " deleted unread on " + plural(w.v.Counts[LosingData], "partition")
	}
	switch {
	case w.m.memberless:
		out += ". The group has had no members for " + w.away()
	case w.m.moved != lag.Never:
		if s := w.rates(); s != "" {
			out += ". " + s + "; the last commit came " + span(w.m.since(w.m.moved)) + " ago"
			break
		}
		out += ". The last commit came " + span(w.m.since(w.m.moved)) + " ago"
	}
	return out + "."
}

func sayStalled(w *sentence) string {
	i, t, _ := w.worst()
	out := w.place(i) + " has not moved"
	if from := max(t.Moved, t.Third); from != lag.Never {
		out += " for " + span(w.m.since(from))
	}
	who := w.reader(i)
	if who == "" {
		who = "its reader"
	}
	if lag.Known(t.Commit) {
		out += ": " + who + " stays at " + exact(t.Commit)
	}
	p := w.r.Positions[i].Partition
	if rate, ok := w.h.Produce(p, w.h.Window(w.g)); ok && rate > 0 {
		out += "; " + rateOf(rate) + " pile up behind it"
	}
	if n := w.v.Counts[Stalled]; n > 1 {
		out += "; " + plural(n-1, "more partition") + " " + verb(n-1, "stands", "stand")
	}
	return out + "." + w.others(Stalled)
}

func sayBlocked(w *sentence) string {
	i, _, e := w.worst()
	out := w.place(i) + " rests at " + exact(e.Stable) + " behind an open transaction, which has stood for " +
		span(w.m.since(e.StableMoved)) + ", with " + plural(int(e.End-e.Stable), "record") + " after it"
	if n := w.v.Counts[Blocked]; n > 1 {
		out += "; " + plural(n-1, "more partition") + " likewise"
	}
	return out + "." + w.others(Blocked)
}

// away is for how long the group is without members: at least so long where it was found so.
func (w *sentence) away() string {
	gt := w.h.Group(w.g)
	if gt.Before == lag.Unlisted {
		return "at least " + span(w.m.since(gt.Since))
	}
	return span(w.m.since(gt.Since))
}

func sayStopped(w *sentence) string {
	if w.m.memberless {
		return "Nobody reads: no members for " + w.away() + ", and " + w.waiting() + "."
	}
	out := "Nobody commits"
	if w.m.moved != lag.Never {
		out = "Nothing was committed for " + span(w.m.since(w.m.moved))
	}
	if w.m.r > 0 {
		out += ", by a group that lets records wait " + atLeastOne(w.m.r.Duration(0)) + " at most"
	}
	out += ": " + w.waiting() + "."
	switch {
	case w.m.simple:
		out += " Its partitions are assigned by hand, so that the broker can't tell whether it lives."
	case w.v.Members > 0:
		out += " " + plural(w.v.Members, "member") + " " + verb(w.v.Members, "is", "are") + " still listed."
	}
	return out
}

func sayAhead(w *sentence) string {
	i, t, e := w.worst()
	out := w.place(i) + ": the commit " + exact(t.Commit) + " lies " + exact(t.Commit-e.End) + " past the end"
	if e.Anew != lag.Never {
		return out + ": the topic was deleted and made anew " + span(w.m.since(e.Anew)) + " ago, and nothing is read."
	}
	return out + ": the log was truncated or made anew, or the commit was set by hand."
}

func sayFallingBehind(w *sentence) string {
	out := "The oldest unread record has waited for " + about(w.v.TimeLag, w.v.TimeLagBound == lag.AtLeast)
	if s := w.rates(); s != "" {
		out += ": " + s
	}
	if n := w.v.Counts[FallingBehind]; n < w.v.Positions {
		out += "; " + plural(n, "partition") + " of " + exact(int64(w.v.Positions)) + " " + verb(n, "is", "are") + " behind"
	}
	return out + "."
}

func sayRewinding(w *sentence) string {
	i, t, _ := w.worst()
	out := "The commit went back"
	if high, ok := w.h.High(i); ok {
		out = w.place(i) + " went back to before " + exact(high) + ", and is at " + exact(t.Commit)
	}
	if n := w.v.Counts[Rewinding]; n > 1 {
		out += "; " + plural(n-1, "more partition") + " likewise"
	}
	return out + ". Records are read again until it is there."
}

func sayNotVisible(w *sentence) string {
	gt := w.h.Group(w.g)
	out := "Its commits can't be read"
	if gt.Seen != lag.Never {
		out = "Its commits were last read " + span(w.m.now.Duration(gt.Seen)) + " ago"
	}
	if reason := gapOf(w.r, w.g, w.v.Positions); reason != lag.NotMeasured {
		out += " (" + reason.String() + ")"
	}
	return out + ": what is told of it is as of then."
}
