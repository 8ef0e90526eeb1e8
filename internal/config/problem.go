package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong, or worth a warning, in a configuration file. It never holds a secret.
type Problem struct {
	File    string
	Line    int    // from 1; 0 when the place isn't known
	Column  int    // in characters, from 1; 0 when the place isn't known
	Key     string // dotted, as in clusters.prod.brokers; "" when it is about the whole file
	Message string // what is wrong and what to do
}

// Error is FILE:LINE:COLUMN: KEY: MESSAGE, without the parts that aren't known.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(printable(p.File))
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems are all problems of one file, by line and column.
type Problems []Problem

// Error gives one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key),
			cmp.Compare(a.Message, b.Message))
	})
}

// printable shows a name as it is, or quoted when it holds anything that shouldn't reach a terminal.
func printable(s string) string {
	if q := fmt.Sprintf("%q", s); q[1:len(q)-1] != s {
		return q
	}
	return s
}
