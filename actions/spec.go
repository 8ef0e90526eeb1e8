package actions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/internal/text"
)

// ParamType is the form of a parameter's value.
type ParamType string

// The types of parameters.
const (
	String   ParamType = "string"
	Bool     ParamType = "bool" // true or false
	Int      ParamType = "int"
	Duration ParamType = "duration" // 90s, 15m, 1d
	Enum     ParamType = "enum"
	File     ParamType = "file"  // the face reads the file and gives its contents
	Topics   ParamType = "topic" // TOPIC or TOPIC:P,…; more than one are joined by line feeds
)

// Param is one typed parameter: a flag, a field of a form, a key of a runbook.
type Param struct {
	Name    string // the flag, without dashes
	Short   string // one letter, "" for none
	Type    ParamType
	Values  []string // of an Enum
	Default string
	Help    string
	OneOf   string // parameters that share a name here exclude each other, and one of them is needed
	Many    bool   // may be given more than once
	Needed  bool   // there is no plan without it
	Words   []Word // of a String: values with a meaning of their own, beside free ones
}

// Word is a value that a parameter knows by name.
type Word struct{ Name, Help string }

// Spec describes an action to the faces, the linter and the help.
type Spec struct {
	Kind    string // stable, such as kafka.offset-reset
	Verb    string // as typed after weir plan, such as offset-reset
	Effect  Effect
	Tier    Tier     // the lowest its plans have
	On      []string // lag.Kind… of what it may be done to
	Target  string   // how the target is written, such as GROUP
	Params  []Param
	Summary string // one sentence
	Help    string // what it does, on the wire too
}

// Check refuses parameters that the action doesn't have, that are malformed, or that exclude each other.
func (s Spec) Check(params map[string]string) error {
	given := map[string]string{}
	for name, value := range params {
		i := slices.IndexFunc(s.Params, func(p Param) bool { return p.Name == name })
		if i < 0 {
			return Fail(ErrUsage, fmt.Sprintf("%s has no parameter %q", s.Verb, name), "see weir plan "+s.Verb+" --help")
		}
		if err := s.Params[i].Check(value); err != nil {
			return &Error{Kind: ErrUsage, What: fmt.Sprintf("parameter %s of %s", name, s.Verb), Err: err}
		}
		if one := s.Params[i].OneOf; one != "" {
			if other, twice := given[one]; twice {
				names := []string{other, name}
				slices.Sort(names)
				return Fail(ErrUsage, fmt.Sprintf("--%s and --%s exclude each other", names[0], names[1]), "give one")
			}
			given[one] = name
		}
	}
	for _, p := range s.Params {
		if p.OneOf != "" && given[p.OneOf] == "" {
			return Fail(ErrUsage, s.Verb+" doesn't say what to do", "give one of "+s.alternatives(p.OneOf))
		}
	}
	return nil
}

func (s Spec) alternatives(one string) string {
	var names []string
	for _, p := range s.Params {
		if p.OneOf == one {
			names = append(names, "--"+p.Name)
		}
	}
	return strings.Join(names, ", ")
}

// Check says what is wrong with a value by its form alone; nil when nothing is.
func (p Param) Check(value string) (err error) {
	switch p.Type {
	case Bool:
		if _, bad := strconv.ParseBool(value); bad != nil {
			err = fmt.Errorf("%q is neither true nor false", value)
		}
	case Int:
		if _, bad := strconv.ParseInt(value, 10, 64); bad != nil {
			err = fmt.Errorf("%q is no whole number; write it as 100 or -100", value)
		}
	case Duration:
		_, err = text.ParseDuration(value)
	case Enum:
		if !slices.Contains(p.Values, value) {
			err = fmt.Errorf("%q is none of %s", value, strings.Join(p.Values, ", "))
		}
	}
	return err
}

// Value gives a parameter, or its default.
func (s Spec) Value(params map[string]string, name string) string {
	if v, ok := params[name]; ok {
		return v
	}
	for _, p := range s.Params {
		if p.Name == name {
			return p.Default
		}
	}
	return ""
}

// Span gives a parameter of type Duration that Check has passed.
func (s Spec) Span(params map[string]string, name string) (time.Duration, error) {
	v := s.Value(params, name)
	if v == "" {
		return 0, nil
	}
	return text.ParseDuration(v)
}

// Flag reports a parameter of type Bool that Check has passed.
func (s Spec) Flag(params map[string]string, name string) bool {
	on, err := strconv.ParseBool(s.Value(params, name))
	return err == nil && on
}
