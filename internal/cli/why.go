package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/engine"
	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

func (a *app) why() *cobra.Command {
	var length time.Duration
	c := &cobra.Command{
		Use:   "why GROUP|REF",
		Short: "Tell why a group or position is in its state: every rule, what it looked at, why it speaks or is silent",
		Long: `Tell why a group or position is in its state: every rule, what it looked at, why it speaks or is silent.

REF is a name as other commands print it under ref, such as prod/group/payments or prod/position/payments/orders:3. It looks
on until the group can be judged, 30 s at most, or for --window.`,
		Args:              exactly(1, "one group or ref"),
		ValidArgsFunction: a.completeNames(lag.KindGroup),
		RunE:              func(c *cobra.Command, args []string) error { return a.runWhy(c.Context(), args[0], length) },
	}
	c.Flags().DurationVar(&length, "window", 0, "look on for exactly so long (default: until it can be judged, 30s at most)")
	return c
}

// subject reads what why is asked about: a group's name, or a ref.
func subject(s string) (lag.Ref, error) {
	if strings.Count(s, "/") == 0 {
		return lag.Ref{Kind: lag.KindGroup, Name: s}, nil
	}
	ref, err := lag.ParseRef(s)
	if err != nil {
		return ref, usage("%w", err)
	}
	if ref.Kind != lag.KindGroup && ref.Kind != lag.KindPosition {
		return ref, usage("%s is a %s; states are of groups and positions", s, ref.Kind)
	}
	return ref, nil
}

func (a *app) runWhy(ctx context.Context, arg string, length time.Duration) error {
	format, err := a.format(wire.Short)
	if err != nil {
		return err
	}
	if err := checkWindow(length); err != nil {
		return err
	}
	ref, err := subject(arg)
	if err != nil {
		return err
	}
	k := kindNamed("groups")
	selected, err := newSelection(k, []string{ref.Name}, rowFlags{})
	if err != nil {
		return err
	}
	clusters, err := a.chosen(ctx)
	if err != nil {
		return err
	}
	w := window{length: length, keep: selected.keep(), focus: []lag.Ref{ref}, explain: true}
	if length == 0 {
		w.length, w.enough = judgedWithin, func(s engine.State) bool { return judged(s, selected) }
	}
	s, err := a.watch(ctx, clusters, w)
	if err != nil {
		return err
	}
	missing := selected.missing(s)
	dead := s.unseen()
	inJSON := format == wire.JSON || format == wire.JSONL
	if inJSON && (dead != nil || len(missing.names) > 0 && !missing.found) {
		if err := a.writeWhy(s, nil, format); err != nil {
			return err
		}
	}
	if dead != nil {
		return dead
	}
	if err := missing.tell(a); err != nil {
		return err
	}
	return a.tellWhy(s, format)
}

// writeWhy writes the rules as items.
func (a *app) writeWhy(s *sight, all []state.Explanation, format wire.Format) error {
	doc := wire.New(a.sys.Version, s.state.At, s.clusters, wire.Explanations(all))
	if err := wire.Write(a.Stdout, doc, format, a.style()); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	return nil
}

// tellWhy prints each group's sentence, then the rules.
func (a *app) tellWhy(s *sight, format wire.Format) error {
	var all []state.Explanation
	for _, c := range s.state.Clusters {
		all = append(all, c.Explanations...)
		for _, why := range c.Unexplained {
			a.note("%s", why)
		}
	}
	if len(all) == 0 {
		return unseen("nothing could be judged; -v and weir doctor say what was asked")
	}
	if format == wire.Short || format == wire.Wide {
		return a.whyPage(s, all)
	}
	return a.writeWhy(s, all, format)
}

// whyPage is for reading: the verdict, then of each subject what was looked at and a line a rule, those that speak first.
func (a *app) whyPage(s *sight, all []state.Explanation) error {
	var b strings.Builder
	g := a.glyphs()
	for _, c := range s.state.Clusters {
		for i := range c.Reading.Groups {
			if v := c.Verdicts.Of(lag.GroupIx(i)); v != nil && !c.Reading.Groups[i].Gone {
				fmt.Fprintf(&b, "%s: %s (%s)\n%s\n", g.Safe(c.Reading.Groups[i].Name), words(v.State.String()), v.Severity, g.Safe(v.Why))
			}
		}
	}
	for _, part := range bySubject(all) {
		fmt.Fprintf(&b, "\n%s\n", g.Safe(part[0].Subject.String()))
		for _, in := range part[0].Inputs {
			fmt.Fprintf(&b, "  %-16s %s %s\n", words(in.Name), g.Safe(in.Value), in.Unit)
		}
		for _, speaks := range []bool{true, false} {
			for _, e := range part {
				if e.Speaks == speaks {
					fmt.Fprintf(&b, "  %-7s %-16s %s\n", said[speaks], words(e.Rule), g.Safe(e.Because))
				}
			}
		}
	}
	if _, err := a.Stdout.Write([]byte(b.String())); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	return nil
}

var said = map[bool]string{true: "SPEAKS", false: "silent"}

// bySubject splits what was said by what it is about: rules on one subject looked at the same.
func bySubject(all []state.Explanation) [][]state.Explanation {
	var out [][]state.Explanation
	for _, e := range all {
		if n := len(out); n > 0 && out[n-1][0].Subject == e.Subject {
			out[n-1] = append(out[n-1], e)
			continue
		}
		out = append(out, []state.Explanation{e})
	}
	return out
}

// words is a name of JSON as people read it.
func words(s string) string { return strings.ReplaceAll(s, "_", " ") }
