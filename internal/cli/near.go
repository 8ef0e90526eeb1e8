package cli

import (
	"cmp"
	"slices"
	"strings"
)

// nearOrAll says which of the known words was probably meant, or which there are.
func nearOrAll(word string, known []string) string {
	if close := near(word, known, 1); len(close) > 0 {
		return "did you mean " + close[0] + "?"
	}
	return "write one of " + strings.Join(known, ", ")
}

// near returns at most n of the known words that look like word, the most alike first.
func near(word string, known []string, n int) []string {
	type ranked struct {
		word string
		far  int
	}
	lower := strings.ToLower(word)
	var close []ranked
	for _, k := range known {
		other := strings.ToLower(k)
		far := distance(lower, other)
		if len(lower) > 2 && (strings.Contains(other, lower) || len(other) > 2 && strings.Contains(lower, other)) {
			far = min(far, 1)
		}
		if far <= max(1, min(len(word), len(k))/3) {
			close = append(close, ranked{k, far})
		}
	}
	slices.SortFunc(close, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.word, b.word)) })
	var out []string
	for _, c := range close[:min(n, len(close))] {
		out = append(out, c.word)
	}
	return out
}

// distance counts the letters to insert, delete, change, or swap with their neighbour, to turn a into b.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := last[j-1]
			if a[i-1] != b[j-1] {
				cost++
			}
			row[j] = min(cost, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
