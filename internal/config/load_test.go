package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// testNow is what the mutes of the tests, and of config.example.toml, are measured by.
var testNow = time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)

// parseText reads a configuration that nobody else can read.
func parseText(text string) (Config, error) {
	return parse("/etc/w.toml", []byte(text), "/home/u", "", testNow)
}

const minimal = "[clusters.a]\nbrokers = [\"k:9092\"]\n"

func TestProblems(t *testing.T) {
	sasl := minimal + "[clusters.a.security]\ntls.enabled = true\n[clusters.a.security.sasl]\n" // its keys begin in line 6
	const sec = "clusters.a.security.sasl"
	for name, tt := range map[string]struct{ text, want string }{
		"syntax":           {"a = \n", "/etc/w.toml:1:5: not valid TOML: unexpected character … at start of value"},
		"syntax, secret":   {"password = hunter2\n", "/etc/w.toml:1:12: not valid TOML: unexpected character … at start of value"},
		"twice":            {"refresh = \"5s\"\nrefresh = \"6s\"\n", "/etc/w.toml:2:1: not valid TOML"},
		"unknown, near":    {"[clusters.a]\nbrokers = [\"k:9092\"]\nenviroment = \"x\"\n", `/etc/w.toml:3:1: clusters.a.enviroment: unknown key; did you mean "environment"?`},
		"unknown, far":     {"zzzzzzzz = 1\n", `/etc/w.toml:1:1: zzzzzzzz: unknown key; known here: default_cluster, refresh, timeout, clusters, environments, policy, audit, mask`},
		"unknown, deeper":  {minimal + "[clusters.a.security]\nca_file = \"x\"\n", `/etc/w.toml:4:1: clusters.a.security.ca_file: unknown key; did you mean "tls.ca_file"?`},
		"unknown, dotted":  {minimal + "security.tls.skip-verify = true\n", `/etc/w.toml:3:14: clusters.a.security.tls.skip-verify: unknown key; did you mean "skip_verify"?`},
		"unknown, inline":  {minimal + "security = { sasI = {} }\n", `/etc/w.toml:3:14: clusters.a.security.sasI: unknown key; did you mean "sasl"?`},
		"want string":      {"default_cluster = 3\n", "/etc/w.toml:1:1: default_cluster: want a string, got an integer"},
		"want bool":        {minimal + "security.tls.enabled = \"yes\"\n", "/etc/w.toml:3:14: clusters.a.security.tls.enabled: want true or false, got a string"},
		"want array":       {"[clusters.a]\nbrokers = \"k:9092\"\n", "/etc/w.toml:2:1: clusters.a.brokers: want an array of strings, got a string"},
		"want element":     {"[clusters.a]\nbrokers = [\"k:9092\",\n  7]\n", "/etc/w.toml:3:3: clusters.a.brokers.1: want a string, got an integer"},
		"want table":       {"clusters = [1]\n", "/etc/w.toml:1:1: clusters: want a table, got an array"},
		"want table, date": {"clusters.a = 2026-11-21\n", "/etc/w.toml:1:10: clusters.a: want a table, got a date or time"},
		"array of tables":  {"[[clusters]]\nbrokers = []\n", "/etc/w.toml:1:3: clusters: want a table, got an array"},
		"duration":         {"refresh = 5\n", `/etc/w.toml:1:1: refresh: want a duration such as "5s", "1m30s" or "2d", got an integer`},
		"duration, form":   {"refresh = \"5 apples\"\n", `/etc/w.toml:1:1: refresh: want a duration such as "5s", "1m30s" or "2d", got "5 apples"`},
		"refresh":          {"refresh = \"1999ms\"\n", "/etc/w.toml:1:1: refresh: want 2s or more, for the brokers' sake"},
		"timeout":          {minimal + "timeout = \"0s\"\n", "/etc/w.toml:3:1: clusters.a.timeout: want 100ms or more"},
		"default cluster":  {"default_cluster = \"b\"\n" + minimal, `/etc/w.toml:1:1: default_cluster: no cluster is named "b"; did you mean "a"?`},
		"demo":             {"[clusters.demo]\nbrokers = [\"k:9092\"]\n", "/etc/w.toml:1:11: clusters.demo: the names demo and demo:SCENARIO are the built-in cluster's; choose another"},
		"demo scenario":    {"[clusters.\"demo:x\"]\nbrokers = [\"k:9092\"]\n", "/etc/w.toml:1:11: clusters.\"demo:x\": the names demo and demo:SCENARIO are the built-in cluster's; choose another"},
		"name":             {"[clusters.\"a/\\u001b\"]\nbrokers = [\"k:9092\"]\n", "/etc/w.toml:1:11: clusters.\"a/\\u001B\": a cluster's name begins with a letter or digit and holds letters, digits, dots, dashes and underscores only"},
		"mode":             {minimal + "mode = \"rw\"\n", `/etc/w.toml:3:1: clusters.a.mode: want "read-only" or "confirm", got "rw"`},
		"no brokers":       {"[clusters.a]\n", `/etc/w.toml:1:11: clusters.a: no brokers: add brokers = ["HOST:PORT", …]`},
		"broker":           {"[clusters.a]\nbrokers = [\"k\"]\n", `/etc/w.toml:2:12: clusters.a.brokers.0: want HOST:PORT, got "k" without a port (Kafka's is mostly 9092)`},
		"addresses":        {minimal + "addresses = { \"k:9092\" = \"l\" }\n", `/etc/w.toml:3:15: clusters.a.addresses."k:9092": want HOST:PORT, got "l" without a port (Kafka's is mostly 9092)`},
		"socks5 secret":    {minimal + "socks5 = \"u:hunter2@p:1080\"\n", `/etc/w.toml:3:1: clusters.a.socks5: want HOST:PORT, got an address with "@": user names and passwords have keys of their own`},
		"socks5 half":      {minimal + "socks5 = \"p:1\"\nsocks5_password = \"x\"\n", "/etc/w.toml:1:11: clusters.a: socks5_username and socks5_password go together: set both or neither"},
		"socks5 lacking":   {minimal + "socks5_username = \"x\"\nsocks5_password = \"x\"\n", "/etc/w.toml:1:11: clusters.a: socks5_username and socks5_password need socks5, the proxy's HOST:PORT"},
		"pattern":          {minimal + "groups.exclude = [\"\"]\n", `/etc/w.toml:3:19: clusters.a.groups.exclude.0: the pattern is empty; "*" stands for any text`},
		"secret kind":      {sasl + "mechanism = \"PLAIN\"\nusername = \"u\"\npassword = 5\n", `/etc/w.toml:8:1: ` + sec + `.password: want a secret: "env:NAME", "file:PATH" or ["exec", "PROGRAM", "ARGUMENT", …]; got an integer`},
		"secret empty":     {sasl + "mechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"\"\n", `/etc/w.toml:8:1: ` + sec + `.password: the secret is empty; want "env:NAME", "file:PATH" or ["exec", "PROGRAM", "ARGUMENT", …]`},
		"secret exec":      {sasl + "mechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"exec:pass\"\n", `/etc/w.toml:8:1: ` + sec + `.password: a program is given as an array: ["exec", "PROGRAM", "ARGUMENT", …]`},
		"secret env":       {sasl + "mechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"env:\"\n", `/etc/w.toml:8:1: ` + sec + `.password: want the name of an environment variable after "env:"`},
		"secret file":      {sasl + "mechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"file:\"\n", `/etc/w.toml:8:1: ` + sec + `.password: want a path after "file:"`},
		"secret argv":      {sasl + "mechanism = \"PLAIN\"\nusername = \"u\"\npassword = [\"pass\"]\n", `/etc/w.toml:8:1: ` + sec + `.password: want an array that begins with "exec" and a program: ["exec", "PROGRAM", "ARGUMENT", …]`},
		"secret argv kind": {sasl + "mechanism = \"PLAIN\"\nusername = \"u\"\npassword = [\"exec\", 1]\n", `/etc/w.toml:8:1: ` + sec + `.password: want strings only: ["exec", "PROGRAM", "ARGUMENT", …]`},
		"no mechanism":     {sasl + "username = \"u\"\n", `/etc/w.toml:5:22: ` + sec + `: set mechanism: one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, AWS_MSK_IAM`},
		"mechanism":        {sasl + "mechanism = \"GSSAPI\"\n", `/etc/w.toml:6:1: ` + sec + `.mechanism: want one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, AWS_MSK_IAM, got "GSSAPI"`},
		"no password":      {sasl + "mechanism = \"PLAIN\"\nusername = \"u\"\n", `/etc/w.toml:5:22: ` + sec + `: PLAIN needs username and password`},
		"foreign key":      {sasl + "mechanism = \"AWS_MSK_IAM\"\nusername = \"u\"\n", `/etc/w.toml:7:1: ` + sec + `.username: AWS_MSK_IAM doesn't use this; take it out or change mechanism`},
		"oauth none":       {sasl + "mechanism = \"OAUTHBEARER\"\n", `/etc/w.toml:5:22: ` + sec + `.oauth: OAUTHBEARER needs exactly one of token_url and token_file`},
		"oauth both":       {sasl + "mechanism = \"OAUTHBEARER\"\noauth = { token_url = \"https://x\", token_file = \"f\" }\n", `/etc/w.toml:7:1: ` + sec + `.oauth: OAUTHBEARER needs exactly one of token_url and token_file`},
		"oauth file":       {sasl + "mechanism = \"OAUTHBEARER\"\noauth = { token_file = \"f\", client_id = \"c\" }\n", `/etc/w.toml:7:1: ` + sec + `.oauth: client_id, client_secret and scope are for token_url, not for token_file`},
		"oauth client":     {sasl + "mechanism = \"OAUTHBEARER\"\noauth.token_url = \"https://x\"\n", `/etc/w.toml:7:1: ` + sec + `.oauth: token_url needs client_id and client_secret`},
		"oauth url":        {sasl + "mechanism = \"OAUTHBEARER\"\noauth = { token_url = \"ftp://x\", client_id = \"c\", client_secret = \"s\" }\n", `/etc/w.toml:7:11: ` + sec + `.oauth.token_url: want an address such as https://login.example.com/oauth2/token`},
		"oauth url secret": {sasl + "mechanism = \"OAUTHBEARER\"\noauth = { token_url = \"https://c:hunter2@x\", client_id = \"c\", client_secret = \"s\" }\n", `/etc/w.toml:7:11: ` + sec + `.oauth.token_url: want an address without user name and password: they go into client_id and client_secret`},
		"aws half":         {sasl + "mechanism = \"AWS_MSK_IAM\"\naws.access_key = \"A\"\n", `/etc/w.toml:7:1: ` + sec + `.aws: access_key and secret_key go together: set both, or neither to use the environment's or a profile's`},
		"aws token":        {sasl + "mechanism = \"AWS_MSK_IAM\"\naws.token = \"A\"\n", `/etc/w.toml:7:5: ` + sec + `.aws.token: token needs access_key and secret_key`},
		"aws profile":      {sasl + "mechanism = \"AWS_MSK_IAM\"\naws = { access_key = \"A\", secret_key = \"S\", profile = \"p\" }\n", `/etc/w.toml:7:45: ` + sec + `.aws.profile: set profile or access_key, not both`},
		"cert":             {minimal + "security.tls.cert_file = \"c\"\n", `/etc/w.toml:3:10: clusters.a.security.tls: cert_file and key_file go together (they may name the same file)`},
		"key password":     {minimal + "security.tls.key_password = \"c\"\n", `/etc/w.toml:3:14: clusters.a.security.tls.key_password: key_password without key_file`},
		"act":              {minimal + "[clusters.a.act]\n", `/etc/w.toml:3:13: clusters.a.act: act is empty; set tls or sasl, or take it out`},
		"column":           {minimal + "addresses = { \"é:1\" = \"k:1\", \"b\" = \"k:1\" }\n", `/etc/w.toml:3:30: clusters.a.addresses.b: want HOST:PORT, got "b" without a port (Kafka's is mostly 9092)`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseText(tt.text)
			if err == nil {
				t.Fatal("no error")
			}
			if got := err.Error(); got != tt.want && !(strings.HasPrefix(name, "twice") && strings.HasPrefix(got, tt.want)) {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the secret is shown: %v", err)
			}
			if _, ok := errors.AsType[Problems](err); !ok {
				t.Errorf("got a %T, want Problems", err)
			}
		})
	}
}

func TestProblemsAllAtOnce(t *testing.T) {
	_, err := parseText("timeout = 1\nrefrsh = \"5s\"\n[clusters.b]\nbrokers = [\"k\"]\n[clusters.a]\nmode = \"x\"\nbrokers = 5\n")
	want := `/etc/w.toml:1:1: timeout: want a duration such as "5s", "1m30s" or "2d", got an integer
/etc/w.toml:2:1: refrsh: unknown key; did you mean "refresh"?
/etc/w.toml:4:12: clusters.b.brokers.0: want HOST:PORT, got "k" without a port (Kafka's is mostly 9092)
/etc/w.toml:6:1: clusters.a.mode: want "read-only" or "confirm", got "x"
/etc/w.toml:7:1: clusters.a.brokers: want an array of strings, got an integer`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestDefaults(t *testing.T) {
	c, err := parseText("refresh = \"1d\"\n[clusters.b]\nenvironment = \"prod\"\nbrokers = [\"k:9092\"]\ntimeout = \"1m\"\n" + minimal +
		"[clusters.a.security]\ntls.ca_file = \"~/ca.pem\"\n[clusters.a.act.sasl]\nmechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"file:pw\"\n")
	if err != nil {
		t.Fatal(err)
	}
	tls := TLS{Enabled: true, CAFile: "/home/u/ca.pem"}
	want := Config{
		Source: "/etc/w.toml", Refresh: 24 * time.Hour, Timeout: DefaultTimeout,
		Clusters: []Cluster{
			{
				Name: "a", Brokers: []string{"k:9092"}, Mode: Confirm, Refresh: 24 * time.Hour, Timeout: DefaultTimeout,
				Security: Security{TLS: tls},
				Act:      &Security{TLS: tls, SASL: SASL{Mechanism: Plain, Username: "u", Password: FromFile("/etc/pw")}},
			},
			{Name: "b", Environment: "prod", Brokers: []string{"k:9092"}, Mode: ReadOnly, Refresh: 24 * time.Hour, Timeout: time.Minute},
		},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got\n%+v\nwant\n%+v", c, want)
	}
	if b, ok := c.Cluster("b"); !ok || b.Name != "b" {
		t.Errorf("cluster b: %v %v", b, ok)
	}
	if _, ok := c.Cluster("c"); ok {
		t.Error("there is a cluster c")
	}
}

func TestWarnings(t *testing.T) {
	c, err := parseText(minimal + `environment = "Production"
[clusters.a.security]
sasl = { mechanism = "PLAIN", username = "u", password = "env:P" }
[clusters.b]
brokers = ["k:9092"]
security.tls = { enabled = false, ca_file = "x" }
security.sasl = { mechanism = "SCRAM-SHA-256", username = "u", password = "env:P" }
act.tls.skip_verify = true
[clusters.c]
brokers = ["k:9092"]
security.tls.skip_name_check = true
security.sasl = { mechanism = "OAUTHBEARER", oauth = { token_url = "http://x", client_id = "c", client_secret = "env:P" } }
`)
	if err != nil {
		t.Fatal(err)
	}
	want := `/etc/w.toml:3:1: clusters.a.environment: only the environment "prod" is read-only by default, and this is "Production"; set mode to "read-only" or "confirm"
/etc/w.toml:5:1: clusters.a.security.sasl: PLAIN without TLS sends the credentials across the network in clear text
/etc/w.toml:8:18: clusters.b.security.tls.enabled: TLS is off, so the other settings of it don't count
/etc/w.toml:9:10: clusters.b.security.sasl: SCRAM-SHA-256 without TLS: what is read and written crosses the network in clear text
/etc/w.toml:10:9: clusters.b.act.tls.skip_verify: any certificate is accepted, so anyone on the way can read and change what is sent
/etc/w.toml:13:14: clusters.c.security.tls.skip_name_check: the broker's name is not verified: any certificate of the same authority is accepted
/etc/w.toml:14:56: clusters.c.security.sasl.oauth.token_url: the client secret is sent across the network in clear text; use https`
	if got := Problems(c.Warnings).Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

func TestSearchOrder(t *testing.T) {
	dir := t.TempDir()
	flag, env := filepath.Join(dir, "flag.toml"), filepath.Join(dir, "env.toml")
	xdg, home, system := filepath.Join(dir, "xdg"), filepath.Join(dir, "home"), filepath.Join(dir, "etc")
	xdgFile, homeFile := filepath.Join(xdg, "weir/config.toml"), filepath.Join(home, ".config/weir/config.toml")
	systemFile := filepath.Join(system, "config.toml")
	for _, p := range []string{flag, env, xdgFile, homeFile, systemFile} {
		write(t, p, minimal, 0o644)
	}
	all := map[string]string{"WEIR_CONFIG": env, "XDG_CONFIG_HOME": xdg, "HOME": home}
	for name, tt := range map[string]struct {
		flag   string
		env    map[string]string
		system string
		want   string
	}{
		"flag":         {flag, all, system, flag},
		"WEIR_CONFIG":  {"", all, system, env},
		"XDG":          {"", map[string]string{"XDG_CONFIG_HOME": xdg, "HOME": home}, system, xdgFile},
		"home":         {"", map[string]string{"HOME": home}, system, homeFile},
		"relative XDG": {"", map[string]string{"XDG_CONFIG_HOME": "xdg", "HOME": home}, system, homeFile},
		"system":       {"", map[string]string{"XDG_CONFIG_HOME": dir}, system, systemFile},
		"none":         {"", map[string]string{"WEIR_CONFIG": "", "HOME": dir}, dir, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Load(LoadOptions{Path: tt.flag, SystemDir: tt.system, Env: func(k string) (string, bool) {
				v, ok := tt.env[k]
				return v, ok
			}})
			if err != nil {
				t.Fatal(err)
			}
			if c.Source != tt.want {
				t.Errorf("read %q, want %q", c.Source, tt.want)
			}
			if c.Refresh != DefaultRefresh || c.Timeout != DefaultTimeout || (len(c.Clusters) == 1) != (tt.want != "") {
				t.Errorf("got %+v", c)
			}
		})
	}
}

func TestNamedFileMustBeThere(t *testing.T) {
	t.Setenv("WEIR_CONFIG", "/nowhere/w.toml")
	_, err := Load(LoadOptions{})
	if want := "config: the file that WEIR_CONFIG names can't be read: /nowhere/w.toml: no such file or directory"; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	_, err = Load(LoadOptions{Path: "/nowhere/x.toml"})
	if want := "config: the file that --config names can't be read: /nowhere/x.toml: no such file or directory"; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if _, err = Load(LoadOptions{Path: t.TempDir()}); err == nil {
		t.Error("a directory was read as a file")
	}
}

func TestLiteralSecretNeedsPrivateFile(t *testing.T) {
	text := minimal + "[clusters.a.security]\ntls.enabled = true\nsasl = { mechanism = \"PLAIN\", username = \"u\", password = \"hunter2\" }\n"
	p := write(t, filepath.Join(t.TempDir(), "it's.toml"), text, 0o640)
	_, err := Load(LoadOptions{Path: p})
	want := p + `:5:47: clusters.a.security.sasl.password: a secret stands in the file, and others can read the file (mode 0640): run chmod 600 ` +
		`'` + strings.Replace(p, "'", `'\''`, 1) + `' (or write "env:NAME", "file:PATH" or ["exec", "PROGRAM", "ARGUMENT", …])`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	write(t, p, strings.Replace(text, "hunter2", "env:P", 1), 0o644)
	if _, err := Load(LoadOptions{Path: p}); err != nil {
		t.Errorf("a reference in a readable file: %v", err)
	}
	write(t, p, text, 0o600)
	c, err := Load(LoadOptions{Path: p})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Clusters[0].Security.SASL.Password.Resolve(t.Context()); got != "hunter2" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	example, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add(minimal)
	f.Add("[[policy]]\ngroup = \"g\"\nmute_until = 2027-01-01T00:00:00Z\n[[policy]]\n[policy.x]\n[[policy.links]]\ny.z = 1\n")
	f.Add("[[clusters]]\na.b.c = [{x = 1}, 2]\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseText(text)
		if err != nil {
			ps, ok := errors.AsType[Problems](err)
			if !ok || len(ps) == 0 {
				t.Fatalf("not Problems: %v", err)
			}
			for _, p := range ps {
				if p.File != "/etc/w.toml" || p.Message == "" {
					t.Errorf("incomplete: %#v", p)
				}
			}
			return
		}
		for _, cl := range c.Clusters {
			if len(cl.Brokers) == 0 || cl.Refresh < MinRefresh || cl.Timeout <= 0 || cl.Mode == "" {
				t.Errorf("not valid: %+v", cl)
			}
		}
		for _, p := range c.Policies {
			if p.Group == "" && p.Topic == "" || p.TimeLag < 0 || p.Abandoned < 0 || (p.Expect == ExpectCron) != (p.Rhythm > 0) {
				t.Errorf("not valid: %+v", p)
			}
		}
		if _, err := parseText(View(c)); err != nil && !strings.Contains(View(c), `"(set)"`) {
			t.Errorf("what View shows doesn't load: %v\n%s", err, View(c))
		}
	})
}
