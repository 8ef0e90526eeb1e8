package audit

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// disk is what the log needs of a file system; tests put faults into it.
type disk interface {
	MkdirAll(dir string) error // 0700; the new directories are durable on return
	ReadDir(dir string) ([]string, error)
	ReadFile(path string) ([]byte, error)
	Stat(path string) (fs.FileInfo, error)
	Open(path string) (file, error)   // to read
	Append(path string) (file, error) // to read and append
	Create(path string) (file, error) // new, empty, 0600, to read and append; fs.ErrExist if there is one
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(dir string) error
	Lock(path string, exclusive bool) (unlock func() error, err error) // errLocked if held elsewhere
}

// file is an open file of a disk.
type file interface {
	io.ReaderAt
	io.Writer
	io.Closer
	Sync() error
	Stat() (fs.FileInfo, error)
}

var errLocked = errors.New("locked by another process")

// osDisk is the real file system.
type osDisk struct{}

func (d osDisk) MkdirAll(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := d.MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.SyncDir(parent)
}

func (osDisk) ReadDir(dir string) ([]string, error) {
	des, err := os.ReadDir(dir)
	names := make([]string, len(des))
	for i, de := range des {
		names[i] = de.Name()
	}
	return names, err
}

func (osDisk) ReadFile(path string) ([]byte, error)  { return os.ReadFile(path) }
func (osDisk) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }
func (osDisk) Open(path string) (file, error)        { return osOpen(path, os.O_RDONLY) }
func (osDisk) Append(path string) (file, error)      { return osOpen(path, os.O_RDWR|os.O_APPEND) }

func (osDisk) Create(path string) (file, error) {
	return osOpen(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL)
}

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) Remove(path string) error     { return os.Remove(path) }

func osOpen(path string, flag int) (file, error) {
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err // not a nil *os.File in a file
	}
	return f, nil
}

func (osDisk) SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Lock takes a flock without waiting. A reader opens the lock file to read
// only and never creates it, so that it needs no right to write.
func (osDisk) Lock(path string, exclusive bool) (func() error, error) {
	flag, how := os.O_RDONLY, unix.LOCK_SH
	if exclusive {
		flag, how = os.O_RDWR|os.O_CREATE, unix.LOCK_EX
	}
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		if err != unix.EINTR {
			break
		}
	}
	if err == unix.EWOULDBLOCK {
		err = errLocked
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil // closing gives the lock back
}
