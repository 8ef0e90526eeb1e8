package tui

import (
	"strings"

	"weir/internal/text"
)

// rule is the head of a section: a bold title, a faint rule, and facts at its right.
func rule(s *snap, title, right string, w int) line {
	dash := s.pick("─", "-")
	l := put(plain, " ")
	if title != "" {
		l = l.add(strong, s.glyphs.CutEnd(title, max(1, w/2, w-text.Width(right)-8))).add(plain, " ")
	}
	room := w - l.width()
	if right != "" {
		right = s.glyphs.CutEnd(right, max(0, room-4))
		room -= text.Width(right) + 1
	}
	l = l.add(quiet, strings.Repeat(dash, max(0, room)))
	if right != "" {
		l = l.add(plain, " ").add(quiet, right)
	}
	return l
}

// padded fills up with empty rows, or cuts, to h.
func padded(lines []line, h int) []line {
	for len(lines) < h {
		lines = append(lines, nil)
	}
	return lines[:max(0, h)]
}

// cutRows keeps the first rows, and says that there are more.
func cutRows(all []line, most int, how string) []line {
	if len(all) <= most {
		return all
	}
	return append(all[:most-1:most-1], put(quiet, "   and "+itoa(len(all)-most+1)+" more; "+how))
}
