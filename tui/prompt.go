package tui

import (
	"strings"
	"unicode/utf8"

	"weir/internal/text"
)

// prompt is a line of input at the foot of the screen: a filter, the name of a view, a mark.
type prompt struct {
	kind    byte // '/', ':', 'm' for a mark, 'n' for a note
	input   string
	back    int    // runes between the cursor and the end
	was     string // what Esc brings back
	fault   string
	doubt   string // of a filter that is being typed: why what is shown is not filtered by it
	stood   string // the row under the cursor when it was opened
	history []string
	at      int // in the history, counted from its end; 0: the input itself

	complete func(input string) []string // nil: nothing is completed
	offered  []string                    // by the last completion
	tabbed   int                         // which of them stands there
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
	before, after := p.halves()
	p.input = before + b.String() + after
	p.fault, p.at = "", 0
}

// halves are the input before the cursor, and from it on.
func (p *prompt) halves() (before, after string) {
	all := []rune(p.input)
	at := max(0, len(all)-p.back)
	return string(all[:at]), string(all[at:])
}

// move moves the cursor by so many runes.
func (p *prompt) move(by int) {
	p.back = max(0, min(p.back-by, utf8.RuneCountInString(p.input)))
}

func (p *prompt) backspace() {
	before, after := p.halves()
	_, n := utf8.DecodeLastRuneInString(before)
	p.input, p.fault = before[:len(before)-n]+after, ""
}

// word drops the word before the cursor.
func (p *prompt) word() {
	before, after := p.halves()
	before = strings.TrimRight(before, " ")
	p.input, p.fault = before[:strings.LastIndex(before, " ")+1]+after, ""
}

// recall goes through the history.
func (p *prompt) recall(by int) {
	p.at, p.back = max(0, min(p.at+by, len(p.history))), 0
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
		r, hint = quiet, "Enter keeps, Esc leaves it"
		if p.kind == ':' {
			hint = "Enter goes there, Esc leaves it"
		}
		if p.doubt != "" {
			hint = p.doubt
		}
		switch p.kind {
		case ':', '/':
			if all := p.hints(); all != "" {
				if p.kind == '/' {
					all = hint + "; " + all
				}
				hint = all
			}
		case 'm':
			hint = "what happened? Enter notes this moment; no cluster is changed"
		}
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
	before, after := p.halves()
	under, rest := " ", ""
	if _, n := utf8.DecodeRuneInString(after); n > 0 {
		under, rest = s.safe(after[:n]), s.safe(after[n:])
	}
	rest = s.glyphs.CutEnd(rest, max(0, w/2))
	margin := 12
	if p.fault != "" { // is read before what is wrong
		margin = max(margin, min(w/2, text.Width(p.fault)+6))
	}
	before = lastCells(s.safe(before), max(0, w-margin-text.Width(rest))) // the end is what is being typed
	l := put(accent, lead).add(strong, before).add(cursor, under).add(strong, rest)
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
	{"0", "clusters", []string{"c", "contexts"}, func() view { return newClusters() }},
}

// unbuilt are the views that a number is kept for.
var unbuilt = map[string]string{"6": "jobs of Connect and Flink", "7": "replication flows"}

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

// hints are what the line may become.
func (p *prompt) hints() string {
	if p.complete == nil {
		return ""
	}
	all := p.complete(p.input)
	if len(all) == 0 || len(all) == 1 && all[0] == p.input {
		return ""
	}
	begin := strings.LastIndexAny(p.input, " ,|") + 1 // what stands already is not told again
	for i := range all {
		if rest, same := strings.CutPrefix(all[i], p.input[:begin]); same {
			all[i] = strings.TrimRight(rest, " ")
		}
	}
	return "Tab: " + strings.Join(all, " ")
}
