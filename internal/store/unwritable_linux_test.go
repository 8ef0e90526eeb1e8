package store

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestUnwritableDirectory reads what is in a directory that can't be written, and is told why nothing can be added. For
// root, who may write everywhere, one thread looks at files as nobody does.
func TestUnwritableDirectory(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "weir"))
	kept := Mark{At: at.UTC(), Text: "kept"}
	appendMarks(t, s, kept)
	empty := open(t, filepath.Join(t.TempDir(), "weir"))
	const nobody = 65534
	for _, d := range []string{s.dir, empty.dir} { // the way there is open to nobody
		for d = filepath.Dir(d); strings.HasPrefix(d, filepath.Join(os.TempDir(), t.Name())); d = filepath.Dir(d) {
			if err := os.Chmod(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, path := range []string{marksFile(s), s.dir, empty.dir} {
		if os.Geteuid() == 0 {
			if err := os.Chown(path, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(path, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o700) }) // or who is not root could not remove it
	}
	if os.Geteuid() == 0 {
		runtime.LockOSThread() // never unlocked: the thread ends with the test
		if _, err := unix.SetfsuidRetUid(nobody); err != nil {
			t.Fatal(err)
		}
		defer func() { _, _ = unix.SetfsuidRetUid(0) }() // what is there must be removed
	}
	wantMarks(t, s, time.Time{}, Found{Marks: []Mark{kept}})
	wantMarks(t, empty, time.Time{}, Found{})
	_, sub := Open(filepath.Join(empty.dir, "sub"))
	for _, err := range []error{s.AppendMark(kept), empty.AppendMark(kept), sub} {
		want := ": permission denied; see with ls -ld whom it belongs to and who may write there, or set XDG_STATE_HOME to a directory of yours"
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
