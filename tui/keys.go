package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// key does what a key is bound to, or says why it can't here.
func (m *model) key(k tea.KeyPressMsg) tea.Cmd {
	name := k.String()
	if m.prompt != nil && name != "ctrl+c" && name != "ctrl+z" {
		return m.promptKey(name, k.Text)
	}
	m.notice, m.clicked = "", clicked{}
	if name != "q" && name != ":" {
		m.leaving = false
	}
	if t, ok := m.top().(typist); ok && !m.tooSmall() {
		if i, taken := t.typeKey(m.snap(), name, k.Text); taken {
			return m.obey(i)
		}
	}
	b := bindingOf(name, m.top().place())
	switch {
	case b == nil:
		m.notice = m.glyphs.Safe(name) + " does nothing here; ? lists the keys"
	case m.tooSmall() && b.verb != vQuit && b.verb != vInterrupt && b.verb != vSuspend:
		m.notice = "the screen is too small"
	case !b.works(m.top().place()):
		m.notice = b.not
	case b.verb == vView:
		m.number(name)
	default:
		return m.do(b.verb)
	}
	return nil
}

// do does a verb that works in the view on top.
func (m *model) do(v verb) tea.Cmd {
	switch v {
	case vInterrupt:
		return m.interrupt()
	case vQuit:
		return m.quit()
	case vSuspend:
		return m.suspend()
	case vEsc:
		m.climb()
	case vBack:
		m.lastView()
	case vPalette:
		m.ask(':', "")
	case vFilter:
		if f, ok := m.top().(filtered); ok {
			m.ask('/', f.filter())
		}
	case vUTC:
		m.utc = !m.utc
		m.set.UTC = m.utc
	case vMoment:
		if m.out.notebook == nil {
			m.notice = "there is no state directory to keep a mark in"
			return nil
		}
		m.ask('m', "")
	case vReadNow:
		if p, ok := m.top().(*peek); ok && !p.waits {
			p.asked = false
		}
		m.notice = "reading all anew"
		return m.out.read()
	case vSlower, vFaster:
		return m.refreshBy(v == vSlower)
	case vEarlier, vLater:
		m.travel(v == vEarlier)
	case vFreeze:
		m.freeze()
	case vHelp:
		if _, already := m.top().(*help); already {
			m.climb()
			break
		}
		crumbs := m.top().crumbs(m.snap())
		m.open(newHelp(m.top().place(), crumbs[0]))
	case vAct:
		return m.actOn()
	case vUndo:
		return m.undoLast()
	case vLeave:
		m.askNote()
	case vDescribe, vRaw:
		m.page(v == vRaw)
	case vCommand:
		cmd := shellLine(m.top().command(m.snap()))
		m.notice = "copied: " + m.glyphs.Safe(cmd)
		return copyOut(cmd)
	case vCopy:
		return m.copyTo("")
	default:
		return m.obey(m.top().do(m.snap(), v))
	}
	return nil
}

// obey does what a view asks for.
func (m *model) obey(i intent) tea.Cmd {
	switch i := i.(type) {
	case openView:
		m.open(i.v)
	case replaceView:
		m.show(append(slices.Clone(m.stack[:len(m.stack)-1]), i.v))
	case say:
		m.notice = i.why
	case toCluster:
		m.context(i.name)
	case nil:
	default:
		return m.react(i)
	case runVerb:
		if h, ok := m.top().(*help); ok {
			under := h.under
			m.stack = m.stack[:len(m.stack)-1]
			return m.fromHelp(i.v, under)
		}
		return m.do(i.v)
	}
	return nil
}

// fromHelp does a key that was chosen in the help, if it works in the view below.
func (m *model) fromHelp(v verb, under place) tea.Cmd {
	var not string
	works := false
	for i := range bindings {
		if b := &bindings[i]; b.verb == v {
			works = works || b.works(under)
			not = b.not
		}
	}
	switch {
	case !works:
		m.notice = not
		return nil
	case v == vView:
		m.notice = numbered()
		return nil
	}
	return m.do(v)
}

// climb takes the first of these: the filter off, the narrowing to troubles off, one view up.
func (m *model) climb() {
	if f, ok := m.top().(filtered); ok && f.filter() != "" {
		if f.setFilter(m.snap(), "") == nil {
			return
		}
	}
	if n, ok := m.top().(interface{ unmark() bool }); ok && n.unmark() {
		return
	}
	if n, ok := m.top().(interface{ widen() bool }); ok && n.widen() {
		return
	}
	switch {
	case len(m.stack) > 1:
		m.show(m.stack[:len(m.stack)-1])
	case m.top().place() != atOverview:
		m.root(newOverview())
	default:
		m.notice = "this is the top; q quits"
	}
}

func (m *model) quit() tea.Cmd {
	if len(m.stack) == 1 {
		return m.leaveAll("q")
	}
	m.show(m.stack[:len(m.stack)-1])
	return nil
}

// leaveAll ends the console; while a run is under way only when it is asked a second time, by the key or by the word.
func (m *model) leaveAll(by string) tea.Cmd {
	if m.acts.under() && !m.leaving {
		m.leaving = true
		m.notice = "a run is under way: leaving stops it after the step in hand; " + by + " again leaves, any other key stays"
		return nil
	}
	return tea.Quit
}

// number goes to a view by its number.
func (m *model) number(name string) {
	for _, v := range viewNames {
		if v.key == name {
			made := v.make()
			if len(m.stack) == 1 && m.top().place() == made.place() {
				m.notice = "this is " + v.name + ", from the begin"
			}
			m.root(made)
			return
		}
	}
	m.notice = name + " is kept for " + unbuilt[name] + ", which weir doesn't watch yet"
}

// numbered lists the views that have a number.
func numbered() string {
	var out []string
	for _, v := range viewNames {
		if v.key != "" {
			out = append(out, v.key+" "+v.name)
		}
	}
	return strings.Join(out, "  ")
}

// freeze holds the screen, or lets it go on.
func (m *model) freeze() {
	if m.frozen.IsZero() {
		m.frozen = m.now
		return
	}
	m.frozen, m.shown = time.Time{}, m.state
}

// page opens all fields of what is under the cursor, or its JSON.
func (m *model) page(raw bool) {
	sub, ok := m.top().(subject)
	if !ok {
		m.notice = "there is nothing here to describe"
		return
	}
	s := m.snap()
	of, body, ok := sub.describe(s, raw)
	if !ok {
		m.notice = "there is nothing under the cursor"
		return
	}
	title := "all fields"
	if raw {
		title, body = "JSON", indent(s, body)
	}
	m.open(newTextView(s, title, of, body, m.top().command(s)))
}

// ask opens the prompt.
func (m *model) ask(kind byte, input string) {
	m.prompt = &prompt{kind: kind, input: input, was: input, history: m.past[kind]}
	switch t, ok := m.top().(tabled); {
	case ok && kind == '/':
		m.prompt.stood = t.tableOf().cursor()
		m.prompt.complete = func(input string) []string { return t.tableOf().completions(m.snap(), input) }
	case kind == ':':
		m.prompt.complete = func(input string) []string { return completions(m.snap(), input) }
	}
}

func (m *model) paste(text string) tea.Cmd {
	if m.prompt != nil {
		m.prompt.insert(text)
		m.preview()
		return nil
	}
	if t, ok := m.top().(typist); ok {
		return m.obey(t.pasted(m.snap(), text))
	}
	m.notice = "a paste does nothing here"
	return nil
}

// interrupt stops the run under way, and leaves when none is, or when that was asked before.
func (m *model) interrupt() tea.Cmd {
	if m.acts.under() && !m.acts.work.stopping {
		m.stopWork()
		m.notice += "; ctrl+c again leaves"
		return nil
	}
	return tea.Quit
}
