package query

import (
	"errors"
	"strings"
)

// Glob is a pattern for names: * stands for any run of characters, also none, ? for exactly one.
// A name equal to the pattern always matches. Case counts.
type Glob struct{ pattern string }

// ParseGlob makes a pattern; an empty one, which no name matches, is an error.
func ParseGlob(pattern string) (Glob, error) {
	if pattern == "" {
		return Glob{}, errors.New(`parse: pattern: empty; write a name or a pattern such as "pay*"`)
	}
	return Glob{pattern}, nil
}

// String returns the pattern as it was written.
func (g Glob) String() string { return g.pattern }

// Literal tells whether only the one name equal to the pattern matches.
func (g Glob) Literal() bool { return !strings.ContainsAny(g.pattern, "*?") }

// Match tells whether name matches, in time at most the product of the two lengths.
func (g Glob) Match(name string) bool {
	if name == g.pattern {
		return true
	}
	fixed := strings.IndexAny(g.pattern, "*?")
	if fixed < 0 || !strings.HasPrefix(name, g.pattern[:fixed]) {
		return false
	}
	return matchGlob([]rune(g.pattern[fixed:]), name[fixed:])
}

func matchGlob(pattern []rune, name string) bool {
	s := []rune(name)
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p, i = p+1, i+1
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// MatchAny tells whether name matches one of the patterns; with none, nothing matches.
func MatchAny(patterns []Glob, name string) bool {
	for _, g := range patterns {
		if g.Match(name) {
			return true
		}
	}
	return false
}
