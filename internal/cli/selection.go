package cli

import (
	"slices"
	"strconv"
	"sync"

	"weir/internal/query"
	"weir/internal/wire"
	"weir/lag"
)

// selection is what the arguments and -g, -t name.
type selection struct {
	kind *kind
	by   map[string][]query.Glob // by lag.Kind; none: all

	mu   sync.Mutex
	told map[string]map[string]bool // names the clusters told, by kind
}

func newSelection(k *kind, args []string, flags rowFlags) (*selection, error) {
	s := &selection{kind: k, by: map[string][]query.Glob{}, told: map[string]map[string]bool{}}
	for _, named := range []struct {
		kind  string
		names []string
	}{{k.of, args}, {lag.KindGroup, flags.groups}, {lag.KindTopic, flags.topics}} {
		if err := s.add(named.kind, named.names); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *selection) add(kind string, names []string) error {
	for _, n := range names {
		g, err := query.ParseGlob(n)
		if err != nil {
			return usage("%w", err)
		}
		if !slices.Contains(s.by[kind], g) {
			s.by[kind] = append(s.by[kind], g)
		}
	}
	return nil
}

// oneGroup reports whether what is selected is of one group, by its plain name.
func (s *selection) oneGroup() bool {
	globs := s.by[lag.KindGroup]
	return len(globs) == 1 && globs[0].Literal()
}

// has reports whether a name is among those selected.
func (s *selection) has(kind, name string) bool {
	globs := s.by[kind]
	return len(globs) == 0 || query.MatchAny(globs, name)
}

// keep narrows a sweep to what is selected; nil when that is everything. It notes the names it is asked about, so that
// one that doesn't exist can be answered with those that are near.
func (s *selection) keep() func(kind, name string) bool {
	if !s.kind.noGroups && len(s.by[lag.KindGroup]) == 0 && len(s.by[lag.KindTopic]) == 0 {
		return nil
	}
	return func(kind, name string) bool {
		if len(s.by[kind]) > 0 {
			s.mu.Lock()
			if s.told[kind] == nil {
				s.told[kind] = map[string]bool{}
			}
			s.told[kind][name] = true
			s.mu.Unlock()
		}
		switch {
		case kind == lag.KindGroup && s.kind.noGroups:
			return false
		case kind == lag.KindTopic && (s.kind.name == "groups" || s.kind.name == "members"):
			return true // a group's sums, and what a member is assigned, are of all topics, whichever it is looked for by
		}
		return s.has(kind, name)
	}
}

// rows tells which rows of the kind's table are selected; nil when all are.
func (s *selection) rows(t *wire.Table, clusters []wire.Cluster) func([]wire.Value) bool {
	if len(s.by) == 0 {
		return nil
	}
	type test struct {
		col  int
		kind string
	}
	var tests []test
	for kind := range s.by {
		if col := t.Column(kind); col >= 0 { // columns that name a thing are named after its kind
			tests = append(tests, test{col, kind})
		}
	}
	related, refs := s.related(clusters), s.refs(clusters)
	own, cluster, ref := t.Column(s.kind.of), t.Column("cluster"), t.Column("ref")
	return func(row []wire.Value) bool {
		for _, test := range tests {
			if !s.has(test.kind, row[test.col].String()) {
				return false
			}
		}
		return (related == nil || related[place{row[cluster].String(), row[own].String()}]) && (refs == nil || refs[row[ref].String()])
	}
}

type place struct{ cluster, name string }

// related are the groups on the topics asked for, or the topics of the groups asked for; nil where nothing is asked for
// by the other kind.
func (s *selection) related(clusters []wire.Cluster) map[place]bool {
	var byGroup bool
	switch {
	case s.kind.name == "groups" && len(s.by[lag.KindTopic]) > 0:
		byGroup = true
	case s.kind.name == "topics" && len(s.by[lag.KindGroup]) > 0:
	default:
		return nil
	}
	out := map[place]bool{}
	for _, c := range clusters {
		eachPosition(c.Reading, func(group, topic string) {
			switch {
			case byGroup && s.has(lag.KindTopic, topic):
				out[place{c.Name, group}] = true
			case !byGroup && s.has(lag.KindGroup, group):
				out[place{c.Name, topic}] = true
			}
		})
	}
	return out
}

// refs are the members that are assigned something of the topics asked for, or the partitions in which the groups asked for
// have a position; nil where nothing is asked for by the other kind.
func (s *selection) refs(clusters []wire.Cluster) map[string]bool {
	members := s.kind.name == "members" && len(s.by[lag.KindTopic]) > 0
	if !members && (s.kind.name != "partitions" || len(s.by[lag.KindGroup]) == 0) {
		return nil
	}
	out := map[string]bool{}
	for _, c := range clusters {
		r := c.Reading
		for i := range r.Groups {
			g := &r.Groups[i]
			switch {
			case members:
				for k := range g.Members {
					if slices.ContainsFunc(g.Members[k].Assigned, func(p lag.PartitionIx) bool { return s.has(lag.KindTopic, topicOf(r, p)) }) {
						out[lag.Ref{Cluster: c.Name, Kind: lag.KindMember, Name: g.Name, Sub: g.Members[k].ID}.String()] = true
					}
				}
			case s.has(lag.KindGroup, g.Name):
				for _, at := range g.Positions {
					p := r.Positions[at].Partition
					sub := strconv.Itoa(int(r.Partitions[p].Number))
					out[lag.Ref{Cluster: c.Name, Kind: lag.KindPartition, Name: topicOf(r, p), Sub: sub}.String()] = true
				}
			}
		}
	}
	return out
}

func topicOf(r *lag.Reading, p lag.PartitionIx) string { return r.Topics[r.Partitions[p].Topic].Name }

func eachPosition(r *lag.Reading, do func(group, topic string)) {
	for i := range r.Groups {
		for _, p := range r.Groups[i].Positions {
			do(r.Groups[i].Name, topicOf(r, r.Positions[p].Partition))
		}
	}
}
