package audit

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var all = flag.Bool("all", false, "try every point and every bit, not some of them")

// some is the step from one point to the next: with -all every point is tried.
func some(step int) int {
	if *all {
		return 1
	}
	return step
}

// smallLog makes a log with three segments, one of them torn and repaired, an
// anchor that knows all of it, and gives the content of the segments.
func smallLog(t testing.TB) (dir string, a *FileAnchor, content map[string][]byte) {
	t.Helper()
	dir = t.TempDir()
	a = NewFileAnchor(filepath.Join(t.TempDir(), "anchor"))
	o := testOptions(dir)
	o.Anchors = []Anchored{{Anchor: a}}
	o.SegmentBytes = 1000
	l := mustOpen(t, o)
	mustAppend(t, l, intent("r1", "s"), result("r1", "s", OutcomeOK))
	first := segmentPaths(t, dir)[0]
	whole := readFile(t, first)
	torn := strings.Replace(string(whole[:bytes.IndexByte(whole, '\n')/2]), `{"seq":1`, `{"seq":3`, 1)
	writeFile(t, first, append(whole, torn...))
	mustAppend(t, l, verdict("r1", OutcomeOK))
	content = map[string][]byte{}
	for _, p := range segmentPaths(t, dir) {
		content[p] = readFile(t, p)
	}
	if rep := mustVerify(t, dir, a); !rep.OK() || rep.Anchored() != rep.Size || len(rep.Repaired) != 1 || len(content) < 2 {
		t.Fatalf("%+v, %d segments", rep, len(content))
	}
	return dir, a, content
}

// Bytes changed, with -all every one in every bit: found each time, without an anchor.
func TestEveryFlipIsFound(t *testing.T) {
	t.Parallel()
	masks := []byte{0x01, 0x20, 0xff} // a neighbour, the other case, anything
	if *all {
		masks = []byte{1, 2, 4, 8, 16, 32, 64, 128, 0xff}
	}
	dir, _, _ := smallLog(t)
	d := load(t, dir)
	n := 0
	for _, path := range segmentPaths(t, dir) {
		b := d.files[filepath.Base(path)]
		for i := 0; i < len(b); i += some(7) {
			for k, m := range masks {
				if !*all && k != i%len(masks) {
					continue
				}
				b[i] ^= m
				if n++; !d.finds(t) {
					t.Errorf("%s byte %d: %q for %q not found", filepath.Base(path), i, b[i], b[i]^m)
				}
				b[i] ^= m
			}
		}
	}
	t.Logf("%d flips", n)
	if d.finds(t) {
		t.Error("the log was not put back")
	}
}

// Cuts, with -all every one: without an anchor all but those that leave an
// older whole log; with one all.
func TestEveryTruncationIsFound(t *testing.T) {
	t.Parallel()
	dir, a, _ := smallLog(t)
	held := &memAnchor{name: "m"}
	var err error
	if held.notes, err = collect(a.Checkpoints(context.Background())); err != nil {
		t.Fatal(err)
	}
	d := load(t, dir)
	paths := segmentPaths(t, dir)
	n, anchorOnly := 0, 0
	for s := len(paths) - 1; s >= 0; s-- {
		name := filepath.Base(paths[s])
		orig := d.files[name]
		for size := len(orig) - 1; size >= 0; size-- {
			if atLine := size == 0 || orig[size-1] == '\n'; !atLine && size%some(5) != 0 {
				continue
			}
			d.files[name] = orig[:size]
			if n++; !d.finds(t, held) {
				t.Errorf("%s cut to %d not found", name, size)
			}
			if !d.finds(t) {
				anchorOnly++
			}
		}
		delete(d.files, name)
		if n++; !d.finds(t, held) {
			t.Errorf("%s removed, not found", name)
		}
	}
	t.Logf("%d cuts, %d of them seen by the anchor only", n, anchorOnly)
	if anchorOnly == 0 || anchorOnly > 6 {
		t.Errorf("%d cuts seen by the anchor only", anchorOnly)
	}
}

// edits gives every log that differs by one line dropped, doubled, or swapped
// with another, and by one record moved so.
func edits(lines [][]byte) map[string][][]byte {
	out := map[string][][]byte{}
	for _, width := range []int{1, 2} {
		for i := 0; i+width <= len(lines); i += width {
			unit := lines[i : i+width]
			name := func(what string) string { return what + string(rune('0'+width)) + "@" + string(rune('a'+i)) }
			out[name("drop")] = slices.Concat(lines[:i], lines[i+width:])
			out[name("double")] = slices.Concat(lines[:i], unit, lines[i:])
			out[name("repeat at end")] = slices.Concat(lines, unit)
			for j := i + width; j+width <= len(lines); j += width {
				out[name("swap")+string(rune('a'+j))] = slices.Concat(lines[:i], lines[j:j+width], lines[i+width:j], unit, lines[j+width:])
			}
		}
	}
	return out
}

func TestEveryDroppedDoubledOrSwappedLineIsFound(t *testing.T) {
	dir := t.TempDir()
	a := NewFileAnchor(filepath.Join(t.TempDir(), "anchor"))
	o := testOptions(dir)
	o.Anchors = []Anchored{{Anchor: a}}
	l := mustOpen(t, o)
	for range 3 {
		mustAppend(t, l, intent("r1", "s"), result("r1", "s", OutcomeOK))
	}
	d, name := load(t, dir), filepath.Base(segmentPaths(t, dir)[0])
	es := edits(slices.Collect(bytes.Lines(d.files[name])))
	for edit, lines := range es {
		d.files[name] = bytes.Join(lines, nil)
		if !d.finds(t, a) {
			t.Errorf("%s not found", edit)
		}
		if edit != "drop2@k" && !d.finds(t) { // the last record: an older log
			t.Errorf("%s not found without the anchor", edit)
		}
	}
	t.Logf("%d edits", len(es))
}

// One change is one break, at the right place, and the rest still verifies.
func TestBreaksSayWhere(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testOptions(dir))
	for range 4 {
		mustAppend(t, l, intent("r1", "s"))
	}
	path := segmentPaths(t, dir)[0]
	orig := string(readFile(t, path))
	lines := strings.SplitAfter(orig, "\n")
	at := func(i int) int64 { return int64(len(strings.Join(lines[:i], ""))) }
	with := func(i int, s string) string {
		c := slices.Clone(lines)
		c[i] = s
		return strings.Join(c, "")
	}
	for name, c := range map[string]struct {
		content string
		want    []Break
	}{
		"reason": {with(2, strings.Replace(lines[2], "poison", "p0ison", 1)), []Break{{Kind: BreakEntry, Line: 3, Offset: at(2), Seq: 2}}},
		"two reasons": {strings.ReplaceAll(orig, "poison", "p0ison"), []Break{
			{Kind: BreakEntry, Line: 1, Seq: 1}, {Kind: BreakEntry, Line: 3, Offset: at(2), Seq: 2},
			{Kind: BreakEntry, Line: 5, Offset: at(4), Seq: 3}, {Kind: BreakEntry, Line: 7, Offset: at(6), Seq: 4},
		}},
		"entry dropped":      {with(2, ""), []Break{{Kind: BreakNoEntry, Line: 3, Offset: at(2), Seq: 2}}},
		"checkpoint dropped": {with(3, ""), []Break{{Kind: BreakNoCheckpoint, Line: 3, Offset: at(2), Seq: 2}}},
		"record dropped":     {lines[0] + lines[1] + strings.Join(lines[4:], ""), []Break{{Kind: BreakMissing, Line: 3, Offset: at(2), Seq: 3}}},
		"record doubled":     {strings.Join(lines[:4], "") + strings.Join(lines[2:], ""), []Break{{Kind: BreakOrder, Line: 5, Offset: at(4), Seq: 2}}},
		"record dropped, later one changed": {lines[0] + lines[1] + lines[4] + lines[5] + strings.Replace(lines[6], "poison", "p0ison", 1) + lines[7], []Break{
			{Kind: BreakMissing, Line: 3, Offset: at(2), Seq: 3}, {Kind: BreakEntry, Line: 5, Offset: at(4), Seq: 4},
		}},
		"two dropped": {lines[2] + lines[3] + lines[6] + lines[7], []Break{
			{Kind: BreakMissing, Line: 1, Seq: 2}, {Kind: BreakMissing, Line: 3, Offset: at(2), Seq: 4},
		}},
		"moved to the front": {strings.Join(lines[4:6], "") + strings.Join(lines[:4], "") + strings.Join(lines[6:], ""), []Break{
			{Kind: BreakMissing, Line: 1, Seq: 3}, {Kind: BreakOrder, Line: 3, Offset: at(2), Seq: 1}, {Kind: BreakOrder, Line: 5, Offset: at(4), Seq: 2},
		}},
		"record hash": {with(3, lines[3][:len(lines[3])-10]+"AAAA"+lines[3][len(lines[3])-6:]), []Break{{Kind: BreakCheckpoint, Line: 4, Offset: at(3), Seq: 2}}},
		"signature":   {with(3, strings.Replace(lines[3], `\n","record`, `\n— x AAAAAA==\n","record`, 1)), []Break{{Kind: BreakCheckpoint, Line: 4, Offset: at(3), Seq: 2}}},
		"tail cut":    {orig[:len(orig)-3], []Break{{Kind: BreakTorn, Offset: at(6), Seq: 4}}},
	} {
		writeFile(t, path, []byte(c.content))
		rep := mustVerify(t, dir)
		if len(rep.Breaks) != len(c.want) {
			t.Errorf("%s: %d breaks, want %d: %v", name, len(rep.Breaks), len(c.want), rep.Breaks)
			continue
		}
		for i, b := range rep.Breaks {
			w := c.want[i]
			if b.Kind != w.Kind || b.Line != w.Line || b.Offset != w.Offset || b.Seq != w.Seq || b.Segment != "00000001.log" {
				t.Errorf("%s: %+v, want %+v", name, *b, w)
			}
		}
	}
}

// A broken log takes nothing: neither when it is opened nor while it is open.
func TestBrokenLogIsRefused(t *testing.T) {
	dir, _, content := smallLog(t)
	o := testOptions(dir)
	ctx := context.Background()
	l := mustOpen(t, o)
	for path, orig := range content {
		// Nothing that base64 could hold: of the signatures, opening checks the last alone.
		writeFile(t, path, bytes.Replace(orig, []byte(`"pid":7`), []byte(`"pid":8`), 1))
		if _, err := Open(ctx, o); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
		var b *Break
		if _, err := Open(ctx, o); !errors.As(err, &b) || b.Segment != filepath.Base(path) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
		for _, err := range NewReader(dir).Entries(ctx, Filter{Run: "r1"}) {
			if err != nil && !errors.Is(err, ErrBroken) {
				t.Errorf("entries: %v", err)
			}
		}
		if _, err := NewReader(dir).Unfinished(ctx); !errors.Is(err, ErrBroken) {
			t.Errorf("unfinished: %v", err)
		}
		writeFile(t, path, orig)
	}
	last := segmentPaths(t, dir)[len(content)-1]
	writeFile(t, last, content[last][:10])
	for range 2 { // and stays refused
		if _, err := l.Append(ctx, intent("r", "s")); !errors.Is(err, ErrBroken) {
			t.Errorf("append to a log cut while open: %v", err)
		}
	}
	if got := readFile(t, last); len(got) != 10 {
		t.Errorf("something was appended: %d bytes", len(got))
	}
}

// The last entry can't be turned into torn bytes that the next append passes.
func TestChangedTailIsNoTornTail(t *testing.T) {
	dir := t.TempDir()
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("r1", "s"), intent("r1", "t"))
	path := segmentPaths(t, dir)[0]
	orig := readFile(t, path)
	lines := bytes.SplitAfter(orig, []byte("\n"))
	two := len(lines[0]) + len(lines[1])
	for name, content := range map[string][]byte{
		"last newline changed":     append(bytes.Clone(orig[:len(orig)-1]), 'x'),
		"both newlines gone":       slices.Concat(orig[:two], lines[2][:len(lines[2])-1], []byte("x"), lines[3][:len(lines[3])-1]),
		"checkpoint of another":    slices.Concat(orig[:two], lines[2], lines[1][:len(lines[1])-1]),
		"entry changed, cut":       slices.Concat(orig[:two], bytes.Replace(lines[2], []byte("r1"), []byte("r2"), 1), lines[3][:len(lines[3])-40]),
		"something else":           slices.Concat(orig[:two], []byte("hello")),
		"zeros over three records": slices.Concat(orig, make([]byte, 3), []byte("\n\n\n\n\x00\n")),
	} {
		writeFile(t, path, content)
		l, err := Open(context.Background(), testOptions(dir))
		if err == nil {
			_, err = l.Append(context.Background(), intent("r2", "s"))
			if cerr := l.Close(); cerr != nil {
				t.Error(cerr)
			}
		}
		// A whole checkpoint but for its newline, with the entry whole: the
		// one case in which tampering looks as a crash does, and is recorded.
		if !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(segmentPaths(t, dir)); n != 1 {
			t.Fatalf("%s: %d segments", name, n)
		}
	}
}

func TestKeyIsGuarded(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		harm func(t *testing.T, dir string)
		want error
	}{
		"key gone": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "key")); err != nil {
				t.Fatal(err)
			}
		}, ErrBroken},
		"key changed": {func(t *testing.T, dir string) {
			b := readFile(t, filepath.Join(dir, "key"))
			b[len(b)-5] ^= 1
			writeFile(t, filepath.Join(dir, "key"), b)
		}, ErrBroken},
		"key readable": {func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(dir, "key"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, ErrUnwritable},
		"public key of another log": {func(t *testing.T, dir string) {
			other := t.TempDir()
			mustOpen(t, testOptions(other))
			writeFile(t, filepath.Join(dir, "key.pub"), readFile(t, filepath.Join(other, "key.pub")))
		}, ErrBroken},
		"both keys of another log": {func(t *testing.T, dir string) {
			other := t.TempDir()
			mustOpen(t, testOptions(other))
			for _, n := range []string{"key", "key.pub"} {
				writeFile(t, filepath.Join(dir, n), readFile(t, filepath.Join(other, n)))
			}
		}, ErrBroken},
	} {
		dir := t.TempDir()
		mustAppend(t, mustOpen(t, testOptions(dir)), intent("r", "s"))
		c.harm(t, dir)
		if _, err := Open(ctx, testOptions(dir)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without the public key nothing verifies; the next append puts it back.
func TestPublicKeyIsPutBack(t *testing.T) {
	dir := t.TempDir()
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("r", "s"))
	if err := os.Remove(filepath.Join(dir, "key.pub")); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(context.Background(), dir, VerifyOptions{}); !errors.Is(err, ErrBroken) {
		t.Errorf("%v", err)
	}
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("r", "s"))
	if rep := mustVerify(t, dir); !rep.OK() || rep.Size != 2 {
		t.Errorf("%+v", rep)
	}
}

func TestPinnedKey(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testOptions(dir))
	mustAppend(t, l, intent("r", "s"))
	for pin, ok := range map[string]bool{l.VerifierKey() + "\n": true, strings.Replace(l.VerifierKey(), "weir", "heir", 1): false} {
		rep, err := Verify(context.Background(), dir, VerifyOptions{Pinned: pin})
		if err != nil || rep.OK() != ok {
			t.Errorf("%q: %v, %v", pin, rep.Breaks, err)
		}
	}
}
