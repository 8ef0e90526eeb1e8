package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"weir/internal/acting"
	"weir/internal/config"
	"weir/internal/engine"
	"weir/internal/store"
	"weir/internal/wire"
	"weir/lag/state"
	"weir/probes"
)

// Console is what main opens the screen on.
type Console struct {
	Engine   *engine.Engine
	Clusters []config.Cluster
	UTC      bool
	// Flags are those that bring another command to the same clusters, beside their names; Unnamed says that they alone do.
	Flags   []string
	Unnamed bool
	// Acting is where changes are made from; it reaches the same clusters. Unacting is why there is none: the console then
	// only observes.
	Acting   acting.Host
	Unacting error
	// Store is the state directory; nil when there is none, for the reason that Unstored tells. By is who uses it.
	Store    *store.Store
	Unstored error
	By       string
	// Busy is called when the console begins and ends to carry out a change, so that an interrupt doesn't leave it behind.
	Busy func(bool)
	// Note says something on stderr, once the terminal is left.
	Note func(string)
	// Policies are what owners declare of the groups, by cluster.
	Policies map[string]state.Policies
	// Progress is called by the engine while it reads; main sets it before it runs the engine.
	Progress func(cluster string, p probes.Progress)
}

// ErrNoTerminal is what Systems.Console returns where no screen can be drawn.
var ErrNoTerminal = errors.New("no terminal that can show the console")

// Panicked is what Systems.Console returns when the screen had a defect, after the terminal was restored.
type Panicked struct {
	What  string
	Stack []byte
}

// Error tells what.
func (p Panicked) Error() string { return p.What }

// console opens the screen on the clusters that the command line names.
func (a *app) console(ctx context.Context) error {
	if !a.IsTTY(a.Stdin) || !a.IsTTY(a.Stdout) {
		return noConsole()
	}
	a.watchesAll = true
	clusters, err := a.chosen(ctx)
	if err != nil {
		return err
	}
	for i := range clusters {
		if clusters[i], err = a.governedAlways(ctx, clusters[i]); err != nil {
			return err
		}
	}
	return a.open(ctx, clusters)
}

// report keeps what is known of a panic of the console in the state directory, and returns where; "" where it can't.
func (a *app) report(dir *store.Store, p Panicked) string {
	if dir == nil {
		return ""
	}
	now := time.Now().UTC()
	name := "defect-" + now.Format("20060102T150405Z") + ".txt"
	text := fmt.Sprintf("weir %s, %s/%s, %s\n%s\n\n%s", a.sys.Version, runtime.GOOS, runtime.GOARCH, now.Format(time.RFC3339), p.What, p.Stack)
	if dir.Keep(name, []byte(text)) != nil {
		return "" // the line on stderr is what is left
	}
	return dir.Path(name)
}

func noConsole() error {
	return usage("the console is for a terminal; in a script use a command such as weir get groups, and weir --help lists them")
}

func (a *app) open(ctx context.Context, clusters []config.Cluster) error {
	caught := make(chan error, len(clusters))
	sources := a.sources(clusters, caught)
	policies := map[string]state.Policies{}
	for i, c := range clusters {
		sources[i].Refresh, sources[i].Policies = c.Refresh, a.policiesOf(c.Name)
		policies[c.Name] = sources[i].Policies
	}
	learned := a.recollect(clusters, sources)
	seen := &Console{Clusters: clusters, Policies: policies, UTC: a.flag.utc, Flags: a.whereFlags(), Unnamed: a.unnamed(), By: acting.Person(a.Getenv), Busy: a.busy.Store, Note: func(said string) { a.note("%s", said) }}
	seen.Store, seen.Unstored = a.store()
	if seen.Acting, seen.Unacting = a.host(clusters...); seen.Unacting == nil {
		seen.Acting.Outside, seen.Unacting = a.outside()
	}
	seen.Engine = engine.New(sources, engine.Options{Rates: true, Greeting: greetingShown, Used: meter(clusters), Progress: func(cluster string, p probes.Progress) {
		if tell := seen.Progress; tell != nil {
			tell(cluster, p)
		}
	}})
	defer a.keepHeap(ctx)()
	a.drawing.Store(true)
	err := a.sys.Console(ctx, seen)
	a.drawing.Store(false)
	learned.tell()
	select {
	case defect := <-caught:
		return defect
	default:
	}
	if p, ok := errors.AsType[Panicked](err); ok {
		return defect{what: p.What, stack: p.Stack, report: a.report(seen.Store, p)}
	}
	if errors.Is(err, ErrNoTerminal) {
		return a.inPlace(ctx, clusters)
	}
	return err
}

// meter is what tells how much weir itself takes; nil where that can't be told, since an embedded cluster takes of the same
// process.
func meter(clusters []config.Cluster) func() time.Duration {
	if slices.ContainsFunc(clusters, func(c config.Cluster) bool { return config.IsDemo(c.Name) }) {
		return nil
	}
	return engine.ProcessTime
}

// inPlace prints, on a terminal that can't show the console, what the command prints that comes nearest to it.
func (a *app) inPlace(ctx context.Context, clusters []config.Cluster) error {
	format, err := a.format(wire.Short)
	if err != nil {
		return err
	}
	groups := &kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.name == "groups" })]
	rows, err := newRows(groups, false, rowFlags{})
	if err != nil {
		return err
	}
	selected, err := newSelection(groups, nil, rowFlags{})
	if err != nil {
		return err
	}
	what := "TERM=" + a.Getenv("TERM")
	if what == "TERM=" {
		what = "TERM not set"
	}
	a.note("a terminal with %s can't show the console; in its place, weir get groups of %s (weir check tells their states):", what, strings.Join(namesOf(clusters), ", "))
	return a.printKind(ctx, groups, clusters, rows, selected, 0, format)
}

func namesOf(clusters []config.Cluster) []string {
	out := make([]string, len(clusters))
	for i := range clusters {
		out[i] = clusters[i].Name
	}
	return out
}
