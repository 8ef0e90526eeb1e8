package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
)

// kind is one kind of thing that get lists.
type kind struct {
	name, arg, short string
	table            func([]wire.Cluster) wire.Table
	due              probes.Due
	of               string   // what its arguments name: a lag.Kind
	narrows          []string // the kinds by which a flag narrows it: lag.KindGroup (-g), lag.KindTopic (-t)
	noGroups         bool     // no group need be read for it
}

// with is the kind as it is read with these flags: of partitions groups are read only where they are asked for.
func (k *kind) with(flags rowFlags) *kind {
	if !k.noGroups || len(flags.groups) == 0 {
		return k
	}
	wider := *k
	wider.noGroups, wider.due = false, k.due|probes.Commits|probes.Groups|probes.Members
	return &wider
}

// everything about groups that one sweep can tell.
const groupsDue = probes.Refresh | probes.Starts | probes.Stables | probes.Groups | probes.Members | probes.Layout

var kinds = []kind{
	{"groups", "GROUP", "consumer groups and their lag", wire.Groups, groupsDue, lag.KindGroup,
		[]string{lag.KindGroup, lag.KindTopic}, false},
	{"positions", "GROUP", "the place of groups in each partition", wire.Positions, groupsDue, lag.KindGroup,
		[]string{lag.KindGroup, lag.KindTopic}, false},
	{"members", "GROUP", "the members of groups and what they are assigned", wire.Members, probes.Groups | probes.Members | probes.Layout,
		lag.KindGroup, []string{lag.KindGroup, lag.KindTopic}, false},
	{"topics", "TOPIC", "topics, their settings and sizes, and who reads them", wire.Topics,
		probes.Commits | probes.Groups | probes.Members | probes.Layout | probes.Settings | probes.Sizes, lag.KindTopic,
		[]string{lag.KindTopic, lag.KindGroup}, false},
	{"partitions", "TOPIC", "partitions, their replicas and offsets", wire.Partitions,
		probes.Ends | probes.Starts | probes.Stables | probes.Layout | probes.Sizes, lag.KindTopic,
		[]string{lag.KindTopic, lag.KindGroup}, true},
	{"clusters", "", "clusters: their groups, troubles, lag and brokers, in sums", wire.Clusters, groupsDue, lag.KindCluster, nil, false},
	{"brokers", "BROKER", "brokers, what they lead and how they answer", wire.Brokers, probes.Layout, lag.KindBroker, nil, true},
}

// rowFlags say which rows are printed, and in which order.
type rowFlags struct {
	groups, topics []string
	filter, sort   string
	limit          int
	window         time.Duration
	watch          bool
}

func (a *app) get() *cobra.Command {
	get := &cobra.Command{Use: "get", Short: "List groups, positions, members, topics, partitions, brokers, clusters or events"}
	var subs []*cobra.Command
	for i := range kinds {
		subs = append(subs, a.getKind(&kinds[i]))
	}
	return parent(get, append(subs, a.getEvents())...)
}

func (a *app) getKind(k *kind) *cobra.Command {
	var rows rowFlags
	c := &cobra.Command{
		Use:     k.name + " [" + k.arg + "…]",
		Aliases: []string{strings.TrimSuffix(k.name, "s")},
		Short:   "List " + k.short,
		Long: "List " + k.short + ".\n\nArguments are names, or patterns with * and ?. One that is a plain name and does not exist is an error.\n\n" +
			"Fields, for --filter and --sort:\n\n" + fieldList(k),
		ValidArgsFunction: a.completeNames(k.of),
		RunE:              func(c *cobra.Command, args []string) error { return a.runGet(c.Context(), k, args, rows) },
	}
	if k.arg == "" {
		c.Use, c.Args, c.ValidArgsFunction = k.name, noArgs, nil
		c.Long = "List " + k.short + ": those that -c names, or else the configured ones.\n\nFields, for --filter and --sort:\n\n" + fieldList(k)
	}
	f := c.Flags()
	if slices.Contains(k.narrows, lag.KindGroup) {
		f.StringArrayVarP(&rows.groups, "group", "g", nil, "only of these groups (name or pattern; may be repeated)")
		a.completeFlag(c, "group", lag.KindGroup)
	}
	if slices.Contains(k.narrows, lag.KindTopic) {
		f.StringArrayVarP(&rows.topics, "topic", "t", nil, "only on these topics (name or pattern; may be repeated)")
		a.completeFlag(c, "topic", lag.KindTopic)
	}
	f.StringVar(&rows.filter, "filter", "", `only rows that match, for example "lag>10k,type=classic|!test"`)
	f.StringVar(&rows.sort, "sort", "", "order by these fields, a minus before one turns its order around, for example -lag,group")
	f.IntVar(&rows.limit, "limit", 0, "at most so many rows (0: all)")
	f.DurationVar(&rows.window, "window", 0, "look on for so long before answering: states, rates and lag in time need it, 20s tells most (0: one look)")
	f.BoolVarP(&rows.watch, "watch", "w", false, "go on, and print each row again when what it prints has changed")
	return c
}

// fieldList tells the columns of a kind.
func fieldList(k *kind) string {
	t := k.table(nil)
	width := 0
	for _, c := range t.Columns {
		width = max(width, len(c.Name))
	}
	var b strings.Builder
	for _, c := range t.Columns {
		b.WriteString("  " + c.Name + strings.Repeat(" ", width-len(c.Name)+2) + c.Doc + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
