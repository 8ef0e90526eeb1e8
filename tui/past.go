package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostPast is how many lines are remembered of those that : took.
const mostPast = 100

// ParsePast reads what : took in earlier sessions, oldest first. What is not as [EncodePast] writes it is passed over: it
// is not worth a word.
func ParsePast(b []byte) []string {
	var out []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSuffix(line, "\n"); toAView(line) {
			out = remembered(out, line)
		}
	}
	return out
}

// EncodePast writes them, as many as are remembered.
func EncodePast(past []string) []byte {
	var b strings.Builder
	for _, line := range past[max(0, len(past)-mostPast):] {
		b.WriteString(line + "\n")
	}
	return []byte(b.String())
}

// remembered puts a line at the end of those that are remembered, once.
func remembered(past []string, line string) []string {
	past = slices.DeleteFunc(slices.Clone(past), func(was string) bool { return was == line })
	past = append(past, line)
	return past[max(0, len(past)-mostPast):]
}

// toAView reports whether a line is one that only goes somewhere: reasons, files and settings are nobody's but the
// session's.
func toAView(line string) bool {
	if line == "" || len(line) > longest || !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
		return false
	}
	name, rest, _ := strings.Cut(line, " ")
	switch name {
	case "ctx", "cluster":
		return rest != ""
	}
	for _, v := range viewNames {
		if v.name == name || has(v.aliases, name) {
			return true
		}
	}
	return false
}
