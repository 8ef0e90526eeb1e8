// Package text turns names, numbers and times into what a terminal can show.
//
// Manners:
//   - nothing that came from a cluster reaches a terminal before it went through Safe;
//   - width is counted in cells, never in bytes or runes;
//   - unknown is printed as "?", never as zero and never as a blank;
//   - a number that is rounded never looks like one that is exact (1.00k, not 1000);
//   - nothing here reads a clock, a locale or the environment.
package text

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Glyphs says which characters the terminal can show. The zero value is Unicode.
type Glyphs uint8

const (
	// Unicode is a terminal with a UTF-8 locale.
	Unicode Glyphs = iota
	// ASCII is a terminal that shows no more than the printable characters of ASCII.
	ASCII
)

// maxMarks is how many combining marks one base character keeps. No living script stacks more;
// longer stacks draw over the lines above and below.
const maxMarks = 8

const hexDigits = "0123456789abcdef"

// Safe returns s with everything that could steer, confuse or tear a terminal line written out:
// control bytes and invalid UTF-8 as \x1b, other code points as \u202e or \U000e0001. That
// covers C0, DEL, C1, the bidi controls (UAX #9), zero-width and other default-ignorable code
// points, line and paragraph separators, spaces other than U+0020, private and unassigned code
// points, marks without a base, and code points whose width hangs on their neighbours (emoji
// modifiers, regional indicators). Ordinary letters, wide and combining ones too, stay as they are.
//
// A backslash stays a backslash, so Safe(Safe(s)) is Safe(s). A clean s is returned without a copy.
func Safe(s string) string { return Unicode.Safe(s) }

// AppendSafe appends Safe(s) to dst.
func AppendSafe(dst []byte, s string) []byte { return Unicode.AppendSafe(dst, s) }

// Safe is Safe for these glyphs: ASCII also writes out every code point above U+007E.
func (g Glyphs) Safe(s string) string {
	i := g.cleanPrefix(s)
	if i == len(s) {
		return s
	}
	return string(g.AppendSafe(make([]byte, 0, len(s)+16), s))
}

// AppendSafe appends g.Safe(s) to dst.
func (g Glyphs) AppendSafe(dst []byte, s string) []byte {
	marks := maxMarks // no base yet: a leading mark would sit on whatever stands before
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		ok := g.keeps(r, n, &marks)
		if ok {
			dst = append(dst, s[i:i+n]...)
		} else {
			dst = appendEscape(dst, r, n, s[i])
		}
		i += n
	}
	return dst
}

// cleanPrefix is the length of the part of s that Safe leaves as it is.
func (g Glyphs) cleanPrefix(s string) int {
	marks := maxMarks
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c <= '~' {
			marks = 0
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !g.keeps(r, n, &marks) {
			return i
		}
		i += n
	}
	return len(s)
}

// keeps tells whether the rune r of n bytes may be shown. marks is how many combining marks
// stand on the base before it; maxMarks means that no more may.
func (g Glyphs) keeps(r rune, n int, marks *int) bool {
	switch {
	case r >= ' ' && r <= '~':
		*marks = 0
		return true
	case r < utf8.RuneSelf, g == ASCII, r == utf8.RuneError && n == 1, !visible(r):
		*marks = maxMarks
		return false
	case unicode.Is(unicode.M, r):
		if *marks >= maxMarks {
			return false
		}
		*marks++
		return true
	}
	*marks = 0
	return true
}

// visible tells whether a code point beyond ASCII draws something of a width that all
// terminals agree on.
func visible(r rune) bool {
	if !unicode.IsPrint(r) {
		return false
	}
	if unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
		return false
	}
	return !(r >= 0x1F3FB && r <= 0x1F3FF) && !unicode.Is(unicode.Regional_Indicator, r)
}

func appendEscape(dst []byte, r rune, n int, first byte) []byte {
	switch {
	case r < utf8.RuneSelf, r == utf8.RuneError && n == 1:
		return append(dst, '\\', 'x', hexDigits[first>>4], hexDigits[first&15])
	case r <= 0xFFFF:
		dst = append(dst, '\\', 'u')
		return appendHex(dst, uint32(r), 4)
	}
	dst = append(dst, '\\', 'U')
	return appendHex(dst, uint32(r), 8)
}

func appendHex(dst []byte, v uint32, digits int) []byte {
	start := len(dst)
	for range digits - len(strconv.FormatUint(uint64(v), 16)) {
		dst = append(dst, '0')
	}
	dst = strconv.AppendUint(dst, uint64(v), 16)
	return dst[:start+digits]
}
