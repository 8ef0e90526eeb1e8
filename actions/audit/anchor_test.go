package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// memAnchor is an anchor in memory that can be taken down.
type memAnchor struct {
	name  string
	notes [][]byte
	down  error
}

func (a *memAnchor) Name() string { return a.name }

func (a *memAnchor) Put(_ context.Context, cp []byte) error {
	if a.down == nil {
		a.notes = append(a.notes, bytes.Clone(cp))
	}
	return a.down
}

func (a *memAnchor) Newest(context.Context) ([]byte, error) {
	if a.down != nil || len(a.notes) == 0 {
		return nil, a.down
	}
	return a.notes[len(a.notes)-1], nil
}

func anchored(dir string, mode AnchorMode, as ...Anchor) Options {
	o := testOptions(dir)
	for _, a := range as {
		o.Anchors = append(o.Anchors, Anchored{Anchor: a, Mode: mode})
	}
	return o
}

var errDown = errors.New("connection refused")

func TestAnchorGetsEveryCheckpoint(t *testing.T) {
	dir := t.TempDir()
	a := &memAnchor{name: "m"}
	l := mustOpen(t, anchored(dir, "", a))
	rs := mustAppend(t, l, intent("r", "s"), result("r", "s", OutcomeOK))
	if len(a.notes) != 2 || !bytes.Equal(a.notes[1], rs[1].Checkpoint) {
		t.Errorf("%q", a.notes)
	}
	if rep := mustVerify(t, dir, a); !rep.OK() || rep.Anchored() != 2 || rep.Anchors[0].Size != 2 {
		t.Errorf("%+v", rep)
	}
}

func TestRequiredAnchorDown(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	a := &memAnchor{name: "m"}
	o := anchored(dir, AnchorRequired, a)
	l := mustOpen(t, o)
	a.down = errDown
	r, err := l.Append(ctx, intent("r", "s"))
	if !errors.Is(err, ErrNotAnchored) || !errors.Is(err, ErrUnwritable) || !errors.Is(err, errDown) || !strings.Contains(err.Error(), "anchor m") {
		t.Errorf("%v", err)
	}
	if r.Entry.Seq != 1 || len(allEntries(t, NewReader(dir))) != 1 {
		t.Errorf("the entry should be in the log: %+v", r)
	}
	if _, err := Open(ctx, o); !errors.Is(err, ErrNotAnchored) {
		t.Errorf("open: %v", err)
	}
	a.down = nil
	mustAppend(t, l, result("r", "s", OutcomeFailed)) // and goes on
	if rep := mustVerify(t, dir, a); !rep.OK() || rep.Anchored() != 2 {
		t.Errorf("%+v", rep)
	}
}

func TestBestEffortAnchorDown(t *testing.T) {
	dir := t.TempDir()
	a := &memAnchor{name: "m", down: errDown}
	l := mustOpen(t, anchored(dir, AnchorBestEffort, a))
	if f := l.AnchorFailures(); len(f) != 1 || f[0].Name != "m" || !errors.Is(f[0].Err, errDown) {
		t.Errorf("%v", f)
	}
	r := mustAppend(t, l, intent("r", "s"))[0]
	if len(r.Unanchored) != 1 || !errors.Is(r.Unanchored[0].Err, errDown) {
		t.Errorf("%+v", r)
	}
	rep := mustVerify(t, dir, a)
	if !rep.OK() || rep.Anchored() != 0 || !errors.Is(rep.Anchors[0].Err, errDown) {
		t.Errorf("%+v", rep)
	}
}

// A slow anchor is given up, a slow lock too.
func TestAnchorWait(t *testing.T) {
	o := anchored(t.TempDir(), "", stuck{})
	o.AnchorWait = time.Nanosecond
	if _, err := Open(context.Background(), o); !errors.Is(err, ErrNotAnchored) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

type stuck struct{}

func (stuck) Name() string                               { return "stuck" }
func (stuck) Put(ctx context.Context, _ []byte) error    { <-ctx.Done(); return ctx.Err() }
func (stuck) Newest(ctx context.Context) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }

// Cut back to an old checkpoint: the log alone verifies, the anchor tells, and
// nothing can be appended.
func TestCutBackToOldCheckpoint(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	a := &memAnchor{name: "m"}
	o := anchored(dir, "", a)
	mustAppend(t, mustOpen(t, o), intent("r", "1"))
	path := segmentPaths(t, dir)[0]
	old := readFile(t, path)
	mustAppend(t, mustOpen(t, o), intent("r", "2"), intent("r", "3"))
	writeFile(t, path, old)

	if rep := mustVerify(t, dir); !rep.OK() {
		t.Errorf("without anchor: %v", rep.Breaks)
	}
	rep := mustVerify(t, dir, a)
	if len(rep.Breaks) != 1 || rep.Breaks[0].Kind != BreakAnchorAhead || !strings.Contains(rep.Breaks[0].What, "up to record 3, and the log ends with 1") {
		t.Errorf("%v", rep.Breaks)
	}
	if _, err := Open(ctx, o); !errors.Is(err, ErrBroken) {
		t.Errorf("open: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, o); !errors.Is(err, ErrBroken) {
		t.Errorf("open after all was removed: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if rep := mustVerify(t, dir, a); rep.OK() {
		t.Error("the directory was removed and nothing said")
	}
	if _, err := Open(ctx, o); !errors.Is(err, ErrBroken) {
		t.Errorf("a new log beside the anchor of the old: %v", err)
	}
}

// Cut back and gone on by someone who leaves the anchor out: each checkpoint
// that the anchor ever held is compared, not the newest only.
func TestCutBackAndGoneOn(t *testing.T) {
	dir := t.TempDir()
	f := NewFileAnchor(filepath.Join(t.TempDir(), "a"))
	m := &memAnchor{name: "m"}
	o := anchored(dir, "", f, m)
	mustAppend(t, mustOpen(t, o), intent("r", "1"))
	path := segmentPaths(t, dir)[0]
	old := readFile(t, path)
	mustAppend(t, mustOpen(t, o), intent("r", "2"))
	writeFile(t, path, old)
	l := mustOpen(t, testOptions(dir))
	rs := mustAppend(t, l, intent("r", "2 again"), intent("r", "3"))
	rep := mustVerify(t, dir, m)
	if len(rep.Breaks) != 1 || rep.Breaks[0].Kind != BreakAnchorDiffers || rep.Breaks[0].Seq != 2 {
		t.Errorf("%v", rep.Breaks)
	}
	if err := f.Put(context.Background(), rs[1].Checkpoint); err != nil {
		t.Fatal(err)
	}
	rep = mustVerify(t, dir, f)
	if len(rep.Breaks) != 1 || rep.Breaks[0].Kind != BreakAnchorDiffers || rep.Anchored() != 3 {
		t.Errorf("%+v", rep)
	}
}

func TestAnchorOfAnotherLog(t *testing.T) {
	a := &memAnchor{name: "m"}
	mustAppend(t, mustOpen(t, anchored(t.TempDir(), "", a)), intent("r", "s"))
	dir := t.TempDir()
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("r", "s"))
	if rep := mustVerify(t, dir, a); len(rep.Breaks) != 1 || rep.Breaks[0].Kind != BreakAnchorUnsigned {
		t.Errorf("%v", rep.Breaks)
	}
}

func TestFileAnchor(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a")
	a := NewFileAnchor(path)
	if n, err := a.Newest(ctx); n != nil || err != nil {
		t.Errorf("none yet: %q, %v", n, err)
	}
	put := func(s string) {
		t.Helper()
		if err := a.Put(ctx, []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	put("o\n2\nx\n")
	put("o\n1\nx\n") // of a process that came late
	if n, err := a.Newest(ctx); string(n) != "o\n2\nx\n" || err != nil {
		t.Errorf("%q, %v", n, err)
	}
	b := readFile(t, path)
	writeFile(t, path, append(b, `"o\n3\nx`...)) // cut off by a crash
	if n, err := a.Newest(ctx); string(n) != "o\n2\nx\n" || err != nil {
		t.Errorf("torn: %q, %v", n, err)
	}
	put("o\n3\nx\n")
	if n, err := a.Newest(ctx); string(n) != "o\n3\nx\n" || err != nil {
		t.Errorf("after torn: %q, %v", n, err)
	}
	for i := range 1000 { // beyond the tail that Newest reads
		put("o\n" + string(rune('4'+i%5)) + "\n" + strings.Repeat("x", 100) + "\n")
	}
	if n, err := a.Newest(ctx); !strings.HasPrefix(string(n), "o\n8\n") || err != nil {
		t.Errorf("long: %q, %v", n, err)
	}
	if ns, err := collect(a.Checkpoints(ctx)); len(ns) != 1003 || err != nil {
		t.Errorf("%d checkpoints, %v", len(ns), err)
	}
	writeFile(t, path, append(readFile(t, path), "what?\n"...))
	if _, err := a.Newest(ctx); err == nil {
		t.Error("a line that is no checkpoint passed")
	}
	if err := NewFileAnchor(filepath.Join(path, "under-a-file")).Put(ctx, nil); err == nil {
		t.Error("put succeeded nowhere")
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := collect(a.Checkpoints(gone)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestSyslogAnchor(t *testing.T) {
	ctx := context.Background()
	t.Chdir(t.TempDir())
	path := "log" // a socket's path may have some hundred bytes, and a temporary directory's may have more
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	a := NewSyslogAnchor(path)
	l := mustOpen(t, anchored(t.TempDir(), AnchorRequired, a))
	r := mustAppend(t, l, intent("r", "s"))[0]
	buf := make([]byte, 4096)
	n, err := c.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	head, quoted, ok := strings.Cut(string(buf[:n]), "checkpoint ")
	var got string
	if err := json.Unmarshal([]byte(quoted), &got); err != nil || !ok || got != string(r.Checkpoint) {
		t.Errorf("%q: %v", buf[:n], err)
	}
	if !strings.HasPrefix(head, "<37>") || !strings.Contains(head, "weir-audit[") {
		t.Errorf("header %q", head)
	}
	if _, err := a.Newest(ctx); !errors.Is(err, ErrWriteOnly) {
		t.Errorf("%v", err)
	}
	if err := NewSyslogAnchor(path+"x").Put(ctx, r.Checkpoint); err == nil {
		t.Error("no socket, no error")
	}
	if len(NewSyslogAnchor("").paths) == 0 || a.Name() != "syslog" {
		t.Error("no usual sockets")
	}
}

func TestSyslogAnchorOverStream(t *testing.T) {
	t.Chdir(t.TempDir())
	path := "log"
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := NewSyslogAnchor(path).Put(ctx, []byte("o\n1\nx\n")); err != nil {
		t.Fatal(err)
	}
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 4096)
	n, err := c.Read(buf)
	if err != nil || !strings.HasSuffix(string(buf[:n]), "\"o\\n1\\nx\\n\"\n") {
		t.Errorf("%q, %v", buf[:n], err)
	}
}

func TestInitGivesTheOrigin(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	first, err := Init(ctx, testOptions(dir))
	if err != nil || !strings.HasPrefix(first, "weir-audit/") {
		t.Fatalf("%q, %v", first, err)
	}
	if again, err := Init(ctx, testOptions(dir)); err != nil || again != first {
		t.Errorf("%q, %v", again, err)
	}
	if l := mustOpen(t, testOptions(dir)); l.Origin() != first {
		t.Errorf("%q", l.Origin())
	}
	if names := segmentPaths(t, dir); slices.Contains(names, "00000001.log") {
		t.Error("init began a segment")
	}
}

// countingAnchor counts how often it is asked.
type countingAnchor struct {
	memAnchor
	puts int
}

func (a *countingAnchor) Put(ctx context.Context, cp []byte) error {
	a.puts++
	return a.memAnchor.Put(ctx, cp)
}

// A best-effort anchor that failed isn't waited for at each entry; a required one is.
func TestFailedAnchorRests(t *testing.T) {
	for mode, want := range map[AnchorMode]int{AnchorBestEffort: 2, AnchorRequired: 4} {
		a := &countingAnchor{memAnchor: memAnchor{name: "m"}}
		o := anchored(t.TempDir(), mode, a)
		now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
		o.Now = func() time.Time { return now }
		l := mustOpen(t, o)
		a.down = errDown
		for range 3 {
			r, err := l.Append(t.Context(), intent("r", "s"))
			if (mode == AnchorRequired) != errors.Is(err, errDown) || mode == AnchorBestEffort && !errors.Is(r.Unanchored[0].Err, errDown) {
				t.Errorf("%s: %v, %+v", mode, err, r)
			}
		}
		a.down, now = nil, now.Add(time.Minute)
		if r := mustAppend(t, l, intent("r", "s"))[0]; len(r.Unanchored) > 0 || a.puts != want || len(a.notes) != 1 {
			t.Errorf("%s: %+v after %d puts", mode, r, a.puts)
		}
	}
}

func TestHostOf(t *testing.T) {
	if got := HostOf("weir-audit/ops1/abc"); got != "weir-audit/ops1/" {
		t.Error(got)
	}
	if got := HostOf(""); !strings.HasPrefix(got, "weir-audit/") || !strings.HasSuffix(got, "/") {
		t.Error(got)
	}
	if got := NewReader(t.TempDir()).Origin(); got != "" {
		t.Error(got)
	}
	dir := t.TempDir()
	l := mustOpen(t, testOptions(dir))
	if got := NewReader(dir).Origin(); got != l.Origin() || got == "" {
		t.Error(got)
	}
}
