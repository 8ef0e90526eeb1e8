package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/engine"
	"weir/internal/query"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

// judgedWithin is how long check looks on for every group to be judged, when no window is given.
const judgedWithin = 30 * time.Second

// silenceShows is how long past its rhythm a group must have been looked at for its silence to have been told: the slack of
// the rules, and a look or two.
const silenceShows = 12 * time.Second

// checkFlags are what a check fails on.
type checkFlags struct {
	failOn, maxLag string
	maxTimeLag     string
	allowGaps      bool
	window         time.Duration
}

// bar is what a group must stay below.
type bar struct {
	severity   state.Severity
	states     []state.State // instead of the severity, when any are named
	maxLag     int64         // negative: any
	maxTimeLag time.Duration // negative: any
}

func (a *app) check() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check [GROUP…]",
		Short: "Tell by the exit code whether groups are in trouble",
		Long: `Tell by the exit code whether groups are in trouble.

It looks on until every group was seen for long enough to be judged, 30 s at most, or for --window. The exit code is 1 when
a group is in one of the states, or at the severity, of --fail-on, or past --max-lag or --max-time-lag; else 3 when a group
could not be judged or seen, unless --allow-gaps is given; else 0. The groups that fail are printed.`,
		ValidArgsFunction: a.completeNames(lag.KindGroup),
		RunE:              func(c *cobra.Command, args []string) error { return a.runCheck(c.Context(), args, f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.failOn, "fail-on", "critical", "states, joined by commas, or the least severity (warning, critical), that fail")
	fl.StringVar(&f.maxLag, "max-lag", "", "records a group may lag, such as 10k")
	fl.StringVar(&f.maxTimeLag, "max-time-lag", "", "how old a group's oldest unread record may be, such as 5m")
	fl.BoolVar(&f.allowGaps, "allow-gaps", false, "a group that can't be judged or seen does not fail")
	fl.DurationVar(&f.window, "window", 0, "look on for exactly so long (default: until every group can be judged, 30s at most)")
	return c
}

// newBar reads the flags.
func newBar(f checkFlags) (bar, error) {
	b := bar{maxLag: -1, maxTimeLag: -1}
	switch f.failOn {
	case state.Critical.String():
		b.severity = state.Critical
	case state.Warning.String():
		b.severity = state.Warning
	default:
		for _, name := range strings.Split(f.failOn, ",") {
			name = strings.TrimSpace(name)
			s, known := state.Parse(name)
			if name == state.Critical.String() || name == state.Warning.String() {
				return b, usage("--fail-on %q: a severity stands alone; name states beside each other, or one severity, which takes in all that is graver", f.failOn)
			}
			if !known {
				return b, usage("--fail-on %q is no state and no severity; %s", name, nearOrAll(name, append(stateNames(), "warning", "critical")))
			}
			b.states = append(b.states, s)
		}
	}
	if f.maxLag != "" {
		n, err := text.ParseCount(f.maxLag)
		if err != nil || n < 0 {
			return b, usage("--max-lag %q: want a count of records, such as 10k", f.maxLag)
		}
		b.maxLag = int64(n)
	}
	if f.maxTimeLag != "" {
		d, err := text.ParseDuration(f.maxTimeLag)
		if err != nil || d < 0 {
			return b, usage("--max-time-lag %q: want a duration, such as 5m", f.maxTimeLag)
		}
		b.maxTimeLag = d
	}
	return b, nil
}

func stateNames() []string {
	var out []string
	for _, s := range state.States() {
		out = append(out, s.String())
	}
	return out
}

// finding is how one group compares with the bar.
type finding uint8

const (
	passes finding = iota
	unjudged
	fails
)

// of compares a group. What is muted by policy wakes nobody.
func (b bar) of(v *state.Verdict) finding {
	if v == nil {
		return unjudged
	}
	bad := v.Severity >= b.severity
	if len(b.states) > 0 {
		bad = slices.Contains(b.states, v.State)
	}
	over := b.maxLag >= 0 && lag.Known(v.Lag) && v.Lag > b.maxLag || b.maxTimeLag >= 0 && v.TimeLag != state.NotKnown && v.TimeLag > b.maxTimeLag
	switch {
	case v.Muted:
		return passes
	case bad || over:
		return fails
	case v.State == state.Unknown || v.State == state.NotVisible || v.Counts[state.Unknown]+v.Counts[state.NotVisible] > 0:
		return unjudged
	case b.maxLag >= 0 && (!lag.Known(v.Lag) || v.LagBound == lag.AtLeast) && v.Positions > 0 && v.State != state.NeverCommitted:
		return unjudged
	case b.maxTimeLag >= 0 && (v.TimeLag == state.NotKnown || v.TimeLagBound == lag.AtLeast) && v.Positions > 0 && v.State != state.NeverCommitted:
		return unjudged
	}
	return passes
}

func (a *app) runCheck(ctx context.Context, args []string, f checkFlags) error {
	format, err := a.format(wire.Short)
	if err != nil {
		return err
	}
	b, err := newBar(f)
	if err != nil {
		return err
	}
	if err := checkWindow(f.window); err != nil {
		return err
	}
	k := kindNamed("groups")
	selected, err := newSelection(k, args, rowFlags{})
	if err != nil {
		return err
	}
	clusters, err := a.chosen(ctx)
	if err != nil {
		return err
	}
	w := window{length: f.window, keep: selected.keep()}
	if f.window == 0 {
		w.length, w.enough = judgedWithin, func(s engine.State) bool { return judged(s, selected) }
	}
	s, err := a.watch(ctx, clusters, w)
	if err != nil {
		return err
	}
	return a.tellCheck(k, s, selected, b, f.allowGaps, format)
}

func kindNamed(name string) *kind {
	for i := range kinds {
		if kinds[i].name == name {
			return &kinds[i]
		}
	}
	return nil
}

// judged reports whether looking on would tell no more of any group that is asked for.
func judged(s engine.State, selected *selection) bool {
	for _, c := range s.Clusters {
		if c.Verdicts == nil || len(c.Reading.Groups) == 0 {
			return false
		}
		for g := range c.Reading.Groups {
			group := &c.Reading.Groups[g]
			if !group.Gone && selected.has(lag.KindGroup, group.Name) && !settled(c.Verdicts.Of(lag.GroupIx(g))) {
				return false
			}
		}
	}
	return true
}

// settled reports whether a longer look could tell nothing graver of a group: that it is silent shows only when it has been
// looked at for longer than it is ever silent.
func settled(v *state.Verdict) bool {
	switch {
	case v.State == state.Unknown || v.State == state.NotVisible:
		return false
	case v.Severity != state.Critical && v.Counts[state.Unknown] > 0:
		return false
	case v.Severity == state.Critical || v.Positions == 0:
		return true
	case v.State == state.NeverCommitted && !lag.Known(v.Lag): // nowhere at all, as caches do
		return true
	case v.Lag == 0 && v.LagBound == lag.Exact: // nobody has anything to read
		return true
	}
	return v.Rhythm != state.NotKnown && v.Basis.Window >= v.Rhythm*3/2+silenceShows
}

// tellCheck prints the groups that fail or can't be judged, and answers with the exit code.
func (a *app) tellCheck(k *kind, s *sight, selected *selection, b bar, allowGaps bool, format wire.Format) error {
	found := map[place]finding{}
	count := map[finding]int{}
	for _, c := range s.clusters {
		for g := range c.Reading.Groups {
			group := &c.Reading.Groups[g]
			if group.Gone || !selected.has(lag.KindGroup, group.Name) {
				continue
			}
			is := b.of(c.Verdicts.Of(lag.GroupIx(g)))
			found[place{c.Name, group.Name}] = is
			count[is]++
		}
	}
	missing := selected.missing(s)
	doc := wire.New(a.sys.Version, s.state.At, s.clusters, k.table(s.clusters))
	cluster, group := doc.Table.Column("cluster"), doc.Table.Column("group")
	doc.Table = only(doc.Table, func(row []wire.Value) bool {
		return found[place{row[cluster].String(), row[group].String()}] != passes
	})
	if len(doc.Table.Short) > 0 {
		doc.Table.Short = []string{"cluster", "state", "group", "lag", "time_lag_seconds", "lost", "state_since", "why"}
	}
	if doc.Table.Len > 0 || format == wire.JSON || format == wire.JSONL {
		if err := wire.Write(a.Stdout, doc, format, a.style()); err != nil {
			return fmt.Errorf("write the output: %w", fault{Unseen, err})
		}
	}
	if dead := s.unseen(); dead != nil {
		return dead
	}
	if len(found) == 0 && len(missing.names) == 0 {
		a.note("no groups")
	} else if len(found) > 0 {
		a.note("%s: %s, %d can't be judged", text.Plural(len(found), "group", "groups"), text.Plural(count[fails], "fails", "fail"), count[unjudged])
	}
	absentErr := missing.tell(a)
	switch {
	case count[fails] > 0:
		return fault{Found, errSaid}
	case absentErr != nil:
		return absentErr
	}
	a.tellGaps(s, missing)
	if !allowGaps && (count[unjudged] > 0 || anyUnseen(s, selected, found)) {
		return fault{Unseen, errSaid}
	}
	return nil
}

// anyUnseen reports whether a group that was asked for may be in what could not be seen. Groups that are named one by one
// were judged by what is known of each; what else their cluster hides is not about them.
func anyUnseen(s *sight, selected *selection, found map[place]finding) bool {
	for _, c := range s.clusters {
		if !c.Seen || !c.Reading.Complete && !selected.allNamed(func(name string) bool { _, ok := found[place{c.Name, name}]; return ok }) {
			return true
		}
	}
	return false
}

// allNamed reports whether groups are asked for by their very names, and has has each.
func (s *selection) allNamed(has func(string) bool) bool {
	names := s.by[lag.KindGroup]
	return len(names) > 0 && !slices.ContainsFunc(names, func(g query.Glob) bool { return !g.Literal() || !has(g.String()) })
}
