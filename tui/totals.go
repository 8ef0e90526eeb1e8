package tui

import (
	"strconv"

	"weir/internal/engine"
	"weir/lag"
	"weir/lag/state"
)

func itoa(n int) string { return strconv.Itoa(n) }

// totals sums the verdicts of a cluster.
type totals struct {
	groups              int // that exist
	judged              int // whose state is known
	lag                 int64
	lagBound            lag.Bound
	in, out             float64 // negative: not known
	inLeast, outLeast   bool    // some group's rate is not known
	states              [state.NumStates]int
	troubled            [state.NumStates]int // of them, those that are warnings or worse
	troubles, folded    int
	consoles, abandoned int // of the folded
}

// trouble reports whether a verdict wants somebody.
func trouble(v *state.Verdict) bool { return v != nil && v.Severity >= state.Warning && !v.Muted }

// sumUp adds up what is known of a cluster's groups, and of what comes in. A record counts once for each group that reads it.
func sumUp(c *engine.Cluster, f *flow) totals {
	t := totals{in: -1, out: -1, lag: lag.Unknown}
	var sum lag.Sum
	if c == nil || c.Reading == nil || c.Reading.Topology == nil {
		return t
	}
	for g := range c.Reading.Groups {
		if c.Reading.Groups[g].Gone {
			continue
		}
		t.groups++
		var v *state.Verdict
		if c.Verdicts != nil {
			v = c.Verdicts.Of(lag.GroupIx(g))
		}
		if v == nil {
			sum.Add(lag.Unknown)
			t.inLeast, t.outLeast = true, true
			continue
		}
		t.add(v, c.Reading.Groups[g].Name, &sum)
	}
	if t.groups > 0 {
		t.lag, t.lagBound = sum.Value()
	}
	if c.Produce != nil {
		t.in, t.inLeast = f.all.rate, f.all.least
	}
	return t
}

func (t *totals) add(v *state.Verdict, name string, sum *lag.Sum) {
	t.states[v.State]++
	if v.State != state.Unknown {
		t.judged++
	}
	if trouble(v) {
		t.troubles++
		t.troubled[v.State]++
	}
	if folded(v, name) {
		t.folded++
		if v.State == state.Abandoned {
			t.abandoned++
		} else {
			t.consoles++
		}
	}
	t.in, t.inLeast = addRate(t.in, t.inLeast, v.Produce)
	t.out, t.outLeast = addRate(t.out, t.outLeast, v.Consume)
	if why := v.Unknown["lag"]; !lag.Known(v.Lag) && (why == lag.NoCommit || why == lag.NotApplicable) {
		return // a group that commits nothing has no lag to add
	}
	sum.Add(v.Lag)
	if v.LagBound == lag.AtLeast && lag.Known(v.Lag) {
		sum.Add(lag.Unknown)
	}
}

func addRate(sum float64, least bool, v float64) (float64, bool) {
	if v < 0 {
		return sum, true
	}
	return max(sum, 0) + v, least
}

// throwaway is the prefix of the groups that command-line consumers leave behind.
const throwaway = "console-consumer-"

// folded reports whether a group is counted but not listed: nobody uses it and nothing waits in it.
func folded(v *state.Verdict, name string) bool {
	if v == nil || v.Severity > state.Calm {
		return false
	}
	return v.State == state.Abandoned || v.State == state.Empty && len(name) > len(throwaway) && name[:len(throwaway)] == throwaway
}
