package cli

import (
	"bytes"
	"strings"

	"weir/internal/text"
)

// minHang is how many cells a text needs beside what leads it; with fewer it goes below, indented.
const minHang = 24

// hang writes a text behind what leads it. On a terminal it is broken at spaces, and goes on below where it began. Both
// must be safe already.
func (a *app) hang(b *bytes.Buffer, lead, said string) {
	if said == "" {
		lead = strings.TrimRight(lead, " ")
	}
	at := text.Width(lead)
	if a.Width == 0 || at+text.Width(said) <= a.Width {
		b.WriteString(lead + said + "\n")
		return
	}
	if a.Width-at < minHang {
		b.WriteString(strings.TrimRight(lead, " ") + "\n")
		at, lead = 4, "    "
	}
	for i, line := range atSpaces(said, max(minHang, a.Width-at)) {
		if i > 0 {
			lead = strings.Repeat(" ", at)
		}
		b.WriteString(lead + line + "\n")
	}
}

// atSpaces breaks a text at spaces into lines of at most w cells; a word that is longer has a line of its own, whole: it may
// be a name or a path, to be copied.
func atSpaces(s string, w int) []string {
	var out []string
	var line strings.Builder
	cells := 0
	for _, word := range strings.Split(s, " ") {
		n := text.Width(word)
		if cells > 0 && cells+1+n > w {
			out = append(out, line.String())
			line.Reset()
			cells = 0
		}
		if cells > 0 {
			line.WriteByte(' ')
			cells++
		}
		line.WriteString(word)
		cells += n
	}
	return append(out, line.String())
}
