package tui

import (
	"strings"
	"unicode/utf8"

	"weir/internal/text"
)

// prompt is a line of input at the foot of the screen: a filter, the name of a view, a mark.
type prompt struct {
	kind    byte // '/', ':', or 'm' for a mark
	input   string
	was     string // what Esc brings back
	fault   string
	history []string
	at      int // in the history, counted from its end; 0: the input itself
}

// longest is how much a prompt takes; more is a paste gone astray.
const longest = 500

// insert takes in typed or pasted text; line ends and control bytes are dropped.
func (p *prompt) insert(s string) {
	var b strings.Builder
	for _, r := range s {
		if r >= ' ' && r != 0x7f && r != utf8.RuneError {
			b.WriteRune(r)
		}
		if b.Len() > longest {
			break
		}
	}
	if len(p.input)+b.Len() > longest {
		p.fault = "too long: " + itoa(longest) + " characters at most"
		return
	}
	p.input += b.String()
	p.fault, p.at = "", 0
}

func (p *prompt) backspace() {
	_, n := utf8.DecodeLastRuneInString(p.input)
	p.input = p.input[:len(p.input)-n]
	p.fault = ""
}

// word drops the last word.
func (p *prompt) word() {
	p.input = strings.TrimRight(p.input, " ")
	p.input = p.input[:strings.LastIndex(p.input, " ")+1]
	p.fault = ""
}

// recall goes through the history.
func (p *prompt) recall(by int) {
	p.at = max(0, min(p.at+by, len(p.history)))
	if p.at == 0 {
		p.input = ""
		return
	}
	p.input = p.history[len(p.history)-p.at]
}

func (p *prompt) draw(s *snap, w int) line {
	hint := p.fault
	r := warning
	if hint == "" {
		r, hint = quiet, "Enter keeps, Esc clears"
		switch p.kind {
		case ':':
			hint = strings.Join(completions(s, p.input), " ")
		case 'm':
			hint = "what happened? Enter notes this moment; no cluster is changed"
		}
	}
	shown := s.safe(p.input)
	if over := text.Width(shown) - (w - 12); over > 0 { // the end is what is being typed
		runes := []rune(shown)
		for over > 0 && len(runes) > 0 {
			over -= text.Width(string(runes[0]))
			runes = runes[1:]
		}
		shown = string(runes)
	}
	lead := string(p.kind)
	if p.kind == 'm' {
		lead = "mark "
	}
	if p.kind == 'n' {
		lead = "note: "
		if p.fault == "" {
			hint = "why it is well as it is; Enter ends the run, Esc leaves it open"
		}
	}
	l := put(accent, lead).add(strong, shown).add(cursor, " ")
	room := w - l.width() - 2
	if room < 8 {
		return l
	}
	return l.add(plain, "  ").add(r, s.glyphs.CutEnd(s.safe(hint), room))
}

// named views of the palette, with their aliases.
var viewNames = []struct {
	key     string // the number that goes there; "" none
	name    string
	aliases []string
	make    func() view
}{
	{"1", "overview", []string{"o"}, func() view { return newOverview() }},
	{"2", "groups", []string{"g", "group"}, func() view { return newGroups() }},
	{"3", "topics", []string{"t", "topic"}, func() view { return newTopics() }},
	{"4", "brokers", []string{"b", "broker"}, func() view { return newBrokers() }},
	{"5", "events", []string{"e", "changes"}, func() view { return newEvents() }},
	{"8", "runs", []string{"r"}, func() view { return newRuns() }},
	{"9", "audit", nil, func() view { return newAudit() }},
}

// setCompletions are the settings, or the values of one, that begin so.
func setCompletions(rest string) []string {
	var out []string
	for _, k := range settings {
		if !strings.Contains(rest, "=") || k.values == nil {
			out = append(out, "set "+k.name+"=")
			continue
		}
		for _, v := range k.values {
			out = append(out, "set "+k.name+"="+v)
		}
	}
	kept := out[:0]
	for _, c := range append(out, "set columns=") {
		if strings.HasPrefix(c, "set "+strings.TrimSpace(rest)) {
			kept = append(kept, c)
		}
	}
	return kept
}

// completions are the commands that begin so.
func completions(s *snap, input string) []string {
	var out []string
	for _, v := range viewNames {
		out = append(out, v.name)
	}
	out = append(out, "arm", "disarm", "run", "save", "set", "ctx", "help", "q")
	if rest, is := strings.CutPrefix(strings.TrimLeft(input, " "), "set "); is {
		return setCompletions(rest)
	}
	kept := out[:0]
	for _, name := range out {
		if strings.HasPrefix(name, strings.TrimSpace(input)) {
			kept = append(kept, name)
		}
	}
	return kept
}
