package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/text"
)

// demoSeed makes the embedded cluster the same each time.
const demoSeed = 1

type demoFlags struct {
	list, serve bool
	listen      string
	seed        int64
}

func (a *app) demo() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use: "demo [SCENARIO]", Short: "The console on the embedded cluster; its scenarios; or kept up for any Kafka tool",
		Long: `The embedded cluster: a small Kafka inside weir, with producers and consumers that play a scenario.

On a terminal the console opens on it. Any command takes it as -c demo or -c demo:SCENARIO. With --serve it stays up until it is interrupted, and any Kafka tool
can reach it at the address that is printed.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("weir demo takes one scenario, got %d", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.scenarioNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error { return a.runDemo(c.Context(), strings.Join(args, ""), f) },
	}
	c.Flags().BoolVar(&f.list, "list", false, "list the scenarios")
	c.Flags().BoolVar(&f.serve, "serve", false, "keep the cluster up until interrupted")
	c.Flags().StringVar(&f.listen, "listen", "", "with --serve: HOST:PORT of the first broker (default: a free port of 127.0.0.1)")
	c.Flags().Int64Var(&f.seed, "seed", demoSeed, "with --serve: the same seed gives the same traffic")
	return c
}

// DemoCall is the command by which a program of the embedded cluster is stopped and started. It is for the plans that do
// so, and is not listed.
const DemoCall = "demo-call"

func (a *app) demoCall() *cobra.Command {
	return &cobra.Command{
		Use: DemoCall + " SOCKET stop|start GROUP", Hidden: true, Short: "Stop or start a program of an embedded cluster that runs",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 3 {
				return usage("weir %s takes a socket, stop or start, and a group", DemoCall)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.sys.CallDemo(c.Context(), args[0], args[1], args[2]); err != nil {
				return unseen("%w", err)
			}
			return nil
		},
	}
}

func (a *app) runDemo(ctx context.Context, name string, f demoFlags) error {
	scenario, err := a.scenario(name)
	switch {
	case err != nil:
		return err
	case f.list && f.serve:
		return usage("--list and --serve do not go together")
	case f.list:
		return a.write(a.scenarioList())
	case f.serve:
		return a.serve(ctx, scenario, f)
	case f.listen != "":
		return usage("--listen needs --serve")
	}
	if !a.IsTTY(a.Stdin) || !a.IsTTY(a.Stdout) {
		return usage("the console is for a terminal; weir demo --serve keeps the cluster up, and every command takes -c demo, as weir get groups -c demo")
	}
	cluster, err := a.startDemo(ctx, "demo:"+scenario)
	if err != nil {
		return err
	}
	return a.open(ctx, []config.Cluster{cluster})
}

func (a *app) serve(ctx context.Context, scenario string, f demoFlags) error {
	c, stop, err := a.sys.Demo(ctx, scenario, f.listen, f.seed)
	if err != nil {
		return unseen("demo: the embedded cluster does not start: %w", err)
	}
	a.done = append(a.done, stop)
	address := strings.Join(c.Brokers, ",")
	if err := a.write(address + "\n"); err != nil {
		return err
	}
	a.note("the embedded cluster plays %s until it is interrupted; for example:", scenario)
	a.note("  weir get groups --brokers %s", c.Brokers[0])
	a.note("  kafka-consumer-groups.sh --bootstrap-server %s --describe --all-groups", c.Brokers[0])
	<-ctx.Done()
	return context.Cause(ctx)
}

// scenario checks a scenario's name; "" is the first.
func (a *app) scenario(name string) (string, error) {
	names := a.scenarioNames()
	if name == "" {
		return names[0], nil
	}
	for _, n := range names {
		if n == name {
			return n, nil
		}
	}
	return "", usage("the embedded cluster has no scenario %q; %s", name, nearOrAll(name, names))
}

func (a *app) scenarioNames() []string {
	var names []string
	for _, s := range a.sys.Scenarios() {
		names = append(names, s.Name)
	}
	return names
}

func (a *app) scenarioList() string {
	width := 0
	for _, n := range a.scenarioNames() {
		width = max(width, text.Width(n))
	}
	var b strings.Builder
	for _, s := range a.sys.Scenarios() {
		fmt.Fprintf(&b, "%s  %s: %s\n", text.PadEnd(s.Name, width), s.Title, s.Sees)
	}
	return b.String()
}
