package config

import (
	"regexp"
	"time"

	"weir/internal/cron"
)

// Environment is what holds for every cluster of an environment that says nothing else itself: an [environments.NAME]
// table. NAME is the text of Cluster.Environment.
type Environment struct {
	Mode   Mode    `toml:"mode"`
	Policy Changes `toml:"policy"`
}

// Changes says what may be done to a cluster: a policy table of a cluster or an environment. In a Cluster that Load
// returned, what the cluster's own table leaves out is its environment's. Values are validated.
type Changes struct {
	ForbidArming bool     `toml:"forbid_arming"`   // read-only can't be lifted for a run
	Reason       string   `toml:"reason"`          // a regular expression (RE2) that every reason must match; "": none is asked for
	Ticket       string   `toml:"ticket"`          // the same for tickets
	Forbidden    []string `toml:"forbidden_kinds"` // kinds of change as plans name them, with * and ?
	MaxSkipped   *int64   `toml:"max_skipped"`     // readable records that one plan may skip; nil: no limit
	MaxReread    *int64   `toml:"max_reread"`      // records that one plan may have read again; nil: no limit
	MaxItems     *int64   `toml:"max_items"`       // things that one plan may change; nil: no limit
	Peek         *bool    `toml:"peek"`            // whether the contents of records may be shown; nil: they may. See MayPeek
	Freezes      []Freeze `toml:"freeze"`          // when nothing is changed
}

// Freeze is a time in which nothing is changed: From and Until, or a window of length Lasts at every begin of Cron.
type Freeze struct {
	From  time.Time     `toml:"from"`  // UTC; zero: since ever
	Until time.Time     `toml:"until"` // UTC
	Cron  string        `toml:"cron"`  // five fields; "" for one that doesn't recur
	Lasts time.Duration `toml:"lasts"`
	Zone  string        `toml:"zone"` // of Cron, an IANA name such as Europe/Berlin
	Why   string        `toml:"why"`
}

// Schedule is when a recurring freeze begins; the zero Schedule of one that doesn't recur.
func (f Freeze) Schedule() (cron.Schedule, error) {
	if f.Cron == "" {
		return cron.Schedule{}, nil
	}
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		return cron.Schedule{}, err
	}
	return cron.Parse(f.Cron, zone)
}

// ReasonPattern and TicketPattern are nil where nothing is asked for.
func (c Changes) ReasonPattern() (*regexp.Regexp, error) { return pattern(c.Reason) }

// TicketPattern is nil where no ticket is asked for.
func (c Changes) TicketPattern() (*regexp.Regexp, error) { return pattern(c.Ticket) }

func pattern(s string) (*regexp.Regexp, error) {
	if s == "" {
		return nil, nil
	}
	return regexp.Compile(s)
}

// MayPeek tells whether policy allows to show what is in the records of a cluster.
func (c Cluster) MayPeek() bool { return c.Policy.Peek == nil || *c.Policy.Peek }

// Govern fills in what the environment of a cluster that stands in no file says of it: its policy, and its mode when
// that is stricter; and the masks that hold on it.
func (c Config) Govern(cl Cluster) Cluster {
	cl.Masks = c.MasksOf(cl.Name)
	if env, ok := c.Environments[cl.Environment]; ok {
		cl.Policy = env.Policy
		if env.Mode == ReadOnly {
			cl.Mode = ReadOnly
		}
	}
	return cl
}
