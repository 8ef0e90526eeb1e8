package engine

import (
	"slices"

	"weir/lag"
)

// mostShaken bounds how many groups are described in one sweep because they changed.
const mostShaken = 50

// shaken are groups whose protocol state is not what it was at the last reading: who their members are now is not waited
// for until all groups are described again.
func shaken(last, r *lag.Reading) []lag.Ref {
	if last == nil {
		return nil
	}
	var out []lag.Ref
	for g := range min(len(last.Groups), len(r.Groups)) {
		was, is := &last.Groups[g], &r.Groups[g]
		if was.State != is.State && !is.Gone && len(out) < mostShaken {
			out = append(out, lag.Ref{Cluster: r.Cluster, Kind: lag.KindGroup, Name: is.Name})
		}
	}
	return out
}

// focus is what a sweep looks at closely.
func (w *watcher) focus() []lag.Ref {
	return append(slices.Clip(w.engine.focused(w.Name)), w.shaken...)
}
