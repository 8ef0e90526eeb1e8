package actions

import (
	"fmt"
	"strings"
	"time"
)

// minDigest is how much of a digest a person has to give, in hex digits.
const minDigest = 12

// Consent is a person's word for one plan.
type Consent struct {
	Digest string `json:"digest"` // of the plan: whole, or its first 12 hex digits or more; "" where none was given
	Yes    bool   `json:"yes"`    // a plain yes, which is enough for T1
	Name   string `json:"name"`   // cluster/name as typed, for T3
	Who    string `json:"who"`    // as claimed; the audit log adds what the kernel says
	Via    string `json:"via"`    // shell, screen, runbook
	Reason string `json:"reason"`
	Ticket string `json:"ticket"`
	Arm    bool   `json:"arm"` // lift read-only for this run
	// BreakGlass goes on without the claim log where it can't be reached and policy allows that.
	BreakGlass bool      `json:"break_glass"`
	At         time.Time `json:"at"`
}

// Check says whether the consent is enough for the plan's tier; ErrRefused if not.
func (c Consent) Check(p Plan) error {
	if c.Digest != "" {
		if err := c.matches(p); err != nil {
			return err
		}
	}
	switch {
	case p.Tier == T1 && !c.Yes && c.Digest == "":
		return Fail(ErrRefused, "nobody consented to the plan", "give --yes or --confirm "+short(p.Digest))
	case p.Tier >= T2 && c.Digest == "", p.Tier < T1:
		return Fail(ErrRefused, "the plan needs its digest as consent", "read it, then give --confirm "+short(p.Digest))
	case p.Tier == T3 && c.Name != p.Target.Cluster+"/"+p.Target.Name:
		return Fail(ErrRefused, fmt.Sprintf("the plan needs the name of what it changes, got %q", c.Name), "give --name CLUSTER/NAME")
	case p.Tier == T3 && strings.TrimSpace(c.Reason) == "":
		return Fail(ErrRefused, "the plan needs a reason", "give --reason")
	}
	return nil
}

func (c Consent) matches(p Plan) error {
	d := strings.ToLower(c.Digest)
	if len(d) < minDigest {
		return Fail(ErrRefused, fmt.Sprintf("the digest %q is too short", c.Digest), fmt.Sprintf("give at least %d of its digits", minDigest))
	}
	if len(p.Digest) != 64 || !strings.HasPrefix(p.Digest, d) {
		return Fail(ErrRefused, "the consent is for another plan: its digest begins with "+short(p.Digest), "read the plan and confirm that digest")
	}
	return nil
}

func short(digest string) string { return digest[:min(len(digest), minDigest)] }

// Asks is what a plan asks of the person who consents to it, under a policy.
type Asks struct {
	Digest bool   // the digest of what was shown; else a plain yes is enough
	Name   string // CLUSTER/NAME, to be given with the consent; "" for none
	// Typed is what a person types on a screen before the consent is taken: the target's name, for T3 with its cluster;
	// "" where a single yes is enough.
	Typed  string
	Arm    bool // read-only has to be lifted
	Reason bool
	Ticket bool
	// Refused is why no consent is enough; nil when one is.
	Refused error
}

// Asks tells what consent to the plan needs now, so that a form can ask for it before. What it asks for is what Check
// wants, here and of a Consent.
func (o Policy) Asks(p Plan, now time.Time) Asks {
	a := Asks{Digest: p.Tier != T1, Arm: o.ReadOnly, Reason: p.Tier == T3 || o.ReadOnly || o.Reason != nil, Ticket: o.Ticket != nil}
	switch p.Tier {
	case T2:
		a.Typed = p.Target.Name
	case T3:
		a.Name = p.Target.Cluster + "/" + p.Target.Name
		a.Typed = a.Name
	}
	lenient := o
	lenient.Reason, lenient.Ticket = nil, nil
	a.Refused = lenient.Check(p, Consent{Arm: true, Reason: "any"}, now)
	return a
}
