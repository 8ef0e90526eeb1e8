package config

import (
	"slices"
	"strings"
)

// suggest names the known key nearest to an unknown one, or, when none is near, all that are known there. Known keys
// may be dotted: a key that is right but stands in the wrong table is near too.
func suggest(key string, known []string) string {
	best, bestAt := "", max(2, len(key)/2)+1
	for _, k := range known {
		last := k[strings.LastIndexByte(k, '.')+1:]
		d := min(distance(key, k), distance(key, last))
		if d < bestAt {
			best, bestAt = k, d
		}
	}
	if best != "" {
		return `did you mean "` + best + `"?`
	}
	var here []string
	for _, k := range known {
		if first, _, _ := strings.Cut(k, "."); !slices.Contains(here, first) {
			here = append(here, first)
		}
	}
	return "known here: " + strings.Join(here, ", ")
}

// distance is Levenshtein's, in bytes and without regard to case, with "-" and "_" equal. Long keys aren't compared.
func distance(a, b string) int {
	a, b = strings.ToLower(strings.ReplaceAll(a, "-", "_")), strings.ToLower(strings.ReplaceAll(b, "-", "_"))
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
