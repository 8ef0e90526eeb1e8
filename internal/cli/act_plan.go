package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"weir/actions"
	"weir/internal/acting"
	"weir/internal/config"
	"weir/internal/wire"
	"weir/lag"
)

// plan has a command for every kind of change, with the flags that the kind asks for.
func (a *app) plan() *cobra.Command {
	c := &cobra.Command{
		Use: "plan", Short: "Work out a change, whole, without making it",
		Long: `Work out a change, whole, without making it: what becomes what, what is read again or lost, and what can't be undone.

A plan only reads. With --save it is kept in a file, which weir apply carries out for 15 minutes, as long as the cluster is
as the plan saw it. -o json prints what --save keeps, -o jsonl the same as lines; the other forms print its
changes as rows.`,
	}
	var subs []*cobra.Command
	for _, spec := range a.specs() {
		subs = append(subs, a.planKind(spec))
	}
	return parent(c, subs...)
}

func (a *app) planKind(spec actions.Spec) *cobra.Command {
	var save string
	var all bool
	c := &cobra.Command{
		Use: spec.Verb + " " + spec.Target, Short: sentence(spec.Summary),
		Long: sentence(spec.Summary) + ".\n\n" + spec.Help + "\n\n" + consentHelp(spec),
		Args: targetArgs(spec, &all),
		RunE: func(c *cobra.Command, args []string) error {
			params, err := a.params(spec, c.Flags())
			if err != nil {
				return err
			}
			return a.runPlan(c.Context(), spec, targetOf(spec, args), params, save)
		},
	}
	switch spec.On[0] {
	case lag.KindGroup, lag.KindTopic:
		c.ValidArgsFunction = a.completeNames(spec.On[0])
	case lag.KindPosition:
		c.ValidArgsFunction = a.completeFirst(lag.KindGroup)
	}
	for _, p := range spec.Params {
		paramFlag(c, p)
	}
	if slices.Contains(spec.On, lag.KindCluster) {
		c.Use += " | --all"
		c.Flags().BoolVar(&all, "all", false, "the whole cluster")
	}
	c.Flags().StringVar(&save, "save", "", "keep the plan in this file, for weir apply")
	return c
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// consentHelp says what applying a plan of a kind asks for.
func consentHelp(spec actions.Spec) string {
	switch spec.Tier {
	case actions.T1:
		return "Its plans are applied with --yes or --confirm DIGEST."
	case actions.T2:
		return "Its plans are applied with --confirm DIGEST."
	}
	return "Its plans are applied with --confirm DIGEST, --name CLUSTER/NAME and --reason."
}

// paramFlag makes a flag of a parameter. Values stay as they were typed: the action checks them.
func paramFlag(c *cobra.Command, p actions.Param) {
	help := p.Help
	if p.Type == actions.Enum {
		help += ": " + strings.Join(p.Values, " or ")
	}
	f := c.Flags()
	switch {
	case p.Many:
		f.StringArrayP(p.Name, p.Short, nil, help)
	default:
		f.StringP(p.Name, p.Short, p.Default, help)
	}
	made := f.Lookup(p.Name)
	if p.Type == actions.Bool {
		made.NoOptDefVal = "true"
	}
	if p.Type == actions.Enum {
		complete(c, p.Name, func() []string { return p.Values })
	}
}

// params are those that were given; a file's is what is in it.
func (a *app) params(spec actions.Spec, flags *pflag.FlagSet) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range spec.Params {
		f := flags.Lookup(p.Name)
		if !f.Changed {
			continue
		}
		value := f.Value.String()
		if many, ok := f.Value.(pflag.SliceValue); ok {
			value = strings.Join(many.GetSlice(), "\n")
		}
		if p.Type == actions.File {
			text, err := a.readAll(value, maxParamFile)
			if err != nil {
				return nil, usage("--%s: %w", p.Name, err)
			}
			value = string(text)
		}
		out[p.Name] = value
	}
	return out, nil
}

const maxParamFile = 64 << 20 // bytes

// readAll reads a file, or stdin for "-".
func (a *app) readAll(name string, most int64) ([]byte, error) {
	in := a.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: more than %d bytes", name, most)
	}
	return text, err
}

func (a *app) runPlan(ctx context.Context, spec actions.Spec, target lag.Ref, params map[string]string, save string) error {
	if _, err := a.format(""); err != nil {
		return err
	}
	if err := spec.Check(params); err != nil {
		return acted(err)
	}
	c, err := a.oneCluster(ctx, "changed")
	if err != nil {
		return err
	}
	target.Cluster = c.Name
	req := actions.Request{Kind: spec.Kind, Target: target, Params: params}
	return a.makePlan(ctx, a.sys.Actions(c), c, req, save)
}

// makePlan plans a request and shows and keeps it.
func (a *app) makePlan(ctx context.Context, r *actions.Registry, c config.Cluster, req actions.Request, save string) error {
	p, err := r.Plan(ctx, req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return acted(err)
	}
	if save != "" {
		if err := acting.SavePlan(save, p, a.sys.Version); err != nil {
			return usage("--save %s: %w", save, err)
		}
	}
	return a.showPlan(p, c, save)
}

// showPlan prints a plan: a page for a person, the file's own form as JSON, or its changes as rows.
func (a *app) showPlan(p actions.Plan, c config.Cluster, save string) error {
	format, err := a.format("")
	if err != nil {
		return err
	}
	obstacles, err := a.foresee(p, c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if format != "" && format != wire.Short {
		for _, o := range obstacles {
			a.note("policy: %s", obstacleText(o))
		}
	}
	switch format {
	case "", wire.Short:
		a.planPage(&out, p, c, save, obstacles)
	case wire.JSON, wire.JSONL:
		var plain bytes.Buffer
		if format == wire.JSON {
			err = p.Write(&plain, a.sys.Version)
		} else {
			err = p.WriteLines(&plain, a.sys.Version)
		}
		out.Write(wire.AppendSafeJSON(nil, plain.Bytes()))
	default:
		doc := wire.Document{Version: a.sys.Version, At: p.MadeAt, Complete: true, Clusters: []wire.Cluster{{Name: c.Name, Environment: c.Environment}}, Table: wire.Changes(p)}
		err = wire.Write(&out, doc, format, a.style())
	}
	if err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	return a.put(out.Bytes())
}

// put writes what a command found.
func (a *app) put(b []byte) error {
	if _, err := a.Stdout.Write(b); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	return nil
}
