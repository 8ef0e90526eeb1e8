package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

func sizeMsg(w, h int) tea.Msg { return tea.WindowSizeMsg{Width: w, Height: h} }

func (c *console) send(msg tea.Msg) tea.Cmd {
	_, cmd := c.m.Update(msg)
	return cmd
}

// run sends a message and does what comes of it, until nothing does.
func (c *console) run(msg tea.Msg) *console {
	c.t.Helper()
	c.do(c.send(msg))
	return c
}

func (c *console) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, each := range msg {
			c.do(each)
		}
	default:
		c.do(c.send(msg))
	}
}

// keyMsg is a key by the name the terminal layer gives it.
func keyMsg(k string) tea.KeyPressMsg {
	if code, ok := special[k]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if rest, ok := strings.CutPrefix(k, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(rest)[0], Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

var special = map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
	"left": tea.KeyLeft, "right": tea.KeyRight, "backspace": tea.KeyBackspace, "space": tea.KeySpace, "pgdown": tea.KeyPgDown, "home": tea.KeyHome}

// press presses keys by the names the terminal layer gives them.
func (c *console) press(keys ...string) *console {
	c.t.Helper()
	for _, k := range keys {
		msg := keyMsg(k)
		if got := msg.String(); got != k {
			c.t.Fatalf("the key %q arrives as %q", k, got)
		}
		c.send(msg)
	}
	return c
}

// write types text.
func (c *console) write(s string) *console {
	for _, r := range s {
		c.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return c
}

// plain returns the screen without colours.
func (c *console) plain() string {
	lines := c.m.frame()
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimRight(l.fit(c.m.glyphs, c.m.w).text(), " ")
	}
	return strings.Join(out, "\n")
}

// reads fails unless the screen holds all the texts.
func (c *console) reads(want ...string) *console {
	c.t.Helper()
	got := c.plain()
	for _, w := range want {
		if !strings.Contains(got, w) {
			c.t.Errorf("the screen doesn't read %q:\n%s", w, got)
		}
	}
	return c
}

// lacks fails if the screen holds one of the texts.
func (c *console) lacks(not ...string) *console {
	c.t.Helper()
	got := c.plain()
	for _, w := range not {
		if strings.Contains(got, w) {
			c.t.Errorf("the screen reads %q:\n%s", w, got)
		}
	}
	return c
}

// under returns the row under the cursor.
func (c *console) under() string {
	for _, l := range strings.Split(c.plain(), "\n") {
		if strings.HasPrefix(l, " > ") {
			return l
		}
	}
	return ""
}

// lineOf returns on which line of the screen a text stands; −1 when on none.
func (c *console) lineOf(s string) int {
	for i, l := range strings.Split(c.plain(), "\n") {
		if strings.Contains(l, s) {
			return i
		}
	}
	return -1
}
