package tui

import "slices"

// visited are the views that were looked at: the last one, and those before and after the one that is open.
type visited struct {
	last          []view
	before, after [][]view
}

// mostVisited bounds how many are remembered.
const mostVisited = 50

// show goes to a view, given with those it was opened from.
func (m *model) show(stack []view) {
	if toChange(m.stack) {
		m.stack = slices.Clip(stack)
		if n := len(m.before); n > 0 && slices.Equal(m.before[n-1], stack) {
			m.before = m.before[:n-1] // back where it began
		}
		return
	}
	m.before = append(m.before, m.stack)
	if n := len(m.before) - mostVisited; n > 0 {
		m.before = slices.Clone(m.before[n:])
	}
	m.last, m.after = m.stack, nil
	m.stack = slices.Clip(stack)
}

// toChange reports whether views are on the way to a change. They are not come back to by a key that goes through what
// was visited: what was typed there must not be found still armed.
func toChange(stack []view) bool {
	return slices.ContainsFunc(stack, func(v view) bool { return v.place()&acting != 0 })
}

// open opens a view on top of the one that is open.
func (m *model) open(v view) {
	m.prefer(v)
	m.show(append(slices.Clip(m.stack), v))
}

// root leaves all views for one.
func (m *model) root(v view) {
	m.prefer(v)
	m.show([]view{v})
}

// lastView goes back and forth between two views.
func (m *model) lastView() {
	if len(m.last) == 0 {
		m.notice = "no other view was open yet"
		return
	}
	m.show(m.last)
}

// travel goes to the view that was open before this one, or after it.
func (m *model) travel(back bool) {
	from, to, none := &m.before, &m.after, "there is no earlier view"
	if !back {
		from, to, none = to, from, "there is no later view"
	}
	n := len(*from)
	if n == 0 {
		m.notice = none
		return
	}
	if !toChange(m.stack) {
		*to = append(*to, m.stack)
		m.last = m.stack
	}
	m.stack, *from = (*from)[n-1], (*from)[:n-1]
}
