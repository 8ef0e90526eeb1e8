package config

import (
	globs "path"
	"slices"
	"time"
)

// Policy is what the people who own groups have said about them: a [[policy]] table. Policies are matched in the order
// of the file; for each setting the first that matches and says something decides. Values are validated.
type Policy struct {
	// Group, Topic and Cluster are globs ("*" stands for any text, "?" for one character); an empty one matches every
	// name. Group or Topic is set.
	Group   string `toml:"group"`
	Topic   string `toml:"topic"`
	Cluster string `toml:"cluster"`
	// TimeLag is the time lag that is fine; 0: nothing said.
	TimeLag time.Duration `toml:"time_lag"`
	// Expect is ExpectCron for groups that come and go by design; "": nothing said. Rhythm is then the longest time between
	// the begins of two runs, above 0, and else 0.
	Expect Expect        `toml:"expect"`
	Rhythm time.Duration `toml:"rhythm"`
	// Abandoned is how long a group has no members before it is folded away; 0: nothing said.
	Abandoned time.Duration `toml:"abandoned"`
	// MuteUntil is when the mute ends, in UTC; zero: not muted. It may have passed.
	MuteUntil time.Time `toml:"mute_until"`
	Owner     string    `toml:"owner"` // one line of text; "": nothing said
	Links     []string  `toml:"links"` // addresses with http or https, for people
}

// Expect is how a group is meant to behave.
type Expect string

// ExpectCron is a scheduled job: it reads for a while, then leaves until its next run.
const ExpectCron Expect = "cron"

// PoliciesOf gives the policies that hold on a cluster, in the order of the file; nil when there is none.
func (c Config) PoliciesOf(cluster string) []Policy {
	var out []Policy
	for _, p := range c.Policies {
		if p.onCluster(cluster) {
			// What is handed out is the caller's own, down to its links.
			p.Links = slices.Clone(p.Links)
			out = append(out, p)
		}
	}
	return out
}

// onCluster reports whether the policy holds on a cluster. The pattern is checked to hold letters, digits, ".", "-", "_",
// ":", "*" and "?" only, to which path.Match gives the meaning of a glob, and never an error.
func (p Policy) onCluster(name string) bool {
	if p.Cluster == "" {
		return true
	}
	ok, err := globs.Match(p.Cluster, name)
	return ok && err == nil
}
