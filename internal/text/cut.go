package text

import (
	"strings"
	"unicode/utf8"
)

// Ellipsis is the one cell that stands for what was cut: … or, in ASCII, >.
func (g Glyphs) Ellipsis() string {
	if g == ASCII {
		return ">"
	}
	return "…"
}

// CutEnd returns s in at most w cells; what doesn't fit is cut at the end and marked by the
// ellipsis. A wide character is never split, so the result may be a cell short of w. s must be
// safe already. With w < 1 nothing is left.
func (g Glyphs) CutEnd(s string, w int) string {
	if Width(s) <= w {
		return s
	}
	if w < 1 {
		return ""
	}
	return s[:headBytes(s, w-1)] + g.Ellipsis()
}

// CutMiddle is CutEnd with the cut in the middle, for names that share a long prefix: the end
// gets the odd cell. In fewer than 5 cells it cuts at the end.
func (g Glyphs) CutMiddle(s string, w int) string {
	if Width(s) <= w {
		return s
	}
	if w < 5 {
		return g.CutEnd(s, w)
	}
	head := (w - 1) / 2
	return s[:headBytes(s, head)] + g.Ellipsis() + s[tailStart(s, w-1-head):]
}

// PadEnd returns s followed by spaces up to w cells; it never cuts.
func PadEnd(s string, w int) string {
	if n := w - Width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// PadStart returns s after spaces up to w cells; it never cuts.
func PadStart(s string, w int) string {
	if n := w - Width(s); n > 0 {
		return strings.Repeat(" ", n) + s
	}
	return s
}

// headBytes is the length in bytes of the longest start of s of at most w cells, with the marks
// that belong to its last character.
func headBytes(s string, w int) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if w -= runeWidth(r); w < 0 {
			return i
		}
		i += n
	}
	return len(s)
}

// tailStart is where the longest end of s of at most w cells begins; never at a mark, which
// would sit on the ellipsis.
func tailStart(s string, w int) int {
	start := len(s)
	for i := len(s); i > 0; {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		rw := runeWidth(r)
		if w -= rw; w < 0 {
			break
		}
		i -= n
		if rw > 0 {
			start = i
		}
	}
	return start
}
