package tui

import (
	"slices"
	"strings"

	"weir/internal/query"
)

// mostOffered bounds how many words a prompt offers.
const mostOffered = 50

// tab completes the prompt's line: the first that is offered, and with each further press the next.
func (p *prompt) tab(by int) {
	if p.complete == nil {
		return
	}
	if n := len(p.offered); n < 2 || p.input != p.offered[p.tabbed] {
		p.offered, p.tabbed = p.complete(p.input), 0
		if by < 0 {
			p.tabbed = max(0, len(p.offered)-1)
		}
	} else {
		p.tabbed = (p.tabbed + by + n) % n
	}
	if len(p.offered) > 0 {
		p.input, p.fault, p.back = p.offered[p.tabbed], "", 0
	}
}

// commands that : takes beside the names of views. One that ends in a space takes more.
var commandNames = []string{"group ", "topic ", "broker ", "ctx ", "arm ", "disarm", "run", "copy ", "save ", "set ", "help", "q"}

// completions are the commands that a line may become: those that begin so, or else those that hold its letters in order.
func completions(s *snap, input string) []string {
	line := strings.TrimLeft(input, " ")
	if rest, is := strings.CutPrefix(line, "set "); is {
		return setCompletions(rest)
	}
	if verb, rest, more := strings.Cut(line, " "); more {
		return fitting(argumentsOf(s, verb), verb+" ", strings.TrimLeft(rest, " "))
	}
	var all []string
	for _, v := range viewNames {
		all = append(all, v.name)
	}
	return fitting(append(all, commandNames...), "", line)
}

// argumentsOf are the names that a command takes.
func argumentsOf(s *snap, verb string) []string {
	var out []string
	if (verb == "ctx" || verb == "cluster") && s.fleet != nil {
		for _, of := range s.fleet() {
			out = append(out, of.conf.Name)
		}
	}
	r := s.read()
	if r == nil || r.Topology == nil {
		return out
	}
	switch verb {
	case "group":
		for i := range r.Groups {
			if !r.Groups[i].Gone {
				out = append(out, r.Groups[i].Name)
			}
		}
	case "topic":
		for i := range r.Topics {
			if !r.Topics[i].Gone {
				out = append(out, r.Topics[i].Name)
			}
		}
	case "broker":
		for i := range r.Nodes {
			if !r.Nodes[i].Gone {
				out = append(out, itoa(int(r.Nodes[i].ID)))
			}
		}
	}
	slices.Sort(out)
	return out
}

// fitting are the words that begin with what was typed; when none does, those that hold its letters in order.
func fitting(words []string, lead, typed string) []string {
	for _, fits := range []func(string) bool{
		func(w string) bool { return strings.HasPrefix(w, typed) },
		func(w string) bool { return holds(strings.ToLower(w), strings.ToLower(typed)) },
	} {
		var out []string
		for _, w := range words {
			if len(out) < mostOffered && fits(w) {
				out = append(out, lead+w)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// holds reports whether the letters of some stand in w, in their order.
func holds(w, some string) bool {
	for _, r := range some {
		at := strings.IndexRune(w, r)
		if at < 0 {
			return false
		}
		w = w[at+len(string(r)):]
	}
	return true
}

// completions are the filters that a line may become: the name of a field where one is being typed, or one of its values.
func (l *list) completions(s *snap, input string) []string {
	t := &l.table
	if t.Columns == nil {
		made := l.source(s)
		t = &made
	}
	begin := strings.LastIndexAny(input, ",|") + 1
	lead, word := input[:begin], input[begin:]
	if rest, not := strings.CutPrefix(word, "!"); not && !strings.HasPrefix(rest, "=") {
		lead, word = lead+"!", rest
	}
	all := t.Fields()
	if at := strings.IndexAny(word, "=<>~!"); at >= 0 {
		i := slices.IndexFunc(all, func(f query.Field) bool { return f.Name == word[:at] })
		if i < 0 {
			return nil
		}
		end := at + 1
		if strings.HasPrefix(word[end:], "=") {
			end++
		}
		return fitting(all[i].Values, lead+word[:end], word[end:])
	}
	return fitting(l.fieldNames(all), lead, word)
}

// fieldNames are the names of fields: those of the columns first.
func (l *list) fieldNames(all []query.Field) []string {
	var out []string
	for _, c := range l.columns {
		if slices.ContainsFunc(all, func(f query.Field) bool { return f.Name == c.field }) {
			out = append(out, c.field)
		}
	}
	for _, f := range all {
		if !slices.Contains(out, f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}
