package query

import (
	"fmt"
	"strconv"
)

// Error is a fault in what a person wrote. It holds no control characters.
type Error struct {
	What   string // filter or sort
	Column int    // where the fault begins, in characters, from 1
	Fault  string // what is wrong and what to write
}

// Error tells the place and the fault in one line.
func (e *Error) Error() string {
	return fmt.Sprintf("parse: %s: column %d: %s", e.What, e.Column, e.Fault)
}

// quote shows at most 40 characters of s.
func quote(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "..."
	}
	return strconv.Quote(s)
}
