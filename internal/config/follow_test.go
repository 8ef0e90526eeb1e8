package config

import (
	"path/filepath"
	"testing"
)

func TestCheckFollowsEveryReference(t *testing.T) {
	dir := t.TempDir()
	runs := filepath.Join(dir, "runs")
	write(t, filepath.Join(dir, "ca.pem"), "x", 0o600)
	write(t, filepath.Join(dir, "empty.pem"), "", 0o600)
	p := write(t, filepath.Join(dir, "w.toml"), minimal+`
[clusters.a.security]
tls = { ca_file = "ca.pem", cert_file = "gone.pem", key_file = "empty.pem" }
sasl = { mechanism = "PLAIN", username = "u", password = ["exec", "sh", "-c", 'printf r >> "$0"; exit 4', "`+runs+`"] }
[clusters.a.act.sasl]
mechanism = "PLAIN"
username = "v"
password = "env:WEIR_TEST_UNSET"
[clusters.b]
brokers = ["k:9092"]
security.tls.enabled = true
security.sasl = { mechanism = "PLAIN", username = "u", password = ["exec", "sh", "-c", 'printf r >> "$0"; exit 4', "`+runs+`"] }
`, 0o600)
	c, err := Load(LoadOptions{Path: p})
	if err != nil {
		t.Fatal(err)
	}
	at := p + ": clusters."
	want := at + "a.security.tls.cert_file: open " + dir + "/gone.pem: no such file or directory\n" +
		at + "a.security.tls.key_file: the file is empty\n" +
		at + "a.security.sasl.password: secret: exec:sh: exit status 4\n" +
		at + "a.act.tls.cert_file: open " + dir + "/gone.pem: no such file or directory\n" +
		at + "a.act.tls.key_file: the file is empty\n" +
		at + "a.act.sasl.password: secret: env:WEIR_TEST_UNSET: the environment variable WEIR_TEST_UNSET is not set\n" +
		at + "b.security.sasl.password: secret: exec:sh: exit status 4"
	if got := Problems(Check(t.Context(), c)).Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if ran, err := readFile(runs); ran != "r" || err != nil {
		t.Errorf("the program ran %q, %v; want once", ran, err)
	}
	t.Setenv("WEIR_TEST_SET", "x")
	c, err = parseText(minimal + "security = { tls = { enabled = true }, sasl = { mechanism = \"PLAIN\", username = \"u\", password = \"env:WEIR_TEST_SET\" } }\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := Check(t.Context(), c); len(got) > 0 {
		t.Errorf("got %v", Problems(got))
	}
}
