package config

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// View is the configuration in effect as TOML: defaults filled in, paths absolute, what isn't set left out. A secret is
// shown as the reference that was configured, a literal as "(set)". Without literals, loading it gives the same clusters.
func View(c Config) string {
	f := file{DefaultCluster: c.DefaultCluster, Refresh: c.Refresh, Timeout: c.Timeout}
	var v viewer
	if c.Source == "" {
		v.text.WriteString("# no configuration file; these are the defaults\n")
	} else {
		v.text.WriteString("# from " + printable(c.Source) + "\n")
	}
	v.table(nil, reflect.ValueOf(f))
	for _, name := range slices.Sorted(maps.Keys(c.Environments)) {
		v.table(path{"environments", name}, reflect.ValueOf(c.Environments[name]))
	}
	for _, cluster := range c.Clusters {
		// What its environment says must be lifted in so many words.
		_, v.whole = c.Environments[cluster.Environment]
		v.table(path{"clusters", cluster.Name}, reflect.ValueOf(cluster))
	}
	v.whole = false
	for _, anchor := range c.Audit.Anchors {
		v.text.WriteString("\n[[audit.anchor]]\n")
		v.settings(reflect.ValueOf(anchor))
	}
	for _, policy := range c.Policies {
		v.text.WriteString("\n[[policy]]\n")
		v.settings(reflect.ValueOf(policy))
	}
	for _, mask := range c.Masks {
		v.text.WriteString("\n[[mask]]\n")
		v.settings(reflect.ValueOf(mask))
	}
	return v.text.String()
}

type viewer struct {
	text  strings.Builder
	whole bool // policies of changes are shown with what is empty in them
}

// table writes the settings of a struct, then the tables in it, as TOML wants it.
func (v *viewer) table(at path, s reflect.Value) {
	if len(at) > 0 && hasOwnSettings(s) {
		v.text.WriteString("\n[" + at.String() + "]\n")
	}
	v.settings(s)
	if policy, ok := s.Interface().(Changes); ok && v.whole {
		v.empty(policy)
	}
	for _, f := range settings(s.Type()) {
		sub := s.FieldByIndex(f.Index)
		if sub.Kind() == reflect.Slice && isTable(sub.Type().Elem()) {
			for i := range sub.Len() {
				v.text.WriteString("\n[[" + at.with(f.Tag.Get("toml")).String() + "]]\n")
				v.settings(sub.Index(i))
			}
			continue
		}
		if sub.Kind() == reflect.Pointer {
			sub = sub.Elem()
		}
		if sub.IsValid() && isTable(sub.Type()) && (!sub.IsZero() || v.whole && sub.Type() == changesType) {
			v.table(at.with(f.Tag.Get("toml")), sub)
		}
	}
}

// empty writes what a cluster's policy lifts of its environment's.
func (v *viewer) empty(p Changes) {
	for _, f := range []struct {
		key, value string
		is         bool
	}{
		{"reason", `""`, p.Reason == ""}, {"ticket", `""`, p.Ticket == ""},
		{"forbidden_kinds", "[]", len(p.Forbidden) == 0}, {"freeze", "[]", len(p.Freezes) == 0},
	} {
		if f.is {
			v.text.WriteString(f.key + " = " + f.value + "\n")
		}
	}
}

// settings writes the settings of a struct that are no tables.
func (v *viewer) settings(s reflect.Value) {
	for _, f := range settings(s.Type()) {
		if text := shown(s.FieldByIndex(f.Index)); text != "" {
			v.text.WriteString(f.Tag.Get("toml") + " = " + text + "\n")
		}
	}
}

func hasOwnSettings(s reflect.Value) bool {
	for _, f := range settings(s.Type()) {
		if shown(s.FieldByIndex(f.Index)) != "" {
			return true
		}
	}
	return false
}

// shown is a value in TOML, "" for one that isn't set or is a table. False is shown, for it says something.
func shown(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case Secret:
		return shownSecret(value)
	case time.Duration:
		if value == 0 {
			return ""
		}
		return tomlString(value.String())
	case time.Time:
		if value.IsZero() {
			return ""
		}
		return tomlString(value.Format(time.RFC3339Nano))
	case bool:
		if value {
			return "true"
		}
		return "false"
	case []string:
		if len(value) == 0 {
			return ""
		}
		return tomlList(value)
	case map[string]string:
		return shownMap(value)
	}
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil() && !isTable(v.Type().Elem()):
		return shown(v.Elem())
	case v.Kind() == reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	}
	if v.Kind() != reflect.String || v.String() == "" {
		return ""
	}
	return tomlString(v.String())
}

func shownSecret(s Secret) string {
	switch {
	case s.IsZero():
		return ""
	case len(s.ref().argv) > 0:
		return tomlList(append([]string{"exec"}, s.ref().argv...))
	}
	return tomlString(s.String())
}

func shownMap(m map[string]string) string {
	if len(m) == 0 {
		return ""
	}
	pairs := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, tomlKey(k)+" = "+tomlString(m[k]))
	}
	return "{ " + strings.Join(pairs, ", ") + " }"
}
