package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
)

// completionTime is how long a person waits for names after Tab.
const completionTime = 2 * time.Second

type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// completeNames offers the names of a kind as the cluster tells them now. What goes wrong offers nothing: there is no
// place to say it.
func (a *app) completeNames(kind string) completer {
	return func(c *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(c.Context(), completionTime)
		defer cancel()
		var names []string
		for _, n := range a.liveNames(ctx, kind) {
			if strings.HasPrefix(n, begun) && text.Safe(n) == n {
				names = append(names, n)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeFirst offers names of a kind for the first argument only.
func (a *app) completeFirst(kind string) completer {
	names := a.completeNames(kind)
	return func(c *cobra.Command, before []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(before) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return names(c, before, begun)
	}
}

func (a *app) completeFlag(c *cobra.Command, flag, kind string) {
	if err := c.RegisterFlagCompletionFunc(flag, a.completeNames(kind)); err != nil {
		panic(err) // the flag isn't there: a defect that every run would show
	}
}

func (a *app) liveNames(ctx context.Context, kind string) []string {
	a.flag.quiet = true
	clusters, err := a.chosen(ctx)
	if err != nil {
		return nil
	}
	want := probes.Want{Due: probes.Layout, Budget: completionTime, Keep: func(of, _ string) bool { return of == lag.KindTopic && kind == lag.KindTopic }}
	if kind == lag.KindGroup {
		want.Due = probes.Groups
		want.Keep = nil
	}
	s, err := a.observe(ctx, clusters, want)
	if err != nil {
		return nil
	}
	k := kindOf(map[string]string{lag.KindGroup: "groups", lag.KindTopic: "topics", lag.KindBroker: "brokers"}[kind])
	t := k.table(s.clusters)
	var names []string
	only(t, func(row []wire.Value) bool {
		names = append(names, row[t.Column(kind)].String())
		return false
	})
	return names
}
