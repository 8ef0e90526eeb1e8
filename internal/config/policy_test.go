package config

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestPolicies(t *testing.T) {
	c, err := parseText(minimal + `[[policy]]
group = "nightly-*"
cluster = "a"
expect = "cron"
rhythm = "25h"

[[policy]]
topic = "clicks.*"
time_lag = "15m"
abandoned = "2d"
mute_until = 2026-11-22T06:00:00+01:00 # TOML's own form
owner = "team search"
links = ["https://x/y", "http://z"]
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Policy{
		{Group: "nightly-*", Cluster: "a", Expect: ExpectCron, Rhythm: 25 * time.Hour},
		{
			Topic: "clicks.*", TimeLag: 15 * time.Minute, Abandoned: 48 * time.Hour, Owner: "team search",
			MuteUntil: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC), Links: []string{"https://x/y", "http://z"},
		},
	}
	if !reflect.DeepEqual(c.Policies, want) {
		t.Errorf("got\n%+v\nwant\n%+v", c.Policies, want)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", Problems(c.Warnings))
	}
}

func TestPolicyInline(t *testing.T) {
	c, err := parseText(minimal + "[x]\n")
	if err == nil {
		t.Fatalf("[x] is taken: %+v", c)
	}
	c, err = parseText("policy = [{ group = \"g\", time_lag = \"1m\" }, { topic = \"t\", owner = \"o\" }]\n" + minimal)
	want := []Policy{{Group: "g", TimeLag: time.Minute}, {Topic: "t", Owner: "o"}}
	if err != nil || !reflect.DeepEqual(c.Policies, want) {
		t.Errorf("got %+v, %v", c.Policies, err)
	}
}

func TestPolicyProblems(t *testing.T) {
	const group, anyName = "[[policy]]\ngroup = \"g\"\n", "letters, digits, dots, dashes and underscores, and a pattern * and ? too"
	const at, form = "/etc/w.toml:3:1: policy.0.", `want a time with its zone (RFC 3339), such as "2026-11-22T06:00:00+01:00"`
	for name, tt := range map[string]struct{ text, want string }{
		"no table":         {"[policy]\ngroup = \"g\"\n", "/etc/w.toml:1:2: policy: want an array of tables, [[policy]], got a table"},
		"no tables":        {"policy = [1]\n", "/etc/w.toml:1:11: policy.0: want a table, got an integer"},
		"unknown, near":    {group + "timelag = \"1m\"\n", at + `timelag: unknown key; did you mean "time_lag"?`},
		"unknown, far":     {group + "zzzzzzzz = 1\n", at + "zzzzzzzz: unknown key; known here: group, topic, cluster, time_lag, expect, rhythm, abandoned, mute_until, owner, links"},
		"mute":             {group + "mute = true\n", at + `mute: a mute needs an end; write mute_until = "2026-11-22T06:00:00+01:00" with the time you mean instead`},
		"no pattern":       {"[[policy]]\nowner = \"o\"\n", `/etc/w.toml:1:3: policy.0: set group or topic: a name, or a pattern such as "pay*"`},
		"empty pattern":    {group + "owner = \"o\"\ntopic = \"\"\n", `/etc/w.toml:4:1: policy.0.topic: the pattern is empty; "*" stands for any text`},
		"pattern kind":     {"[[policy]]\ngroup = [\"g\"]\nmute_until = \"2026-12-01T00:00:00Z\"\n", "/etc/w.toml:2:1: policy.0.group: want a string, got an array"},
		"topic pattern":    {"[[policy]]\nowner = \"o\"\ntopic = \"pay/*\"\n", at + `topic: "pay/*" matches no topic: their names hold ` + anyName},
		"topic, long":      {"[[policy]]\nowner = \"o\"\ntopic = \"*" + strings.Repeat("t", 250) + "\"\n", at + "topic: the pattern matches no topic: the longest name of one has 249 characters"},
		"cluster pattern":  {"[[policy]]\ngroup = \"g\"\ncluster = \"[ab]\"\nowner = \"o\"\n", at + `cluster: "[ab]" matches no cluster: their names hold ` + anyName},
		"says nothing":     {group, "/etc/w.toml:1:3: policy.0: the policy says nothing; set one of time_lag, expect, rhythm, abandoned, mute_until, owner, links"},
		"time lag":         {group + "time_lag = \"0s\"\n", at + "time_lag: want more than 0s and at most 366d"},
		"time lag, form":   {group + "time_lag = 5\n", at + `time_lag: want a duration such as "5s", "1m30s" or "2d", got an integer`},
		"abandoned":        {group + "abandoned = \"367d\"\n", at + "abandoned: want more than 0s and at most 366d"},
		"expect":           {group + "expect = \"corn\"\nrhythm = \"1h\"\n", at + `expect: want "cron", got "corn"`},
		"no rhythm":        {group + "expect = \"cron\"\n", at + `expect: add rhythm, the longest time between two runs, such as "25h" for a daily job`},
		"rhythm, 0":        {group + "rhythm = \"0s\"\nexpect = \"cron\"\n", at + "rhythm: want more than 0s and at most 366d"},
		"rhythm only":      {group + "rhythm = \"1h\"\n", at + `rhythm: rhythm is for scheduled jobs: add expect = "cron", or take it out`},
		"mute, form":       {group + "mute_until = \"tomorrow\"\n", at + "mute_until: " + form + `, got "tomorrow"`},
		"mute, no zone":    {group + "mute_until = \"2026-12-01T00:00:00\"\n", at + "mute_until: " + form + `, got "2026-12-01T00:00:00"`},
		"mute, local time": {group + "mute_until = 2026-12-01T00:00:00\n", at + "mute_until: " + form + ", got a date or time without a zone"},
		"mute, date":       {group + "mute_until = 2026-12-01\n", at + "mute_until: " + form + ", got a date or time without a zone"},
		"mute, duration":   {group + "mute_until = 3\n", at + "mute_until: " + form + ", got an integer"},
		"mute, year":       {group + "mute_until = 9999-12-31T23:59:59-01:00\n", at + "mute_until: want a year from 1970 to 9999, in UTC"},
		"mute of all":      {"[[policy]]\ngroup = \"*\"\nmute_until = 2026-12-01T00:00:00Z\n", at + "mute_until: this would silence everything; name the groups or topics to mute"},
		"mute of all, ?":   {"[[policy]]\ngroup = \"?*\"\nmute_until = 2026-12-01T00:00:00Z\ntopic = \"**\"\n", at + "mute_until: this would silence everything; name the groups or topics to mute"},
		"mute of cluster":  {"[[policy]]\ntopic = \"*\"\nmute_until = 2026-12-01T00:00:00Z\ncluster = \"demo\"\n", at + "mute_until: this would silence everything on \"demo\"; name the groups or topics to mute"},
		"owner, blank":     {group + "owner = \" \"\n", at + "owner: the owner is empty; write who answers for these groups, or take it out"},
		"owner, control":   {group + "owner = \"a\\u001b\"\n", at + "owner: want one line of text without control characters"},
		"owner, long":      {group + "owner = \"" + strings.Repeat("é", 201) + "\"\n", at + "owner: want 200 characters or fewer, got 201"},
		"links, kind":      {group + "links = \"https://x\"\n", at + "links: want an array of strings, got a string"},
		"link":             {group + "links = [\"https://x\", \"wiki\"]\n", "/etc/w.toml:3:23: policy.0.links.1: want an address such as https://wiki.example.com/payments"},
		"link, scheme":     {group + "links = [\"file:///x\"]\n", "/etc/w.toml:3:10: policy.0.links.0: want an address such as https://wiki.example.com/payments"},
		"link, control":    {group + "links = [\"https://x/\\u009b\"]\n", "/etc/w.toml:3:10: policy.0.links.0: want an address such as https://wiki.example.com/payments"},
		"link, login":      {group + "links = [\"https://u:hunter2@x\"]\n", "/etc/w.toml:3:10: policy.0.links.0: want an address without user name and password: links are shown to everyone"},
		"the second":       {group + "owner = \"o\"\n[[policy]]\ngroup = \"h\"\nownr = \"o\"\nowner = \"\"\n", "/etc/w.toml:6:1: policy.1.ownr: unknown key; did you mean \"owner\"?\n/etc/w.toml:7:1: policy.1.owner: the owner is empty; write who answers for these groups, or take it out"},
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

func TestPolicyWarnings(t *testing.T) {
	c, err := parseText(minimal + `[[policy]]
group = "g"
cluster = "b*"
mute_until = "2026-11-21T03:00:00Z"
[[policy]]
group = "h"
cluster = "demo:stalled"
mute_until = "2026-11-21T03:00:01Z"
[[policy]]
topic = "t"
cluster = "?"
mute_until = "2199-01-01T00:00:00Z"
`)
	if err != nil {
		t.Fatal(err)
	}
	want := `/etc/w.toml:5:1: policy.0.cluster: the policy is of no use: no cluster matches "b*"; there are a, demo
/etc/w.toml:6:1: policy.0.mute_until: the mute is over since 2026-11-21T03:00:00Z; take it out, or set a later time
/etc/w.toml:14:1: policy.2.mute_until: the mute lasts until 2199-01-01T00:00:00Z, more than a year; a nearer end keeps trouble from being forgotten`
	if got := Problems(c.Warnings).Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPoliciesOf(t *testing.T) {
	var c Config
	for _, cluster := range []string{"", "prod", "prod-*", "prod-?", "demo*", "p*d"} {
		c.Policies = append(c.Policies, Policy{Group: "of " + cluster, Cluster: cluster, Links: []string{"https://x"}})
	}
	for cluster, want := range map[string]string{
		"prod":         "of |of prod|of p*d",
		"prod-1":       "of |of prod-*|of prod-?",
		"prod-eu":      "of |of prod-*",
		"demo:stalled": "of |of demo*",
		"x":            "of ",
	} {
		var got []string
		for _, p := range c.PoliciesOf(cluster) {
			got = append(got, p.Group)
			p.Links[0] = "changed"
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: got %q, want %q", cluster, got, want)
		}
	}
	if c.Policies[0].Links[0] != "https://x" {
		t.Error("what a caller does to its policies changes the configuration")
	}
	if got := (Config{}).PoliciesOf("prod"); got != nil {
		t.Errorf("without policies: %v", got)
	}
}
