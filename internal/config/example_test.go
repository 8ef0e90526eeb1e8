package config

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func readExample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestExampleLoads(t *testing.T) {
	c, err := Load(LoadOptions{Path: "../../config.example.toml", Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", Problems(c.Warnings))
	}
	if c.Refresh != DefaultRefresh || c.Timeout != DefaultTimeout {
		t.Errorf("what is marked as the default isn't: %v, %v", c.Refresh, c.Timeout)
	}
	if got := len(c.Clusters); got != 3 {
		t.Errorf("%d clusters, want 3", got)
	}
	if got := len(c.PoliciesOf("staging")); got != 2 {
		t.Errorf("%d policies, want 2", got)
	}
}

// TestExampleHoldsEveryKey fails if the structs know a key that the example lacks, or a line holds one without a comment
// above it or beside it.
func TestExampleHoldsEveryKey(t *testing.T) {
	doc, problems := parseDocument("config.example.toml", []byte(readExample(t)))
	if problems != nil {
		t.Fatal(problems)
	}
	have := map[string]bool{}
	for place := range doc.places {
		p := strings.Split(place, "\x00")
		if (p[0] == "clusters" || p[0] == "environments") && len(p) > 2 {
			p = p[2:]
		}
		if p[0] == "applications" && len(p) > 2 {
			p = []string{"applications", p[2]}
		}
		switch {
		case p[0] == "mask" && len(p) > 2:
			p = []string{"mask", p[2]}
		case p[0] != "policy" || len(p) < 3:
		case p[1] == "freeze":
			p = []string{"policy", "freeze", p[len(p)-1]}
		default:
			p = []string{"policy", p[2]}
		}
		if p[0] == "audit" && len(p) > 3 {
			p = []string{"audit", "anchor", p[3]}
		}
		if p[0] == "act" {
			p[0] = "security"
		}
		have[strings.Join(p, ".")] = true
	}
	keys := append(knownKeys(reflect.TypeFor[file](), ""), knownKeys(reflect.TypeFor[Cluster](), "")...)
	for _, key := range knownKeys(policyType, "") {
		keys = append(keys, "policy."+key)
	}
	for _, key := range knownKeys(reflect.TypeFor[Freeze](), "") {
		keys = append(keys, "policy.freeze."+key)
	}
	for _, key := range knownKeys(reflect.TypeFor[Application](), "") {
		keys = append(keys, "applications."+key)
	}
	for _, key := range knownKeys(reflect.TypeFor[Anchor](), "") {
		keys = append(keys, "audit.anchor."+key)
	}
	for _, key := range knownKeys(reflect.TypeFor[Mask](), "") {
		keys = append(keys, "mask."+key)
	}
	if len(keys) < 40 {
		t.Fatalf("only %d keys are known: %v", len(keys), keys)
	}
	for _, key := range keys {
		key = regexp.MustCompile(`^act\b`).ReplaceAllString(key, "security")
		if !have[key] {
			t.Errorf("config.example.toml lacks %s", key)
		}
	}
}

// fill sets every setting of a struct to something that isn't its zero.
func fill(s reflect.Value) {
	for _, f := range settings(s.Type()) {
		v := s.FieldByIndex(f.Index)
		switch v.Interface().(type) {
		case Secret:
			v.Set(reflect.ValueOf(FromExec("pass", "show", `a "b"`)))
			continue
		case time.Duration:
			v.SetInt(int64(90 * time.Second))
			continue
		case time.Time:
			v.Set(reflect.ValueOf(time.Date(2026, 11, 22, 5, 0, 0, 7, time.UTC)))
			continue
		}
		switch v.Kind() {
		case reflect.String:
			v.SetString("/x\\\"\u009b\U000e0001" + f.Name)
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int64:
			v.SetInt(7)
		case reflect.Slice:
			if !isTable(v.Type().Elem()) {
				v.Set(reflect.ValueOf([]string{"k:1", "l:2"}))
				continue
			}
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0))
			fill(v.Index(1))
		case reflect.Map:
			v.Set(reflect.ValueOf(map[string]string{"k.x:1": "l:2", "m": "n"}))
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			switch e := v.Elem(); e.Kind() {
			case reflect.Int64:
				e.SetInt(7)
			case reflect.Bool: // false, which says something
			default:
				fill(e)
			}
		case reflect.Struct:
			fill(v)
		}
	}
}

// TestViewHoldsEverySetting decodes what View shows, without the checks, and compares.
func TestViewHoldsEverySetting(t *testing.T) {
	cluster := Cluster{Name: "a.b"}
	fill(reflect.ValueOf(&cluster).Elem())
	policies := make([]Policy, 2)
	fill(reflect.ValueOf(&policies[0]).Elem())
	policies[1].Group = "little"
	anchors := make([]Anchor, 2)
	fill(reflect.ValueOf(&anchors[0]).Elem())
	anchors[1].Kind = AnchorSyslog
	masks := make([]Mask, 1)
	fill(reflect.ValueOf(&masks[0]).Elem())
	var env Environment
	fill(reflect.ValueOf(&env).Elem())
	in := Config{
		Environments: map[string]Environment{"prod x": env}, Source: "/etc/w\x1b.toml", DefaultCluster: "a.b", Refresh: time.Minute, Timeout: time.Hour,
		Clusters: []Cluster{cluster}, Policies: policies, Audit: Audit{Anchors: anchors}, Masks: masks,
	}
	text := View(in)
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x9b || r == 0xe0001 }); i >= 0 {
		t.Errorf("a control character at %d of\n%q", i, text)
	}
	doc, problems := parseDocument("v", []byte(text))
	if problems != nil {
		t.Fatalf("%v\n%s", problems, text)
	}
	d := &decoder{doc: doc, dir: "/"}
	var f file
	d.value(nil, doc.tree, reflect.ValueOf(&f).Elem())
	if len(d.problems) > 0 {
		t.Fatalf("%v\n%s", d.problems, text)
	}
	got := f.Clusters["a.b"]
	got.Name = "a.b"
	if !reflect.DeepEqual(f.Policies, policies) {
		t.Errorf("got\n%+v\nwant\n%+v\nby\n%s", f.Policies, policies, text)
	}
	if !reflect.DeepEqual(f.Masks, masks) {
		t.Errorf("got\n%+v\nwant\n%+v\nby\n%s", f.Masks, masks, text)
	}
	if !reflect.DeepEqual(f.Environments, in.Environments) {
		t.Errorf("got\n%+v\nwant\n%+v\nby\n%s", f.Environments, in.Environments, text)
	}
	if !reflect.DeepEqual(f.Audit.Anchors, anchors) {
		t.Errorf("got\n%+v\nwant\n%+v\nby\n%s", f.Audit.Anchors, anchors, text)
	}
	if !reflect.DeepEqual(got, cluster) || f.DefaultCluster != "a.b" || f.Refresh != time.Minute || f.Timeout != time.Hour {
		t.Errorf("got\n%+v\nwant\n%+v\nby\n%s", got, cluster, text)
	}
}

func TestViewOfExampleIsItsOwnView(t *testing.T) {
	c, err := Load(LoadOptions{Path: "../../config.example.toml", Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	again, err := parse(c.Source, []byte(View(c)), "/home/u", "", testNow)
	if err != nil {
		t.Fatalf("%v\n%s", err, View(c))
	}
	if !reflect.DeepEqual(c, again) {
		t.Errorf("got\n%s\nwant\n%s", View(again), View(c))
	}
}

func TestView(t *testing.T) {
	c, err := parseText("default_cluster = \"a\"\n" + minimal +
		"groups.exclude = [\"x*\"]\nsecurity = { tls = { ca_file = \"ca.pem\" }, sasl = { mechanism = \"PLAIN\", username = \"u\", password = \"hunter2\" } }\n" +
		"act = { sasl = { mechanism = \"OAUTHBEARER\", oauth = { token_url = \"https://x\", client_id = \"c\", client_secret = [\"exec\", \"pass\"], extensions = { a = \"b\" } } } }\n" +
		"[[policy]]\ntopic = \"t*\"\ntime_lag = \"1m\"\nmute_until = \"2026-11-22T06:00:00+01:00\"\nlinks = [\"https://x\"]\n" +
		"[[policy]]\ngroup = \"g\"\ncluster = \"a\"\nexpect = \"cron\"\nrhythm = \"1d1h\"\n")
	if err != nil {
		t.Fatal(err)
	}
	tls := "enabled = true\nca_file = \"/etc/ca.pem\"\nskip_verify = false\nskip_name_check = false\n"
	want := `# from /etc/w.toml
default_cluster = "a"
refresh = "5s"
timeout = "10s"

[clusters.a]
brokers = ["k:9092"]
mode = "confirm"
refresh = "5s"
timeout = "10s"

[clusters.a.security.tls]
` + tls + `
[clusters.a.security.sasl]
mechanism = "PLAIN"
username = "u"
password = "(set)"

[clusters.a.act.tls]
` + tls + `
[clusters.a.act.sasl]
mechanism = "OAUTHBEARER"

[clusters.a.act.sasl.oauth]
token_url = "https://x"
client_id = "c"
client_secret = ["exec", "pass"]
extensions = { a = "b" }

[clusters.a.groups]
exclude = ["x*"]

[[policy]]
topic = "t*"
time_lag = "1m0s"
mute_until = "2026-11-22T05:00:00Z"
links = ["https://x"]

[[policy]]
group = "g"
cluster = "a"
expect = "cron"
rhythm = "25h0m0s"
`
	if got := View(c); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := View(Config{Refresh: DefaultRefresh, Timeout: DefaultTimeout}); got != "# no configuration file; these are the defaults\nrefresh = \"5s\"\ntimeout = \"10s\"\n" {
		t.Errorf("without a file:\n%s", got)
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"5s": 5 * time.Second, "1m30s": 90 * time.Second, "2d": 48 * time.Hour, "1w2d3h": (9*24 + 3) * time.Hour, "1.5h": 90 * time.Minute, "0s": 0,
	} {
		if got, err := parseDuration(text); got != want || err != nil {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "-5s", "+5s", "1d-3h", "1.5d", "d", "w", "3h1d", "1d1w", "99999999999d", "999999999w", "106751d24h", "s"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	for _, a := range []string{"k:1", "k.example.com:65535", "[::1]:9092", "[fe80::1%eth0]:9092", "10.0.0.1:9092"} {
		if err := checkAddress(a); err != nil {
			t.Errorf("%q: %v", a, err)
		}
	}
	for a, want := range map[string]string{
		"":                "an address is empty; want HOST:PORT",
		"k":               `want HOST:PORT, got "k" without a port (Kafka's is mostly 9092)`,
		"k:0":             `want HOST:PORT with a port from 1 to 65535, got "k:0"`,
		"k:65536":         `want HOST:PORT with a port from 1 to 65535, got "k:65536"`,
		"k:":              `want HOST:PORT with a port from 1 to 65535, got "k:"`,
		"k:kafka":         `want HOST:PORT with a port from 1 to 65535, got "k:kafka"`,
		":9092":           `want HOST:PORT, got ":9092", whose host is no name or IP address`,
		"a b:1":           `want HOST:PORT, got "a b:1", whose host is no name or IP address`,
		"a\x1b:1":         `want HOST:PORT, got "a\x1b:1", whose host is no name or IP address`,
		"::1":             `want HOST:PORT with an IPv6 address in brackets, as in [::1]:9092, got "::1"`,
		"[::1]":           `want HOST:PORT, got "[::1]"`,
		"kafka://k:9092":  `want HOST:PORT without a scheme, got "kafka://k:9092"`,
		"u:hunter2@k:902": `want HOST:PORT, got an address with "@": user names and passwords have keys of their own`,
	} {
		if err := checkAddress(a); err == nil || err.Error() != want {
			t.Errorf("%q: got %v\nwant %s", a, err, want)
		}
	}
	got, err := ParseBrokers("a:1, b:2")
	if !slices.Equal(got, []string{"a:1", "b:2"}) || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := ParseBrokers("a:1,"); err == nil || err.Error() != "brokers: an address is empty; want HOST:PORT" {
		t.Errorf("got %v", err)
	}
}
