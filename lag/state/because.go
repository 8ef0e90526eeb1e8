package state

import "weir/lag"

// because says in a sentence why a rule speaks or is silent, for the first reason that decides it.
func (f *facts) because(c code, speaks bool) string {
	switch c {
	case cLosingData:
		return either(speaks, plural(int(f.lost), "record")+" "+verb(int(f.lost), "was", "were")+" deleted before "+verb(int(f.lost), "it was", "they were")+" read",
			"nothing that counts was deleted unread: "+plural(int(f.lost), "record"))
	case cStalled, cBlocked, cStopped:
		return f.becauseStill(c, speaks)
	case cAhead:
		return either(speaks, "the commit lies past the end for "+span10(f.m.now-max(aheadSince(f), 0)), "the commit lies within the log")
	case cFallingBehind, cDraining:
		return f.becauseBehind(c, speaks)
	case cRewinding:
		_, back := f.h.High(f.i)
		return either(speaks, "the commit is below where it was before", either(back, "the commit fell by no more than commits overtake each other",
			"the commit has not gone back"))
	case cNeverCommitted, cNeverCommittedMoving:
		return f.becauseNever(c, speaks)
	case cRebalancingLong, cRebalancing:
		return f.becauseRebalancing(c)
	case cEmpty:
		return either(f.m.emptyAt, either(speaks, "no members, and nothing that had to be read", "no members, and unread records wait"), "there are members")
	case cKeepingUp, cIdle:
		return either(speaks, "nothing waits for longer than the group's rhythm explains", either(f.waits && f.m.r == 0,
			"the group's rhythm is not known yet", either(c == cIdle, "something came in within "+span10(f.l.idleAfter)+", or waits", "nothing is known to be read")))
	}
	return ""
}

func (f *facts) becauseStill(c code, speaks bool) string {
	switch {
	case speaks && c == cStopped && f.m.memberless:
		return "no members, and unread records wait"
	case speaks && c == cBlocked && !f.stuck():
		return "the last stable offset has stood for " + span10(f.m.now-f.e.StableMoved) + ", longer than " + span10(f.e.Stood) +
			" that it has lately, and the commit rests there"
	case speaks:
		return "no commit for " + span10(f.silence) + " while records wait" + either(c == cBlocked, ", and the last stable offset stands there too", "")
	case !lag.Known(f.t.Commit):
		return "there is no commit"
	case !f.waits:
		return "nothing waits that could not be a marker of a transaction"
	case f.stuck():
		return "it stands still, but is " + codes[f.still()].state.String()
	case f.m.fogged:
		return "the group could not be read a moment ago: clients take up to " + span10(f.l.afterOutage) + " to commit again"
	case f.m.jobs.away(f.m.policy, f.m.now):
		return "the group comes and goes as a scheduled job"
	case f.inTurns():
		return "its reader is behind, and has just committed on another partition: it reads them in turns"
	case f.silence <= f.patience():
		return "silent for " + span10(f.silence) + " only; " + span10(f.patience()) + " are usual here"
	}
	return "the oldest unread record is " + span10(f.age) + " old, and " + span10(f.fine()) + " are fine"
}

func (f *facts) becauseBehind(c code, speaks bool) string {
	switch {
	case !f.waits:
		return "nothing waits"
	case f.m.r == 0:
		return "the group's rhythm is not known yet"
	case !f.behind() && f.slower():
		return "all that waits came after the last commit, " + span10(f.age) + " ago at most, and this position need not commit as often as its group"
	case !f.behind():
		return "the oldest unread record is " + span10(f.age) + " old, and up to " + span10(max(f.m.limit, f.l.behindLeast, f.m.fine)) + " are usual here"
	case c == cDraining:
		return either(speaks, "the oldest unread record is "+span10(f.age)+" old, and is being worked off", "there are no members")
	case speaks:
		return "the oldest unread record is " + span10(f.age) + " old, and more comes in than is read"
	case f.m.reading || f.m.long.falling() || f.m.long.relieved():
		return "clearly more is read than comes in"
	case f.t.Wait > f.m.patience:
		return "it has just come back from standing still, and its next commit will tell"
	case f.m.episode || f.m.fogged:
		return "the group has just come back from a rebalance or an outage"
	}
	return "it is not seen to fall further behind"
}

func (f *facts) becauseNever(c code, speaks bool) string {
	switch {
	case f.t.Commit != lag.None:
		return "there is a commit"
	case c == cNeverCommitted:
		return either(speaks, "there is no commit", "there is nothing to commit")
	case speaks:
		return "records come in, and there was a commit before or the group commits elsewhere"
	case !f.waits:
		return "nothing has come in since it is watched"
	case f.m.committed == 0 && f.t.Told&lag.Had == 0:
		return "the group commits nowhere: it does not use commits"
	}
	return "clients take up to " + span10(f.l.metadataAge) + " to learn of a partition"
}

func (f *facts) becauseRebalancing(c code) string {
	switch {
	case !f.m.episode:
		return "no rebalance has been seen for a while"
	case c == cRebalancing:
		return "rebalances for " + span10(f.m.rebalancing())
	case f.m.rebalancing() < f.l.rebalanceMax:
		return "rebalances for " + span10(f.m.rebalancing()) + " only; one may take " + span10(f.l.rebalanceMax)
	}
	return "rebalances for " + span10(f.m.rebalancing()) + ", the oldest unread record is " + span10(f.age) + " old"
}
