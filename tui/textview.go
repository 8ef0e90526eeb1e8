package tui

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"weir/internal/text"
	"weir/lag"
)

// textView shows lines to scroll: all fields of one thing, or its JSON.
type textView struct {
	title, of string
	body      []string // safe
	cmd       []string
	rows      []string // the body, folded to width
	width     int
	top, page int
	at        string // when it was made
}

// newTextView shows a page that does not change while it is read; it says when it was made.
func newTextView(s *snap, title, of string, body []string, cmd []string) *textView {
	return &textView{title: title, of: of, body: body, cmd: cmd, at: s.stamp(s.asOf)}
}

// indent spreads JSON over lines. What is no JSON stays as it is.
func indent(s *snap, body []string) []string {
	var out []string
	for _, l := range body {
		var b bytes.Buffer
		if json.Indent(&b, []byte(l), "", "  ") != nil {
			out = append(out, s.safe(l))
			continue
		}
		for part := range bytes.SplitSeq(b.Bytes(), []byte("\n")) {
			out = append(out, s.safe(string(part)))
		}
	}
	return out
}

// fold breaks a line that is too long, and sets its rest in: nothing of it is left out.
func fold(l string, w int) []string {
	const indent = "      "
	var out []string
	for lead := ""; ; lead = indent {
		at, cells := 0, len(lead)
		for i, r := range l {
			if cells += text.Width(string(r)); cells > w && i > 0 {
				break
			}
			at = i + utf8.RuneLen(r)
		}
		out = append(out, lead+l[:at])
		if l = l[at:]; l == "" {
			return out
		}
	}
}

func (t *textView) place() place            { return atText }
func (t *textView) crumbs(*snap) []string   { return []string{t.of, t.title} }
func (t *textView) focus(*snap) []lag.Ref   { return nil }
func (t *textView) sync(*snap)              {}
func (t *textView) command(*snap) []string  { return t.cmd }
func (t *textView) markdown(s *snap) string { return fence(t.body) }

func (t *textView) draw(s *snap, w, h int) ([]line, string) {
	out := []line{nil, rule(s, t.title+" of "+s.safe(t.of), "as of "+t.at, w)}
	if t.width != w {
		t.width, t.rows = w, nil
		for _, l := range t.body {
			t.rows = append(t.rows, fold(l, w-4)...)
		}
	}
	t.page = max(1, h-len(out))
	t.top = max(0, min(t.top, len(t.rows)-t.page))
	for i := t.top; i < len(t.rows) && i < t.top+t.page; i++ {
		out = append(out, put(plain, "   "+t.rows[i]))
	}
	return out, "line " + itoa(min(t.top+1, len(t.rows))) + " of " + itoa(len(t.rows))
}

func (t *textView) do(_ *snap, v verb) intent {
	switch v {
	case vUp:
		t.top--
	case vDown:
		t.top++
	case vFirst:
		t.top = 0
	case vLast:
		t.top = len(t.rows)
	case vHalfUp:
		t.top -= t.page / 2
	case vHalfDown:
		t.top += t.page / 2
	case vPageUp:
		t.top -= t.page
	case vPageDown:
		t.top += t.page
	}
	t.top = max(0, min(t.top, len(t.rows)-t.page))
	return nil
}
