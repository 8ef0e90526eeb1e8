package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// folded breaks a sentence into lines of a width that is read well.
func folded(s string) string {
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(s) {
		switch n := utf8.RuneCountInString(word) + 1; {
		case i == 0:
			at = n
		case at+n > 130:
			b.WriteByte('\n')
			at = n
		default:
			b.WriteByte(' ')
			at += n
		}
		b.WriteString(word)
	}
	return b.String()
}

var (
	gaps  = regexp.MustCompile(` {2,}`)
	rules = regexp.MustCompile(`─{2,}`)
	head  = regexp.MustCompile(`^([A-Z]{2,}(/s)?,?|p\d+)$`)
	runID = regexp.MustCompile(`r-\d[0-9a-f…-]{6,}`)
	digit = regexp.MustCompile(`\d[\d,]*`)
)

// shape is what of a screen stays when its numbers change: the path to it, the titles of its sections, the heads of its
// columns, the keys at its foot.
func shape(screen string) []string {
	lines := strings.Split(strings.TrimRight(screen, " \n"), "\n")
	first := gaps.Split(strings.TrimSpace(lines[0]), 3)
	out := []string{"at " + runID.ReplaceAllString(strings.Join(first[:min(2, len(first))], " "), "RUN")}
	for _, l := range lines[1:] {
		if strings.ContainsRune(l, '┴') {
			continue // the axis of a chart
		}
		parts := rules.Split(l, -1)
		for _, before := range parts[:len(parts)-1] {
			fields := gaps.Split(strings.TrimSpace(before), -1)
			out = append(out, "section "+digit.ReplaceAllString(fields[len(fields)-1], "N"))
		}
		words := strings.Fields(l)
		if len(words) > 1 && !slices.ContainsFunc(words, func(s string) bool { return !head.MatchString(s) }) {
			out = append(out, "columns "+strings.Join(words, " "))
		}
	}
	if keys, _, ok := strings.Cut(lines[len(lines)-1], "? help"); ok {
		out = append(out, "keys "+strings.Join(gaps.Split(keys, -1), ", "))
	}
	return out
}

func TestShape(t *testing.T) {
	one := " PROD  night ▸ groups      read-only  3 troubles\n\n └───┴───┴──\n brokers ───── 6 up   changes ──── 17, UTC\n   LAG   IN/s  OUT OF ISR  p99\n   12    3     A B         4\n entry 4,827 ────\n\nEnter open  - back  ? help      1 of 6\n\n"
	two := " PROD  night ▸ groups    read-only  no trouble\n\n brokers ─── 7 up   changes ─ ─────── none\n   LAG  IN/s   OUT OF ISR  p99\n entry 5 ────\n   7     0\nEnter open  - back  ? help   none"
	want := []string{"at PROD night ▸ groups", "section brokers", "section changes", "columns LAG IN/s OUT OF ISR p99", "section entry N", "keys Enter open, - back, "}
	if got := shape(one); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := shape(strings.Replace(two, "changes ─ ", "changes ", 1)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if slices.Equal(shape(strings.Replace(one, "IN/s ", "", 1)), want) || slices.Equal(shape(strings.Replace(one, "- back", "", 1)), want) {
		t.Error("a screen without a column or a key has the same shape")
	}
}
