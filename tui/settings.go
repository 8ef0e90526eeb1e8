package tui

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"weir/internal/text"
)

// Settings are what a person has chosen for the console. The zero value is the default of each.
type Settings struct {
	Theme  string                  `json:"theme,omitempty"`  // dark, light, mono; "" as the terminal tells
	Glyphs string                  `json:"glyphs,omitempty"` // unicode, ascii; "" as the locale tells
	UTC    bool                    `json:"utc,omitempty"`
	Mouse  bool                    `json:"mouse,omitempty"`
	Mine   string                  `json:"mine,omitempty"` // pattern of the owners whose groups are one's own
	Views  map[string]ViewSettings `json:"views,omitempty"`
}

// ViewSettings are what a person has chosen for one table.
type ViewSettings struct {
	Wide    bool     `json:"wide,omitempty"`
	Sort    string   `json:"sort,omitempty"`    // a field, with - the other way round; "" the table's own order
	Columns []string `json:"columns,omitempty"` // fields, in order; none: as many as fit
}

const settingsVersion = 1

// ErrNewer is the error of settings that a newer weir has written: they are to be left as they are.
var ErrNewer = errors.New("written by a newer weir")

type settingsFile struct {
	Version int `json:"v"`
	Settings
}

// Encode writes settings as they are kept.
func (s Settings) Encode() []byte {
	b, err := json.MarshalIndent(settingsFile{settingsVersion, s}, "", "  ")
	if err != nil {
		return nil // strings and booleans always can be
	}
	return append(b, '\n')
}

// ParseSettings reads settings as they were kept; nothing is the default.
func ParseSettings(b []byte) (Settings, error) {
	if len(b) == 0 {
		return Settings{}, nil
	}
	var f settingsFile
	if err := json.Unmarshal(b, &f); err != nil {
		return Settings{}, fmt.Errorf("settings: %w", err)
	}
	switch {
	case f.Version > settingsVersion:
		return Settings{}, fmt.Errorf("settings: version %d: %w", f.Version, ErrNewer)
	case f.Version < 1:
		return Settings{}, errors.New("settings: the version is missing")
	}
	for _, c := range []struct {
		name, value string
		of          []string
	}{{"theme", f.Theme, themes}, {"glyphs", f.Glyphs, glyphSets}} {
		if c.value != "" && !slices.Contains(c.of, c.value) {
			return Settings{}, fmt.Errorf("settings: %s: %q is none of %v", c.name, c.value, c.of)
		}
	}
	return f.Settings, nil
}

// equal reports whether two settings are the same.
func (s Settings) equal(o Settings) bool {
	a, b := s, o
	a.Views, b.Views = nil, nil
	return a.Theme == b.Theme && a.Glyphs == b.Glyphs && a.UTC == b.UTC && a.Mouse == b.Mouse && a.Mine == b.Mine &&
		maps.EqualFunc(s.Views, o.Views, ViewSettings.equal)
}

func (v ViewSettings) equal(o ViewSettings) bool {
	return v.Wide == o.Wide && v.Sort == o.Sort && slices.Equal(v.Columns, o.Columns)
}

var (
	themes    = []string{"dark", "light", "mono"}
	glyphSets = []string{"unicode", "ascii"}
)

// wear makes the screen look as was chosen; what was not is as the terminal tells.
func (m *model) wear() {
	m.theme = m.told
	switch m.set.Theme {
	case "dark":
		m.back, m.mono = backDark, false
	case "light":
		m.back, m.mono = backLight, false
	case "mono":
		m.mono = true
	}
	switch m.set.Glyphs {
	case "unicode":
		m.glyphs = text.Unicode
	case "ascii":
		m.glyphs = text.ASCII
	}
}

// keptMsg is what became of settings that were to be kept.
type keptMsg struct {
	set Settings
	err error
}

// keep keeps the settings when they were changed, one save at a time.
func (m *model) keep() tea.Cmd {
	if m.saving || m.out.keep == nil || m.set.equal(m.saved) {
		return nil
	}
	m.saving = true
	return m.out.keepSettings(m.set)
}

// keptAway takes in what became of a save. After one that failed no other is tried.
func (m *model) keptAway(msg keptMsg) {
	m.saving, m.saved = false, msg.set
	if msg.err != nil {
		m.out.keep = nil
		m.notice = "the settings hold until you leave, and could not be kept: " + m.glyphs.Safe(msg.err.Error())
	}
}

// kept is a view with settings of its own.
type kept interface {
	keptAs() string
	prefer(ViewSettings)
	preference() ViewSettings
}

// prefer gives a view that was just made what was chosen for its kind.
func (m *model) prefer(v view) {
	if k, ok := v.(kept); ok && v.place()&acting == 0 {
		if chosen, is := m.set.Views[k.keptAs()]; is {
			k.prefer(chosen)
		}
	}
}

// choose takes over what was chosen on the view on top.
func (m *model) choose() {
	k, ok := m.top().(kept)
	if !ok || m.top().place()&acting != 0 || m.set.Views[k.keptAs()].equal(k.preference()) {
		return
	}
	views := maps.Clone(m.set.Views) // a save may be reading the one before
	if views == nil {
		views = map[string]ViewSettings{}
	}
	views[k.keptAs()] = k.preference()
	if k.preference().equal(ViewSettings{}) {
		delete(views, k.keptAs())
	}
	m.set.Views = views
}

func (l *list) keptAs() string {
	if l.kept != "" {
		return l.kept
	}
	return l.noun
}

func (l *list) preference() ViewSettings {
	return ViewSettings{Wide: l.wide, Sort: l.order, Columns: l.only}
}

// prefer takes over what was chosen, as far as the table has it.
func (l *list) prefer(v ViewSettings) {
	l.wide = v.Wide
	for _, c := range v.Columns {
		if slices.ContainsFunc(l.columns, func(k column) bool { return k.field == c }) {
			l.only = append(l.only, c)
		}
	}
	field, down := v.Sort, false
	if field != "" && field[0] == '-' {
		field, down = field[1:], true
	}
	if slices.ContainsFunc(l.columns, func(k column) bool { return k.field == field && field != "" }) || field != "" && field == l.name {
		l.sorted, l.down, l.order, l.dirty = field, down, v.Sort, true
	}
}
