package audit

import (
	"bytes"
	"context"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// memDisk is a log in memory, to read: tens of thousands of changed logs are
// verified in the time that writing them would take.
type memDisk struct {
	osDisk
	files map[string][]byte // by base name
}

func (d memDisk) Lock(string, bool) (func() error, error) { return func() error { return nil }, nil }

func (d memDisk) ReadDir(string) (names []string, err error) {
	for n := range d.files {
		names = append(names, n)
	}
	return names, nil
}

func (d memDisk) ReadFile(path string) ([]byte, error) {
	b, ok := d.files[filepath.Base(path)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return b, nil
}

func (d memDisk) Stat(path string) (fs.FileInfo, error) {
	name := filepath.Base(path)
	return fs.Stat(fstest.MapFS{name: {Data: d.files[name]}}, name)
}

func (d memDisk) Open(path string) (file, error) {
	return memFile{Reader: bytes.NewReader(d.files[filepath.Base(path)])}, nil
}

type memFile struct {
	*bytes.Reader
	file
}

func (f memFile) ReadAt(b []byte, off int64) (int, error) { return f.Reader.ReadAt(b, off) }
func (f memFile) Close() error                            { return nil }

// load reads a log into memory.
func load(t testing.TB, dir string) memDisk {
	t.Helper()
	d := memDisk{files: map[string][]byte{"key.pub": readFile(t, filepath.Join(dir, "key.pub"))}}
	for _, p := range segmentPaths(t, dir) {
		d.files[filepath.Base(p)] = readFile(t, p)
	}
	return d
}

// finds says whether Verify reports a break, with a place and advice for each.
func (d memDisk) finds(t testing.TB, anchors ...Anchor) bool {
	t.Helper()
	r := &Reader{dir: "mem", d: d}
	rep, err := r.Verify(context.Background(), VerifyOptions{Anchors: anchors})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range rep.Breaks {
		if b.What == "" || b.Do == "" || b.Segment == "" && b.Seq == 0 && b.Kind != BreakAnchorAhead {
			t.Errorf("a break that helps nobody: %+v", b)
		}
	}
	return !rep.OK()
}
