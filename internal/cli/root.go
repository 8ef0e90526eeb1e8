package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/wire"
)

// globals are the flags that every command has.
type globals struct {
	clusters       []string
	config         string
	brokers        string
	commandConfig  string
	output         string
	noHeaders      bool
	timeout        time.Duration
	utc, readOnly  bool
	quiet, verbose bool
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "weir",
		Short: "A terminal operations console for Kafka",
		Long: `weir tells which consumer groups of a Kafka cluster are behind, by how much, and what is lost.

Looking changes nothing and joins no group. Only weir apply and weir run resume change a cluster, after consent to a plan,
and with every step in the audit log before it is done. A cluster is named with -c as in config.toml, or reached without any
configuration through --brokers. The cluster "demo" is built in: try weir get groups -c demo.`,
		SilenceErrors: true, SilenceUsage: true,
		Args: noSuchCommand,
		RunE: func(c *cobra.Command, _ []string) error { return a.console(c.Context()) },
	}
	root.Version = a.sys.Version
	root.SetVersionTemplate(a.about().line())
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		a.timeoutGiven = c.Flags().Changed("timeout")
		a.remind(c)
	}
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.SetFlagErrorFunc(a.badFlag)
	a.globalFlags(root)
	root.AddCommand(a.get(), a.describe(), a.doctor(), a.config(), a.check(), a.why(), a.peek(), a.mark(), a.action(), a.plan(), a.apply(), a.runs(), a.audit(), a.lock(), a.demo(), a.demoCall(), a.man(), a.version())
	root.SetHelpCommand(a.help())
	root.InitDefaultCompletionCmd(a.Args...)
	if c, _, err := root.Find([]string{"completion"}); err == nil && c != root {
		parent(c)
	}
	return root
}

func (a *app) globalFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringArrayVarP(&a.flag.clusters, "cluster", "c", nil, "cluster to look at, as named in config.toml, or demo[:SCENARIO]; may be repeated")
	f.StringVar(&a.flag.config, "config", "", "configuration file (default $WEIR_CONFIG, then $XDG_CONFIG_HOME/weir/config.toml, then /etc/weir/config.toml)")
	f.StringVar(&a.flag.brokers, "brokers", "", "brokers to begin with, as HOST:PORT,…, in place of a configured cluster")
	f.StringVar(&a.flag.commandConfig, "command-config", "", "client.properties as Apache's tools take it, with --brokers")
	f.StringVarP(&a.flag.output, "output", "o", "", "form of the output: "+formatNames())
	f.BoolVar(&a.flag.noHeaders, "no-headers", false, "leave out the heads of tables")
	f.DurationVar(&a.flag.timeout, "timeout", 0, "longest time for each round of requests (default: the cluster's, 10s)")
	f.BoolVar(&a.flag.utc, "utc", false, "times in UTC")
	f.BoolVar(&a.flag.readOnly, "read-only", false, "change nothing, whatever the configuration allows")
	f.BoolVarP(&a.flag.quiet, "quiet", "q", false, "no notes on stderr, only errors")
	f.BoolVarP(&a.flag.verbose, "verbose", "v", false, "tell on stderr what was asked of the cluster")
	complete(root, "cluster", func() []string { return a.clusterNames() })
	complete(root, "output", func() []string { return strings.Split(formatNames(), "|") })
}

// complete offers words for a flag's value.
func complete(c *cobra.Command, flag string, words func() []string) {
	offer := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words(), cobra.ShellCompDirectiveNoFileComp
	}
	if err := c.RegisterFlagCompletionFunc(flag, offer); err != nil {
		panic(err) // the flag isn't there: a defect that every run would show
	}
}

func formatNames() string {
	var names []string
	for _, f := range wire.Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, "|")
}

// format is the form of output asked for, or the one that a command has by itself.
func (a *app) format(usually wire.Format) (wire.Format, error) {
	if a.flag.output == "" {
		return usually, nil
	}
	f := wire.Format(a.flag.output)
	if !slices.Contains(wire.Formats(), f) {
		return "", usage("-o %q is no form of output; write one of %s", a.flag.output, formatNames())
	}
	return f, nil
}

// parent is a command that only has subcommands.
func parent(c *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	c.AddCommand(subs...)
	c.Args = noSuchCommand
	c.RunE = func(c *cobra.Command, _ []string) error {
		var names []string
		for _, sub := range c.Commands() {
			names = append(names, sub.Name())
		}
		return usage("%s what? write one of %s", c.CommandPath(), strings.Join(names, ", "))
	}
	return c
}

// noArgs refuses arguments.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no arguments, got %q", c.CommandPath(), args[0])
	}
	return nil
}

// exactly wants that many arguments.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("%s wants %s, got %d arguments", c.CommandPath(), what, len(args))
		}
		return nil
	}
}
