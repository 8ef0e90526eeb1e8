package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// life is what a weir does with the log: open it, two runs, over a rotation.
// It stops at the first error and gives the steps that were acknowledged.
func life(o Options, tag string) (acked []string, err error) {
	ctx := context.Background()
	l, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	for i := range 4 {
		step := fmt.Sprintf("%s-%d", tag, i)
		if _, err = l.Append(ctx, intent("run", step)); err != nil {
			break
		}
		acked = append(acked, step)
	}
	return acked, errors.Join(err, l.Close())
}

func lifeOptions(dir string, d disk) Options {
	o := testOptions(dir)
	o.SegmentBytes = 1500
	o.disk = d
	return o
}

// holds checks that the log verifies and holds the acknowledged steps, in
// order; besides them at most extra others.
func holds(t *testing.T, dir string, acked []string, extra int) {
	t.Helper()
	rep := mustVerify(t, dir)
	if !rep.OK() {
		t.Fatalf("breaks: %v", rep.Breaks)
	}
	var got []string
	for _, e := range allEntries(t, NewReader(dir)) {
		if e.Stage != StageRepair {
			got = append(got, e.Step)
		}
	}
	i := 0
	for _, s := range got {
		if i < len(acked) && s == acked[i] {
			i++
		}
	}
	if i != len(acked) || len(got) > len(acked)+extra {
		t.Fatalf("the log holds %v, acknowledged were %v", got, acked)
	}
}

// countCalls says how many calls a life makes, after prepare.
func countCalls(t *testing.T, prepare func(dir string)) int {
	t.Helper()
	d, dir := newFaultDisk(), filepath.Join(t.TempDir(), "audit")
	prepare(dir)
	if _, err := life(lifeOptions(dir, d), "count"); err != nil {
		t.Fatal(err)
	}
	return d.calls
}

// starts are the states in which a life may begin.
var starts = map[string]func(t *testing.T) func(dir string){
	"fresh": func(*testing.T) func(string) { return func(string) {} },
	"used and torn": func(t *testing.T) func(string) {
		return func(dir string) {
			if _, err := life(lifeOptions(dir, newFaultDisk()), "old"); err != nil {
				t.Fatal(err)
			}
			p := segmentPaths(t, dir)
			last := p[len(p)-1]
			writeFile(t, last, append(readFile(t, last), `{"seq":5,"at":"20`...))
		}
	},
}

func oldSteps(name string) []string {
	if name == "fresh" {
		return nil
	}
	return []string{"old-0", "old-1", "old-2", "old-3"}
}

// Killed at calls, with -all at every one, with nothing, half, or all of a write done: the next
// open goes on, nothing acknowledged is lost, the log verifies.
func TestKilledAtEveryCall(t *testing.T) {
	t.Parallel()
	for name, start := range starts {
		calls, points := countCalls(t, start(t)), 0
		for at := 1; at <= calls; at += some(5) {
			for _, part := range []float64{0, 0.5, 0.97, 1} {
				d, dir := newFaultDisk(), filepath.Join(t.TempDir(), "audit")
				start(t)(dir)
				d.at, d.kill, d.err, d.part = at, true, errKilled, part
				acked, err := life(lifeOptions(dir, d), "cut")
				if err == nil || !errors.Is(err, errKilled) {
					t.Fatalf("%s, call %d: %v", name, at, err)
				}
				after, err := life(lifeOptions(dir, newFaultDisk()), "after")
				if err != nil {
					t.Fatalf("%s, call %d, part %v: %v", name, at, part, err)
				}
				holds(t, dir, slices.Concat(oldSteps(name), acked, after), 1)
				points++
			}
		}
		t.Logf("%s: %d points over %d calls", name, points, calls)
	}
}

// The same with a loss of power: what wasn't synced is gone, in part, or zeros.
func TestPowerLostAtEveryCall(t *testing.T) {
	t.Parallel()
	for name, start := range starts {
		calls, points := countCalls(t, start(t)), 0
		for at := 1; at <= calls; at += some(3) {
			for _, how := range []loss{{}, {part: 0.5, names: true}, {zeros: true, names: true}, {part: 1}} {
				d, dir := newFaultDisk(), filepath.Join(t.TempDir(), "audit")
				start(t)(dir)
				d.at, d.kill, d.err, d.part = at, true, errKilled, 1
				for _, p := range segmentPaths(t, dir) {
					d.synced[p] = int64(len(readFile(t, p)))
				}
				acked, err := life(lifeOptions(dir, d), "cut")
				if !errors.Is(err, errKilled) {
					t.Fatalf("%s, call %d: %v", name, at, err)
				}
				d.powerLoss(t, how)
				after, err := life(lifeOptions(dir, newFaultDisk()), "after")
				if err != nil {
					t.Fatalf("%s, call %d, %+v: %v", name, at, how, err)
				}
				holds(t, dir, slices.Concat(oldSteps(name), acked, after), 1)
				points++
			}
		}
		t.Logf("%s: %d points over %d calls", name, points, calls)
	}
}

// Any one call fails, as on a full or bad disk: the error is ErrUnwritable, and
// once the disk works again the same Log goes on, or says that it won't.
func TestFailureAtEveryCall(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, start := range starts {
		calls := countCalls(t, start(t))
		for at := 1; at <= calls; at += some(4) {
			for _, cause := range []error{unix.ENOSPC, unix.EIO} {
				d, dir := newFaultDisk(), filepath.Join(t.TempDir(), "audit")
				start(t)(dir)
				d.at, d.err, d.part = at, cause, 0.5
				o := lifeOptions(dir, d)
				acked := oldSteps(name)
				l, err := Open(ctx, o)
				if err != nil {
					fails(t, err, cause)
					if l, err = Open(ctx, o); err != nil {
						t.Fatalf("%s, call %d: open again: %v", name, at, err)
					}
				}
				failed := 0
				for i := range 4 {
					step := fmt.Sprintf("s%d", i)
					_, err := l.Append(ctx, intent("run", step))
					if err == nil {
						acked = append(acked, step)
						continue
					}
					fails(t, err, cause)
					if failed++; failed > 1 { // after a failed sync a Log stays closed
						if err := l.Close(); err != nil && !errors.Is(err, cause) {
							t.Fatal(err)
						}
						if l, err = Open(ctx, o); err != nil {
							t.Fatalf("%s, call %d: open again: %v", name, at, err)
						}
					}
				}
				if err := l.Close(); err != nil && !errors.Is(err, cause) {
					t.Fatal(err)
				}
				if _, err := life(lifeOptions(dir, newFaultDisk()), "after"); err != nil {
					t.Fatalf("%s, call %d: %v", name, at, err)
				}
				holds(t, dir, acked, 1+4)
			}
		}
		t.Logf("%s: %d calls", name, calls)
	}
}

func fails(t *testing.T, err, cause error) {
	t.Helper()
	var e *Error
	if !errors.Is(err, ErrUnwritable) || !errors.Is(err, cause) || !errors.As(err, &e) || e.Hint == "" {
		t.Fatalf("%v", err)
	}
	if cause == unix.ENOSPC && !strings.Contains(err.Error(), "free space") {
		t.Fatalf("no word of free space: %v", err)
	}
}

// A disk that stays full takes nothing, says so each time, and holds what it held.
func TestDiskStaysFull(t *testing.T) {
	d, dir := newFaultDisk(), t.TempDir()
	o := lifeOptions(dir, d)
	l := mustOpen(t, o)
	mustAppend(t, l, intent("run", "a"))
	full := &fullDisk{faultDisk: d}
	l.d, l.f = full, &fullFile{l.f}
	for range 3 {
		if _, err := l.Append(context.Background(), intent("run", "b")); !errors.Is(err, ErrUnwritable) || !errors.Is(err, unix.ENOSPC) {
			t.Fatal(err)
		}
	}
	l.d, l.f = d, l.f.(*fullFile).file
	mustAppend(t, l, intent("run", "c"))
	holds(t, dir, []string{"a", "c"}, 0)
}

// fullDisk creates no file; fullFile takes three bytes of a write.
type fullDisk struct{ *faultDisk }

func (fullDisk) Create(string) (file, error) { return nil, unix.ENOSPC }

type fullFile struct{ file }

func (f *fullFile) Write(b []byte) (int, error) {
	n, err := f.file.Write(b[:3])
	return n, errors.Join(err, unix.ENOSPC)
}

// A real process, really killed with signal 9 while it appends.
func TestSigkill(t *testing.T) {
	dir := t.TempDir()
	var acked []string
	for round := range 6 {
		cmd := exec.Command(os.Args[0])
		tag := fmt.Sprintf("round-%d", round)
		cmd.Env = append(os.Environ(), "AUDIT_TEST_APPENDER="+tag, "AUDIT_TEST_COUNT=1000000", "AUDIT_TEST_DIR="+dir, "AUDIT_TEST_TELL=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		sc := bufio.NewScanner(out)
		for n := 0; n < 3+round && sc.Scan(); n++ {
			acked = append(acked, sc.Text())
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for sc.Scan() { // what it acknowledged before the signal took it
			acked = append(acked, sc.Text())
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the process was not killed")
		}
	}
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("last", "last"))
	holds(t, dir, append(acked, "last"), 6)
}

// The torn bytes stay where they are and the record names them.
func TestRepairKeepsTheTornBytes(t *testing.T) {
	dir := t.TempDir()
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("run", "a"))
	path := segmentPaths(t, dir)[0]
	before := append(readFile(t, path), `{"seq":2,"at":"2026-11`...)
	writeFile(t, path, before)

	rep := mustVerify(t, dir)
	if len(rep.Breaks) != 1 || rep.Breaks[0].Kind != BreakTorn {
		t.Errorf("before the repair: %v", rep.Breaks)
	}
	if es := allEntries(t, NewReader(dir)); len(es) != 1 {
		t.Errorf("a torn tail hides entries: %v", es)
	}
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("run", "b"))
	if got := readFile(t, path); !slices.Equal(got, before) {
		t.Error("the torn bytes were touched")
	}
	es := allEntries(t, NewReader(dir))
	if len(es) != 3 || es[1].Stage != StageRepair || !strings.Contains(string(es[1].Data), `"length":22`) {
		t.Fatalf("%+v", es)
	}
	rep = mustVerify(t, dir)
	if !rep.OK() || len(rep.Repaired) != 1 || rep.Repaired[0].Length != 22 {
		t.Errorf("%+v", rep)
	}
	writeFile(t, path, before[:len(before)-1])
	if rep := mustVerify(t, dir); len(rep.Breaks) != 1 || rep.Breaks[0].Kind != BreakRepair {
		t.Errorf("torn bytes changed: %v", rep.Breaks)
	}
	writeFile(t, path, before[:len(before)-22])
	if rep := mustVerify(t, dir); len(rep.Breaks) != 1 || rep.Breaks[0].Kind != BreakRepair {
		t.Errorf("torn bytes removed: %v", rep.Breaks)
	}
}
