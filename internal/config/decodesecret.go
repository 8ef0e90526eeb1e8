package config

import (
	"reflect"
	"strings"
)

const secretForms = `"env:NAME", "file:PATH" or ["exec", "PROGRAM", "ARGUMENT", …]`

// secret reads the forms of a Secret. Nothing of a value that it refuses is repeated.
func (d *decoder) secret(at path, v any, into reflect.Value) {
	switch v := v.(type) {
	case string:
		d.secretString(at, v, into)
	case []any:
		d.secretExec(at, v, into)
	default:
		d.refuse(at, "want a secret: %s; got %s", secretForms, kindOf(v))
	}
}

func (d *decoder) secretString(at path, v string, into reflect.Value) {
	_, rest, _ := strings.Cut(v, ":")
	s := Literal(v)
	switch {
	case v == "":
		d.refuse(at, "the secret is empty; want %s", secretForms)
		return
	case strings.HasPrefix(v, "exec:"):
		d.refuse(at, `a program is given as an array: ["exec", "PROGRAM", "ARGUMENT", …]`)
		return
	case strings.HasPrefix(v, "env:") && (rest == "" || strings.ContainsAny(rest, "=\x00")):
		d.refuse(at, `want the name of an environment variable after "env:"`)
		return
	case strings.HasPrefix(v, "file:") && rest == "":
		d.refuse(at, `want a path after "file:"`)
		return
	case strings.HasPrefix(v, "env:"):
		s = FromEnv(rest)
	case strings.HasPrefix(v, "file:"):
		s = FromFile(d.absolute(rest))
	default:
		d.literals = append(d.literals, at)
	}
	into.Set(reflect.ValueOf(s))
}

func (d *decoder) secretExec(at path, v []any, into reflect.Value) {
	argv := make([]string, 0, len(v))
	for _, a := range v {
		s, ok := a.(string)
		if !ok || strings.ContainsRune(s, 0) {
			d.refuse(at, `want strings only: ["exec", "PROGRAM", "ARGUMENT", …]`)
			return
		}
		argv = append(argv, s)
	}
	if len(argv) < 2 || argv[0] != "exec" || argv[1] == "" {
		d.refuse(at, `want an array that begins with "exec" and a program: ["exec", "PROGRAM", "ARGUMENT", …]`)
		return
	}
	into.Set(reflect.ValueOf(FromExec(argv[1:]...)))
}
