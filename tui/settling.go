package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/actions"
)

// settling is a run whose outcome is being found out. It looks again for a while where the cluster can't tell yet, and
// nobody should have to guess what it is at.
type settling struct {
	run     string
	began   time.Time
	waiting string    // what it waits for; "" while it asks
	until   time.Time // at the longest; zero: not known
	stop    func()
}

// heard takes in what is waited for.
func (n *settling) heard(e actions.Event) {
	n.waiting, n.until = "", time.Time{}
	if e.Wait != nil {
		n.waiting, n.until = e.What, e.Until
	}
}

// settlingOf is the settling of a run; nil when none is under way.
func (a *acts) settlingOf(run string) *settling {
	if a.settling != nil && a.settling.run == run {
		return a.settling
	}
	return nil
}

// words say what it does or waits for, and how long that may take.
func (n *settling) words(s *snap) string {
	head := "Settling, for " + took(s, n.began, time.Time{}) + ": "
	if n.waiting == "" {
		return head + "it asks the cluster what became of the run, and writes nothing there. x stops looking."
	}
	return head + waitWords(s, n.waiting, n.until) + " x stops looking; the run stays as it is."
}

// waitWords say what is waited for, and until when.
func waitWords(s *snap, what string, until time.Time) string {
	if until.IsZero() {
		return "waiting: " + sentence(what)
	}
	return "waiting until " + s.stamp(until) + " at the longest: " + sentence(what)
}

// settle has the outcome of a run found out.
func (m *model) settle(run string) tea.Cmd {
	if n := m.acts.settling; n != nil {
		m.notice = "run " + m.glyphs.Safe(n.run) + " is being settled; x there stops that"
		return nil
	}
	n := &settling{run: run, began: m.now}
	var cmd tea.Cmd
	cmd, n.stop = m.out.settle(m.acts.actor, run)
	m.acts.settling = n
	return cmd
}

// settled takes in what was found out.
func (m *model) settled(run string, found []actions.Settled, err error) tea.Cmd {
	m.acts.settling = nil
	switch {
	case errors.Is(err, context.Canceled):
		m.notice = "no longer looked; run " + m.glyphs.Safe(run) + " is as it was"
	case err != nil:
		m.notice = m.glyphs.Safe(failure(err))
	default:
		m.notice = m.glyphs.Safe(settledWords(found))
	}
	return tea.Batch(m.refreshRuns(), m.readFor(m.top()))
}
