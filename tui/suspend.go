package tui

import (
	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// shellAbove reports whether a shell waits below the console: one with job control has put it into a process group of its own.
// Where there is none, as behind `ssh -t host weir` or in a window of tmux opened for it, the kernel drops the signal that would
// stop the console, and nobody would ever send it the one to go on.
func shellAbove() bool {
	session, err := unix.Getsid(0)
	return err == nil && unix.Getpgrp() != session
}

// suspend gives the terminal to the shell until that brings the console back, or says that there is none.
func (m *model) suspend() tea.Cmd {
	if m.shell {
		return tea.Suspend
	}
	m.notice = "no shell waits for this terminal: weir was started in its place; q leaves"
	return nil
}
