package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"weir/actions"
	"weir/internal/text"
)

// typeKey takes in what is typed into the field under the cursor, and moves between fields.
func (f *actForm) typeKey(_ *snap, name, typed string) (intent, bool) {
	if len(f.rows) == 0 {
		return nil, false
	}
	r := &f.rows[f.at]
	switch name {
	case "up", "shift+tab":
		f.at = max(0, f.at-1)
	case "down", "tab":
		f.at = min(len(f.rows)-1, f.at+1)
	case "space":
		if r.in != nil && r.chosenText() {
			f.edit(func(p *prompt) { p.insert(" ") })
			return nil, true
		}
		f.choose(r)
	case "left", "right":
		if r.values == nil {
			return nil, true
		}
		f.turn(r, name == "right")
	case "backspace", "ctrl+h":
		f.edit((*prompt).backspace)
	case "ctrl+w":
		f.edit((*prompt).word)
	case "ctrl+u":
		f.edit(func(p *prompt) { p.input = "" })
	default:
		switch {
		case typed == "" || r.in == nil && strings.Contains("jkgGct?:@", typed):
			return nil, false
		case r.in == nil:
			return say{"nothing is typed into this field: Space chooses, Tab goes on"}, true
		}
		f.edit(func(p *prompt) { p.insert(typed) })
	}
	return nil, true
}

// chosenText reports whether a space belongs into the text: of a radio only once something stands there.
func (r *field) chosenText() bool { return r.radio == "" || r.in.input != "" }

// edit changes the text under the cursor; what is typed into chooses itself.
func (f *actForm) edit(do func(*prompt)) {
	r := &f.rows[f.at]
	if r.in == nil {
		return
	}
	do(r.in)
	f.choose(r)
	f.check(r)
}

// choose chooses a field among those it excludes, or turns its value.
func (f *actForm) choose(r *field) {
	switch {
	case r.radio != "":
		for i := range f.rows {
			if f.rows[i].radio == r.radio {
				f.rows[i].chosen = false
			}
		}
		r.chosen = true
	case r.values != nil:
		f.turn(r, true)
	}
	f.fault = ""
}

func (f *actForm) turn(r *field, on bool) {
	by := 1
	if !on {
		by = len(r.values) - 1
	}
	r.pick = (r.pick + by) % len(r.values)
	f.fault = ""
}

// check says beside a field what is wrong with its form.
func (f *actForm) check(r *field) {
	r.fault = r.in.fault
	v := r.text()
	for _, p := range f.of.spec.Params {
		if p.Name == r.param && v != "" && r.fault == "" {
			if err := p.Check(v); err != nil {
				r.fault = err.Error()
			}
		}
	}
}

func (f *actForm) pasted(_ *snap, s string) intent {
	if len(f.rows) == 0 || f.rows[f.at].in == nil {
		return say{"a paste does nothing here"}
	}
	f.edit(func(p *prompt) { p.insert(strings.TrimSpace(strings.ReplaceAll(s, "\n", " "))) })
	return nil
}

func (f *actForm) do(s *snap, v verb) intent {
	switch v {
	case vUp:
		f.at = max(0, f.at-1)
	case vDown:
		f.at = max(0, min(len(f.rows)-1, f.at+1))
	case vFirst, vPageUp, vHalfUp:
		f.at = 0
	case vLast, vPageDown, vHalfDown:
		f.at = max(0, len(f.rows)-1)
	case vOpen:
		if r := f.hand(); r != nil && r.radio != "" && !r.chosen {
			f.choose(r) // the plan must be of what is under the cursor, or somebody gets what they didn't point at
			return say{r.label + " is chosen now; Enter again asks for its plan"}
		}
		return f.ask()
	}
	return nil
}

// hand is the field under the cursor; nil where there is none.
func (f *actForm) hand() *field {
	if len(f.rows) == 0 {
		return nil
	}
	return &f.rows[f.at]
}

// ask asks for the plan, if all is well formed.
func (f *actForm) ask() intent {
	if f.wait {
		return say{"the plan is being made"}
	}
	for i := range f.rows {
		r := &f.rows[i]
		if r.in == nil || r.radio != "" && !r.chosen {
			continue
		}
		f.check(r)
		switch {
		case r.fault != "":
		case r.param == "" && r.text() == "":
			r.fault = needed
		case r.radio != "" && r.text() == "" && (r.needed || r.radio != "partitions"):
			r.fault = needed
		}
		if r.fault != "" {
			f.at = i
			if r.fault == needed && r.radio != "" && r.help != "" { // what is chosen is no name by itself
				return say{"needed here: " + r.help}
			}
			return say{r.label + " " + r.fault}
		}
	}
	req, files := f.request()
	full := map[string]string{}
	for k, v := range req.Params {
		full[k] = v
	}
	for k := range files {
		full[k] = ""
	}
	if err := f.of.spec.Check(full); err != nil {
		f.fault = failure(err)
		return nil
	}
	f.wait, f.fault = true, ""
	return askPlan{by: f, req: req, files: files, take: f.take}
}

// needed is what is wrong with a field that is empty and may not be.
const needed = "is needed"

// take takes in the plan, or why there is none: beside the field that the error names, or below them all.
func (f *actForm) take(m *model, p actions.Plan, err error) tea.Cmd {
	f.wait = false
	if err == nil {
		req, files := f.request()
		m.open(newPlanView(m.snap(), p, planSource{req: req, files: files, shell: f.shell(m.snap())}))
		return nil
	}
	said := failure(err)
	for i := range f.rows {
		r := &f.rows[i]
		if r.in != nil && (r.radio == "" || r.chosen) && r.text() != "" && r.text() != r.usual && strings.Contains(said, r.text()) {
			r.fault, f.at = m.glyphs.Safe(said), i
			return nil
		}
	}
	f.fault = m.glyphs.Safe(said)
	return nil
}

// draw draws the fields, the one under the cursor always among them.
func (f *actForm) draw(s *snap, w, h int) ([]line, string) {
	out := []line{pathLine(s, stepPlan, ""), nil}
	if h > 30 {
		out = append(out, subjectLines(s, f.on, w)...)
	}
	tail := f.tail(s, w)
	var body []line
	hand := 0
	for i := range f.rows {
		r := &f.rows[i]
		if r.head != "" {
			body = append(body, rule(s, r.head, f.fact(r), w))
		}
		if i == f.at {
			hand = len(body)
		}
		body = append(body, f.row(s, i, w)...)
	}
	if len(f.rows) == 0 {
		body = append(body, put(plain, "   ").add(plain, "This asks for nothing: Enter makes the plan."))
	}
	room := max(3, h-len(out)-len(tail))
	f.top = max(0, min(f.top, hand-1))
	if len(f.rows) > 0 { // all rows of the field in hand are seen
		f.top = max(f.top, hand+len(f.row(s, f.at, w))-room)
	}
	f.top = max(0, min(f.top, len(body)-room))
	out = append(out, padded(body[f.top:min(len(body), f.top+room)], min(room, len(body)))...)
	out = append(out, tail...)
	return out, "field " + itoa(min(f.at+1, len(f.rows))) + " of " + itoa(len(f.rows))
}

func (f *actForm) fact(r *field) string {
	if r.radio == "partitions" && len(f.on.marked) > 0 {
		return text.Plural(len(f.on.marked), "marked", "marked")
	}
	return ""
}

const labelCells = 14

// row draws a field, and below it what is wrong with it.
func (f *actForm) row(s *snap, i, w int) []line {
	r := &f.rows[i]
	under := i == f.at
	l := put(plain, "   ")
	label := plain
	if under {
		l, label = put(strong, " > "), cursor
	}
	if r.radio != "" {
		l = l.add(plain, map[bool]string{true: s.pick("(•) ", "(*) "), false: "( ) "}[r.chosen])
	}
	name := s.safe(r.label)
	l = l.add(label, name).add(plain, strings.Repeat(" ", max(1, labelCells-text.Width(name))))
	switch {
	case r.values != nil:
		for k, v := range r.values {
			l = l.add(plain, map[bool]string{true: s.pick("(•) ", "(*) "), false: "( ) "}[k == r.pick]+yesNo(r, v)+"  ")
		}
	case r.in != nil:
		l = l.add(strong, lastCells(s.safe(r.in.input), 40))
		if under {
			l = l.add(cursor, " ")
		}
		l = l.add(plain, "  ")
	}
	help, room := s.safe(r.help), w-l.width()-1
	whole := text.Width(help) <= room
	if room > 8 && (whole || !under) {
		l = l.add(quiet, s.glyphs.CutEnd(help, room))
	}
	out := []line{l.fit(s.glyphs, w)}
	if under && !whole { // of the field in hand it is never cut
		for _, said := range wrap(s.glyphs, help, w-12, 4) {
			out = append(out, put(quiet, strings.Repeat(" ", 10)+said))
		}
	}
	if r.fault != "" {
		for _, said := range wrap(s.glyphs, s.safe(r.fault), w-12, 4) {
			out = append(out, put(plain, strings.Repeat(" ", 10)).add(warning, said))
		}
	}
	return out
}

// yesNo tells the values of a switch in words.
func yesNo(r *field, v string) string {
	if len(r.values) == 2 && r.values[0] == "false" {
		return map[string]string{"false": "no", "true": "yes"}[v]
	}
	return v
}

// lastCells is the end of a text, which is where it is typed on.
func lastCells(s string, w int) string {
	runes := []rune(s)
	for text.Width(string(runes)) > w {
		runes = runes[1:]
	}
	return string(runes)
}

// tail is what is wrong, what is known, and the command that does the same.
func (f *actForm) tail(s *snap, w int) []line {
	var out []line
	switch {
	case f.wait:
		out = append(out, nil, put(plain, " ").add(accent, "Asking the brokers; this only reads. Esc leaves it."))
	case f.fault != "":
		out = append(out, nil)
		for _, said := range wrap(s.glyphs, f.fault, w-4, 5) {
			out = append(out, put(plain, " ").add(warning, said))
		}
	case !f.of.offer.Possible:
		out = append(out, nil)
		for _, said := range wrap(s.glyphs, s.safe(upperFirst(sentence(f.of.offer.Why))), w-4, 2) {
			out = append(out, put(plain, " ").add(warning, said))
		}
	}
	return append(out, fromShell(s, f.shell(s), " ", w)...)
}
