package state

import (
	"strconv"
	"strings"

	"weir/lag"
)

// rewordCalm is how often the sentence of a calm state that holds is written anew; all others are at each reading: they tell
// numbers that stand beside them too, and may not differ from those.
var rewordCalm = seconds(60)

// passing are the calm states that tell how much or how long something is: the words of a minute ago would tell it wrong.
func passing(s State) bool {
	return s == Unknown || s == Rebalancing || s == Draining || s == Empty || s == NeverCommitted || s == Abandoned
}

// explainWhy writes the sentence that explains the group's state.
func (j *Judge) explainWhy(r *lag.Reading, h *lag.History, g lag.GroupIx, m *memory, s *sums, v *Verdict) {
	if m.whyAt == lag.Never || m.now-m.whyAt >= rewordCalm || m.unseen || v.Severity > Calm || passing(v.State) {
		w := sentence{j: j, r: r, h: h, g: g, m: m, s: s, v: v}
		if s.worstIx != lag.Nowhere || v.Severity == Calm || v.State == NotVisible {
			m.why = w.write()
		}
		m.whyAt = m.now
	}
	v.Why = m.why
}

type sentence struct {
	j *Judge
	r *lag.Reading
	h *lag.History
	g lag.GroupIx
	m *memory
	s *sums
	v *Verdict
}

// sentences hold the words of each state, beside its rule.
var sentences = map[State]func(*sentence) string{
	LosingData: sayLosingData, Stalled: sayStalled, Blocked: sayBlocked, Stopped: sayStopped, Ahead: sayAhead,
	FallingBehind: sayFallingBehind, Rewinding: sayRewinding, NotVisible: sayNotVisible, Draining: sayDraining,
	Rebalancing: sayRebalancing, NeverCommitted: sayNeverCommitted, Empty: sayEmpty, Abandoned: sayAbandoned,
	KeepingUp: sayKeepingUp, Idle: sayIdle, Unknown: sayUnknown,
}

func (w *sentence) write() string {
	out := w.dated(sentences[w.v.State](w))
	switch w.v.State {
	case LosingData, NotVisible, Ahead, NeverCommitted: // what is lost is said, or can't be
	default:
		if w.v.Severity > Calm {
			out += w.loss()
		}
	}
	return out
}

// dated says behind the claim of a sentence when the group was read last, if that is too long ago to speak of now.
func (w *sentence) dated(said string) string {
	if !w.m.unseen || w.m.begun == lag.Never || w.v.State == NotVisible {
		return said
	}
	claim := strings.TrimSuffix(said, ".")
	for _, end := range []string{". ", ": ", "; "} {
		head, _, _ := strings.Cut(claim, end)
		claim = head
	}
	return claim + ", as last read " + span(w.m.now.Duration(w.h.Group(w.g).Seen)) + " ago" + said[len(claim):]
}

// place names a position's partition: p7 of payments.
func (w *sentence) place(i lag.PositionIx) string {
	p := &w.r.Partitions[w.r.Positions[i].Partition]
	return "p" + strconv.Itoa(int(p.Number)) + " of " + w.r.Topics[p.Topic].Name
}

// worst returns the track and log of the position the state rests on; nil when there is none.
func (w *sentence) worst() (lag.PositionIx, *lag.Track, *lag.EndTrack) {
	i := w.s.worstIx
	if i == lag.Nowhere {
		return i, nil, nil
	}
	return i, &w.h.Tracks()[i], &w.h.Ends()[w.r.Positions[i].Partition]
}

// reader names the member a position is assigned to; "" when it is not known.
func (w *sentence) reader(i lag.PositionIx) string {
	k := memberOf(&w.r.Groups[w.g], w.r.Positions[i].Partition)
	if k < 0 {
		return ""
	}
	mb := &w.r.Groups[w.g].Members[k]
	name := mb.InstanceID
	if name == "" {
		name = mb.ClientID
	}
	if mb.Host != "" {
		name += " on " + strings.TrimPrefix(mb.Host, "/")
	}
	return name
}

// memberOf returns which member of the group a partition is assigned to; −1 when none or not known.
func memberOf(grp *lag.Group, p lag.PartitionIx) int {
	for k := range grp.Members {
		for _, a := range grp.Members[k].Assigned {
			if a == p {
				return k
			}
		}
	}
	return -1
}

// others tells what the positions do that are in no trouble.
func (w *sentence) others(in State) string {
	n := w.v.Counts[KeepingUp] + w.v.Counts[Idle]
	if n == 0 {
		return ""
	}
	switch {
	case w.v.Counts[in]+n < w.v.Positions:
	case n == 1:
		return " The other partition keeps up."
	default:
		return " The other " + plural(n, "partition") + " keep up."
	}
	return " " + plural(n, "partition") + " " + verb(n, "keeps", "keep") + " up."
}

func verb(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// loss tells what is or will be lost.
func (w *sentence) loss() string {
	switch {
	case lag.Known(w.v.Lost) && w.v.Lost > rest:
		return " " + exact(w.v.Lost) + " records are lost."
	case w.v.RetentionLeft >= 0 && w.v.RetentionLeft != Never && lag.Known(w.v.Lost):
		return " Nothing is lost; retention reaches the oldest unread record in about " + span(w.v.RetentionLeft) + "."
	case w.v.RetentionLeft == Never && lag.Known(w.v.Lost):
		return " Nothing is lost."
	}
	return ""
}

// waiting tells how much is unread and how old it is.
func (w *sentence) waiting() string {
	if !lag.Known(w.v.Lag) {
		return "how much is unread is not known"
	}
	out := plural(int(w.v.Lag), "record") + " unread"
	if w.v.LagBound == lag.AtLeast {
		out = "at least " + out
	}
	if w.v.TimeLag > 0 {
		out += ", the oldest for " + about(w.v.TimeLag, w.v.TimeLagBound == lag.AtLeast)
	}
	return out
}

// rates tells what comes in and what is read; "" while it is not known.
func (w *sentence) rates() string {
	if w.v.Produce < 0 || w.v.Consume < 0 {
		return ""
	}
	return rateOf(w.v.Produce) + " come in, " + rateOf(w.v.Consume) + " are read"
}
