package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsKeptIsFoundAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "weir")
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Kept("console.json"); got != nil || err != nil {
		t.Errorf("nothing was kept: %q, %v", got, err)
	}
	for _, want := range []string{"one", "", "two"} {
		if err := s.Keep("console.json", []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Kept("console.json"); string(got) != want || err != nil {
			t.Errorf("kept %q, %v; want %q", got, err, want)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "console.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	aside, err := s.SetAside("console.json")
	if err != nil || !strings.HasSuffix(aside, "console.json.broken") {
		t.Errorf("set aside as %q, %v", aside, err)
	}
	if got, err := s.Kept("console.json"); got != nil || err != nil {
		t.Errorf("still there: %q, %v", got, err)
	}
}

func TestWhatCannotBeKeptIsSaid(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "weir")
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "console.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Kept("console.json"); err == nil || !strings.Contains(err.Error(), "console.json: not a regular file") {
		t.Errorf("a directory: %v", err)
	}
	if err := s.Keep("console.json", []byte("x")); err == nil || !strings.Contains(err.Error(), "console.json") {
		t.Errorf("over a directory: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.WriteFile(filepath.Join(dir, "large"), bytes.Repeat([]byte("x"), mostKept+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Kept("large"); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("too large: %v", err)
	}
	if _, err := s.SetAside("nothing"); err == nil {
		t.Error("what is not there was set aside")
	}
}
