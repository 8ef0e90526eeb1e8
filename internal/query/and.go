package query

import "strings"

// And is the expression that holds where all of them hold; an empty one holds everywhere. The comma binds tighter than the
// bar, so every alternative of one takes every alternative of the others along.
func And(exprs ...string) string {
	var out []string
	for _, e := range exprs {
		if strings.TrimSpace(e) == "" {
			continue
		}
		if out == nil {
			out = alternatives(e)
			continue
		}
		var both []string
		for _, a := range out {
			for _, b := range alternatives(e) {
				both = append(both, a+","+b)
			}
		}
		out = both
	}
	return strings.Join(out, "|")
}

// alternatives cuts an expression at its bars; whole where it is none.
func alternatives(expr string) []string {
	p := &parser{expr: expr}
	clauses, err := p.clauses()
	if err != nil {
		return []string{expr}
	}
	var out []string
	from := 0
	for _, c := range clauses {
		if c.or {
			bar := strings.LastIndexByte(expr[:c.at], '|')
			out, from = append(out, strings.TrimSpace(expr[from:bar])), bar+1
		}
	}
	return append(out, strings.TrimSpace(expr[from:]))
}

// Quoted is a value as an expression takes it literally, whatever it holds.
func Quoted(value string) string { return `"` + strings.ReplaceAll(value, `"`, `""`) + `"` }
