package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// faulty is a file on a disk that fails.
type faulty struct {
	*os.File
	room                       int // bytes until it is full
	sync, truncate, stat, read error
}

func (f *faulty) Write(b []byte) (int, error) {
	if len(b) <= f.room {
		return f.File.Write(b)
	}
	n, err := f.File.Write(b[:f.room])
	return n, errors.Join(err, &os.PathError{Op: "write", Path: f.Name(), Err: unix.ENOSPC})
}

func (f *faulty) Sync() error {
	if f.sync != nil {
		return f.sync
	}
	return f.File.Sync()
}

func (f *faulty) Truncate(n int64) error {
	if f.truncate != nil {
		return f.truncate
	}
	return f.File.Truncate(n)
}

func (f *faulty) Stat() (os.FileInfo, error) {
	if f.stat != nil {
		return nil, f.stat
	}
	return f.File.Stat()
}

func (f *faulty) ReadAt(b []byte, at int64) (int, error) {
	if f.read != nil {
		return 0, f.read
	}
	return f.File.ReadAt(b, at)
}

// TestAppendLineTakesBack fails at every step and looks at what is left.
func TestAppendLineTakesBack(t *testing.T) {
	const line, room = "a line\n", 100
	for name, tt := range map[string]struct {
		disk faulty
		want error  // nil: appended
		left string // of the line
	}{
		"good":             {faulty{room: room}, nil, line},
		"full":             {faulty{room: 3}, unix.ENOSPC, ""},
		"full at once":     {faulty{}, unix.ENOSPC, ""},
		"not synced":       {faulty{room: room, sync: unix.EIO}, unix.EIO, ""},
		"not taken back":   {faulty{room: 3, truncate: unix.EIO}, unix.EIO, "a l"},
		"size not known":   {faulty{room: room, stat: unix.EIO}, unix.EIO, ""},
		"end not readable": {faulty{room: room, read: unix.EIO}, unix.EIO, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(path, []byte("before\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			tt.disk.File = f
			if err := appendLine(&tt.disk, []byte(line)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if want := "before\n" + tt.left; string(got) != want {
				t.Errorf("the file holds %q, want %q", got, want)
			}
		})
	}
}
