package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv("AUDIT_TEST_APPENDER") != "" {
		os.Exit(appender())
	}
	goleak.VerifyTestMain(m)
}

// clock steps a millisecond a call.
func clock() func() time.Time {
	at := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	return func() time.Time { at = at.Add(time.Millisecond); return at }
}

func testOptions(dir string) Options {
	uid := int64(1000)
	return Options{Dir: dir, Now: clock(), Who: Who{
		Verified: Verified{UID: 0, LoginUID: &uid, PID: 7}, Claimed: Claimed{"user": "root", "sudo_user": "kim"},
	}}
}

func mustOpen(t testing.TB, o Options) *Log {
	t.Helper()
	l, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func intent(run, step string) Entry {
	return Entry{Run: run, Stage: StageIntent, Kind: "kafka.offset-reset", Step: step, PlanDigest: "d1g", Reason: "poison"}
}

func result(run, step string, o Outcome) Entry {
	return Entry{Run: run, Stage: StageResult, Kind: "kafka.offset-reset", Step: step, Outcome: o}
}

func verdict(run string, o Outcome) Entry {
	return Entry{Run: run, Stage: StageVerdict, Kind: "kafka.offset-reset", Outcome: o}
}

func mustAppend(t testing.TB, l *Log, es ...Entry) []Receipt {
	t.Helper()
	var out []Receipt
	for _, e := range es {
		r, err := l.Append(context.Background(), e)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func mustVerify(t testing.TB, dir string, anchors ...Anchor) Report {
	t.Helper()
	rep, err := Verify(context.Background(), dir, VerifyOptions{Anchors: anchors})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func segmentPaths(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writeFile(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func allEntries(t testing.TB, r *Reader) []Entry {
	t.Helper()
	var out []Entry
	for e, err := range r.Entries(context.Background(), Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

func TestAppendAndRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "audit")
	l := mustOpen(t, testOptions(dir))
	if l.Head() != nil {
		t.Errorf("head of an empty log: %q", l.Head())
	}
	in := intent("r1", "s1")
	in.Data = json.RawMessage(`{"before": {"t-0": 9007199254740993}, "note": "<&>"}`)
	rs := mustAppend(t, l, in, result("r1", "s1", OutcomeOK), verdict("r1", OutcomeOK))

	es := allEntries(t, NewReader(dir))
	if len(es) != 3 {
		t.Fatalf("%d entries", len(es))
	}
	for i, e := range es {
		if e.Seq != int64(i+1) || e.Run != "r1" || e.Claimed["sudo_user"] != "kim" || *e.Verified.LoginUID != 1000 {
			t.Errorf("entry %d: %+v", i, e)
		}
		if cp, err := ParseCheckpoint(rs[i].Checkpoint, l.VerifierKey()); err != nil || cp.Size != e.Seq || cp.Origin != l.Origin() {
			t.Errorf("checkpoint %d: %+v, %v", i, cp, err)
		}
		if i > 0 {
			cp, err := ParseCheckpoint(rs[i-1].Checkpoint, l.VerifierKey())
			if err != nil || e.PrevRoot != cp.Root.String() {
				t.Errorf("entry %d: prev_root %s, checkpoint before %s, %v", i, e.PrevRoot, cp.Root, err)
			}
		}
	}
	if got := string(es[0].Data); got != `{"before":{"t-0":9007199254740993},"note":"<&>"}` {
		t.Errorf("data changed: %s", got)
	}
	if string(l.Head()) != string(rs[2].Checkpoint) {
		t.Errorf("head %q, receipt %q", l.Head(), rs[2].Checkpoint)
	}
	rep := mustVerify(t, dir)
	if !rep.OK() || rep.Size != 3 || rep.Anchored() != 0 || string(rep.Checkpoint) != string(l.Head()) || rep.Key != l.VerifierKey() {
		t.Errorf("report %+v", rep)
	}
}

// The keys of a line are those of CONTRACT.md and data, each always there.
func TestLineHasContractKeys(t *testing.T) {
	dir := t.TempDir()
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("r1", ""))
	line, _, _ := strings.Cut(string(readFile(t, segmentPaths(t, dir)[0])), "\n")
	var m map[string]any
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"seq", "at", "run", "stage", "kind", "plan_digest", "step", "outcome", "claimed", "verified",
		"reason", "ticket", "error", "data", "prev_root",
	}
	if len(m) != len(want) {
		t.Errorf("%d keys: %v", len(m), m)
	}
	for _, k := range want {
		if _, ok := m[k]; !ok {
			t.Errorf("no key %s", k)
		}
	}
	for _, k := range []string{"step", "outcome", "ticket", "error", "data"} {
		if m[k] != nil {
			t.Errorf("%s = %v, want null", k, m[k])
		}
	}
	if m["at"] != "2026-11-21T03:00:00.001Z" {
		t.Errorf("at %v", m["at"])
	}
}

func TestFilesAndModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "audit")
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("r1", "s"))
	for name, want := range map[string]fs.FileMode{".": 0o700, "key": 0o600, "00000001.log": 0o600, "lock": 0o600} {
		fi, err := os.Stat(filepath.Join(dir, name))
		if err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, fi.Mode(), err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReopenContinues(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		l, err := Open(context.Background(), testOptions(dir))
		if err != nil {
			t.Fatal(err)
		}
		mustAppend(t, l, intent("r", fmt.Sprint(i)))
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Append(context.Background(), intent("r", "x")); !errors.Is(err, ErrClosed) {
			t.Errorf("append after close: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Errorf("second close: %v", err)
		}
	}
	if rep := mustVerify(t, dir); !rep.OK() || rep.Size != 5 {
		t.Errorf("%+v", rep)
	}
}

// Two Logs on one directory see each other's records, over rotations too.
func TestTwoLogsTakeTurns(t *testing.T) {
	dir := t.TempDir()
	o := testOptions(dir)
	o.SegmentBytes = 2500
	a, b := mustOpen(t, o), mustOpen(t, o)
	for i := range 20 {
		mustAppend(t, []*Log{a, b}[i%2], intent("r", fmt.Sprint(i)))
	}
	mustAppend(t, b, verdict("r", OutcomeOK), verdict("r", OutcomeOK), verdict("r", OutcomeOK))
	mustAppend(t, a, verdict("r", OutcomeOK))
	if n := len(segmentPaths(t, dir)); n < 5 {
		t.Errorf("%d segments", n)
	}
	rep := mustVerify(t, dir)
	if !rep.OK() || rep.Size != 24 {
		t.Errorf("%+v", rep)
	}
}

func TestBadEntriesAreRefused(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testOptions(dir))
	for name, e := range map[string]Entry{
		"no stage":            {Run: "r", Kind: "k"},
		"unknown stage":       {Run: "r", Kind: "k", Stage: "done"},
		"repair":              {Run: "r", Kind: "k", Stage: StageRepair, Outcome: OutcomeOK},
		"no run":              {Kind: "k", Stage: StageIntent},
		"no kind":             {Run: "r", Stage: StageIntent},
		"intent with outcome": {Run: "r", Kind: "k", Stage: StageIntent, Outcome: OutcomeOK},
		"result without":      {Run: "r", Kind: "k", Stage: StageResult},
		"unknown outcome":     {Run: "r", Kind: "k", Stage: StageResult, Outcome: "fine"},
		"run not UTF-8":       {Run: "r\xff", Kind: "k", Stage: StageIntent},
		"bad data":            {Run: "r", Kind: "k", Stage: StageIntent, Data: json.RawMessage(`{`)},
		"too large":           {Run: "r", Kind: "k", Stage: StageIntent, Data: json.RawMessage(`"` + strings.Repeat("x", MaxEntryBytes) + `"`)},
	} {
		if _, err := l.Append(context.Background(), e); !errors.Is(err, ErrEntry) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := allEntries(t, NewReader(dir)); len(got) != 0 {
		t.Errorf("written: %v", got)
	}
	mustAppend(t, l, intent("r", "s"))
}

func TestFilter(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testOptions(dir))
	in := intent("b", "s")
	in.Data = json.RawMessage(`{"run":"a"}`) // must not count as run a
	mustAppend(t, l, intent("a", "s"), in, result("a", "s", OutcomeOK), intent(`<"q">`, "s"))
	seqs := func(f Filter) (out []int64) {
		for e, err := range NewReader(dir).Entries(context.Background(), f) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, e.Seq)
		}
		return out
	}
	for _, c := range []struct {
		f    Filter
		want []int64
	}{
		{Filter{}, []int64{1, 2, 3, 4}},
		{Filter{Run: "a"}, []int64{1, 3}},
		{Filter{Run: `<"q">`}, []int64{4}},
		{Filter{Run: "c"}, nil},
		{Filter{Since: time.Date(2026, 11, 21, 3, 0, 0, 3e6, time.UTC)}, []int64{3, 4}},
	} {
		if got := seqs(c.f); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.f, got, c.want)
		}
	}
	for e, err := range l.Entries(context.Background(), Filter{}) { // a caller may stop
		if e.Seq != 1 || err != nil {
			t.Errorf("%v %v", e, err)
		}
		break
	}
	if es, err := l.Show(context.Background(), "b"); err != nil || len(es) != 1 {
		t.Errorf("show: %v, %v", es, err)
	}
}

func TestReadingNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "never")
	if es := allEntries(t, NewReader(dir)); len(es) != 0 {
		t.Errorf("%v", es)
	}
	if rep := mustVerify(t, dir); !rep.OK() || rep.Size != 0 || rep.Origin != "" {
		t.Errorf("%+v", rep)
	}
	if err := NewReader(dir).Export(context.Background(), io.Discard, ""); err == nil {
		t.Error("export of nothing succeeded")
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made the directory: %v", err)
	}
}
