package state

import (
	"strconv"

	"weir/lag"
)

// turnsToldEach bounds how many groups' turns are told one by one: with a broker, hundreds come into trouble at once.
const turnsToldEach = 100

// Turned returns which groups came into trouble between two results, out of it, or from one trouble into another, prev
// being nil at the first. r is the reading that next judges.
func Turned(prev, next *Result, r *lag.Reading) []lag.Event {
	if prev == nil {
		return nil
	}
	var out []lag.Event
	more := 0
	for g := range next.Groups {
		now := &next.Groups[g]
		was := prev.Of(lag.GroupIx(g))
		if was == nil || r.Groups[g].Gone || was.State == now.State && (was.Severity > Calm) == (now.Severity > Calm) ||
			was.Severity == Calm && now.Severity == Calm {
			continue
		}
		if len(out) == turnsToldEach {
			more++
			continue
		}
		out = append(out, lag.Event{At: r.Tick, Kind: lag.StateChanged, Before: was.State.String(), After: now.State.String(),
			Subject: lag.Ref{Cluster: r.Cluster, Kind: lag.KindGroup, Name: r.Groups[g].Name}})
	}
	if more > 0 {
		out = append(out, lag.Event{At: r.Tick, Kind: lag.StateChanged, After: "and " + strconv.Itoa(more) + " more",
			Subject: lag.Ref{Cluster: r.Cluster, Kind: lag.KindCluster}})
	}
	return out
}
