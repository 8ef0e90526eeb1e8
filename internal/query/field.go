package query

import (
	"strings"
)

// FieldKind says what a field holds and how values for it are written.
type FieldKind uint8

const (
	// TextField is compared by =, != and ~ only.
	TextField FieldKind = iota
	// EnumField is text out of Field.Values; it sorts in their order.
	EnumField
	// CountField is a whole number: 10k, 1e5, -3.
	CountField
	// SecondsField is a time span in seconds: 90s, 15m, 1d12h, or a bare number of seconds.
	SecondsField
	// BytesField is a size in bytes: 50MiB, 2GB.
	BytesField
	// RateField is an amount a second: 0.5, 1.5k.
	RateField
	// BoolField is true or false.
	BoolField
	// TimeField is a moment, written with its zone (RFC 3339): 2026-11-21T03:00:00Z.
	TimeField
)

// Field is one column that an expression may name. Its place in the slice is its number.
type Field struct {
	Name   string
	Kind   FieldKind
	Values []string // of an EnumField: all allowed values, in sort order
	IsName bool     // a bare word looks here; several such fields are looked at together
}

func findField(fields []Field, name string) (int, bool) {
	for i := range fields {
		if fields[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

func fieldNames(fields []Field) []string {
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	return names
}

// suggest says which of the known words was probably meant; with none near it lists them.
func suggest(word string, known []string) string {
	if len(known) == 0 {
		return "there are none"
	}
	lower := strings.ToLower(word)
	best, bestAt := -1, 1<<30
	for i, k := range known {
		d := editDistance(lower, strings.ToLower(k)) * 2
		if len(lower) > 2 && strings.HasPrefix(strings.ToLower(k), lower) {
			d = 1
		}
		if d < bestAt {
			best, bestAt = i, d
		}
	}
	if bestAt <= 2*max(2, len(word)/3) {
		return "the nearest is " + known[best]
	}
	return "known are " + strings.Join(known, ", ")
}

// maxDistanceLen bounds the work; a longer word is near to no field name.
const maxDistanceLen = 64

// editDistance counts insertions, deletions, substitutions and swaps of neighbours.
func editDistance(a, b string) int {
	if len(a) > maxDistanceLen || len(b) > maxDistanceLen {
		return 1 << 20
	}
	var prev2, prev, row [maxDistanceLen + 1]int
	for j := range len(b) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, row
	}
	return prev[len(b)]
}
