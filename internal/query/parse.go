package query

import (
	"strings"
	"unicode/utf8"
)

// maxExprLen bounds what one expression may cost.
const maxExprLen = 4096

// clause is one condition as written, before it is checked against the fields.
type clause struct {
	field  string // "" for the name
	op     string // = != > >= < <= ~ !~, or "" for a bare word
	negate bool   // !word
	value  string
	quoted bool
	at     int  // byte where the clause begins
	valAt  int  // byte where the value begins
	or     bool // a bar, not a comma, stands before it
	cut    bool // a comma or bar stands behind it
}

type parser struct {
	expr string
	pos  int
}

// fault is an *Error at byte at, counted in characters for the person.
func (p *parser) fault(at int, fault string) error {
	return &Error{"filter", utf8.RuneCountInString(p.expr[:at]) + 1, fault}
}

func (p *parser) clauses() ([]clause, error) {
	if len(p.expr) > maxExprLen {
		return nil, p.fault(0, "too long: at most 4096 bytes")
	}
	var out []clause
	or := false
	for {
		c, err := p.clause()
		if err != nil {
			return nil, err
		}
		c.or, c.cut = or, p.pos < len(p.expr)
		out = append(out, c)
		if !c.cut {
			return out, nil
		}
		or = p.expr[p.pos] == '|'
		p.pos++
	}
}

// clause reads up to the next comma, bar or the end.
func (p *parser) clause() (clause, error) {
	p.skipSpace()
	c := clause{at: p.pos}
	if p.atEnd() {
		return c, p.fault(p.pos, "a condition is missing here; one comma means and, one bar means or")
	}
	if p.expr[p.pos] == '!' && !p.has("!~") && !p.has("!=") {
		c.negate = true
		p.pos++
		p.skipSpace()
	}
	if op := p.operator(); op == "" && !p.atQuote() {
		from := p.pos
		for !p.atEnd() && p.operator() == "" {
			p.pos++
		}
		c.field = strings.TrimSpace(p.expr[from:p.pos])
		if p.atEnd() {
			c.value, c.valAt, c.field = c.field, from, ""
			return c, p.checkWord(c)
		}
	}
	c.op = p.operator()
	switch {
	case c.op != "" && c.negate:
		return c, p.fault(c.at, "! stands before a word only; write field!=value or field!~regex")
	case c.op != "" && c.field == "" && c.op != "~" && c.op != "!~":
		return c, p.fault(p.pos, "a field name is missing before "+c.op)
	}
	p.pos += len(c.op)
	return c, p.value(&c)
}

func (p *parser) checkWord(c clause) error {
	switch {
	case c.value == "":
		return p.fault(c.valAt, "a word is missing after !")
	case c.value[0] == '(':
		return p.fault(c.valAt, "there are no parentheses: the comma binds tighter than the bar, so write a,c|b,c; quote a name that begins with one")
	}
	return nil
}

func (p *parser) value(c *clause) error {
	p.skipSpace()
	c.valAt = p.pos
	if p.atQuote() {
		return p.quotedValue(c)
	}
	if op := p.operator(); op != "" {
		return p.fault(p.pos, "one operator is enough; quote a value that begins with "+op)
	}
	for !p.atEnd() {
		p.pos++
	}
	if c.value = strings.TrimSpace(p.expr[c.valAt:p.pos]); c.value == "" {
		return p.fault(c.valAt, "a value is missing after "+c.field+c.op)
	}
	return nil
}

func (p *parser) quotedValue(c *clause) error {
	mark := p.expr[p.pos : p.pos+1]
	p.pos++
	for {
		n := strings.Index(p.expr[p.pos:], mark)
		if n < 0 {
			return p.fault(c.valAt, "the quote is not closed")
		}
		c.value += p.expr[p.pos : p.pos+n]
		if p.pos += n + 1; !p.has(mark) {
			break
		}
		c.value += mark
		p.pos++
	}
	c.quoted = true
	p.skipSpace()
	switch {
	case !p.atEnd():
		return p.fault(p.pos, "a comma or a bar is missing after the quote")
	case c.value == "" && c.op == "":
		return p.fault(c.valAt, "the word is empty")
	}
	return nil
}

func (p *parser) skipSpace() {
	for p.pos < len(p.expr) && (p.expr[p.pos] == ' ' || p.expr[p.pos] == '\t') {
		p.pos++
	}
}

func (p *parser) has(s string) bool { return strings.HasPrefix(p.expr[p.pos:], s) }

func (p *parser) atEnd() bool {
	return p.pos == len(p.expr) || p.expr[p.pos] == ',' || p.expr[p.pos] == '|'
}

func (p *parser) atQuote() bool {
	return p.pos < len(p.expr) && (p.expr[p.pos] == '"' || p.expr[p.pos] == '\'')
}

// operator is the operator that begins here, the longest first; "" if none does.
func (p *parser) operator() string {
	for _, op := range [...]string{"!=", "!~", ">=", "<=", "=", ">", "<", "~"} {
		if p.has(op) {
			return op
		}
	}
	return ""
}
