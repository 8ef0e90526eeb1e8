package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// clicked is the row that was clicked last, while nothing else happened.
type clicked struct {
	grid *grid
	key  string
}

// gridded is a view with a table that can be pointed at.
type gridded interface{ gridOf() *grid }

func (g *grid) gridOf() *grid { return g }

func (g *groupPage) gridOf() *grid { return &g.members.grid }

// wheelRows is how far a notch of the wheel goes.
const wheelRows = 3

// wheeled is a view of several parts, of which the wheel moves the one under the pointer.
type wheeled interface {
	// wheelAt takes a notch of the wheel on a line of the body that was drawn; false where the cursor is moved as by the keys.
	wheelAt(body []line, y int, down bool) bool
}

// wheelAt moves the members with the pointer on them, and the map above them.
func (g *groupPage) wheelAt(body []line, y int, _ bool) bool {
	switch heads := g.members.drawn; {
	case g.members.rowAt(body, y) >= 0:
		g.panel = onMembers
	case len(heads) > 0 && y < lineAt(body, heads[0]):
		g.panel = onPartitions
	}
	return false
}

// wheelAt scrolls the value with the pointer on it, which stands below the records.
func (p *peek) wheelAt(body []line, y int, down bool) bool {
	if len(p.drawn) == 0 || y <= lineAt(body, p.drawn[len(p.drawn)-1]) {
		return false
	}
	by := wheelRows
	if !down {
		by = -wheelRows
	}
	p.from = max(0, min(p.from+by, len(p.body)-p.room))
	return true
}

// lineAt is where a line that was drawn stands in the body; −1 where it does not.
func lineAt(body []line, l line) int {
	return slices.IndexFunc(body, func(is line) bool { return len(is) > 0 && len(l) > 0 && &is[0] == &l[0] })
}

// wheel moves what is under the pointer, as the keys do.
func (m *model) wheel(at tea.Mouse) tea.Cmd {
	if m.prompt != nil || m.tooSmall() || !m.set.Mouse || m.top().place()&(atForm|atConsent) != 0 {
		return nil
	}
	v := vDown
	switch at.Button {
	case tea.MouseWheelUp:
		v = vUp
	case tea.MouseWheelDown:
	default:
		return nil
	}
	m.clicked, m.notice = clicked{}, ""
	if w, ok := m.top().(wheeled); ok {
		body, _ := m.top().draw(m.snap(), m.w, m.h-2)
		if w.wheelAt(body, at.Y-1, v == vDown) {
			return nil
		}
	}
	for range wheelRows {
		m.obey(m.top().do(m.snap(), v))
	}
	return nil
}

// click puts the cursor on a row, and opens the one that it was put on by the click before; on a head it orders by that
// column.
func (m *model) click(at tea.Mouse) tea.Cmd {
	if m.prompt != nil || m.tooSmall() || !m.set.Mouse || at.Button != tea.MouseLeft {
		return nil
	}
	v, ok := m.top().(gridded)
	if !ok || m.top().place()&acting != 0 { // nothing on the way to a change is done by pointing
		return nil
	}
	s, g := m.snap(), v.gridOf()
	body, _ := m.top().draw(s, m.w, m.h-2)
	row := g.rowAt(body, at.Y-1)
	before := m.clicked
	m.clicked, m.notice = clicked{}, ""
	switch {
	case row == 0:
		return m.clickHead(g, at.X)
	case row < 0 || g.top+row-1 >= len(g.keys):
		return nil
	}
	if p, ok := m.top().(*groupPage); ok {
		p.panel = onMembers
	}
	g.at = g.top + row - 1
	now := clicked{g, g.cursor()}
	if now == before {
		return m.do(vOpen)
	}
	m.clicked = now
	return nil
}

// clickHead orders by the column under the pointer; again, the other way round.
func (m *model) clickHead(g *grid, x int) tea.Cmd {
	l, ok := m.top().(tabled)
	if !ok {
		return nil
	}
	for _, at := range g.spots {
		if x >= at.from && x < at.from+at.width {
			g.chosen = at.column
			return m.obey(l.tableOf().sort())
		}
	}
	return nil
}

// rowAt returns which of the grid's lines stands on a line of the view: 0 the head, −1 none of them.
func (g *grid) rowAt(body []line, y int) int {
	if y < 0 || y >= len(body) || len(body[y]) == 0 {
		return -1
	}
	for i, l := range g.drawn {
		if len(l) > 0 && &l[0] == &body[y][0] {
			return i
		}
	}
	return -1
}
