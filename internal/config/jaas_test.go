package config

import (
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseJAAS(t *testing.T) {
	for text, want := range map[string]map[string]string{
		`a.B required;`: {},
		`a.B required username="u" password="p w";`:           {"username": "u", "password": "p w"},
		"a.B\n  REQUIRED\n  username = u\n  p='a\"b' ;":       {"username": "u", "p": `a"b`},
		`a.B optional p="a;b=c\"d\\e\tf\101\0601\400";`:       {"p": "a;b=c\"d\\e\tfA01\x200"},
		`a.B sufficient /* x=y; */ p="//no" // rest;` + "\n;": {"p": "//no"},
		`a.B$C requisite p="";`:                               {"p": ""},
		`a.B required p=a.b_c$d-e1; `:                         {"p": "a.b_c$d-e1"},
		`a.B required p="é€";`:                                {"p": "é€"},
	} {
		l, err := parseJAAS(text)
		if err != nil || !maps.Equal(l.options, want) || !strings.HasPrefix(l.module, "a.B") {
			t.Errorf("%s: got %+v, %v; want %q", text, l, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                               "want the class name of a login module first",
		`= required;`:                    "want the class name of a login module first",
		`a.B password="hunter2";`:        `want "required" after the login module`,
		`a.B required p="hunter2"`:       "want a semicolon at the end",
		`a.B required p="hunter2;`:       "a quote isn't closed",
		"a.B required p=\"hunter2\n\";":  "a quote isn't closed on its line",
		`a.B required p=hunter2!;`:       "a value with other characters than letters, digits and . _ $ - needs quotes around it",
		`a.B required p=;`:               `want a value for the option "p"`,
		`a.B required p hunter2;`:        "want = after the option 1",
		`a.B required "u"="x" =hunter2;`: "want KEY=VALUE options, with quotes around values",
		`a.B required p=hunter2 p=b;`:    `the option "p" stands there twice`,
		`a.B required; c.D required;`:    "want one login module only, with nothing after its semicolon",
		`a.B required /* hunter2;`:       "a comment isn't closed",
	} {
		if _, err := parseJAAS(text); err == nil || err.Error() != want {
			t.Errorf("%s: got %v\nwant %s", text, err, want)
		}
	}
}

func TestJAASRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`).Replace(value)
		l, err := parseJAAS(`m.M required p="` + quoted + `" q=r;`)
		if err != nil || l.options["p"] != value || l.options["q"] != "r" {
			t.Fatalf("%q: got %q, %v", value, l.options, err)
		}
	})
}

func FuzzParseJAAS(f *testing.F) {
	f.Add(plainModule + ` required username="u" password="\"p\101";`)
	f.Add("a b /*")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseJAAS(text)
		if err == nil && (l.module == "" || !strings.Contains(text, ";")) {
			t.Errorf("taken: %+v", l)
		}
	})
}
