package reset

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"weir/actions"
	"weir/actions/kafka/cluster"
)

// scope is what a reset is about: topics, each with partitions, none for all of them. An empty scope is every topic
// that the group has a commit on.
type scope map[string][]int32

// parseScope reads TOPIC or TOPIC:P,P…, more than one joined by line feeds. Topic names hold no colon.
func parseScope(s string) (scope, error) {
	out := scope{}
	for part := range strings.SplitSeq(s, "\n") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		topic, list, some := strings.Cut(part, ":")
		if topic == "" || some && list == "" {
			return nil, badScope(part)
		}
		had, twice := out[topic]
		if !some {
			out[topic] = nil
			continue
		}
		if twice && had == nil {
			continue // all of it already
		}
		for n := range strings.SplitSeq(list, ",") {
			p, err := strconv.ParseInt(n, 10, 32)
			if err != nil || p < 0 || n != strconv.FormatInt(p, 10) {
				return nil, badScope(part)
			}
			if !slices.Contains(had, int32(p)) {
				had = append(had, int32(p))
			}
		}
		out[topic] = had
	}
	return out, nil
}

func badScope(part string) error {
	return actions.Fail(actions.ErrUsage, fmt.Sprintf("%q names no partitions", part), "write TOPIC, or TOPIC:0,1,2")
}

// resolve gives the partitions of the scope, and their topics. A topic or partition that isn't there is refused; for
// topics that are in only because the group has a commit on them, that is told in gone.
func (s scope) resolve(ctx context.Context, c cluster.Conn, committed map[cluster.Place]cluster.Commit) (places []cluster.Place, topics map[string]cluster.Topic, gone []string, err error) {
	want := s
	if len(s) == 0 {
		want = scope{}
		for p := range committed {
			want[p.Topic] = nil
		}
	}
	names := make([]string, 0, len(want))
	for name := range want {
		names = append(names, name)
	}
	slices.Sort(names)
	if topics, err = cluster.ReadTopics(ctx, c, names); err != nil {
		return nil, nil, nil, err
	}
	for _, name := range names {
		t, there := topics[name]
		switch {
		case !there && len(s) == 0:
			gone = append(gone, name)
			continue
		case !there:
			return nil, nil, nil, actions.Fail(actions.ErrUnseen, fmt.Sprintf("there is no topic %q on this cluster, or this principal may not describe it", name), "check the name")
		}
		numbers := want[name]
		if numbers == nil {
			for p := range t.Leaders {
				numbers = append(numbers, int32(p))
			}
		}
		for _, p := range numbers {
			if int(p) >= len(t.Leaders) {
				return nil, nil, nil, actions.Fail(actions.ErrUnseen, fmt.Sprintf("topic %s has partitions 0 to %d, not %d", name, len(t.Leaders)-1, p), "")
			}
			places = append(places, cluster.Place{Topic: name, Partition: p})
		}
	}
	slices.SortFunc(places, cluster.Place.Compare)
	return places, topics, gone, nil
}
