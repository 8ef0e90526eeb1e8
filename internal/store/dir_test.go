package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestDir(t *testing.T) {
	for name, tt := range map[string]struct {
		env  map[string]string
		want string
	}{
		"XDG":          {map[string]string{"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/weir"},
		"home":         {map[string]string{"HOME": "/h"}, "/h/.local/state/weir"},
		"relative XDG": {map[string]string{"XDG_STATE_HOME": "s", "HOME": "/h"}, "/h/.local/state/weir"},
		"nothing":      {nil, ""},
		"relative":     {map[string]string{"HOME": "h"}, ""},
	} {
		got, err := Dir(func(k string) string { return tt.env[k] })
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, tt.want)
		}
		if err != nil && !strings.HasSuffix(err.Error(), "set XDG_STATE_HOME to a directory of yours") {
			t.Errorf("%s: the error doesn't say what to do: %v", name, err)
		}
	}
}

func TestOpenMakesAPrivateDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "weir")
	for range 2 { // again, now that it is there
		if _, err := Open(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{dir, filepath.Dir(dir)} {
		info, err := os.Stat(d)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o700 {
			t.Errorf("%s: mode %#o, want 0700", d, got)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	base := t.TempDir()
	file := filepath.Join(base, "file")
	open, loop, odd := filepath.Join(base, "it's open"), filepath.Join(base, "loop"), filepath.Join(file, "a\x1bb")
	for _, err := range []error{
		os.WriteFile(file, nil, 0o600), os.Mkdir(open, 0o700), os.Chmod(open, 0o750), os.Symlink("loop", loop),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	const out = "; move what is there out of the way, or set XDG_STATE_HOME to a directory of yours"
	for dir, want := range map[string]string{
		"weir":                      "state directory: weir: want an absolute path",
		file:                        "state directory: " + file + ": not a directory" + out,
		filepath.Join(file, "weir"): "state directory: " + filepath.Join(file, "weir") + ": " + file + ": not a directory" + out,
		odd:                         `state directory: "` + file + `/a\x1bb": ` + file + ": not a directory" + out,
		open:                        "state directory: " + open + ": others may use it (mode 0750); run chmod 700 '" + base + `/it'\''s open'`,
	} {
		if _, err := Open(dir); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if _, err := Open(loop); err == nil || !strings.Contains(err.Error(), "; ") {
		t.Errorf("a loop of links: %v", err)
	}
}

// TestRemedies holds every error of a directory to saying what to do about it.
func TestRemedies(t *testing.T) {
	for errno, want := range map[error]string{
		unix.EACCES:     "permission denied; see with ls -ld whom it belongs to",
		unix.EPERM:      "operation not permitted; see with ls -ld whom it belongs to",
		unix.EROFS:      "read-only file system; this file system can't be written: set XDG_STATE_HOME",
		unix.ENOSPC:     "no space left on device; make room",
		unix.EDQUOT:     "disk quota exceeded; make room",
		unix.ENOTDIR:    "not a directory; move what is there out of the way",
		unix.ENOLCK:     "no locks available; this file system can't lock files: set XDG_STATE_HOME",
		unix.EOPNOTSUPP: "operation not supported; this file system can't lock files: set XDG_STATE_HOME",
		unix.EIO:        "input/output error; see that weir can read and write there",
		errNotRegular:   "not a regular file; move what is there out of the way",
		errHeld:         "another process holds its lock; find the process that holds it",
	} {
		for _, err := range []error{errno, &fs.PathError{Op: "open", Path: "/s/weir", Err: errno}} {
			got := trouble("mark", "/s/weir", err)
			if !strings.HasPrefix(got.Error(), "mark: /s/weir: "+want) {
				t.Errorf("got  %v\nwant mark: /s/weir: %s", got, want)
			}
			if !errors.Is(got, errno) {
				t.Errorf("%v is lost in %v", errno, got)
			}
		}
	}
}
