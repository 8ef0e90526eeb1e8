package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const marksName = "marks.jsonl"

var (
	errNotRegular = errors.New("not a regular file")
	errHeld       = errors.New("another process holds its lock")
)

// AppendMark keeps a mark: after it returned nil the mark outlives a crash of the machine. After an error nothing of it
// is kept, unless the error says so. A mark that can't be kept anywhere is ErrUnfit.
func (s *Store) AppendMark(m Mark) error {
	line, err := m.encode()
	if err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	path := filepath.Join(s.dir, marksName)
	f, err := s.open(marksName, os.O_RDWR|os.O_APPEND|os.O_CREATE, unix.LOCK_EX)
	if err != nil {
		return trouble("mark", path, err)
	}
	defer f.Close()                     // nothing is lost by it: what counts was synced
	if err := s.syncDir(); err != nil { // the name of a file that may just have been made
		return trouble("mark", s.dir, err)
	}
	if err := appendLine(f, line); err != nil {
		return trouble("mark", path, err)
	}
	return nil
}

// open opens a file of the directory, readable by nobody else, and takes its lock, which ends with the file's Close.
func (s *Store) open(name string, flag, how int) (*os.File, error) {
	// Without waiting: to open a pipe that lies there would wait for its other end.
	f, err := os.OpenFile(filepath.Join(s.dir, name), flag|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err == nil {
		err = lock(f, how, s.wait)
	}
	if err != nil {
		_ = f.Close() // err is what is wrong
		return nil, err
	}
	return f, nil
}

// lock takes an advisory lock (flock), trying for as long as wait: the kernel's own wait can't be given up.
func lock(f *os.File, how int, wait time.Duration) error {
	end := time.Now().Add(wait)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		switch err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); {
		case err == nil:
			return nil
		case !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR):
			return err
		case !time.Now().Before(end):
			return errHeld
		}
		time.Sleep(pause)
	}
}

// file is what appendLine needs of an *os.File.
type file interface {
	io.ReaderAt
	io.Writer
	Stat() (fs.FileInfo, error)
	Sync() error
	Truncate(int64) error
}

// appendLine writes a line behind what is there and brings it to the disk. Where a crash left a torn line at the end, the
// new one begins a line of its own. What was written of a line that failed is taken back.
func appendLine(f file, line []byte) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if size > 0 {
		var last [1]byte
		if _, err := f.ReadAt(last[:], size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	_, err = f.Write(line)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		return nil
	}
	if undo := f.Truncate(size); undo != nil {
		return fmt.Errorf("%w, and what was written of the mark may stand there: %w", cause(err), cause(undo))
	}
	return err
}

func (s *Store) syncDir() error {
	d, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
