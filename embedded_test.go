package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSocketPath: a socket listens there, however long the path of the directory for temporary files is.
func TestSocketPath(t *testing.T) {
	short, err := os.MkdirTemp("/tmp", "weir-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	long := filepath.Join(short, strings.Repeat("d", 60), strings.Repeat("e", 30))
	if err := os.MkdirAll(long, 0o700); err != nil {
		t.Fatal(err)
	}
	fits := short + strings.Repeat("f", longestSocket-len("/weir-demo-4294967295/apps")-len(short))
	if err := os.Mkdir(fits, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(fits) })
	for _, tt := range []struct {
		parents []string
		want    string
	}{{[]string{short}, short}, {[]string{fits, short}, fits}, {[]string{fits + "f", short}, short}, {[]string{long, short}, short}} {
		got, err := socketPath(tt.parents...)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(filepath.Dir(got)) != tt.want {
			t.Errorf("of %v it is %s", tt.parents, got)
		}
		ln, err := net.Listen("unix", got)
		if err != nil {
			t.Errorf("%s: %v", got, err)
			continue
		}
		_ = ln.Close()
	}
	if got, err := socketPath(long, long); err == nil || !strings.Contains(err.Error(), "set TMPDIR to a directory with a shorter path") {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := socketPath(filepath.Join(short, "none")); err == nil || !strings.Contains(err.Error(), "no such file or directory") {
		t.Errorf("%s, %v", got, err)
	}
}
