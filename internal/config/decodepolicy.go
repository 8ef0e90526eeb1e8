package config

import (
	"reflect"
	"strconv"
	"time"
)

var (
	timeType    = reflect.TypeFor[time.Time]()
	policyType  = reflect.TypeFor[Policy]()
	changesType = reflect.TypeFor[Changes]()
)

const timeForm = `want a time with its zone (RFC 3339), such as "2026-11-22T06:00:00+01:00"`

// isTable reports whether a setting of this type is a table of further settings.
func isTable(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != secretType && t != timeType
}

// tables decodes an array of tables.
func (d *decoder) tables(at path, v any, into reflect.Value) {
	list, ok := wanted[[]any](d, at, v, "an array of tables, [["+at.String()+"]]")
	if !ok {
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	for i, v := range list {
		d.value(at.with(strconv.Itoa(i)), v, into.Index(i))
	}
}

// time reads a point in time, as a string or as TOML's own offset date-time, and turns it to UTC.
func (d *decoder) time(at path, v any, into reflect.Value) {
	var t time.Time
	switch v := v.(type) {
	case time.Time:
		t = v
	case string:
		parsed, err := time.Parse(time.RFC3339, v)
		if err != nil {
			d.refuse(at, "%s, got %q", timeForm, v)
			return
		}
		t = parsed
	default:
		got := kindOf(v)
		if got == "a date or time" {
			got += " without a zone"
		}
		d.refuse(at, "%s, got %s", timeForm, got)
		return
	}
	if t = t.UTC(); t.Year() < 1970 || t.Year() > 9999 {
		d.refuse(at, "want a year from 1970 to 9999, in UTC")
		return
	}
	into.Set(reflect.ValueOf(t))
}

// unknownKey says what to write instead of a key that isn't one.
func unknownKey(key string, in reflect.Type) string {
	if in == policyType && (key == "mute" || key == "muted") {
		return `a mute needs an end; write mute_until = "2026-11-22T06:00:00+01:00" with the time you mean instead`
	}
	return "unknown key; " + suggest(key, knownKeys(in, ""))
}
