// Package mask hides parts of records before anything of them is shown, as the masks of the configuration say. Where a
// mask can't be applied, all that it might be about is hidden: what weir doesn't understand it doesn't show.
package mask

import (
	"fmt"
	globs "path"
	"regexp"
	"slices"
	"strings"

	"weir/internal/config"
)

// Hidden is what stands in place of what is hidden.
const Hidden = "(hidden)"

// Set is what is hidden of the records of one topic. The zero Set hides nothing. It is safe for concurrent use.
type Set struct {
	key, value bool
	headers    []string // globs in lower case
	fields     [][]string
	patterns   []*regexp.Regexp
}

// For gives what the masks hide of a topic's records.
func For(masks []config.Mask, topic string) (Set, error) {
	var s Set
	for _, m := range masks {
		if !m.On(topic) {
			continue
		}
		s.key, s.value = s.key || m.Key, s.value || m.Value
		for _, h := range m.Headers {
			s.headers = append(s.headers, strings.ToLower(h))
		}
		for _, f := range m.Fields {
			s.fields = append(s.fields, strings.Split(f, "."))
		}
		for _, p := range m.Patterns {
			re, err := regexp.Compile(p)
			if err != nil {
				return Set{}, fmt.Errorf("mask: topic %s: %w", m.Topic, err)
			}
			s.patterns = append(s.patterns, re)
		}
	}
	return s, nil
}

// Header is a header of a record; Value is nil for null.
type Header struct {
	Key   string
	Value []byte
}

// Record is what is in a record; nil for null.
type Record struct {
	Key, Value []byte
	Headers    []Header
}

// Apply hides, and says of what: key, value, header NAME, each once, in this order. The record given stays as it is.
func (s Set) Apply(r Record) (Record, []string) {
	var what []string
	note := func(hidden bool, name string) {
		if hidden && !slices.Contains(what, name) {
			what = append(what, name)
		}
	}
	var hidden bool
	r.Key, hidden = s.content(r.Key, s.key)
	note(hidden, "key")
	r.Value, hidden = s.content(r.Value, s.value)
	note(hidden, "value")
	r.Headers = slices.Clone(r.Headers)
	for i := range r.Headers {
		h := &r.Headers[i]
		if len(s.patterns) > 0 {
			var name []byte
			if name, hidden = s.matched([]byte(h.Key)); hidden {
				h.Key = string(name)
			}
		}
		h.Value, hidden = s.header(h.Key, h.Value)
		note(hidden, "header "+h.Key)
	}
	return r, what
}

func (s Set) header(name string, value []byte) ([]byte, bool) {
	if value != nil && slices.ContainsFunc(s.headers, func(g string) bool { ok, err := globs.Match(g, strings.ToLower(name)); return ok || err != nil }) {
		return []byte(Hidden), true
	}
	return s.matched(value)
}

// content hides of a key or a value; whole is that all of it is to be hidden.
func (s Set) content(b []byte, whole bool) ([]byte, bool) {
	if b == nil {
		return nil, false
	}
	if whole {
		return []byte(Hidden), true
	}
	inField := false
	if len(s.fields) > 0 {
		b, inField = s.json(b)
	}
	b, found := s.matched(b)
	return b, inField || found
}

// matched hides what the patterns match. They are tried on the bytes as they are, so that text within a binary format is
// found too.
func (s Set) matched(b []byte) ([]byte, bool) {
	hidden := false
	for _, re := range s.patterns {
		if re.Match(b) {
			b, hidden = re.ReplaceAllLiteral(b, []byte(Hidden)), true
		}
	}
	return b, hidden
}
