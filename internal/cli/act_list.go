package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
)

// action are the commands on the kinds of change there are.
func (a *app) action() *cobra.Command {
	list := &cobra.Command{
		Use: "list [REF]", Short: "List what can be done, and to a group or another thing: whether it is offered, and why",
		Long: `List what can be done, and to a group or another thing: whether it is offered, and why.

REF is a group's name, or a name as other commands print it under ref, such as prod/group/payments or
prod/position/payments/orders:3.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%s takes one group or ref, got %d arguments", c.CommandPath(), len(args))
			}
			return nil
		},
		ValidArgsFunction: a.completeNames(lag.KindGroup),
		RunE:              func(c *cobra.Command, args []string) error { return a.listActions(c.Context(), args) },
	}
	return parent(&cobra.Command{Use: "action", Short: "What can be done to a cluster, a group or another thing"}, list)
}

func (a *app) listActions(ctx context.Context, args []string) error {
	var all []wire.Offered
	for _, spec := range a.specs() {
		all = append(all, wire.Offered{Spec: spec})
	}
	if len(args) == 0 {
		return a.printTable(wire.Actions(all))
	}
	return a.listOffers(ctx, args[0], all)
}

// listOffers asks every action about one thing.
func (a *app) listOffers(ctx context.Context, arg string, all []wire.Offered) error {
	format, err := a.format(wire.Short)
	if err != nil {
		return err
	}
	ref := lag.Ref{Kind: lag.KindGroup, Name: arg}
	if strings.Contains(arg, "/") {
		if ref, err = lag.ParseRef(arg); err != nil {
			return usage("%w", err)
		}
		if len(a.flag.clusters) == 0 && a.flag.brokers == "" && a.flag.commandConfig == "" {
			a.flag.clusters = []string{ref.Cluster}
		}
	}
	c, err := a.oneCluster(ctx, "asked about")
	if err != nil {
		return err
	}
	if ref.Cluster != "" && ref.Cluster != c.Name {
		return usage("%s is on cluster %s, and the command line names %s", arg, ref.Cluster, c.Name)
	}
	ref.Cluster = c.Name
	selected, err := selectionOf(ref)
	if err != nil {
		return err
	}
	s, err := a.observe(ctx, []config.Cluster{c}, probes.Want{Due: groupsDue, Keep: selected.keep(), Focus: []lag.Ref{ref}})
	if err != nil {
		return err
	}
	if dead := s.unseen(); dead != nil {
		return dead
	}
	if err := selected.missing(s).tell(a); err != nil {
		return err
	}
	registry := a.sys.Actions(c)
	for i := range all {
		action, err := registry.Action(all[i].Spec.Kind)
		if err != nil {
			return acted(err)
		}
		all[i].Ref, all[i].Offer = &ref, action.Offers(ref, s.clusters[0].Reading)
	}
	var out bytes.Buffer
	if err := wire.Write(&out, wire.New(a.sys.Version, s.state.At, s.clusters, wire.Actions(all)), format, a.style()); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	return a.put(out.Bytes())
}

// selectionOf is what has to be seen of a cluster to tell what can be done to a thing of it.
func selectionOf(ref lag.Ref) (*selection, error) {
	s, err := newSelection(kindOf("groups"), nil, rowFlags{})
	if err != nil {
		return nil, err
	}
	switch ref.Kind {
	case lag.KindGroup, lag.KindTopic:
		err = s.add(ref.Kind, []string{ref.Name})
	case lag.KindPosition: // which is a group's
		err = s.add(lag.KindGroup, []string{ref.Name})
	}
	return s, err
}
