package config

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

const value = "hunter2"

// TestSecretIsNeverShown prints a literal in every way that Go has.
func TestSecretIsNeverShown(t *testing.T) {
	s := Literal(value)
	type exported struct{ S Secret }
	type unexported struct{ s Secret }
	var shown []string
	for _, v := range []any{s, &s, exported{s}, &exported{s}, unexported{s}, []Secret{s}, map[string]Secret{"k": s}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%c", "%p", "%U"} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
		j, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, string(j))
	}
	tm, err := toml.Marshal(exported{s})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("m", "s", s, "e", exported{s}, "u", unexported{s})
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "s", s, "e", exported{s}, "u", unexported{s})
	shown = append(shown, string(tm), log.String(), s.GoString(), s.LogValue().String())
	for _, text := range shown {
		for _, leak := range []string{value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value)} {
			if strings.Contains(text, leak) {
				t.Errorf("shown: %s", text)
			}
		}
	}
	if got, err := s.Resolve(t.Context()); got != value || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSecretString(t *testing.T) {
	for want, s := range map[string]Secret{
		"": {}, "(set)": Literal(value), "env:N": FromEnv("N"), "file:/p": FromFile("/p"), "exec:pass": FromExec("pass", "show", "k"),
	} {
		if got := s.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if s.IsZero() != (want == "") {
			t.Errorf("%q: IsZero is %v", want, s.IsZero())
		}
		if j, err := json.Marshal(s); string(j) != `"`+want+`"` || err != nil {
			t.Errorf("JSON is %s, %v", j, err)
		}
	}
	if !Literal("").IsZero() {
		t.Error("an empty literal is a secret")
	}
}

func TestResolve(t *testing.T) {
	t.Setenv("WEIR_TEST_SECRET", value)
	dir := t.TempDir()
	lf, crlf := write(t, filepath.Join(dir, "lf"), value+"\n", 0o600), write(t, filepath.Join(dir, "crlf"), value+"\r\n", 0o600)
	for _, s := range []Secret{FromEnv("WEIR_TEST_SECRET"), FromFile(lf), FromFile(crlf), FromExec("cat", lf), FromExec("printf", value)} {
		if got, err := s.Resolve(t.Context()); got != value || err != nil {
			t.Errorf("%s: got %q, %v", s, got, err)
		}
	}
	if got, err := (Secret{}).Resolve(t.Context()); got != "" || err != nil {
		t.Errorf("no secret resolves to %q, %v", got, err)
	}
	if err := os.WriteFile(lf, []byte("rotated"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, _ := FromFile(lf).Resolve(t.Context()); got != "rotated" {
		t.Errorf("after a rotation: %q", got)
	}
}

func TestResolveErrors(t *testing.T) {
	t.Setenv("WEIR_TEST_EMPTY", "")
	dir := t.TempDir()
	empty := write(t, filepath.Join(dir, "empty"), "\n", 0o600)
	big := write(t, filepath.Join(dir, "big"), strings.Repeat(value, maxSecret), 0o600)
	script := write(t, filepath.Join(dir, "leaky"), "#!/bin/sh\necho "+value+"\necho "+value+" >&2\nexit 3\n", 0o700)
	for want, s := range map[string]Secret{
		"secret: env:WEIR_TEST_UNSET: the environment variable WEIR_TEST_UNSET is not set": FromEnv("WEIR_TEST_UNSET"),
		"secret: env:WEIR_TEST_EMPTY: the environment variable WEIR_TEST_EMPTY is empty":   FromEnv("WEIR_TEST_EMPTY"),
		"secret: file:/nowhere/f: no such file or directory":                               FromFile("/nowhere/f"),
		"secret: file:" + dir + ": is a directory":                                         FromFile(dir),
		"secret: file:" + empty + ": the file is empty":                                    FromFile(empty),
		"secret: file:" + big + ": the file holds more than 65536 bytes":                   FromFile(big),
		"secret: exec:cat: the output holds more than 65536 bytes":                         FromExec("cat", big),
		"secret: exec:true: the output is empty":                                           FromExec("true", value),
		"secret: exec:" + script + ": exit status 3":                                       FromExec(script, value),
		"secret: exec:weir-no-such-program: executable file not found in $PATH":            FromExec("weir-no-such-program", value),
		"secret: exec:/nowhere/p: no such file or directory":                               FromExec("/nowhere/p"),
	} {
		got, err := s.Resolve(t.Context())
		if err == nil || err.Error() != want || got != "" {
			t.Errorf("got  %q, %v\nwant %s", got, err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FromExec("cat").Resolve(ctx); err == nil || err.Error() != "secret: exec:cat: context canceled" {
		t.Errorf("cancelled: %v", err)
	}
}
