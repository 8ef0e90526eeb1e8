package config

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"weir/internal/cron"
)

const (
	maxWhy    = 200                  // characters
	maxFreeze = 366 * 24 * time.Hour // a longer one is a cluster that is read-only
)

var kindPattern = regexp.MustCompile(`^[a-z0-9.*?-]+$`)

// environments checks them, and warns of one that no cluster is in.
func (c *checker) environments(f file) {
	for _, name := range slices.Sorted(maps.Keys(f.Environments)) {
		at, env := path{"environments", name}, f.Environments[name]
		if c.given(at.with("mode")) && env.Mode != ReadOnly && env.Mode != Confirm {
			c.refuse(at.with("mode"), "want %q or %q, got %q", ReadOnly, Confirm, env.Mode)
		}
		c.changes(at.with("policy"), env.Policy)
		used := name == demoEnvironment
		for _, cl := range f.Clusters {
			used = used || cl.Environment == name
		}
		if !used {
			c.warn(at, "this is of no use: no cluster has environment = %s; there are %s", tomlString(name), c.environmentsOf(f))
		}
	}
}

// demoEnvironment is the environment of the built-in cluster.
const demoEnvironment = "demo"

func (c *checker) environmentsOf(f file) string {
	names := map[string]bool{tomlString(demoEnvironment): true}
	for _, cl := range f.Clusters {
		if cl.Environment != "" {
			names[tomlString(cl.Environment)] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// inherit takes over what the cluster's own policy doesn't say.
func (c *checker) inherit(at path, own *Changes, env Changes) {
	into, from := reflect.ValueOf(own).Elem(), reflect.ValueOf(env)
	for _, f := range settings(into.Type()) {
		if !c.given(at.with(f.Tag.Get("toml"))) {
			into.FieldByIndex(f.Index).Set(from.FieldByIndex(f.Index))
		}
	}
}

// changes checks a policy table.
func (c *checker) changes(at path, p Changes) {
	c.expression(at.with("reason"), "reason", p.Reason)
	c.expression(at.with("ticket"), "ticket", p.Ticket)
	for i, kind := range p.Forbidden {
		if !kindPattern.MatchString(kind) {
			c.refuse(at.with("forbidden_kinds").with(strconv.Itoa(i)), "%q matches no kind of change: they are such as kafka.offset-reset, and a pattern holds * and ? too", kind)
		}
	}
	for key, n := range map[string]*int64{"max_skipped": p.MaxSkipped, "max_reread": p.MaxReread, "max_items": p.MaxItems} {
		if n != nil && *n < 0 {
			c.refuse(at.with(key), "want 0 or more; without a limit, take it out")
		}
	}
	for i, f := range p.Freezes {
		c.freeze(at.with("freeze").with(strconv.Itoa(i)), f)
	}
}

// expression checks a regular expression that what a person types must match.
func (c *checker) expression(at path, what, expr string) {
	re, err := pattern(expr)
	switch {
	case err != nil:
		c.refuse(at, "not a regular expression (RE2): %v", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	case re == nil:
	case neverMatches(expr):
		c.refuse(at, "no %s can match %s, so nothing could ever be applied", what, tomlString(expr))
	case re.MatchString(""):
		c.warn(at, "%s matches an empty %s too, so none is asked for", tomlString(expr), what)
	}
}

func (c *checker) freeze(at path, f Freeze) {
	once := c.given(at.with("from")) || c.given(at.with("until"))
	again := c.given(at.with("cron")) || c.given(at.with("lasts")) || c.given(at.with("zone"))
	switch {
	case once == again:
		c.refuse(at, `want from and until, or cron, lasts and zone, such as cron = "0 18 * * FRI", lasts = "60h", zone = "Europe/Berlin"`)
	case once:
		c.freezeOnce(at, f)
	default:
		c.freezeAgain(at, f)
	}
	switch why := at.with("why"); {
	case strings.TrimSpace(f.Why) == "":
		c.refuse(at, `say why, for those who are refused: why = "…"`)
	case strings.ContainsFunc(f.Why, func(r rune) bool { return !unicode.IsPrint(r) }):
		c.refuse(why, "want one line of text without control characters")
	case utf8.RuneCountInString(f.Why) > maxWhy:
		c.refuse(why, "want %d characters or fewer, got %d", maxWhy, utf8.RuneCountInString(f.Why))
	}
}

func (c *checker) freezeOnce(at path, f Freeze) {
	switch until := at.with("until"); {
	case !c.given(until):
		c.refuse(at, `a freeze needs an end; write until = "2027-01-04T08:00:00+01:00", or set mode = "read-only"`)
	case c.given(at.with("from")) && !f.Until.After(f.From):
		c.refuse(until, "the freeze ends before it starts: from %s until %s, in UTC", f.From.Format(time.RFC3339), f.Until.Format(time.RFC3339))
	case !f.Until.After(c.now):
		c.warn(until, "the freeze is over since %s; take it out, or set a later time", f.Until.Format(time.RFC3339))
	case f.Until.Sub(c.now) > maxFreeze && (f.From.IsZero() || f.Until.Sub(f.From) > maxFreeze):
		c.warn(until, `the freeze lasts more than a year; mode = "read-only" with forbid_arming = true says that better`)
	}
}

func (c *checker) freezeAgain(at path, f Freeze) {
	for _, key := range []string{"cron", "lasts", "zone"} {
		if !c.given(at.with(key)) {
			c.refuse(at, `a freeze that recurs needs %s: cron = "0 18 * * FRI", lasts = "60h", zone = "Europe/Berlin"`, key)
			return
		}
	}
	if f.Lasts < time.Minute || f.Lasts > maxFreeze {
		c.refuse(at.with("lasts"), "want 1m to 366d")
		return
	}
	zone, err := time.LoadLocation(f.Zone)
	if err != nil || f.Zone == "" || f.Zone == "Local" {
		c.refuse(at.with("zone"), "no time zone is called %s; want a name such as Europe/Berlin, America/New_York or UTC", tomlString(f.Zone))
		return
	}
	s, err := cron.Parse(f.Cron, zone)
	if err != nil {
		c.refuse(at.with("cron"), "%v", err)
		return
	}
	if _, ok := s.Next(c.now); !ok {
		c.refuse(at.with("cron"), "%q never comes", f.Cron)
		return
	}
	if _, _, endless := s.Within(c.now, f.Lasts); endless {
		c.refuse(at, `the freeze never ends, as each begins before the last is over; mode = "read-only" with forbid_arming = true says that better`)
	}
}
