package config

import (
	"reflect"
	"testing"
)

func TestMasks(t *testing.T) {
	c, err := parseText(minimal + `[[mask]]
topic = "pay*"
fields = ["card.number"]
[[mask]]
topic = "t"
cluster = "b*"
value = true
`)
	if err != nil {
		t.Fatal(err)
	}
	first := Mask{Topic: "pay*", Fields: []string{"card.number"}}
	if got := c.MasksOf("a"); !reflect.DeepEqual(got, []Mask{first}) || !reflect.DeepEqual(c.Clusters[0].Masks, got) {
		t.Errorf("of a: %+v, %+v", got, c.Clusters[0].Masks)
	}
	if got := c.Govern(Cluster{Name: "b1"}).Masks; len(got) != 2 || !got[1].Value {
		t.Errorf("of b1: %+v", got)
	}
	if !first.On("payments") || first.On("pa") {
		t.Error("the pattern of a topic doesn't hold")
	}
}

func TestMaskProblems(t *testing.T) {
	const at = "/etc/w.toml:5:1: mask.0."
	for name, tt := range map[string]struct{ text, want string }{
		"no topic":  {"value = true\n", `/etc/w.toml:3:3: mask.0: set topic: a name, or a pattern such as "pay*"`},
		"nothing":   {"topic = \"t\"\n", "/etc/w.toml:3:3: mask.0: the mask hides nothing; set one of key, value, headers, fields, patterns"},
		"unknown":   {"topic = \"t\"\nfield = [\"a\"]\n", at + `field: unknown key; did you mean "fields"?`},
		"bad topic": {"value = true\ntopic = \"a/b\"\n", at + `topic: "a/b" matches no topic: their names hold letters, digits, dots, dashes and underscores, and a pattern * and ? too`},
	} {
		_, err := parseText(minimal + "[[mask]]\n" + tt.text)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v\nwant %s", name, err, tt.want)
		}
	}
	for _, bad := range []string{`fields = ["a..b"]`, `patterns = ["("]`, `patterns = ["a*"]`, `headers = ["[", "x"]`, `headers = "x"`, `key = "yes"`} {
		if _, err := parseText(minimal + "[[mask]]\ntopic = \"t\"\n" + bad + "\n"); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
