package wire

import (
	"cmp"
	"strings"

	"weir/lag"
	"weir/lag/state"
)

// totals are a group's sums over its positions.
type totals struct {
	lag, stable, lost int64
	bound             lag.Bound
	reason            lag.Reason     // why the sums are not known, where they are not
	unseen            lag.Reason     // why the positions themselves are not known; NoReason when they are
	worst             lag.PositionIx // Nowhere without positions
	worstLag          int64
}

// total adds up a group, or takes the verdict's sums where there is one: they rest on measured rates.
func (v *view) total(g lag.GroupIx, verdict *state.Verdict) totals {
	t := v.add(g)
	if verdict == nil {
		return t
	}
	t.lag, t.stable, t.lost, t.bound = verdict.Lag, verdict.StableLag, verdict.Lost, verdict.LagBound
	if why := verdict.Unknown["lag"]; why != lag.NoReason && t.reason == lag.NotMeasured {
		t.reason = why // the reading's own reason is the nearer one
	}
	if verdict.Worst >= 0 {
		t.worst, t.worstLag = verdict.Worst, v.r.Lag(verdict.Worst, -1)
	}
	return t
}

func (v *view) add(g lag.GroupIx) totals {
	t := totals{worst: lag.Nowhere, worstLag: lag.Unknown, unseen: v.unseen(g)}
	var all, stable, lost lag.Sum
	if t.unseen != lag.NoReason {
		all.Add(lag.Unknown)
		stable.Add(lag.Unknown)
		lost.Add(lag.Unknown)
		t.reason = t.unseen
	}
	for _, i := range v.r.Groups[g].Positions {
		n := v.r.Lag(i, -1)
		all.Add(n)
		stable.Add(v.r.StableLag(i, -1))
		lost.Add(v.r.Lost(i))
		if !lag.Known(n) && t.reason == lag.NoReason {
			t.reason = v.why.ofLag(i)
		}
		if t.worst < 0 || v.worse(n, i, t.worstLag, t.worst) {
			t.worst, t.worstLag = i, n
		}
	}
	t.lag, t.bound = all.Value()
	t.stable = boundedAs(stable, t.bound)
	t.lost = boundedAs(lost, t.bound)
	if t.reason == lag.NoReason {
		t.reason = lag.NotMeasured
	}
	return t
}

// boundedAs returns a sum whose bound is told by the lag's: unknown when it alone is a lower bound, which nothing would
// tell.
func boundedAs(s lag.Sum, told lag.Bound) int64 {
	n, b := s.Value()
	if b != told && b == lag.AtLeast {
		return lag.Unknown
	}
	return n
}

// worse reports whether position i has more lag than position j, or comes before it by topic and partition.
func (v *view) worse(n int64, i lag.PositionIx, than int64, j lag.PositionIx) bool {
	if n != than {
		return n > than // the sentinels are below all values
	}
	p, q := v.r.Positions[i].Partition, v.r.Positions[j].Partition
	if c := strings.Compare(v.topicOf(p).Name, v.topicOf(q).Name); c != 0 {
		return c < 0
	}
	return v.r.Partitions[p].Number < v.r.Partitions[q].Number
}

// unseen says why a group's positions may not all be known: its commits were never read, or the broker leaves some out
// without a word.
func (v *view) unseen(g lag.GroupIx) lag.Reason {
	group := &v.r.Groups[g]
	own := v.why.gap(lag.KindGroup, group.Name, "")
	switch {
	case group.Type == lag.Connect: // which has none
		return lag.NoReason
	case own == lag.Filtered || own != lag.NoReason && len(group.Positions) == 0:
		return own
	case v.r.Partial:
		return lag.Filtered
	case len(group.Positions) > 0:
		return lag.NoReason
	case group.MembersAt.IsZero() && v.why.node(group.Coordinator) == lag.NoReason: // who may have partitions
		return v.why.ofGroup(g)
	case group.Coordinator < 0:
		return v.why.ofGroup(g)
	}
	return v.why.node(group.Coordinator)
}

// gravest orders groups by severity and state. Severity goes first: two of the states have a calm and a troubled form.
func gravest(a, b groupRow) int {
	if a.v == nil || b.v == nil {
		return 0
	}
	return cmp.Or(cmp.Compare(b.v.Severity, a.v.Severity), cmp.Compare(b.v.State, a.v.State))
}

// snake turns a broker's name for a state into an enum's: PreparingRebalance is preparing_rebalance.
func snake(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			if i > 0 && b.Len() > 0 && s[i-1] >= 'a' && s[i-1] <= 'z' {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}
