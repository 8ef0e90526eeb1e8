package tui

import (
	"strings"

	"weir/internal/text"
)

// span is text in one role. It is safe for a terminal.
type span struct {
	role role
	s    string
}

// line is one row of the screen.
type line []span

func put(r role, s string) line { return line{{r, s}} }

func (l line) add(r role, s string) line { return append(l, span{r, s}) }

// text returns the line without roles.
func (l line) text() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.s)
	}
	return b.String()
}

func (l line) width() int {
	w := 0
	for _, s := range l {
		w += text.Width(s.s)
	}
	return w
}

// padTo fills the line with spaces up to w cells.
func (l line) padTo(w int) line {
	if n := w - l.width(); n > 0 {
		return l.add(plain, strings.Repeat(" ", n))
	}
	return l
}

// fit cuts the line to w cells.
func (l line) fit(g text.Glyphs, w int) line {
	at := 0
	for i, s := range l {
		n := text.Width(s.s)
		if at+n > w {
			out := append(line(nil), l[:i]...)
			return out.add(s.role, g.CutEnd(s.s, w-at))
		}
		at += n
	}
	return l
}

// join puts right at the right edge of w cells, and cuts left where they would meet.
func join(g text.Glyphs, left, right line, w int) line {
	n := right.width()
	if n >= w {
		return right.fit(g, w)
	}
	return append(left.fit(g, w-n-1).padTo(w-n), right...)
}

// beside puts right next to left, which takes w cells and a gap.
func beside(g text.Glyphs, left, right []line, w, gap int) []line {
	var out []line
	for i := range max(len(left), len(right)) {
		var l line
		if i < len(left) {
			l = left[i].fit(g, w)
		}
		if i < len(right) {
			l = append(append(line(nil), l...).padTo(w+gap), right[i]...)
		}
		out = append(out, l)
	}
	return out
}

// paint turns lines into what a terminal reads, each cut to w cells.
func (t theme) paint(lines []line, w int) string {
	var b strings.Builder
	b.Grow(len(lines) * (w + 40))
	roles := t.roles()
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, s := range l.fit(t.glyphs, w) {
			said, after := s.s, ""
			if s.role == warning { // where it is a colour of the background, that of the words alone
				said = strings.TrimLeft(said, " ")
				b.WriteString(s.s[:len(s.s)-len(said)])
				said = strings.TrimRight(said, " ")
				after = s.s[len(s.s)-len(strings.TrimLeft(s.s, " "))+len(said):]
			}
			if code := roles[s.role]; code != "" && said != "" {
				b.WriteString("\x1b[")
				b.WriteString(code)
				b.WriteByte('m')
				b.WriteString(said)
				b.WriteString("\x1b[m")
				b.WriteString(after)
				continue
			}
			b.WriteString(said)
			b.WriteString(after)
		}
	}
	return b.String()
}

// wrap breaks a sentence into lines of at most w cells, at spaces; what doesn't fit into most lines is cut.
func wrap(g text.Glyphs, s string, w, most int) []string {
	var out []string
	for s != "" && len(out) < most {
		if text.Width(s) <= w {
			return append(out, s)
		}
		if len(out) == most-1 {
			return append(out, g.CutEnd(s, w))
		}
		head := breakAt(s, w)
		out = append(out, strings.TrimRight(s[:head], " "))
		s = strings.TrimLeft(s[head:], " ")
	}
	return out
}

// breakAt returns how many bytes of s go on a line of w cells.
func breakAt(s string, w int) int {
	cells, space := 0, 0
	for i, r := range s {
		n := text.Width(string(r))
		if cells+n > w {
			switch {
			case space > 0:
				return space
			case i > 0:
				return i
			}
			return i + len(string(r))
		}
		if cells += n; r == ' ' {
			space = i + 1
		}
	}
	return len(s)
}
