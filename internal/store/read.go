package store

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// maxRead is how much of the end of a file is read, in bytes: tens of thousands of marks.
const maxRead = 8 << 20

// Found is what Marks could read.
type Found struct {
	Marks []Mark // by time, of the same time as they were written
	// Skipped is how many lines of what was read are no marks of this version: torn by a crash, changed by hand, or written
	// by a newer weir. Whether they are within the time asked for can't be known.
	Skipped int
	// Unread is how many bytes at the beginning of a huge file were not looked at: the marks that were written first.
	Unread int64
}

// Marks reads the marks from since on; the zero time gives all. A file that isn't there holds none.
func (s *Store) Marks(since time.Time) (Found, error) {
	f, err := s.open(marksName, os.O_RDONLY, unix.LOCK_SH)
	if errors.Is(err, fs.ErrNotExist) {
		return Found{}, s.present()
	}
	if err != nil {
		return Found{}, trouble("marks", filepath.Join(s.dir, marksName), err)
	}
	defer f.Close()
	text, unread, err := tail(f, maxRead)
	if err != nil {
		return Found{}, trouble("marks", f.Name(), err)
	}
	found := parseMarks(text, since)
	found.Unread = unread
	return found, nil
}

// present tells a file that isn't there from a directory that went away.
func (s *Store) present() error {
	if _, err := os.Stat(s.dir); err != nil {
		return trouble("marks", s.dir, err)
	}
	return nil
}

// tail reads the whole lines within the last most bytes of a file, and tells how many bytes are before them.
func tail(f *os.File, most int64) (text []byte, unread int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	from := max(0, info.Size()-most-1) // a line that begins right at the bound is whole: the byte before tells
	text, err = io.ReadAll(io.NewSectionReader(f, from, most+1))
	if err != nil || info.Size() <= most {
		return text, 0, err
	}
	cut := bytes.IndexByte(text, '\n') + 1
	if cut == 0 {
		return nil, from + int64(len(text)), nil
	}
	return text[cut:], from + int64(cut), nil
}

func parseMarks(text []byte, since time.Time) Found {
	var found Found
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		m, ok := decodeMark(line)
		switch {
		case !ok:
			found.Skipped++
		case !m.At.Before(since):
			found.Marks = append(found.Marks, m)
		}
	}
	slices.SortStableFunc(found.Marks, func(a, b Mark) int { return a.At.Compare(b.At) })
	return found
}
