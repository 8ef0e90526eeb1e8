package audit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var errKilled = errors.New("the process is dead")

// faultDisk is the real file system with a fault at the n-th call. With kill,
// nothing works from then on, as for a process that is gone; otherwise that
// one call fails. A write that is hit leaves a part of its bytes.
type faultDisk struct {
	osDisk
	at    int // of the calls, from 1; 0 never
	kill  bool
	err   error
	part  float64 // of a write's bytes
	calls int

	// What a loss of power would take: bytes beyond the last sync, by path,
	// and names that no sync of the directory has made durable.
	synced map[string]int64
	names  map[string]string // new path → the one it had before, "" for a new file
}

func newFaultDisk() *faultDisk {
	return &faultDisk{synced: map[string]int64{}, names: map[string]string{}}
}

// hit counts a call and says whether it fails.
func (d *faultDisk) hit() error {
	d.calls++
	if d.at > 0 && (d.calls == d.at || d.kill && d.calls > d.at) {
		return d.err
	}
	return nil
}

func (d *faultDisk) MkdirAll(dir string) error {
	if err := d.hit(); err != nil {
		return err
	}
	return d.osDisk.MkdirAll(dir)
}

func (d *faultDisk) ReadDir(dir string) ([]string, error) {
	if err := d.hit(); err != nil {
		return nil, err
	}
	return d.osDisk.ReadDir(dir)
}

func (d *faultDisk) ReadFile(path string) ([]byte, error) {
	if err := d.hit(); err != nil {
		return nil, err
	}
	return d.osDisk.ReadFile(path)
}

func (d *faultDisk) Stat(path string) (fs.FileInfo, error) {
	if err := d.hit(); err != nil {
		return nil, err
	}
	return d.osDisk.Stat(path)
}

func (d *faultDisk) open(path string, how func(string) (file, error)) (file, error) {
	if err := d.hit(); err != nil {
		return nil, err
	}
	f, err := how(path)
	if err != nil {
		return nil, err
	}
	return &faultFile{file: f, d: d, path: path}, nil
}

func (d *faultDisk) Open(path string) (file, error)   { return d.open(path, d.osDisk.Open) }
func (d *faultDisk) Append(path string) (file, error) { return d.open(path, d.osDisk.Append) }

func (d *faultDisk) Create(path string) (file, error) {
	f, err := d.open(path, d.osDisk.Create)
	if err == nil {
		d.names[path], d.synced[path] = "", 0
	}
	return f, err
}

func (d *faultDisk) Rename(from, to string) error {
	if err := d.hit(); err != nil {
		return err
	}
	d.names[to], d.synced[to] = from, d.synced[from]
	delete(d.names, from)
	delete(d.synced, from)
	return d.osDisk.Rename(from, to)
}

func (d *faultDisk) Remove(path string) error {
	if err := d.hit(); err != nil {
		return err
	}
	return d.osDisk.Remove(path)
}

func (d *faultDisk) SyncDir(dir string) error {
	if err := d.hit(); err != nil {
		return err
	}
	for p := range d.names {
		if filepath.Dir(p) == dir {
			delete(d.names, p)
		}
	}
	return nil
}

func (d *faultDisk) Lock(path string, exclusive bool) (func() error, error) {
	if err := d.hit(); err != nil {
		return nil, err
	}
	return d.osDisk.Lock(path, exclusive) // a dead process gives its locks back
}

// loss says what a loss of power leaves of what wasn't synced.
type loss struct {
	part  float64 // of the unsynced bytes
	zeros bool    // the file keeps its length, the bytes are zeros
	names bool    // new names survive
}

// powerLoss takes away what was not durable.
func (d *faultDisk) powerLoss(t testing.TB, how loss) {
	t.Helper()
	for path, synced := range d.synced {
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		kept := b[:synced+int64(float64(int64(len(b))-synced)*how.part)]
		if how.zeros {
			clear(b[synced:])
			kept = b
		}
		writeFile(t, path, kept)
	}
	if how.names {
		return
	}
	for path, before := range d.names {
		var err error
		if before == "" {
			err = os.Remove(path)
		} else {
			err = os.Rename(path, before)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

type faultFile struct {
	file
	d    *faultDisk
	path string
}

func (f *faultFile) Write(b []byte) (int, error) {
	if err := f.d.hit(); err != nil {
		if f.d.calls > f.d.at {
			return 0, err
		}
		n, werr := f.file.Write(b[:int(float64(len(b))*f.d.part)])
		return n, errors.Join(err, werr)
	}
	return f.file.Write(b)
}

func (f *faultFile) ReadAt(b []byte, off int64) (int, error) {
	if err := f.d.hit(); err != nil {
		return 0, err
	}
	return f.file.ReadAt(b, off)
}

func (f *faultFile) Stat() (fs.FileInfo, error) {
	if err := f.d.hit(); err != nil {
		return nil, err
	}
	return f.file.Stat()
}

func (f *faultFile) Sync() error {
	if err := f.d.hit(); err != nil {
		return err
	}
	fi, err := f.file.Stat()
	if err != nil {
		return err
	}
	if strings.HasSuffix(f.path, ".tmp") || f.d.synced[f.path] <= fi.Size() {
		f.d.synced[f.path] = fi.Size()
	}
	return nil // the model stands for the disk; a real fsync would only cost time
}

// Close always closes: a leak would hide others.
func (f *faultFile) Close() error { return errors.Join(f.file.Close(), f.d.hitIfFault()) }

// hitIfFault lets a close fail without counting closes of a dead process.
func (d *faultDisk) hitIfFault() error {
	if d.kill && d.at > 0 && d.calls >= d.at {
		return nil
	}
	return d.hit()
}
