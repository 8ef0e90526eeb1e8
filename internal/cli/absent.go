package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"weir/internal/query"
	"weir/internal/wire"
	"weir/lag"
)

// absent are the names asked for that no cluster has.
type absent struct {
	names []absentName
	found bool // something asked for exists
}

type absentName struct {
	kind, name string
	near       []string
	clusters   []string // that were seen and don't have it
	why        string   // instead of not existing: it may not be seen
}

// missing looks for every plain name that was asked for, and notes a gap for one that isn't there.
func (s *selection) missing(seen *sight) *absent {
	out := &absent{}
	for _, kind := range []string{lag.KindGroup, lag.KindTopic, lag.KindBroker} {
		for _, g := range s.by[kind] {
			if !g.Literal() {
				out.found = true
				continue
			}
			s.look(seen, kind, g, out)
		}
	}
	if len(s.by) == 0 {
		out.found = true
	}
	return out
}

func (s *selection) look(seen *sight, kind string, g query.Glob, out *absent) {
	lost := absentName{kind: kind, name: g.String()}
	for i := range seen.clusters {
		c := &seen.clusters[i]
		switch why, has := holds(c.Reading, kind, g.String()); {
		case !c.Seen:
		case has && why == "":
			out.found = true
			return
		case why != "":
			lost.why = why
		default:
			lost.clusters = append(lost.clusters, c.Name)
			addGap(c, kind, g.String())
		}
	}
	s.mu.Lock()
	known := slices.Sorted(maps.Keys(s.told[kind]))
	s.mu.Unlock()
	lost.near = near(g.String(), known, 3)
	out.names = append(out.names, lost)
}

// holds reports whether a cluster has a thing of that name, or why nothing of it may be seen.
func holds(r *lag.Reading, kind, name string) (why string, has bool) {
	for i := range r.Gaps {
		if g := &r.Gaps[i]; g.Ref.Kind == kind && g.Ref.Name == name && g.Ref.Sub == "" && g.Reason == lag.NotAuthorized {
			return gapSentence(g), true
		}
	}
	switch kind {
	case lag.KindGroup:
		return "", slices.ContainsFunc(r.Groups, func(g lag.Group) bool { return g.Name == name && !g.Gone })
	case lag.KindTopic:
		return "", slices.ContainsFunc(r.Topics, func(t lag.Topic) bool { return t.Name == name && !t.Gone })
	}
	return "", slices.ContainsFunc(r.Nodes, func(n lag.Node) bool { return fmt.Sprint(n.ID) == name })
}

// addGap notes in a copy of the reading that something asked for is not there.
func addGap(c *wire.Cluster, kind, name string) {
	r := *c.Reading
	r.Gaps = append(slices.Clip(r.Gaps), lag.Gap{Ref: lag.Ref{Cluster: c.Name, Kind: kind, Name: name}, Reason: lag.Gone,
		Detail: "no such " + kind, Since: r.Tick})
	r.Complete = false
	c.Reading = &r
}

// has reports whether a ref is among the names.
func (m *absent) has(ref lag.Ref) bool {
	return m != nil && slices.ContainsFunc(m.names, func(n absentName) bool { return n.kind == ref.Kind && n.name == ref.Name && ref.Sub == "" })
}

// tell says what is missing, and is an error when nothing else was asked for.
func (m *absent) tell(a *app) error {
	for _, n := range m.names {
		hint := ""
		if len(n.near) > 0 {
			hint = "; did you mean " + strings.Join(n.near, ", ") + "?"
		}
		switch {
		case n.why != "":
			a.say("%s", n.why)
		case len(n.clusters) > 0:
			a.say("no %s %q on %s, or it may not be seen%s", n.kind, n.name, strings.Join(n.clusters, ", "), hint)
		}
	}
	if len(m.names) > 0 && !m.found {
		return fault{Unseen, errSaid}
	}
	return nil
}
