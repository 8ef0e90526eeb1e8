package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func segmented(t *testing.T) (memDisk, string) {
	t.Helper()
	dir := t.TempDir()
	o := testOptions(dir)
	o.SegmentBytes = 1500
	l := mustOpen(t, o)
	for i := range 8 {
		mustAppend(t, l, intent("r", fmt.Sprint(i)))
	}
	return load(t, dir), dir
}

func TestSegmentsMissingOrSwapped(t *testing.T) {
	d, dir := segmented(t)
	names := segmentPaths(t, dir)
	if len(names) < 3 {
		t.Fatalf("%d segments", len(names))
	}
	for i, p := range names[:len(names)-1] {
		name, next := filepath.Base(p), filepath.Base(names[i+1])
		a, b := d.files[name], d.files[next]
		delete(d.files, name)
		if !d.finds(t) {
			t.Errorf("%s removed, not found", name)
		}
		d.files[name] = nil
		if !d.finds(t) {
			t.Errorf("%s emptied, not found", name)
		}
		d.files[name], d.files[next] = b, a
		if !d.finds(t) {
			t.Errorf("%s and %s swapped, not found", name, next)
		}
		d.files[name], d.files[next] = a, b
	}
	d.files["00000001.log.bak"], d.files["1.log"] = []byte("not a segment"), []byte("nor this")
	if d.finds(t) {
		t.Error("other files disturb")
	}
}

// Removed in the middle: the report names the hole, and the records.
func TestMissingSegmentIsNamed(t *testing.T) {
	d, _ := segmented(t)
	delete(d.files, "00000002.log")
	rep, err := (&Reader{dir: "mem", d: d}).Verify(context.Background(), VerifyOptions{})
	if err != nil || len(rep.Breaks) != 2 || rep.Breaks[0].Kind != BreakSegment || rep.Breaks[0].Segment != "00000002.log" ||
		rep.Breaks[1].Kind != BreakMissing || rep.Size != 8 || rep.Checkpoint != nil {
		t.Errorf("%v %v", rep, err)
	}
}

func TestSegmentReplacedWhileOpen(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testOptions(dir))
	mustAppend(t, l, intent("r", "1"))
	path := segmentPaths(t, dir)[0]
	writeFile(t, path+".new", readFile(t, path))
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(context.Background(), intent("r", "2")); !errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("%v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(context.Background(), intent("r", "2")); !errors.Is(err, ErrBroken) {
		t.Errorf("removed: %v", err)
	}
}

func TestSegmentRemovedWhileOpen(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testOptions(dir))
	mustAppend(t, l, intent("r", "1"))
	if err := os.Remove(segmentPaths(t, dir)[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(context.Background(), intent("r", "2")); !errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), "removed") {
		t.Errorf("%v", err)
	}
}

// A weir that holds the lock for too long is waited for, then named.
func TestLockIsHeld(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	o := testOptions(dir)
	o.LockWait = 5 * time.Millisecond
	l := mustOpen(t, o)
	path := filepath.Join(dir, lockFile)
	unlock, err := osDisk{}.Lock(path, true)
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"append": func() error { _, err := l.Append(ctx, intent("r", "s")); return err },
		"open":   func() error { _, err := Open(ctx, o); return err },
		"read": func() error {
			gone, cancel := context.WithCancel(ctx)
			cancel()
			_, err := NewReader(dir).Unfinished(gone)
			return err
		},
	} {
		if err := try(); !errors.Is(err, ErrUnwritable) || !errors.Is(err, errLocked) || !strings.Contains(err.Error(), "fuser "+path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, intent("r", "s"))
}

// A cancelled context ends waiting, not an append that need not wait.
func TestCancelledAppendIsWritten(t *testing.T) {
	dir := t.TempDir()
	o := testOptions(dir)
	a, b := mustOpen(t, o), mustOpen(t, o)
	mustAppend(t, a, intent("r", "1"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := b.Append(ctx, result("r", "1", OutcomeOK)); err != nil {
		t.Errorf("%v", err)
	}
	if err := (func() error { _, err := NewReader(dir).Show(ctx, "r"); return err })(); err == nil {
		t.Error("reading went on after a cancel")
	}
}

func TestNotADirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	writeFile(t, path, nil)
	if _, err := Open(context.Background(), testOptions(path)); !errors.Is(err, ErrUnwritable) {
		t.Errorf("%v", err)
	}
	if _, err := NewReader(path).Unfinished(context.Background()); !errors.Is(err, ErrUnwritable) {
		t.Errorf("%v", err)
	}
}
