package config

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

const prodPolicy = `
[environments.prod]
mode = "confirm"
[environments.prod.policy]
forbid_arming = true
reason = "r"
ticket = "t"
forbidden_kinds = ["kafka.*"]
max_skipped = 5
max_reread = 6
max_items = 7
peek = false
[[environments.prod.policy.freeze]]
cron = "0 18 * * FRI"
lasts = "60h"
zone = "Europe/Berlin"
why = "weekend"
`

// TestChangesInherit has clusters say a part of what their environment says, each key for itself.
func TestChangesInherit(t *testing.T) {
	of := func(own string) Cluster {
		t.Helper()
		text := prodPolicy + "[clusters.a]\nenvironment = \"prod\"\nbrokers = [\"k:1\"]\n" + own
		c, err := parseText(text)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseText(View(c))
		if err != nil {
			t.Fatalf("%v\n%s", err, View(c))
		}
		a, b := c.Clusters[0].Policy, again.Clusters[0].Policy
		if View(c) != View(again) || len(a.Forbidden) != len(b.Forbidden) || len(a.Freezes) != len(b.Freezes) || a.Reason != b.Reason {
			t.Errorf("got\n%s\nwant\n%s", View(again), View(c))
		}
		return c.Clusters[0]
	}
	all := of("")
	p := all.Policy
	if all.Mode != Confirm || !p.ForbidArming || p.Reason != "r" || p.Ticket != "t" || len(p.Forbidden) != 1 || *p.MaxSkipped != 5 ||
		*p.MaxReread != 6 || *p.MaxItems != 7 || all.MayPeek() || len(p.Freezes) != 1 || p.Freezes[0].Why != "weekend" {
		t.Errorf("inherited %+v", all)
	}
	none := of("mode = \"read-only\"\n[clusters.a.policy]\nforbid_arming = false\nreason = \"\"\nticket = \"\"\nforbidden_kinds = []\nmax_skipped = 0\npeek = true\nfreeze = []\n")
	p = none.Policy
	if none.Mode != ReadOnly || p.ForbidArming || p.Reason != "" || p.Ticket != "" || len(p.Forbidden) != 0 || *p.MaxSkipped != 0 || *p.MaxReread != 6 ||
		!none.MayPeek() || len(p.Freezes) != 0 {
		t.Errorf("lifted %+v", none)
	}
	one := of("[[clusters.a.policy.freeze]]\nuntil = 2026-12-01T00:00:00Z\nwhy = \"audit\"\n").Policy
	if len(one.Freezes) != 1 || one.Freezes[0].Why != "audit" || one.Reason != "r" {
		t.Errorf("its own freeze: %+v", one)
	}
	if plain, err := parseText(minimal + prodPolicy); err != nil || !reflect.DeepEqual(plain.Clusters[0].Policy, Changes{}) || !plain.Clusters[0].MayPeek() {
		t.Errorf("another environment: %+v, %v", plain, err)
	}
}

func TestGovern(t *testing.T) {
	c, err := parseText("[environments.demo]\nmode = \"read-only\"\npolicy.peek = false\n")
	if err != nil || len(c.Warnings) > 0 {
		t.Fatal(err, c.Warnings)
	}
	if got := c.Govern(Cluster{Environment: "demo", Mode: Confirm}); got.Mode != ReadOnly || got.MayPeek() {
		t.Errorf("got %+v", got)
	}
	if got := c.Govern(Cluster{Mode: Confirm}); got.Mode != Confirm || !got.MayPeek() {
		t.Errorf("got %+v", got)
	}
}

func TestChangesProblems(t *testing.T) {
	const at = "/etc/w.toml:3:8: clusters.a.policy."
	const frozen = minimal + "[[clusters.a.policy.freeze]]\n"
	const freeze = "clusters.a.policy.freeze.0"
	for name, tt := range map[string]struct{ text, want string }{
		"unknown":         {minimal + "policy.max_skiped = 5\n", at + `max_skiped: unknown key; did you mean "max_skipped"?`},
		"number":          {minimal + "policy.max_skipped = \"5\"\n", at + "max_skipped: want a whole number, got a string"},
		"number, float":   {minimal + "policy.max_items = 5.5\n", at + "max_items: want a whole number, got a number"},
		"negative":        {minimal + "policy.max_reread = -1\n", at + "max_reread: want 0 or more; without a limit, take it out"},
		"kind":            {minimal + "policy.forbidden_kinds = [\"kafka/*\"]\n", "/etc/w.toml:3:27: clusters.a.policy.forbidden_kinds.0: \"kafka/*\" matches no kind of change: they are such as kafka.offset-reset, and a pattern holds * and ? too"},
		"regexp":          {minimal + "policy.reason = \"(\"\n", at + "reason: not a regular expression (RE2): missing closing ): `(`"},
		"regexp, ticket":  {minimal + "policy.ticket = \"(?=x)\"\n", at + "ticket: not a regular expression (RE2): invalid or unsupported Perl syntax: `(?=`"},
		"never":           {minimal + "policy.reason = \"a^INC\"\n", at + `reason: no reason can match "a^INC", so nothing could ever be applied`},
		"never, ticket":   {minimal + "policy.ticket = \"INC$1\"\n", at + `ticket: no ticket can match "INC$1", so nothing could ever be applied`},
		"mode":            {"[environments.x]\nmode = \"ro\"\n" + minimal, `/etc/w.toml:2:1: environments.x.mode: want "read-only" or "confirm", got "ro"`},
		"environment key": {"[environments.x]\nbrokers = []\n" + minimal, "/etc/w.toml:2:1: environments.x.brokers: unknown key; known here: mode, policy"},
		"freeze, empty":   {frozen + "why = \"w\"\n", "/etc/w.toml:3:21: " + freeze + `: want from and until, or cron, lasts and zone, such as cron = "0 18 * * FRI", lasts = "60h", zone = "Europe/Berlin"`},
		"freeze, both":    {frozen + "why = \"w\"\nuntil = 2027-01-01T00:00:00Z\ncron = \"* * * * *\"\n", "/etc/w.toml:3:21: " + freeze + `: want from and until, or cron, lasts and zone, such as cron = "0 18 * * FRI", lasts = "60h", zone = "Europe/Berlin"`},
		"freeze, no end":  {frozen + "why = \"w\"\nfrom = 2027-01-01T00:00:00Z\n", "/etc/w.toml:3:21: " + freeze + `: a freeze needs an end; write until = "2027-01-04T08:00:00+01:00", or set mode = "read-only"`},
		"freeze, turned":  {frozen + "why = \"w\"\nfrom = 2027-01-01T00:00:00Z\nuntil = 2027-01-01T00:30:00+01:00\n", "/etc/w.toml:6:1: " + freeze + ".until: the freeze ends before it starts: from 2027-01-01T00:00:00Z until 2026-12-31T23:30:00Z, in UTC"},
		"freeze, no zone": {frozen + "why = \"w\"\nuntil = 2027-01-01T00:00:00\n", "/etc/w.toml:5:1: " + freeze + `.until: want a time with its zone (RFC 3339), such as "2026-11-22T06:00:00+01:00", got a date or time without a zone`},
		"freeze, no why":  {frozen + "until = 2027-01-01T00:00:00Z\n", "/etc/w.toml:3:21: " + freeze + `: say why, for those who are refused: why = "…"`},
		"freeze, bad why": {frozen + "until = 2027-01-01T00:00:00Z\nwhy = \"a\\u001b\"\n", "/etc/w.toml:5:1: " + freeze + ".why: want one line of text without control characters"},
		"freeze, long":    {frozen + "until = 2027-01-01T00:00:00Z\nwhy = \"" + strings.Repeat("é", 201) + "\"\n", "/etc/w.toml:5:1: " + freeze + ".why: want 200 characters or fewer, got 201"},
		"cron, no zone":   {frozen + "why = \"w\"\ncron = \"0 0 * * *\"\nlasts = \"1h\"\n", "/etc/w.toml:3:21: " + freeze + `: a freeze that recurs needs zone: cron = "0 18 * * FRI", lasts = "60h", zone = "Europe/Berlin"`},
		"cron, zone":      {frozen + "why = \"w\"\ncron = \"0 0 * * *\"\nlasts = \"1h\"\nzone = \"Europe/Brelin\"\n", "/etc/w.toml:7:1: " + freeze + `.zone: no time zone is called "Europe/Brelin"; want a name such as Europe/Berlin, America/New_York or UTC`},
		"cron":            {frozen + "why = \"w\"\ncron = \"0 25 * * *\"\nlasts = \"1h\"\nzone = \"UTC\"\n", "/etc/w.toml:5:1: " + freeze + `.cron: hour: want 0 to 23, got "25"`},
		"cron, never":     {frozen + "why = \"w\"\ncron = \"0 0 30 2 *\"\nlasts = \"1h\"\nzone = \"UTC\"\n", "/etc/w.toml:5:1: " + freeze + `.cron: "0 0 30 2 *" never comes`},
		"cron, short":     {frozen + "why = \"w\"\ncron = \"0 0 3 2 *\"\nlasts = \"1s\"\nzone = \"UTC\"\n", "/etc/w.toml:6:1: " + freeze + ".lasts: want 1m to 366d"},
		"cron, endless":   {frozen + "why = \"w\"\ncron = \"0 0 * * *\"\nlasts = \"1d\"\nzone = \"UTC\"\n", "/etc/w.toml:3:21: " + freeze + `: the freeze never ends, as each begins before the last is over; mode = "read-only" with forbid_arming = true says that better`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseText(tt.text)
			if err == nil {
				t.Fatal("no error")
			}
			if got := err.Error(); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestChangesWarnings(t *testing.T) {
	c, err := parseText(`[clusters.a]
brokers = ["k:1"]
environment = "prd"
policy.reason = ".*"
policy.freeze = [{ until = 2026-11-21T03:00:00Z, why = "w" }, { until = 2199-01-01T00:00:00Z, why = "w" }]
[environments.prod]
mode = "read-only"
`)
	if err != nil {
		t.Fatal(err)
	}
	want := `/etc/w.toml:4:8: clusters.a.policy.reason: ".*" matches an empty reason too, so none is asked for
/etc/w.toml:5:20: clusters.a.policy.freeze.0.until: the freeze is over since 2026-11-21T03:00:00Z; take it out, or set a later time
/etc/w.toml:5:65: clusters.a.policy.freeze.1.until: the freeze lasts more than a year; mode = "read-only" with forbid_arming = true says that better
/etc/w.toml:6:15: environments.prod: this is of no use: no cluster has environment = "prod"; there are "demo", "prd"`
	if got := Problems(c.Warnings).Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNeverMatches(t *testing.T) {
	for expr, want := range map[string]bool{
		`INC-[0-9]+`: false, `^a$`: false, ``: false, `^$`: false, `\bINC\b`: false, `(?m)a$\n^b`: false, `\S+ \S+`: false, `[^\x00-\x{7f}]`: false,
		`é\b`: false, `(?i)k`: false, `a*$`: false, `x\B`: false, `[[:cntrl:]]`: false, `^(a|b^c)`: false,
		`a^`: true, `$a`: true, `a\bb`: true, ` \B!`: false, `[^\x00-\x{10FFFF}]`: true, `^(a$b|c^)`: true, `\Ba\b\B`: true, `(?m)a^b`: true,
	} {
		if got := neverMatches(expr); got != want {
			t.Errorf("%s: %v, want %v", expr, got, want)
		}
	}
}

func TestScheduleOfFreeze(t *testing.T) {
	f := Freeze{Cron: "0 18 * * FRI", Zone: "Europe/Berlin", Lasts: time.Hour}
	s, err := f.Schedule()
	next, ok := s.Next(testNow)
	if err != nil || !ok || next.UTC() != time.Date(2026, 11, 27, 17, 0, 0, 0, time.UTC) {
		t.Errorf("%v, %v, %v", next, ok, err)
	}
}
