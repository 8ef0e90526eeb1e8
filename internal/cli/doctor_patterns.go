package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"weir/internal/config"
	"weir/internal/query"
	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
)

// patternCheck looks whether the patterns of the configuration match anything on a live cluster: one that doesn't is a
// typo, or about something that is gone, and says nothing of all that it was written for.
const patternCheck = "pattern"

// written is a pattern of the configuration for names on a cluster.
type written struct{ kind, pattern, where string }

// patternsOf are the patterns that the configuration has for groups and topics of a cluster, each once.
func (a *app) patternsOf(c config.Cluster) []written {
	var out []written
	add := func(kind, pattern, where string) {
		w := written{kind, pattern, where}
		if pattern != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	if a.policies != nil {
		for _, p := range a.policies(c.Name) {
			add(lag.KindGroup, p.Group, "[[policy]]")
			add(lag.KindTopic, p.Topic, "[[policy]]")
		}
	}
	for _, app := range c.Applications {
		for _, g := range app.Groups {
			add(lag.KindGroup, g, "[[clusters."+c.Name+".applications]]")
		}
	}
	return out
}

// patterns checks those of one cluster. Without any, nothing is asked of it; where something failed before, nothing can
// be told.
func (a *app) patterns(ctx context.Context, c config.Cluster, before []wire.Check) ([]wire.Check, error) {
	all := a.patternsOf(c)
	if len(all) == 0 {
		return nil, nil
	}
	var r *lag.Reading
	var names map[string][]string
	if !slices.ContainsFunc(before, func(k wire.Check) bool { return k.Failed() && k.Check != featureCheck }) {
		var err error
		if r, names, err = a.names(ctx, c); err != nil {
			return nil, err
		}
	}
	out := make([]wire.Check, len(all))
	for i, w := range all {
		out[i] = w.check(r, names[w.kind])
		out[i].Cluster = c.Name
	}
	return out, nil
}

// names lists the groups and topics of a cluster, and asks for nothing else of them. The reading is nil when it wasn't seen.
func (a *app) names(ctx context.Context, c config.Cluster) (*lag.Reading, map[string][]string, error) {
	var mu sync.Mutex
	names := map[string][]string{}
	seen, err := a.observe(ctx, []config.Cluster{c}, probes.Want{Due: probes.Groups | probes.Layout, Keep: func(kind, name string) bool {
		mu.Lock()
		defer mu.Unlock()
		if !slices.Contains(names[kind], name) {
			names[kind] = append(names[kind], name)
		}
		return false
	}})
	if err != nil || !seen.clusters[0].Seen {
		return nil, nil, err
	}
	return seen.clusters[0].Reading, names, nil
}

func (w written) check(r *lag.Reading, names []string) wire.Check {
	k := wire.Check{Check: patternCheck, Target: w.kind + " " + w.pattern}
	if r == nil {
		k.Unknown, k.Detail = lag.Unreachable, "of "+w.where+"; the cluster's names could not be listed"
		return k
	}
	g, err := query.ParseGlob(w.pattern)
	n := 0
	for _, name := range names {
		if err == nil && g.Match(name) {
			n++
		}
	}
	switch {
	case n > 0:
		k.OK, k.Detail = true, fmt.Sprintf("of %s matches %d", w.where, n)
	case !r.Complete:
		k.Unknown, k.Detail = lag.NotAuthorized, fmt.Sprintf("of %s matches none of the %d that can be seen; others may be hidden", w.where, len(names))
	default:
		k.Detail, k.Remedy = fmt.Sprintf("of %s matches none of %d", w.where, len(names)), "correct the pattern, or take it out"
		if close := near(strings.Trim(w.pattern, "*?"), names, 1); len(close) > 0 {
			k.Remedy += "; did you mean " + close[0] + "?"
		}
	}
	return k
}
