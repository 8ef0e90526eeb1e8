package tui

import (
	"strconv"

	"weir/lag"
)

// lapses are the brokers and groups that a sweep asked and that did not tell: by their gaps.
type lapses struct {
	of      *lag.Reading
	brokers map[lag.NodeIx]bool
	groups  map[string]bool
}

// isLapse tells the reasons of gaps for which asking again may help: nobody refused.
func isLapse(reason lag.Reason) bool {
	return reason == lag.Timeout || reason == lag.Unreachable || reason == lag.NoCoordinator || reason == lag.NoLeader
}

// look takes in a reading.
func (l *lapses) look(r *lag.Reading) {
	if r == nil || r == l.of {
		return
	}
	*l = lapses{of: r, brokers: map[lag.NodeIx]bool{}, groups: map[string]bool{}}
	for i := range r.Gaps {
		switch gap := &r.Gaps[i]; {
		case !isLapse(gap.Reason):
		case gap.Ref.Kind == lag.KindBroker:
			if id, err := strconv.ParseInt(gap.Ref.Name, 10, 32); err == nil {
				l.brokers[nodeOf(r, int32(id))] = true
			}
		case gap.Ref.Kind == lag.KindGroup:
			l.groups[gap.Ref.Name] = true
		}
	}
	for g := range r.Groups {
		if l.groups[r.Groups[g].Name] && !r.Groups[g].Gone {
			l.brokers[r.Groups[g].Coordinator] = true
		}
	}
}

// missed reports whether a broker told nothing in the last sweep, though it was asked: what it told before is old at once,
// whatever its age.
func (s *snap) missed(n lag.NodeIx, at lag.ShardTime) bool {
	return s.c != nil && s.lapses.brokers[n] && at.Answered.Before(s.c.Swept)
}
