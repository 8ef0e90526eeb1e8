package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Width is how many terminal cells s takes. s must be safe already: what Safe writes out counts
// here as the rune it is, and a control byte or an invalid one counts 1.
//
// East Asian wide and fullwidth characters (UAX #11) take 2 cells, combining marks and conjoining
// Hangul vowels and finals 0, everything else 1. Ambiguous ones take 1: a terminal that draws them
// wide gets the ASCII glyphs.
func Width(s string) int {
	w := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			w++
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		w += runeWidth(r)
		i += n
	}
	return w
}

func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1160 && r <= 0x11FF, r >= 0xD7B0 && r <= 0xD7FF:
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
