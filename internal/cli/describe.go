package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
)

// section is a list on the page of one thing.
type section struct {
	key   string
	table func([]wire.Cluster) wire.Table
	col   string // the column that holds the name of what the page is about
}

// page is what describe tells of one kind of thing.
type page struct {
	use, short string
	kind       *kind // as it is listed
	due        probes.Due
	sections   []section
}

var pages = []page{
	{"group GROUP", "Tell all of one group: its numbers, members and positions", kindOf("groups"), groupsDue,
		[]section{{"members", wire.Members, "group"}, {"positions", wire.Positions, "group"}}},
	{"topic TOPIC", "Tell all of one topic: its settings, partitions and readers", kindOf("topics"), probes.All,
		[]section{{"partitions", wire.Partitions, "topic"}, {"positions", wire.Positions, "topic"}}},
	{"broker BROKER", "Tell all of one broker: its address, load and how it answers", kindOf("brokers"), probes.Layout, nil},
}

func kindOf(name string) *kind {
	for i := range kinds {
		if kinds[i].name == name {
			return &kinds[i]
		}
	}
	panic("no kind " + name)
}

func (a *app) describe() *cobra.Command {
	c := &cobra.Command{Use: "describe", Short: "Tell all of one group, topic or broker"}
	var subs []*cobra.Command
	for i := range pages {
		p := &pages[i]
		var length time.Duration
		sub := &cobra.Command{
			Use: p.use, Short: p.short, Args: exactly(1, "one name"), ValidArgsFunction: a.completeNames(p.kind.of),
			Long: p.short + ".\n\nWithout -o it is a page for a person; -o json holds the same as lists beside items.",
			RunE: func(c *cobra.Command, args []string) error { return a.runDescribe(c.Context(), p, args[0], length) },
		}
		sub.Flags().DurationVar(&length, "window", 0, "look on for so long before answering: states, rates and lag in time need it, 20s tells most (0: one look)")
		subs = append(subs, sub)
	}
	return parent(c, subs...)
}

func (a *app) runDescribe(ctx context.Context, p *page, name string, length time.Duration) error {
	format, err := a.format("")
	if err != nil {
		return err
	}
	if err := checkWindow(length); err != nil {
		return err
	}
	selected, err := newSelection(p.kind, []string{name}, rowFlags{})
	if err != nil {
		return err
	}
	if !selected.by[p.kind.of][0].Literal() {
		return usage("describe tells of one thing, got the pattern %q; weir get %s takes patterns", name, p.kind.name)
	}
	clusters, err := a.chosen(ctx)
	if err != nil {
		return err
	}
	s, err := a.lookAt(ctx, p, clusters, selected, name, length)
	if err != nil {
		return err
	}
	missing := selected.missing(s)
	doc := wire.New(a.sys.Version, s.state.At, s.clusters, p.kind.table(s.clusters))
	doc.Table = only(doc.Table, selected.rows(&doc.Table, s.clusters))
	for _, sec := range p.sections {
		t := sec.table(s.clusters)
		col := t.Column(sec.col)
		t.Short = slices.DeleteFunc(slices.Clone(t.Short), func(name string) bool { return name == sec.col })
		doc.More = append(doc.More, wire.Section{Key: sec.key,
			Table: only(t, func(row []wire.Value) bool { return row[col].String() == name })})
	}
	if format != "" {
		return a.print(doc, format, s, p.kind, picked{table: doc.Table}, missing)
	}
	return a.printPage(doc, s, missing)
}

// lookAt sees one thing once, or for the length of a window.
func (a *app) lookAt(ctx context.Context, p *page, clusters []config.Cluster, selected *selection, name string, length time.Duration) (*sight, error) {
	at := focus(clusters[0].Name, p.kind.of, name)
	if length == 0 {
		return a.observe(ctx, clusters, probes.Want{Due: p.due, Keep: selected.keep(), Focus: at})
	}
	return a.watch(ctx, clusters, window{length: length, keep: selected.keep(), focus: at, allPositions: p.kind.of == lag.KindTopic,
		rates: p.kind.of == lag.KindTopic})
}

func (a *app) printPage(doc wire.Document, s *sight, missing *absent) error {
	if dead := s.unseen(); dead != nil {
		return dead
	}
	if doc.Table.Len > 0 {
		if err := wire.Page(a.Stdout, doc, a.style()); err != nil {
			return fmt.Errorf("write the output: %w", fault{Unseen, err})
		}
	}
	a.tellGaps(s, missing)
	return missing.tell(a)
}

// focus has a group's members described whatever is due.
func focus(cluster, kind, name string) []lag.Ref {
	return []lag.Ref{{Cluster: cluster, Kind: kind, Name: name}}
}
