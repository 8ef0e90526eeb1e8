package tui

import (
	"strings"

	"weir/internal/text"
)

// previewMost is the most rows of a table that is filtered at each key. Larger ones are when Enter is pressed: a key never
// waits for them.
const previewMost = 20_000

// preview filters by what stands in the prompt so far. What is no filter yet leaves the last one that was.
func (m *model) preview() {
	p := m.prompt
	f, ok := m.top().(filtered)
	if p == nil || p.kind != '/' || !ok {
		return
	}
	expr := strings.TrimSpace(p.input)
	if t, ok := f.(tabled); ok && t.tableOf().table.Len > previewMost {
		p.doubt = "Enter filters: " + text.Exact(int64(t.tableOf().table.Len)) + " rows are too many to do it at each key"
		return
	}
	p.doubt = ""
	if expr == f.filter() {
		return
	}
	if err := f.setFilter(m.snap(), expr); err != nil {
		p.doubt = "not whole yet"
		if was := f.filter(); was != "" {
			p.doubt += ", still filtered by " + was
		}
	}
}

// unfilter leaves the prompt of a filter: what was filtered by before it is again, with the cursor on the row where it
// stood.
func (m *model) unfilter() {
	p := m.prompt
	m.prompt, m.leaving = nil, false
	f, ok := m.top().(filtered)
	if !ok || p.kind != '/' || f.filter() == p.was {
		return
	}
	s := m.snap()
	if f.setFilter(s, p.was) != nil {
		return // it was one before
	}
	m.sync()
	if t, ok := f.(tabled); ok {
		t.tableOf().goTo(p.stood)
	}
}

// goTo puts the cursor on a row; where that is gone, it stays.
func (g *grid) goTo(key string) {
	for i, k := range g.keys {
		if k == key && key != "" {
			g.at = i
			return
		}
	}
}
