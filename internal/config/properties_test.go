package config

import (
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseProperties(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"":                           {},
		"# a=b\n ! c=d\n\t\n":        {},
		"a=b":                        {"a": "b"},
		"a = b \n":                   {"a": "b "},
		"a:b\nc : d\ne f\ng\th":      {"a": "b", "c": "d", "e": "f", "g": "h"},
		"a":                          {"a": ""},
		"a=":                         {"a": ""},
		"=b":                         {"": "b"},
		"a==b":                       {"a": "=b"},
		"a b=c":                      {"a": "b=c"},
		`a\ b\=\:c=d`:                {"a b=:c": "d"},
		"a=b\\\n   c\\\r\n\td":       {"a": "bcd"},
		"a=b\\\\\nc=d":               {"a": `b\`, "c": "d"},
		"a=b\\":                      {"a": "b"},
		"a\\\n=b":                    {"a": "b"},
		"a=b\\\n# c":                 {"a": "b# c"},
		"a=1\na=2":                   {"a": "2"},
		"a=1\rb=2":                   {"a": "1", "b": "2"},
		`a=\t\n\r\f\q\"`:             {"a": "\t\n\r\fq\""},
		`a=\u00e9\u20AC\ud83d\ude00`: {"a": "é€😀"},
		"a=é":                        {"a": "é"},
	} {
		props, err := parseProperties(text)
		got := map[string]string{}
		for k, p := range props {
			got[k] = p.value
		}
		if !maps.Equal(got, want) || err != nil {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{`x=1` + "\n" + `a=\u12`, "\n" + `a=\u12g4`, "\n" + `\u=`, "\n" + `a=\ud83d\u1`} {
		if _, err := parseProperties(text); err == nil || err.Error() != `line 2: want four hexadecimal digits after \u` {
			t.Errorf("%q: got %v", text, err)
		}
	}
	if props, _ := parseProperties("#\na=\\\n b\nc=d"); props["a"].line != 2 || props["c"].line != 4 {
		t.Errorf("lines: %+v", props)
	}
}

// escapeProperty is the inverse of unescapeProperty.
func escapeProperty(s string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\f", `\f`, " ", `\ `, "=", `\=`, ":", `\:`, "#", `\#`, "!", `\!`).Replace(s)
}

func TestPropertiesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key, value := rapid.String().Draw(t, "key"), rapid.String().Draw(t, "value")
		sep := rapid.SampledFrom([]string{"=", ":", " ", " = ", "\t:\f"}).Draw(t, "separator")
		props, err := parseProperties("# x\n" + escapeProperty(key) + sep + escapeProperty(value) + "\n")
		if err != nil {
			t.Fatal(err)
		}
		if key == "" && strings.TrimSpace(sep) == "" && value == "" {
			return // an empty line
		}
		if key == "" && strings.TrimSpace(sep) == "" {
			key, value = value, "" // leading space doesn't count
		}
		if got := props[key].value; len(props) != 1 || got != value {
			t.Fatalf("got %+v, want %q = %q", props, key, value)
		}
	})
}

func FuzzParseProperties(f *testing.F) {
	f.Add("a=b\\\n c\n")
	f.Add(`\u00e9 : \ud83d\ude00\`)
	f.Fuzz(func(t *testing.T, text string) {
		props, err := parseProperties(text)
		if err != nil {
			return
		}
		lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 1
		for k, p := range props {
			if p.line < 1 || p.line > lines {
				t.Errorf("%q is in line %d of %d", k, p.line, lines)
			}
		}
	})
}
