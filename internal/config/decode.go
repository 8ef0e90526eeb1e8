package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// decoder fills the tagged structs from a document. It goes on after a problem, so that all are told at once.
type decoder struct {
	doc      *document
	dir      string // of the file: relative paths in it start there
	home     string // for ~/
	literals []path // secrets whose value stands in the file
	problems Problems
	refused  []path // where problems is about
}

var (
	secretType   = reflect.TypeFor[Secret]()
	durationType = reflect.TypeFor[time.Duration]()
)

func (d *decoder) refuse(at path, format string, args ...any) {
	d.refused = append(d.refused, at)
	d.problems = append(d.problems, d.doc.problem(at, fmt.Sprintf(format, args...)))
}

// value decodes v, at the path at, into into.
func (d *decoder) value(at path, v any, into reflect.Value) {
	switch into.Type() {
	case secretType:
		d.secret(at, v, into)
		return
	case durationType:
		d.duration(at, v, into)
		return
	case timeType:
		d.time(at, v, into)
		return
	}
	switch into.Kind() {
	case reflect.String:
		if s, ok := wanted[string](d, at, v, "a string"); ok {
			into.SetString(s)
		}
	case reflect.Bool:
		if b, ok := wanted[bool](d, at, v, "true or false"); ok {
			into.SetBool(b)
		}
	case reflect.Int64:
		if n, ok := wanted[int64](d, at, v, "a whole number"); ok {
			into.SetInt(n)
		}
	case reflect.Slice:
		if isTable(into.Type().Elem()) {
			d.tables(at, v, into)
		} else {
			d.list(at, v, into)
		}
	case reflect.Map:
		d.table(at, v, into)
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.value(at, v, into.Elem())
	case reflect.Struct:
		d.fields(at, v, into)
	}
}

func wanted[T any](d *decoder, at path, v any, want string) (T, bool) {
	t, ok := v.(T)
	if !ok {
		d.refuse(at, "want %s, got %s", want, kindOf(v))
	}
	return t, ok
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case int64:
		return "an integer"
	case float64:
		return "a number"
	case []any:
		return "an array"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}

func (d *decoder) fields(at path, v any, into reflect.Value) {
	table, ok := wanted[map[string]any](d, at, v, "a table")
	if !ok {
		return
	}
	known := map[string]reflect.StructField{}
	for _, f := range settings(into.Type()) {
		known[f.Tag.Get("toml")] = f
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		f, ok := known[key]
		if !ok {
			d.refuse(at.with(key), "%s", unknownKey(key, into.Type()))
			continue
		}
		field := into.FieldByIndex(f.Index)
		d.value(at.with(key), table[key], field)
		if f.Tag.Get("form") == "file" {
			field.SetString(d.absolute(field.String()))
		}
	}
}

// settings are the fields of a struct that are keys of the file, in order.
func settings(t reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	for f := range t.Fields() {
		if f.Tag.Get("toml") != "-" {
			fields = append(fields, f)
		}
	}
	return fields
}

// knownKeys are the keys of a table and, dotted and after them, those of the tables in it.
func knownKeys(t reflect.Type, prefix string) []string {
	var here, below []string
	for _, f := range settings(t) {
		key := prefix + f.Tag.Get("toml")
		here = append(here, key)
		sub := f.Type
		if sub.Kind() == reflect.Pointer {
			sub = sub.Elem()
		}
		if isTable(sub) {
			below = append(below, knownKeys(sub, key+".")...)
		}
	}
	return append(here, below...)
}

func (d *decoder) table(at path, v any, into reflect.Value) {
	table, ok := wanted[map[string]any](d, at, v, "a table")
	if !ok {
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	for _, key := range slices.Sorted(maps.Keys(table)) {
		elem := reflect.New(into.Type().Elem()).Elem()
		d.value(at.with(key), table[key], elem)
		into.SetMapIndex(reflect.ValueOf(key), elem)
	}
}

func (d *decoder) list(at path, v any, into reflect.Value) {
	list, ok := wanted[[]any](d, at, v, "an array of strings")
	if !ok {
		return
	}
	for i, v := range list {
		if s, ok := wanted[string](d, at.with(strconv.Itoa(i)), v, "a string"); ok {
			into.Set(reflect.Append(into, reflect.ValueOf(s)))
		}
	}
}

func (d *decoder) duration(at path, v any, into reflect.Value) {
	s, ok := v.(string)
	if !ok {
		d.refuse(at, "%v, got %s", errDuration, kindOf(v))
		return
	}
	t, err := parseDuration(s)
	if err != nil {
		d.refuse(at, "%v, got %q", err, s)
		return
	}
	into.SetInt(int64(t))
}

// absolute resolves a path of the file: ~/ is the home directory, and a relative one starts at the file's directory.
func (d *decoder) absolute(p string) string {
	if rest, ok := strings.CutPrefix(p, "~/"); ok && d.home != "" {
		return filepath.Join(d.home, rest)
	}
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(d.dir, p)
}
