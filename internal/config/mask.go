package config

import (
	globs "path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Mask says what of the records of some topics is hidden before anything of them is shown: a [[mask]] table. Every mask
// that matches a topic counts. Values are validated. What a saved or parked copy of a record holds is not masked.
type Mask struct {
	Topic   string `toml:"topic"`   // a glob ("*" stands for any text, "?" for one character)
	Cluster string `toml:"cluster"` // a glob; "" matches every cluster
	Key     bool   `toml:"key"`     // the whole key
	Value   bool   `toml:"value"`   // the whole value
	// Headers are names, or globs, of headers whose values are hidden, without regard to case.
	Headers []string `toml:"headers"`
	// Fields are paths into JSON objects, dotted, such as card.number; * stands for every name or index. They are looked for in
	// keys and values; what is no JSON is hidden whole, since a field of it can't be told.
	Fields []string `toml:"fields"`
	// Patterns are regular expressions (RE2); what matches in a key, a value or a header is hidden.
	Patterns []string `toml:"patterns"`
}

// MasksOf gives the masks that hold on a cluster, in the order of the file; nil for none.
func (c Config) MasksOf(cluster string) []Mask {
	var out []Mask
	for _, m := range c.Masks {
		if ok, err := globs.Match(m.Cluster, cluster); m.Cluster == "" || ok && err == nil {
			out = append(out, m)
		}
	}
	return out
}

// On reports whether the mask holds for a topic.
func (m Mask) On(topic string) bool {
	ok, err := globs.Match(m.Topic, topic)
	return ok || err != nil
}

var maskSettings = []string{"key", "value", "headers", "fields", "patterns"}

// mask checks one.
func (c *checker) mask(i int, m Mask, clusters []Cluster) {
	at := path{"mask", strconv.Itoa(i)}
	switch {
	case m.Topic == "":
		c.refuse(at, `set topic: a name, or a pattern such as "pay*"`)
	case !topicPattern.MatchString(m.Topic):
		c.refuse(at.with("topic"), "%q matches no topic: their names hold letters, digits, dots, dashes and underscores, and a pattern * and ? too", m.Topic)
	}
	c.clusterOf(at.with("cluster"), "mask", m.Cluster, clusters)
	if !slices.ContainsFunc(maskSettings, func(key string) bool { return c.given(at.with(key)) }) {
		c.refuse(at, "the mask hides nothing; set one of %s", strings.Join(maskSettings, ", "))
	}
	for j, h := range m.Headers {
		if _, err := globs.Match(h, ""); h == "" || err != nil {
			c.refuse(at.with("headers").with(strconv.Itoa(j)), "%q is no name or pattern of a header", h)
		}
	}
	for j, f := range m.Fields {
		if slices.Contains(strings.Split(f, "."), "") {
			c.refuse(at.with("fields").with(strconv.Itoa(j)), "%q is no path of a field; write names with dots between, such as card.number or items.*.pan", f)
		}
	}
	for j, p := range m.Patterns {
		key := at.with("patterns").with(strconv.Itoa(j))
		re, err := regexp.Compile(p)
		switch {
		case err != nil:
			c.refuse(key, "%v", err)
		case re.MatchString(""):
			c.refuse(key, "%q matches an empty text too; want a pattern of what is to be hidden", p)
		}
	}
}
