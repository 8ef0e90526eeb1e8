package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/internal/engine"
	"weir/internal/text"
)

// idleAfter is how long nobody touches anything before weir looks to what it takes itself.
const idleAfter = time.Minute

// step is how often the clock of the screen moves on: each time a frame is made, mostly for nothing while ages alone pass.
func (m *model) step() time.Duration {
	if m.pace.Idle || m.pace.Away {
		return 2 * time.Second
	}
	return time.Second
}

// attend tells the engine whether anybody looks. Terminals that don't tell are looked at always; a key says so too, and that
// somebody works here.
func (m *model) attend(looks bool) tea.Cmd {
	if looks {
		m.touched = m.now
	}
	return m.setPace(!looks, m.pace.Idle && !looks)
}

// rest tells the engine when nobody has touched anything for a while.
func (m *model) rest() tea.Cmd {
	if m.touched.IsZero() {
		m.touched = m.now
	}
	return m.setPace(m.pace.Away, m.now.Sub(m.touched) >= idleAfter)
}

func (m *model) setPace(away, idle bool) tea.Cmd {
	if m.pace.Away == away && m.pace.Idle == idle {
		return nil
	}
	m.pace.Away, m.pace.Idle = away, idle
	return m.out.pace(m.pace)
}

// refreshes are the times between two readings that < and > step through.
var refreshes = []time.Duration{engine.MinRefresh, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute}

// refreshBy reads less or more often: the next step up or down from what is now.
func (m *model) refreshBy(slower bool) tea.Cmd {
	now := m.pace.Refresh
	if now == 0 {
		now = m.snap().refresh()
		switch c := m.snap().c; {
		case c == nil:
		case c.Strain != nil:
			now = c.Strain.Asked
		case c.Eased > 0:
			now = c.Eased
		}
	}
	next := refreshes[len(refreshes)-1]
	if slower {
		for i := len(refreshes) - 1; i >= 0 && refreshes[i] > now; i-- {
			next = refreshes[i]
		}
	} else {
		next = refreshes[0]
		for i := 0; i < len(refreshes) && refreshes[i] < now; i++ {
			next = refreshes[i]
		}
	}
	switch {
	case next == now && slower:
		m.notice = "reads every " + text.Duration(now) + ": slower is not offered, p freezes the screen"
		return nil
	case next == now:
		m.notice = "reads every " + text.Duration(now) + ": never faster, to spare the cluster; ctrl+r reads now"
		return nil
	}
	m.pace.Refresh = next
	m.notice = "reads every " + text.Duration(next)
	return m.out.pace(m.pace)
}

// strained says that a cluster is read less often than was asked for, and why; "" when it is not.
func strained(s *snap) string {
	if s.c == nil || s.c.Strain == nil {
		return ""
	}
	t := s.c.Strain
	out := "One reading takes " + text.Duration(t.Took)
	if t.Throttled > 0 {
		out = "Brokers throttle weir, by " + text.Duration(t.Throttled) + " a reading"
	}
	out += ": read every " + text.Duration(s.c.Refresh) + " in place of " + text.Duration(t.Asked) + "."
	if t.Group != "" {
		out += " Most of it is group " + s.safe(t.Group) + ", with " + text.Plural(t.Positions, "position", "positions") + "."
	}
	return out
}
