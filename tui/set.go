package tui

import (
	"slices"
	"strings"
)

// setting is one thing that :set sets.
type setting struct {
	name   string
	values []string // "" first: the default; nil: anything
	get    func(*Settings) string
	put    func(*Settings, string)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

var settings = []setting{
	{"theme", append([]string{"auto"}, themes...), func(s *Settings) string { return s.Theme }, func(s *Settings, v string) { s.Theme = v }},
	{"glyphs", append([]string{"auto"}, glyphSets...), func(s *Settings) string { return s.Glyphs }, func(s *Settings, v string) { s.Glyphs = v }},
	{"utc", []string{"off", "on"}, func(s *Settings) string { return onOff(s.UTC) }, func(s *Settings, v string) { s.UTC = v == "on" }},
	{"mouse", []string{"off", "on"}, func(s *Settings) string { return onOff(s.Mouse) }, func(s *Settings, v string) { s.Mouse = v == "on" }},
	{"mine", nil, func(s *Settings) string { return s.Mine }, func(s *Settings, v string) { s.Mine = v }},
}

// setTo answers :set NAME=VALUE; without either it tells how all is set.
func (m *model) setTo(rest string) {
	name, value, given := strings.Cut(rest, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if name == "" {
		m.notice = m.allSet()
		return
	}
	if name == "columns" {
		m.setColumns(value)
		return
	}
	for _, k := range settings {
		if k.name != name {
			continue
		}
		switch {
		case !given:
			m.notice = name + "=" + m.glyphs.Safe(k.shown(&m.set)) + "; there is " + k.choices()
		case k.values != nil && !slices.Contains(k.values, value):
			m.notice = name + " can't be " + m.glyphs.Safe(value) + "; there is " + k.choices()
		default:
			if value == "auto" {
				value = ""
			}
			k.put(&m.set, value)
			m.wear()
			if name == "utc" {
				m.utc = m.set.UTC
			}
			m.notice = name + "=" + m.glyphs.Safe(k.shown(&m.set))
		}
		return
	}
	m.notice = "there is nothing to set named " + m.glyphs.Safe(name) + "; there is " + strings.Join(settable(), ", ")
}

func (k *setting) shown(s *Settings) string {
	if v := k.get(s); v != "" || k.values == nil {
		return v
	}
	return k.values[0]
}

func (k *setting) choices() string {
	if k.values == nil {
		return "any text, with * and ? as in policies"
	}
	return strings.Join(k.values, ", ")
}

func settable() []string {
	var out []string
	for _, k := range settings {
		out = append(out, k.name)
	}
	return append(out, "columns")
}

func (m *model) allSet() string {
	var out []string
	for _, k := range settings {
		out = append(out, k.name+"="+m.glyphs.Safe(k.shown(&m.set)))
	}
	return strings.Join(out, "  ")
}

// tabled is a view with a table whose columns can be chosen.
type tabled interface{ tableOf() *list }

func (l *list) tableOf() *list { return l }

// setColumns chooses the columns of the table in view, and their order; none: as many as fit.
func (m *model) setColumns(value string) {
	v, ok := m.top().(tabled)
	if !ok {
		m.notice = "there is no table here whose columns could be chosen"
		return
	}
	l := v.tableOf()
	var all, chosen []string
	for _, c := range l.columns {
		all = append(all, c.field)
	}
	for _, name := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
		if !slices.Contains(all, name) {
			m.notice = "no column is named " + m.glyphs.Safe(name) + "; there is " + strings.Join(all, ", ")
			return
		}
		if !slices.Contains(chosen, name) {
			chosen = append(chosen, name)
		}
	}
	if grow := l.columns[l.grow].field; len(chosen) > 0 && !slices.Contains(chosen, grow) {
		chosen = append([]string{grow}, chosen...) // without its name a row says nothing
	}
	l.only = chosen
	m.notice = "columns: " + strings.Join(chosen, ", ")
	if len(chosen) == 0 {
		m.notice = "columns: as many as fit"
	}
}
