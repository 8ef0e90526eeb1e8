package config

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxPolicyTime = 366 * 24 * time.Hour
	maxOwner      = 200 // characters
	maxTopic      = 249 // Kafka's longest name of a topic, in characters
)

var (
	topicPattern   = regexp.MustCompile(`^[A-Za-z0-9._*?-]+$`)
	clusterPattern = regexp.MustCompile(`^[A-Za-z0-9.:_*?-]+$`)
	policySettings = []string{"time_lag", "expect", "rhythm", "abandoned", "mute_until", "owner", "links"}
)

func (c *checker) policy(i int, p Policy, clusters []Cluster) {
	at := path{"policy", strconv.Itoa(i)}
	c.patterns(at, p)
	c.clusterOf(at.with("cluster"), "policy", p.Cluster, clusters)
	for key, d := range map[string]time.Duration{"time_lag": p.TimeLag, "rhythm": p.Rhythm, "abandoned": p.Abandoned} {
		if c.given(at.with(key)) && (d <= 0 || d > maxPolicyTime) {
			c.refuse(at.with(key), "want more than 0s and at most 366d")
		}
	}
	c.expectation(at, p)
	c.mute(at, p)
	c.owner(at.with("owner"), p.Owner)
	for j, link := range p.Links {
		c.link(at.with("links").with(strconv.Itoa(j)), link)
	}
	if !slices.ContainsFunc(policySettings, func(key string) bool { return c.given(at.with(key)) }) {
		c.refuse(at, "the policy says nothing; set one of %s", strings.Join(policySettings, ", "))
	}
}

func (c *checker) patterns(at path, p Policy) {
	for key, pattern := range map[string]string{"group": p.Group, "topic": p.Topic, "cluster": p.Cluster} {
		if pattern == "" && c.given(at.with(key)) {
			c.refuse(at.with(key), `the pattern is empty; "*" stands for any text`)
		}
	}
	if !c.given(at.with("group")) && !c.given(at.with("topic")) {
		c.refuse(at, `set group or topic: a name, or a pattern such as "pay*"`)
	}
	switch key := at.with("topic"); {
	case p.Topic == "":
	case !topicPattern.MatchString(p.Topic):
		c.refuse(key, "%q matches no topic: their names hold letters, digits, dots, dashes and underscores, and a pattern * and ? too", p.Topic)
	case len(strings.ReplaceAll(p.Topic, "*", "")) > maxTopic:
		c.refuse(key, "the pattern matches no topic: the longest name of one has %d characters", maxTopic)
	}
}

// clusterOf checks the pattern for clusters, and warns of one that none of the file's matches.
func (c *checker) clusterOf(at path, what, pattern string, clusters []Cluster) {
	if pattern == "" {
		return
	}
	if !clusterPattern.MatchString(pattern) {
		c.refuse(at, "%q matches no cluster: their names hold letters, digits, dots, dashes and underscores, and a pattern * and ? too", pattern)
		return
	}
	var names []string
	for _, cl := range clusters {
		names = append(names, cl.Name)
	}
	names = append(names, "demo")
	if !IsDemo(pattern) && !slices.ContainsFunc(names, Policy{Cluster: pattern}.onCluster) {
		c.warn(at, "the %s is of no use: no cluster matches %q; there are %s", what, pattern, strings.Join(names, ", "))
	}
}

func (c *checker) expectation(at path, p Policy) {
	switch expect, rhythm := at.with("expect"), at.with("rhythm"); {
	case c.given(expect) && p.Expect != ExpectCron:
		c.refuse(expect, "want %q, got %q", ExpectCron, p.Expect)
	case c.given(expect) && !c.given(rhythm):
		c.refuse(expect, `add rhythm, the longest time between two runs, such as "25h" for a daily job`)
	case c.given(rhythm) && !c.given(expect):
		c.refuse(rhythm, `rhythm is for scheduled jobs: add expect = "cron", or take it out`)
	}
}

func (c *checker) mute(at path, p Policy) {
	key := at.with("mute_until")
	if !c.given(key) {
		return
	}
	if c.everything(at.with("group"), p.Group) && c.everything(at.with("topic"), p.Topic) {
		where := ""
		if p.Cluster != "" {
			where = " on " + tomlString(p.Cluster)
		}
		c.refuse(key, "this would silence everything%s; name the groups or topics to mute", where)
	}
	switch end := p.MuteUntil; {
	case !end.After(c.now):
		c.warn(key, "the mute is over since %s; take it out, or set a later time", end.Format(time.RFC3339))
	case end.Sub(c.now) > maxPolicyTime:
		c.warn(key, "the mute lasts until %s, more than a year; a nearer end keeps trouble from being forgotten", end.Format(time.RFC3339))
	}
}

// everything reports whether a pattern keeps no name out, or next to none: it isn't given, or holds nothing but wildcards.
func (c *checker) everything(at path, pattern string) bool {
	return !c.given(at) || strings.Contains(pattern, "*") && strings.Trim(pattern, "*?") == ""
}

func (c *checker) owner(at path, owner string) {
	switch {
	case !c.given(at):
	case strings.TrimSpace(owner) == "":
		c.refuse(at, "the owner is empty; write who answers for these groups, or take it out")
	case strings.ContainsFunc(owner, func(r rune) bool { return !unicode.IsPrint(r) }):
		c.refuse(at, "want one line of text without control characters")
	case utf8.RuneCountInString(owner) > maxOwner:
		c.refuse(at, "want %d characters or fewer, got %d", maxOwner, utf8.RuneCountInString(owner))
	}
}

// link checks an address that is shown to people. It is not repeated: it may hold credentials.
func (c *checker) link(at path, raw string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http",
		strings.ContainsFunc(raw, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		c.refuse(at, "want an address such as https://wiki.example.com/payments")
	case u.User != nil:
		c.refuse(at, "want an address without user name and password: links are shown to everyone")
	}
}
