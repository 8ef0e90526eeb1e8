package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/wire"
	"weir/lag"
)

// How long get events looks on when no window is given, and how far back it tells marks.
const (
	eventsWindow = 30 * time.Second
	marksSince   = time.Hour
)

func (a *app) getEvents() *cobra.Command {
	var f rowFlags
	c := &cobra.Command{
		Use:   "events",
		Short: "List what changes: members, rebalances, leaders, ISR, configs, offsets set from outside, marks",
		Long: `List what changes: members, rebalances, coordinators, leaders, in-sync replicas, configs, offsets that were set from
outside, topics, brokers; and the marks of the last hour.

Only what happens while it looks on can be told: for --window, or with -w until it is stopped.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.runEvents(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringArrayVarP(&f.groups, "group", "g", nil, "only what is about these groups, or about the whole cluster (name or pattern; may be repeated)")
	a.completeFlag(c, "group", lag.KindGroup)
	fl.StringArrayVarP(&f.topics, "topic", "t", nil, "only what is about these topics, or about the whole cluster; with -g, about either (name or pattern; may be repeated)")
	a.completeFlag(c, "topic", lag.KindTopic)
	fl.StringVar(&f.filter, "filter", "", `only events that match, for example "kind=offsets_rewound"`)
	fl.StringVar(&f.sort, "sort", "", "order by these fields, a minus before one turns its order around, for example -at")
	fl.IntVar(&f.limit, "limit", 0, "at most so many events (0: all)")
	fl.DurationVar(&f.window, "window", 0, "look on for so long (default 30s; with -w without end)")
	fl.BoolVarP(&f.watch, "watch", "w", false, "go on, and print each event as it comes")
	return c
}

func (a *app) runEvents(ctx context.Context, f rowFlags) error {
	format, err := a.format(wire.Short)
	if err != nil {
		return err
	}
	if err := checkWindow(f.window); err != nil {
		return err
	}
	k := &kind{name: "events", table: func([]wire.Cluster) wire.Table { return wire.Events(nil) }}
	r, err := newRows(k, false, f)
	if err != nil {
		return err
	}
	selected, err := newSelection(&kind{name: "events", of: lag.KindGroup}, nil, f)
	if err != nil {
		return err
	}
	clusters, err := a.chosen(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, c := range clusters {
		names = append(names, c.Name)
	}
	marks, err := a.marks(names)
	if err != nil {
		return err
	}
	if f.watch {
		return a.followEvents(ctx, clusters, r, selected, format, f.window, marks)
	}
	length := f.window
	if length == 0 {
		length = eventsWindow
	}
	s, err := a.watch(ctx, clusters, window{length: length})
	if err != nil {
		return err
	}
	missing := selected.missing(s)
	p := r.pick(wire.Events(selected.about(append(marks, s.events(nil)...))), nil)
	doc := wire.New(a.sys.Version, s.state.At, s.clusters, p.table)
	dead, inJSON := s.unseen(), format == wire.JSON || format == wire.JSONL
	if dead != nil && !inJSON {
		return dead
	}
	if err := wire.Write(a.Stdout, doc, format, a.style()); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	if dead != nil {
		return dead
	}
	if !inJSON {
		a.tellGaps(s, missing)
		if p.table.Len == 0 && len(missing.names) == 0 {
			a.note("nothing changed within %s", length)
		}
	}
	return missing.tell(a)
}

// about are the events on the groups or topics that are selected, and on clusters as a whole.
func (s *selection) about(all []wire.Event) []wire.Event {
	if len(s.by) == 0 {
		return all
	}
	var out []wire.Event
	for _, e := range all {
		kind := e.Ref.Kind
		switch kind {
		case lag.KindPosition, lag.KindMember:
			kind = lag.KindGroup
		case lag.KindPartition:
			kind = lag.KindTopic
		}
		topic, _, _ := strings.Cut(e.Ref.Sub, ":")
		if kind == lag.KindCluster || s.names(kind, e.Ref.Name) || e.Ref.Kind == lag.KindPosition && s.names(lag.KindTopic, topic) {
			out = append(out, e)
		}
	}
	return out
}

// names reports whether a name is asked for by itself.
func (s *selection) names(kind, name string) bool { return len(s.by[kind]) > 0 && s.has(kind, name) }

// events returns the change feeds of all clusters by time; done, when given, holds how many of each cluster's were
// returned before, and is brought up to date.
func (s *sight) events(done map[string]time.Time) []wire.Event {
	var out []wire.Event
	for _, c := range s.state.Clusters {
		for _, e := range c.Events {
			if done != nil && !e.At.After(done[c.Name]) {
				continue
			}
			out = append(out, wire.Event{Cluster: c.Name, At: e.At, Ref: e.Subject, Kind: e.Kind.String(), Before: e.Before, After: e.After})
		}
		if done != nil && len(c.Events) > 0 {
			done[c.Name] = c.Events[len(c.Events)-1].At
		}
	}
	slices.SortStableFunc(out, func(a, b wire.Event) int { return a.At.Compare(b.At) })
	return out
}

// marks returns those of the last hour on the clusters.
func (a *app) marks(clusters []string) ([]wire.Event, error) {
	s, err := a.store()
	if err != nil {
		return nil, err
	}
	found, err := s.Marks(time.Now().Add(-marksSince))
	if err != nil {
		return nil, fault{Unseen, err}
	}
	if found.Skipped > 0 {
		a.note("marks that can't be read: %d", found.Skipped)
	}
	var out []wire.Event
	for _, m := range found.Marks {
		if m.Cluster == "" || slices.Contains(clusters, m.Cluster) {
			out = append(out, wire.Event{
				Cluster: m.Cluster, At: m.At, Ref: lag.Ref{Cluster: m.Cluster, Kind: lag.KindCluster}, Kind: wire.KindMark, After: m.Text + by(m.By),
			})
		}
	}
	return out, nil
}

func by(name string) string {
	if name == "" {
		return ""
	}
	return " by " + name
}
