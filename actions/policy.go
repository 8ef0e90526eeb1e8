package actions

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"
)

// Policy is what may be done to one cluster. The zero value allows everything that is consented to.
type Policy struct {
	ReadOnly  bool           // plans are made, nothing is applied unless armed
	NoArming  bool           // read-only can't be lifted
	Reason    *regexp.Regexp // what a reason must match; nil: none is needed
	Ticket    *regexp.Regexp // what a ticket must match; nil: none is needed
	Forbidden []string       // kinds, with * and ?, such as kafka.group-*
	// MaxSkipped is the most records that a plan may skip; nil is no limit. A plan that can't tell is refused.
	MaxSkipped *int64
	Freezes    []Freeze
}

// Freeze is a time in which nothing is changed.
type Freeze struct {
	From, Until time.Time
	Why         string
}

// Check says whether the policy allows the plan now; ErrRefused if not.
func (o Policy) Check(p Plan, c Consent, now time.Time) error {
	if o.ReadOnly {
		switch {
		case !c.Arm:
			return Fail(ErrRefused, "cluster "+p.Target.Cluster+" is read-only", "plans are made, nothing is applied; --arm --reason R lifts it for one run")
		case o.NoArming:
			return Fail(ErrRefused, "cluster "+p.Target.Cluster+" is read-only, and policy forbids to lift that", "")
		case strings.TrimSpace(c.Reason) == "":
			return Fail(ErrRefused, "lifting read-only needs a reason", "give --reason")
		}
	}
	for _, pattern := range o.Forbidden {
		if hit, err := path.Match(pattern, p.Kind); err != nil || hit {
			return Fail(ErrRefused, fmt.Sprintf("policy forbids %s on cluster %s", p.Kind, p.Target.Cluster), "")
		}
	}
	if o.Reason != nil && !o.Reason.MatchString(c.Reason) {
		return Fail(ErrRefused, fmt.Sprintf("the reason %q doesn't match %s, which policy asks for", c.Reason, o.Reason), "give --reason")
	}
	if o.Ticket != nil && !o.Ticket.MatchString(c.Ticket) {
		return Fail(ErrRefused, fmt.Sprintf("the ticket %q doesn't match %s, which policy asks for", c.Ticket, o.Ticket), "give --ticket")
	}
	for _, f := range o.Freezes {
		if !now.Before(f.From) && now.Before(f.Until) {
			return Fail(ErrRefused, fmt.Sprintf("changes are frozen until %s: %s", f.Until.UTC().Format(time.RFC3339), f.Why), "")
		}
	}
	return o.skips(p)
}

func (o Policy) skips(p Plan) error {
	switch {
	case o.MaxSkipped == nil:
	case p.Totals.Skipped == nil:
		return Fail(ErrRefused, "policy limits how many records may be skipped, and the plan can't tell how many it skips", "")
	case *p.Totals.Skipped > *o.MaxSkipped:
		return Fail(ErrRefused, fmt.Sprintf("the plan skips %d records, policy allows %d", *p.Totals.Skipped, *o.MaxSkipped), "")
	}
	return nil
}
