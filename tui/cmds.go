package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"weir/internal/engine"
	"weir/lag"
)

// This file builds every command: it is the only place of the package where something happens.

type (
	stateMsg    engine.State
	tickMsg     time.Time
	progressMsg Progress
	endMsg      struct{ why error } // the program is to end
)

// outside is what commands act on.
type outside struct {
	states   <-chan engine.State
	progress <-chan Progress
	focus    func([]lag.Ref)
	setPace  func(engine.Pace)
	readNow  func()
	notebook Notebook
	peeker   Peeker
	keep     func([]byte) error
	keepPast func(line string) error
	write    func(name string, b []byte) (path string, err error)
	done     <-chan struct{} // closed when nothing more comes
	jobs     *jobs           // nil: nothing can be done
	// collect and later, where set, take commands and timers in place of the program: they are then run by hand.
	collect func(tea.Cmd)
	later   func(time.Duration, tea.Msg)
}

// nextState waits for the next state.
func (o *outside) nextState() tea.Cmd {
	if o.states == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case s := <-o.states:
			return stateMsg(s)
		case <-o.done:
			return nil
		}
	}
}

// nextProgress waits for the next word on the first read.
func (o *outside) nextProgress() tea.Cmd {
	if o.progress == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case p := <-o.progress:
			return progressMsg(p)
		case <-o.done:
			return nil
		}
	}
}

// lookAt says what is on the screen.
func (o *outside) lookAt(refs []lag.Ref) tea.Cmd {
	if o.focus == nil {
		return nil
	}
	return func() tea.Msg {
		o.focus(refs)
		return nil
	}
}

// pace says how often clusters are to be read.
func (o *outside) pace(p engine.Pace) tea.Cmd {
	if o.setPace == nil {
		return nil
	}
	return func() tea.Msg {
		o.setPace(p)
		return nil
	}
}

// read has everything read anew.
func (o *outside) read() tea.Cmd {
	if o.readNow == nil {
		return nil
	}
	return func() tea.Msg {
		o.readNow()
		return nil
	}
}

// nextMarks reads the marks after a while.
func (o *outside) nextMarks(after time.Duration) tea.Cmd {
	if o.notebook == nil {
		return nil
	}
	return func() tea.Msg {
		t := time.NewTimer(after)
		defer t.Stop()
		select {
		case now := <-t.C:
			marks, err := o.notebook.Since(now.Add(-marksSpan))
			return marksMsg{marks, err}
		case <-o.done:
			return nil
		}
	}
}

// mark notes this moment.
func (o *outside) mark(cluster, text string) tea.Cmd {
	return func() tea.Msg {
		mark, err := o.notebook.Set(cluster, text)
		return markedMsg{mark, err}
	}
}

// keepSettings keeps what a person has chosen.
func (o *outside) keepSettings(s Settings) tea.Cmd {
	return func() tea.Msg { return keptMsg{s, o.keep(s.Encode())} }
}

// keepPast keeps a line that : took for the sessions to come. After one that could not be kept no other is tried.
func (m *model) keepPast(line string) tea.Cmd {
	keep := m.out.keepPast
	if keep == nil || !toAView(line) {
		return nil
	}
	return func() tea.Msg {
		err := keep(line)
		return answerMsg(func(m *model) tea.Cmd {
			if err != nil {
				m.out.keepPast = nil
				m.notice = "what : takes is not remembered: " + m.glyphs.Safe(err.Error())
			}
			return nil
		})
	}
}

// writeFile writes what was copied into a file.
func (o *outside) writeFile(name, s string) tea.Cmd {
	return func() tea.Msg {
		path, err := o.write(name, []byte(s))
		return answerMsg(func(m *model) tea.Cmd {
			m.notice = "copied as Markdown into " + m.glyphs.Safe(path)
			if err != nil {
				m.notice = "not copied: " + m.glyphs.Safe(err.Error())
			}
			return nil
		})
	}
}

// nextTick comes when the next full step begins, unless all ends before.
func (o *outside) nextTick(step time.Duration) tea.Cmd {
	return func() tea.Msg {
		now := time.Now()
		t := time.NewTimer(now.Truncate(step).Add(step).Sub(now))
		defer t.Stop()
		select {
		case at := <-t.C:
			return tickMsg(at)
		case <-o.done:
			return nil
		}
	}
}

// synchronize has frames shown whole. The terminal layer asks for it only where no SSH is seen, and terminals that do not
// know the mode ignore it.
func synchronize() tea.Msg {
	return tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset}
}

func copyOut(s string) tea.Cmd { return tea.SetClipboard(s) }
