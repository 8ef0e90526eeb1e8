package actions

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"weir/internal/text"
)

// Policy is what may be done to one cluster. The zero value allows everything that is consented to.
type Policy struct {
	ReadOnly  bool           // plans are made, nothing is applied unless armed
	NoArming  bool           // read-only can't be lifted
	Reason    *regexp.Regexp // what a reason must match; nil: none is needed
	Ticket    *regexp.Regexp // what a ticket must match; nil: none is needed
	Forbidden []string       // kinds, with * and ?, such as kafka.group-*
	// Limits of one plan; nil is none. A plan that can't tell is refused, one that undoes a run has no limits: it brings
	// back what was.
	MaxSkipped *int64 // records that it skips
	MaxReread  *int64 // records that it has read again
	MaxItems   *int64 // things that it changes
	Freezes    []Freeze
}

// Obstacle is something of a policy that stands between a plan and its apply.
type Obstacle struct {
	What string // a sentence without a full stop
	Do   string // what to do; "" when there is nothing to add
	// Final says that no consent overcomes it; else it is overcome by what Do asks for.
	Final bool
}

// Check says whether the policy allows the plan now; ErrRefused if not.
func (o Policy) Check(p Plan, c Consent, now time.Time) error {
	all := o.obstacles(p, &c, now)
	if len(all) == 0 {
		return nil
	}
	// What no consent overcomes goes first: nobody should look for a ticket in vain.
	b := all[max(0, slices.IndexFunc(all, func(b Obstacle) bool { return b.Final }))]
	return Fail(ErrRefused, b.What, b.Do)
}

// Foresee tells what the policy would refuse the plan for if it were applied now, and what it will ask for.
func (o Policy) Foresee(p Plan, now time.Time) []Obstacle { return o.obstacles(p, nil, now) }

// Forbids tells why no plan of a kind is applied on a cluster now, whatever it changes: sentences without full stops; none
// when nothing is in the way.
func (o Policy) Forbids(kind, cluster string, now time.Time) (out []string) {
	for _, pattern := range o.Forbidden {
		if hit, err := path.Match(pattern, kind); err != nil || hit {
			out = append(out, fmt.Sprintf("policy forbids %s on cluster %s", kind, cluster))
			break
		}
	}
	for _, f := range o.Freezes {
		if until, frozen := f.At(now); frozen {
			out = append(out, fmt.Sprintf("changes on cluster %s are frozen until %s: %s", cluster, until.UTC().Format(time.RFC3339), f.Why))
		}
	}
	return out
}

// obstacles are those that the consent doesn't overcome; without one, all there are.
func (o Policy) obstacles(p Plan, c *Consent, now time.Time) []Obstacle {
	var out []Obstacle
	add := func(final bool, do, what string, args ...any) {
		out = append(out, Obstacle{What: fmt.Sprintf(what, args...), Do: do, Final: final})
	}
	cluster := p.Target.Cluster
	switch {
	case !o.ReadOnly:
	case o.NoArming:
		add(true, "", "cluster %s is read-only, and policy forbids to lift that", cluster)
	case c == nil || !c.Arm:
		add(false, "plans are made, nothing is applied; --arm --reason R lifts it for one run", "cluster %s is read-only", cluster)
	case strings.TrimSpace(c.Reason) == "":
		add(false, "give --reason", "lifting read-only needs a reason")
	}
	for _, what := range o.Forbids(p.Kind, cluster, now) {
		add(true, "", "%s", what)
	}
	for _, what := range o.exceeded(p) {
		add(true, "", "%s", what)
	}
	if o.Reason != nil && (c == nil || !o.Reason.MatchString(c.Reason)) {
		add(false, "give --reason", "%s", asks("reason", o.Reason, c != nil, c.orNone().Reason))
	}
	if o.Ticket != nil && (c == nil || !o.Ticket.MatchString(c.Ticket)) {
		add(false, "give --ticket", "%s", asks("ticket", o.Ticket, c != nil, c.orNone().Ticket))
	}
	return out
}

func (c *Consent) orNone() Consent {
	if c == nil {
		return Consent{}
	}
	return *c
}

func asks(what string, want *regexp.Regexp, given bool, got string) string {
	if !given {
		return fmt.Sprintf("policy asks for a %s that matches %s", what, want)
	}
	return fmt.Sprintf("the %s %q doesn't match %s, which policy asks for", what, got, want)
}

// exceeded tells the limits that the plan is beyond.
func (o Policy) exceeded(p Plan) (out []string) {
	if p.Undoes != "" {
		return nil
	}
	for _, l := range []struct {
		limit, n  *int64
		does      string
		one, many string
	}{
		{o.MaxSkipped, p.Totals.Skipped, "skips", "record", "records"},
		{o.MaxReread, p.Totals.Reread, "reads", "record again", "records again"},
		{o.MaxItems, items(p), "changes", "thing", "things"},
	} {
		switch {
		case l.limit == nil:
		case l.n == nil:
			out = append(out, fmt.Sprintf("policy allows a plan that %s at most %s, and this one can't tell how many it %s", l.does, text.Plural(*l.limit, l.one, l.many), l.does))
		case *l.n > *l.limit:
			out = append(out, fmt.Sprintf("the plan %s %s, policy allows %d", l.does, text.Plural(*l.n, l.one, l.many), *l.limit))
		}
	}
	return out
}

func items(p Plan) *int64 {
	n := int64(max(p.Totals.Items, len(p.Changes)))
	return &n
}
