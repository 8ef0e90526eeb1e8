// Package store keeps what weir remembers on its own behalf, and no cluster does, in the state directory. It knows
// nothing of the rest of weir.
package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Store is the state directory. It may be used by several goroutines, and the directory by several processes of one host.
type Store struct {
	dir  string
	wait time.Duration // longest wait for another process that holds a file's lock
}

const lockWait = 5 * time.Second // others hold a lock for as long as one mark takes to reach the disk

// Dir is where the state directory is: $XDG_STATE_HOME/weir, or ~/.local/state/weir without an absolute XDG_STATE_HOME
// (XDG Base Directory Specification). getenv is os.Getenv or its like. Without HOME too it is an error.
func Dir(getenv func(string) string) (string, error) {
	if xdg := getenv("XDG_STATE_HOME"); filepath.IsAbs(xdg) {
		return filepath.Join(xdg, "weir"), nil
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "weir"), nil
	}
	return "", errors.New("state directory: neither XDG_STATE_HOME nor HOME is an absolute path; set XDG_STATE_HOME to a directory of yours")
}

// Open makes the directory, closed to others, if it isn't there, and refuses one that others may look into or that is no
// directory. It doesn't find out whether the directory can be written: what is in a read-only one can still be read.
func Open(dir string) (*Store, error) {
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("state directory: %s: want an absolute path", printable(dir))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, trouble("state directory", dir, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, trouble("state directory", dir, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("state directory: %s: others may use it (mode %#o); run chmod 700 %s", printable(dir), mode, shellQuote(dir))
	}
	return &Store{dir: dir, wait: lockWait}, nil
}

// trouble is err, which a path gave, with what to do about it.
func trouble(op, path string, err error) error {
	if pe, ok := err.(*fs.PathError); ok && pe.Path != path {
		op += ": " + printable(path)
		path = pe.Path // the part of it that is in the way
	}
	return fmt.Errorf("%s: %s: %w; %s", op, printable(path), cause(err), remedy(err))
}

// cause is err without the path, which the system's errors show as it is.
func cause(err error) error {
	if pe, ok := err.(*fs.PathError); ok {
		return pe.Err
	}
	return err
}

func remedy(err error) string {
	const elsewhere = "set XDG_STATE_HOME to a directory of yours"
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "see with ls -ld whom it belongs to and who may write there, or " + elsewhere
	case errors.Is(err, unix.EROFS):
		return "this file system can't be written: " + elsewhere + " on another one"
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return "make room, or " + elsewhere + " on another file system"
	case errors.Is(err, unix.ENOTDIR), errors.Is(err, errNotRegular):
		return "move what is there out of the way, or " + elsewhere
	case errors.Is(err, unix.ENOLCK), errors.Is(err, unix.EOPNOTSUPP):
		return "this file system can't lock files: " + elsewhere + " on a local disk"
	case errors.Is(err, errHeld):
		return "find the process that holds it (fuser) and let it go on or end it"
	}
	return "see that weir can read and write there, or " + elsewhere
}

// printable shows a path as it is, or quoted when it holds anything that shouldn't reach a terminal.
func printable(s string) string {
	if q := fmt.Sprintf("%q", s); q[1:len(q)-1] != s {
		return q
	}
	return s
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
