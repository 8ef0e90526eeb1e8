package query

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"weir/internal/text"
)

// Compile reads a filter expression over the given fields. Errors are of type *Error: they name
// the column, and the nearest field or value where one is unknown. An empty expression matches
// every row.
func Compile(expr string, fields []Field) (*Filter, error) {
	f := &Filter{expr: expr}
	if strings.TrimSpace(expr) == "" {
		return f, nil
	}
	p := &parser{expr: expr}
	clauses, err := p.clauses()
	if err != nil {
		return nil, err
	}
	c := compiler{p, fields, nameFields(fields)}
	for i, cl := range clauses {
		if i > 0 {
			if err := c.checkLooseWord(clauses[i-1], cl); err != nil {
				return nil, err
			}
		}
		t, err := c.term(cl)
		if err != nil {
			return nil, err
		}
		if i == 0 || cl.or {
			f.alternatives = append(f.alternatives, nil)
		}
		last := len(f.alternatives) - 1
		f.alternatives[last] = append(f.alternatives[last], t)
		f.note(t.fields)
	}
	return f, nil
}

type compiler struct {
	*parser
	fields []Field
	names  []int
}

func nameFields(fields []Field) []int {
	var out []int
	for i, f := range fields {
		if f.IsName {
			out = append(out, i)
		}
	}
	return out
}

// checkLooseWord refuses two readings that look right and are not: state=stalled|stopped, where
// stopped would be part of a name, and lag>38,841,207, where 841 would be.
func (c compiler) checkLooseWord(before, cl clause) error {
	i, ok := findField(c.fields, before.field)
	if !ok || cl.field != "" || cl.op != "" || cl.negate || cl.quoted {
		return nil
	}
	f := c.fields[i]
	switch f.Kind {
	case EnumField:
		if v := enumWord(cl.value); slices.Contains(f.Values, v) {
			return c.fault(cl.valAt, "a bare word is looked for in the name; write "+f.Name+before.op+v+", or quote it")
		}
	case CountField, BytesField, RateField, SecondsField:
		if len(cl.value) == 3 && strings.Trim(cl.value, "0123456789") == "" && !cl.or {
			return c.fault(cl.valAt, "a comma means and; write the number without commas, or quote it")
		}
	}
	return nil
}

func (c compiler) term(cl clause) (term, error) {
	if cl.field == "" {
		return c.nameTerm(cl)
	}
	i, ok := findField(c.fields, cl.field)
	if !ok {
		return term{}, c.fault(cl.at, "no field "+quote(cl.field)+"; "+suggest(cl.field, fieldNames(c.fields)))
	}
	f := c.fields[i]
	t := term{fields: []int{i}, op: cl.op, enum: f.Kind == EnumField}
	textual := f.Kind == TextField || f.Kind == EnumField
	ordered := !textual && f.Kind != BoolField
	switch cl.op {
	case "~", "!~":
		if !textual {
			return term{}, c.fault(cl.at, f.Name+" is no text; compare it by =, != "+orderedHint(ordered))
		}
		return c.regexTerm(cl, t)
	case "=", "!=":
	default:
		if !ordered {
			return term{}, c.fault(cl.at, f.Name+" has no order; compare it by = or !="+regexHint(textual))
		}
	}
	if f.Kind == TextField && !cl.quoted && strings.ContainsAny(cl.value, "*?") {
		g := Glob{cl.value}
		t.op, t.test = negatable(cl.op == "!="), g.Match
		return t, nil
	}
	want, err := parseValue(f, cl.value)
	if err != nil {
		return term{}, c.fault(cl.valAt, strings.TrimPrefix(err.Error(), "parse: "))
	}
	t.want = want
	return t, nil
}

func (c compiler) nameTerm(cl clause) (term, error) {
	if len(c.names) == 0 {
		return term{}, c.fault(cl.at, "these rows have no name; write field=value with one of "+strings.Join(fieldNames(c.fields), ", "))
	}
	t := term{fields: c.names, bare: true}
	if cl.op != "" {
		t.op = cl.op
		return c.regexTerm(cl, t)
	}
	t.op, t.test = negatable(cl.negate), containsFold(cl.value)
	return t, nil
}

func (c compiler) regexTerm(cl clause, t term) (term, error) {
	unbalanced := strings.Count(cl.value, "{") != strings.Count(cl.value, "}") ||
		strings.Count(cl.value, "[") != strings.Count(cl.value, "]")
	if cl.cut && !cl.quoted && unbalanced {
		return t, c.fault(cl.valAt, `the expression is cut at a comma or bar; quote it, as in ~"a{1,3}"`)
	}
	re, err := regexp.Compile(cl.value)
	if err != nil {
		return t, c.fault(cl.valAt, "not a regular expression: "+regexFault(err)+`; quote one that holds a comma or a bar, as in ~"a|b"`)
	}
	t.op, t.test = negatable(cl.op == "!~"), re.MatchString
	return t, nil
}

func regexFault(err error) string {
	return text.Safe(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
}

func negatable(negate bool) string {
	if negate {
		return "!~"
	}
	return "~"
}

func orderedHint(ordered bool) string {
	if ordered {
		return "> >= < or <="
	}
	return "only"
}

func regexHint(textual bool) string {
	if textual {
		return ", or match it by ~"
	}
	return ""
}

func enumWord(s string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(s))
}

// valueError is a fault in a value, told at the value's column.
type valueError string

func (e valueError) Error() string { return string(e) }

func parseValue(f Field, s string) (Value, error) {
	switch f.Kind {
	case EnumField:
		for _, v := range f.Values {
			if v == s || v == enumWord(s) {
				return TextValue(v), nil
			}
		}
		return Value{}, valueError(f.Name + " is never " + quote(s) + "; " + suggest(s, f.Values))
	case CountField:
		n, err := text.ParseCount(s)
		return IntValue(n), err
	case BytesField:
		n, err := text.ParseBytes(s)
		return IntValue(n), err
	case RateField:
		r, err := text.ParseRate(s)
		return FloatValue(r), err
	case SecondsField:
		return parseSeconds(s)
	case BoolField:
		switch strings.ToLower(s) {
		case "true", "yes":
			return BoolValue(true), nil
		case "false", "no":
			return BoolValue(false), nil
		}
		return Value{}, valueError(f.Name + " is true or false, never " + quote(s))
	case TimeField:
		at, err := time.Parse(time.RFC3339, strings.ToUpper(s))
		if err != nil {
			return Value{}, valueError(quote(s) + " is no time with a zone; write it as 2026-11-21T03:00:00Z")
		}
		return TimeValue(at), nil
	}
	return TextValue(s), nil
}

// parseSeconds takes a bare number as seconds, as the field's name and its JSON do.
func parseSeconds(s string) (Value, error) {
	if strings.Trim(s, "0123456789.") == "" {
		n, err := text.ParseRate(s)
		return FloatValue(n), err
	}
	d, err := text.ParseDuration(s)
	return FloatValue(d.Seconds()), err
}
