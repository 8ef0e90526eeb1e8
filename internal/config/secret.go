package config

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"
)

// Secret is a password, token or key pass phrase: either a reference that is followed when the value is needed, or a
// literal. Nothing that prints, logs or encodes a Secret shows a literal; a reference shows where it points. The zero
// Secret is no secret.
type Secret struct {
	// A pointer to a pointer: of a Secret in an unexported field, where fmt can't call methods, it then shows an address
	// and not the value. One pointer wouldn't do, since fmt follows it when a verb doesn't fit.
	to **reference
}

func secretOf(r reference) Secret {
	p := &r
	return Secret{&p}
}

// ref is where the value is, nil for no secret.
func (s Secret) ref() *reference {
	if s.to == nil {
		return nil
	}
	return *s.to
}

// reference is where a secret's value is. Exactly one field is set.
type reference struct {
	literal string
	env     string
	file    string
	argv    []string
}

const (
	maxSecret   = 64 << 10         // bytes; a bigger file or output is a mistake
	execTimeout = 30 * time.Second // a password manager may ask a person
	literalMark = "(set)"
)

// Literal is a secret whose value is v itself; "" gives the zero Secret.
func Literal(v string) Secret {
	if v == "" {
		return Secret{}
	}
	return secretOf(reference{literal: v})
}

// FromEnv is a secret in the environment variable name.
func FromEnv(name string) Secret { return secretOf(reference{env: name}) }

// FromFile is a secret in the file path; one line end at its end doesn't count.
func FromFile(path string) Secret { return secretOf(reference{file: path}) }

// FromExec is a secret that the program argv[0] prints, called with the arguments argv[1:] and no shell; one line end at
// the end of its output doesn't count.
func FromExec(argv ...string) Secret {
	return secretOf(reference{argv: slices.Clone(argv)})
}

// IsZero tells whether there is no secret.
func (s Secret) IsZero() bool { return s.to == nil }

// String shows the reference (env:NAME, file:PATH, exec:PROGRAM without its arguments), "(set)" for a literal and "" for
// no secret.
func (s Secret) String() string {
	switch r := s.ref(); {
	case r == nil:
		return ""
	case r.env != "":
		return "env:" + r.env
	case r.file != "":
		return "file:" + r.file
	case len(r.argv) > 0:
		return "exec:" + r.argv[0]
	}
	return literalMark
}

// GoString is String: %#v shows no value either.
func (s Secret) GoString() string { return s.String() }

// Format writes String whatever the verb, since fmt calls String for some verbs only.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText gives String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON gives String as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return jsonString(s.String()) }

// LogValue gives String to log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Resolve gives the value. A reference is followed anew at each call, so that a rotated secret is seen; a program is
// given 30 s at most. The value is never empty without an error, and errors show the reference, never what was read. The
// zero Secret resolves to "".
func (s Secret) Resolve(ctx context.Context) (string, error) {
	if s.IsZero() {
		return "", nil
	}
	v, err := s.ref().read(ctx)
	if err != nil {
		return "", fmt.Errorf("secret: %s: %w", s, err)
	}
	return v, nil
}

func (r *reference) read(ctx context.Context) (string, error) {
	switch {
	case r.env != "":
		return readEnv(r.env)
	case r.file != "":
		return readFile(r.file)
	case len(r.argv) > 0:
		return readExec(ctx, r.argv)
	}
	return r.literal, nil
}

func readEnv(name string) (string, error) {
	v, ok := os.LookupEnv(name)
	if !ok {
		return "", fmt.Errorf("the environment variable %s is not set", name)
	}
	if v == "" {
		return "", fmt.Errorf("the environment variable %s is empty", name)
	}
	return v, nil
}

func readFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", errWithoutPath(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", errWithoutPath(err)
	}
	return trimmed(b, "the file")
}

// trimmed checks what a file or program gave and takes one line end off.
func trimmed(b []byte, from string) (string, error) {
	if len(b) > maxSecret {
		return "", fmt.Errorf("%s holds more than %d bytes", from, maxSecret)
	}
	v := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if v == "" {
		return "", fmt.Errorf("%s is empty", from)
	}
	return v, nil
}
