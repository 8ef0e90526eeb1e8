package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// promptKey edits the prompt's line.
func (m *model) promptKey(name, text string) tea.Cmd {
	p := m.prompt
	switch name {
	case "enter":
		return m.answer()
	case "esc":
		m.unfilter()
		return nil
	case "backspace", "ctrl+h":
		if p.input == "" {
			m.unfilter()
			return nil
		}
		p.backspace()
	case "ctrl+w":
		p.word()
	case "ctrl+u":
		p.input, p.fault, p.back = "", "", 0
	case "up":
		p.recall(1)
	case "down":
		p.recall(-1)
	case "tab":
		p.tab(1)
	case "shift+tab":
		p.tab(-1)
	case "left":
		p.move(-1)
	case "right":
		p.move(1)
	case "home":
		p.move(-longest)
	case "end":
		p.move(longest)
	default:
		p.insert(text)
	}
	m.preview()
	return nil
}

// answer takes what was typed.
func (m *model) answer() tea.Cmd {
	p := m.prompt
	input := strings.TrimSpace(p.input)
	if p.kind == '/' {
		if f, ok := m.top().(filtered); ok {
			if err := f.setFilter(m.snap(), input); err != nil {
				p.fault = err.Error()
				return nil
			}
		}
	}
	m.prompt = nil
	if input != "" {
		m.past[p.kind] = remembered(m.past[p.kind], input)
	}
	switch {
	case p.kind == ':':
		return tea.Batch(m.goTo(input), m.keepPast(input))
	case p.kind == 'n':
		return m.note(input)
	case p.kind == 'm' && input != "":
		return m.out.mark(m.snap().conf.Name, input)
	}
	return nil
}

// goTo opens a view by its name: groups, groups /expr, ctx NAME, q.
func (m *model) goTo(input string) tea.Cmd {
	name, rest, _ := strings.Cut(input, " ")
	rest = strings.TrimSpace(rest)
	m.leaving = m.leaving && (name == "q" || name == "quit")
	switch name {
	case "":
		return nil
	case "q", "quit":
		return m.leaveAll(":q")
	case "help":
		return m.do(vHelp)
	case "set":
		m.setTo(rest)
		return nil
	case "ctx", "cluster":
		m.context(rest)
		return nil
	case "arm":
		return m.armingWord(rest)
	case "disarm":
		return m.disarmWord()
	case "save":
		return m.saveAs(rest)
	case "copy":
		return m.copyTo(rest)
	case "group", "topic", "broker":
		if rest != "" && !strings.HasPrefix(rest, "/") {
			m.item(name, rest)
			return nil
		}
	case "run":
		return m.toWork()
	}
	for _, v := range viewNames {
		if v.name != name && !has(v.aliases, name) {
			continue
		}
		made := v.make()
		if expr, ok := strings.CutPrefix(rest, "/"); ok {
			f, can := made.(filtered)
			if !can {
				m.notice = v.name + " takes no filter"
				return nil
			}
			if err := f.setFilter(m.snap(), expr); err != nil {
				m.notice = err.Error()
				return nil
			}
		}
		if rest != "" && !strings.HasPrefix(rest, "/") {
			m.notice = ":" + v.name + " takes a filter behind a slash: :" + v.name + " /" + m.glyphs.Safe(rest)
			return nil
		}
		m.root(made)
		return nil
	}
	for _, what := range unbuilt {
		if name != "of" && name != "and" && has(strings.Fields(strings.ToLower(what)), strings.ToLower(name)) {
			m.notice = "weir doesn't watch " + what + " yet"
			return nil
		}
	}
	m.notice = "no view is named " + m.glyphs.Safe(name) + "; there are " + strings.Join(completions(m.snap(), ""), ", ")
	return nil
}

func has(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

// item opens the page of one thing by its name.
func (m *model) item(kind, name string) {
	s := m.snap()
	known := slices.Contains(argumentsOf(s, kind), name)
	if !known {
		m.notice = "no " + kind + " is named " + s.safe(name) + "; Tab completes, :" + kind + "s /" + s.safe(name) + " filters"
		return
	}
	switch kind {
	case "group":
		m.open(newGroupPage(name))
	case "topic":
		m.open(newTopicPage(name, 0))
	case "broker":
		if id, err := strconv.ParseInt(name, 10, 32); err == nil {
			m.open(newBrokerPage(int32(id)))
		}
	}
}

// copyTo copies the view on top as Markdown: to a file of that name, or without one to the terminal's clipboard.
func (m *model) copyTo(name string) tea.Cmd {
	switch {
	case name == "":
		m.notice = "copied as Markdown by OSC 52; where the terminal takes none: :copy FILE"
		return copyOut(m.markdown())
	case m.out.write == nil:
		m.notice = "files can't be written here"
		return nil
	}
	return m.out.writeFile(name, m.markdown())
}

// context goes to another cluster.
func (m *model) context(name string) {
	var names []string
	for i, c := range m.clusters {
		if c.Name == name {
			m.current, m.stack, m.visited = i, []view{newOverview()}, visited{}
			return
		}
		names = append(names, m.glyphs.Safe(c.Name))
	}
	m.notice = "no cluster " + m.glyphs.Safe(name) + " is open; there is " + strings.Join(names, ", ")
}
