package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"weir/actions"
	"weir/lag"
)

// targetArgs holds the arguments of a kind of change to what it is done to; with --all that is the cluster.
func targetArgs(spec actions.Spec, all *bool) cobra.PositionalArgs {
	words := strings.Fields(spec.Target)
	one := exactly(len(words), strings.Join(words, " and "))
	return func(c *cobra.Command, args []string) error {
		if slices.Contains(args, "") {
			return usage("%s wants %s, and got an empty name", c.CommandPath(), spec.Target)
		}
		switch {
		case !slices.Contains(spec.On, lag.KindCluster):
			return one(c, args)
		case *all && len(args) > 0:
			return usage("--all is the whole cluster, and %s is given too", args[0])
		case !*all && len(args) != len(words):
			return usage("%s wants %s, or --all for the whole cluster; got %d arguments", c.CommandPath(), spec.Target, len(args))
		}
		return nil
	}
}

// targetOf is what the arguments name; its cluster is not yet known. TOPIC:P,… are partitions of a topic.
func targetOf(spec actions.Spec, args []string) lag.Ref {
	if len(args) == 0 {
		return lag.Ref{Kind: lag.KindCluster}
	}
	if topic, partitions, some := strings.Cut(args[0], ":"); some && slices.Contains(spec.On, lag.KindPartition) {
		return lag.Ref{Kind: lag.KindPartition, Name: topic, Sub: partitions}
	}
	return lag.Ref{Kind: spec.On[0], Name: args[0], Sub: strings.Join(args[1:], " ")}
}

// targetWords is what a plan is about, without its cluster.
func targetWords(r lag.Ref) string {
	switch {
	case r.Kind == lag.KindCluster:
		return "all"
	case r.Kind == lag.KindPartition:
		return r.Kind + " " + r.Name + ":" + r.Sub
	case r.Sub != "":
		return r.Kind + " " + r.Name + " " + r.Sub
	}
	return r.Kind + " " + r.Name
}
