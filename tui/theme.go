package tui

import "weir/internal/text"

// role is what a piece of text is for; the theme says how that looks.
type role uint8

const (
	plain    role = iota
	strong        // names and numbers that matter
	quiet         // labels, heads, what needs no decision
	critical      // somebody, now
	warning       // somebody, by day; what can't be seen
	accent        // keys, draining, marks of change
	good          // a verdict that holds
	cursor        // the name under the cursor
	chipCritical
	chipWarning
	chipProd
	chipDemo
	numRoles
)

// backdrop is what is known of the terminal's background.
type backdrop uint8

const (
	backUnknown backdrop = iota // the terminal did not say
	backDark
	backLight
)

// Escape sequences of the roles: the terminal's own 16 colours, which its owner has made readable. Colour tells what
// kind, never how much, and never stands alone: the word and the glyph are there without it.
var (
	darkRoles = [numRoles]string{strong: "1", quiet: "2", critical: "1;91", warning: "33", accent: "36", good: "32",
		cursor: "7", chipCritical: "97;41", chipWarning: "30;43", chipProd: "97;45", chipDemo: "30;46"}
	lightRoles = [numRoles]string{strong: "1", quiet: "2", critical: "1;31", warning: "30;43", accent: "34", good: "",
		cursor: "7", chipCritical: "97;41", chipWarning: "30;43", chipProd: "97;45", chipDemo: "30;46"}
	unknownRoles = [numRoles]string{strong: "1", quiet: "2", critical: "1;31", warning: "30;43", accent: "1", good: "1",
		cursor: "7", chipCritical: "97;41", chipWarning: "30;43", chipProd: "97;45", chipDemo: "30;46"}
	monoRoles = [numRoles]string{strong: "1", quiet: "2", critical: "1", accent: "1", cursor: "7",
		chipCritical: "1;7", chipWarning: "1;7", chipProd: "1;7", chipDemo: "1;7"}
)

// theme says how roles look on this terminal.
type theme struct {
	mono   bool // NO_COLOR
	back   backdrop
	glyphs text.Glyphs
}

func (t theme) roles() *[numRoles]string {
	switch {
	case t.mono:
		return &monoRoles
	case t.back == backDark:
		return &darkRoles
	case t.back == backLight:
		return &lightRoles
	}
	return &unknownRoles
}

// pick returns the Unicode or the ASCII form of a sign.
func (t theme) pick(unicode, ascii string) string {
	if t.glyphs == text.ASCII {
		return ascii
	}
	return unicode
}

// newTheme reads from the environment how to draw: glyphs are ASCII where the locale is not UTF-8, on the Linux console,
// and in locales that draw ambiguous characters two cells wide.
func newTheme(getenv func(string) string) theme {
	t := theme{mono: getenv("NO_COLOR") != ""}
	locale := getenv("LC_ALL")
	for _, name := range []string{"LC_CTYPE", "LANG"} {
		if locale == "" {
			locale = getenv(name)
		}
	}
	if !utf8Locale(locale) || getenv("TERM") == "linux" {
		t.glyphs = text.ASCII
	}
	if getenv("TERM") == "linux" {
		t.back = backDark // the console has no other, and is asked in vain
	}
	return t
}
