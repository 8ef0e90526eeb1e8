package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// mostKept bounds what [Store.Kept] reads, in bytes.
const mostKept = 1 << 20

// Kept returns what [Store.Keep] has kept under a name; nil when there is nothing.
func (s *Store) Kept(name string) ([]byte, error) {
	path := filepath.Join(s.dir, name)
	// Without waiting: to open a pipe that lies there would wait for its other end.
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, trouble("read", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		return nil, trouble("read", path, err)
	}
	b, err := io.ReadAll(io.LimitReader(f, mostKept+1))
	if err != nil {
		return nil, trouble("read", path, err)
	}
	if len(b) > mostKept {
		return nil, fmt.Errorf("read: %s: larger than %d bytes", printable(path), mostKept)
	}
	return b, nil
}

// Keep puts bytes under a name in place of what was there: whoever reads finds the old or the new, whole, also after a
// crash.
func (s *Store) Keep(name string, b []byte) error {
	path := filepath.Join(s.dir, name)
	f, err := os.CreateTemp(s.dir, "."+name+"-*")
	if err != nil {
		return trouble("keep", path, err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = s.syncDir()
	}
	if err != nil {
		_ = os.Remove(f.Name()) // err is what is wrong
		return trouble("keep", path, err)
	}
	return nil
}

// Path is where something of that name is kept.
func (s *Store) Path(name string) string { return filepath.Join(s.dir, name) }

// SetAside moves what is kept under a name out of the way, in place of what was set aside before, and returns where.
func (s *Store) SetAside(name string) (string, error) {
	path := filepath.Join(s.dir, name)
	aside := path + ".broken"
	if err := os.Rename(path, aside); err != nil {
		return "", trouble("set aside", path, err)
	}
	return aside, nil
}
