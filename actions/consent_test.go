package actions

import (
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weir/lag"
)

// TestAsksIsWhatCheckWants gives exactly what is asked for, which must do, and then leaves out one thing, which mustn't.
func TestAsksIsWhatCheckWants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maybe := func(name string) bool { return rapid.Bool().Draw(t, name) }
		p := Plan{Kind: "k", Tier: Tier(rapid.IntRange(1, 3).Draw(t, "tier")), Digest: "0123456789012345678901234567890123456789012345678901234567890123",
			Target: lag.Ref{Cluster: "c", Kind: lag.KindGroup, Name: "g"}}
		o := Policy{ReadOnly: maybe("read-only"), NoArming: maybe("no arming")}
		if maybe("reasons") {
			o.Reason = regexp.MustCompile("because")
		}
		if maybe("tickets") {
			o.Ticket = regexp.MustCompile("OPS")
		}
		if maybe("forbidden") {
			o.Forbidden = []string{"k"}
		}
		now := time.Now()
		check := func(c Consent) error {
			if err := o.Check(p, c, now); err != nil {
				return err
			}
			return c.Check(p)
		}
		asks := o.Asks(p, now)
		full := Consent{Yes: !asks.Digest, Name: asks.Name, Arm: asks.Arm}
		less := map[string]func(*Consent){}
		if asks.Digest {
			full.Digest = p.Digest
			less["digest"] = func(c *Consent) { c.Digest = "" }
		} else {
			less["yes"] = func(c *Consent) { c.Yes = false }
		}
		if asks.Name != "" {
			less["name"] = func(c *Consent) { c.Name = "g" }
		}
		if asks.Arm {
			less["arm"] = func(c *Consent) { c.Arm = false }
		}
		if asks.Reason {
			full.Reason = "because"
			less["reason"] = func(c *Consent) { c.Reason = "" }
		}
		if asks.Ticket {
			full.Ticket = "OPS-1"
			less["ticket"] = func(c *Consent) { c.Ticket = "" }
		}
		if err := check(full); (err == nil) != (asks.Refused == nil) {
			t.Fatalf("asked %+v, given all of it: %v", asks, err)
		}
		for name, leave := range less {
			c := full
			leave(&c)
			if check(c) == nil {
				t.Fatalf("asked %+v, and without %s it does too", asks, name)
			}
		}
	})
}
