package audit

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sys/unix"
)

// forge writes a log of any records as someone with the key could.
func forge(t *testing.T, signer note.Signer, records ...string) memDisk {
	t.Helper()
	k, _ := testKeys(t)
	var tr tree
	var b bytes.Buffer
	for _, r := range records {
		sum := tlog.RecordHash([]byte(r))
		if _, err := tr.add(sum); err != nil {
			t.Fatal(err)
		}
		root, err := tr.root()
		if err != nil {
			t.Fatal(err)
		}
		line, _, err := signLine(signer, tr.size, root, sum)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(r + "\n" + string(line) + "\n")
	}
	return memDisk{files: map[string][]byte{"key.pub": []byte(k.vkey), "00000001.log": b.Bytes()}}
}

func forged(t *testing.T, change func(*Entry)) string {
	t.Helper()
	var none tree
	root, err := none.root()
	if err != nil {
		t.Fatal(err)
	}
	e := intent("r", "s")
	e.Seq, e.PrevRoot = 1, root.String()
	change(&e)
	b, err := e.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Signed by the key of the log, and still wrong.
func TestWhatTheWriterCantHaveWritten(t *testing.T) {
	k, _ := testKeys(t)
	for name, c := range map[string]struct {
		record string
		want   BreakKind
	}{
		"right":             {forged(t, func(*Entry) {}), ""},
		"number":            {forged(t, func(e *Entry) { e.Seq = 2 }), BreakOrder},
		"link":              {forged(t, func(e *Entry) { e.PrevRoot = tlog.Hash{}.String() }), BreakRoot},
		"no entry":          {"hello", BreakEntry},
		"no time":           {`{"seq":1,"stage":"intent","at":"now"}`, BreakEntry},
		"repairs nothing":   {forged(t, func(e *Entry) { e.Stage, e.Data = StageRepair, []byte(`{}`) }), BreakRepair},
		"repairs made up":   {forged(t, func(e *Entry) { e.Stage, e.Data = StageRepair, []byte(`{"torn":[{"segment":"x"}]}`) }), BreakRepair},
		"repair of no form": {forged(t, func(e *Entry) { e.Stage, e.Data = StageRepair, []byte(`7`) }), BreakRepair},
		"stage in data":     {forged(t, func(e *Entry) { e.Data = []byte(`{"stage":"repair"}`) }), ""},
	} {
		d := forge(t, k.signer, c.record)
		rep, err := (&Reader{dir: "mem", d: d}).Verify(context.Background(), VerifyOptions{})
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want == "" && !rep.OK(), c.want != "" && (len(rep.Breaks) != 1 || rep.Breaks[0].Kind != c.want):
			t.Errorf("%s: %v", name, rep.Breaks)
		}
	}
}

// The same name, another key: each signature is wrong, nothing else is.
func TestForgedSignature(t *testing.T) {
	ctx := context.Background()
	skey, _, err := note.GenerateKey(rand.Reader, "weir-audit/test/0")
	if err != nil {
		t.Fatal(err)
	}
	other, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	d := forge(t, other, forged(t, func(*Entry) {}))
	r := &Reader{dir: "mem", d: d}
	rep, err := r.Verify(ctx, VerifyOptions{})
	if err != nil || len(rep.Breaks) != 1 || rep.Breaks[0].Kind != BreakSignature || rep.Checkpoint != nil {
		t.Errorf("%v, %v", rep.Breaks, err)
	}
	if _, err := r.Show(ctx, "r"); !errors.Is(err, ErrBroken) {
		t.Errorf("show: %v", err)
	}
	dir := t.TempDir()
	_, mine := testKeys(t)
	writeFile(t, filepath.Join(dir, "key"), []byte(mine))
	writeFile(t, filepath.Join(dir, "00000001.log"), d.files["00000001.log"])
	if _, err := Open(ctx, testOptions(dir)); !errors.Is(err, ErrBroken) {
		t.Errorf("open: %v", err)
	}
}

func TestSignedButNoEntry(t *testing.T) {
	k, _ := testKeys(t)
	ctx := context.Background()
	r := &Reader{dir: "mem", d: forge(t, k.signer, `{"run":"r"}`)}
	if _, err := r.Show(ctx, "r"); !errors.Is(err, ErrBroken) {
		t.Errorf("show: %v", err)
	}
	if err := r.Export(ctx, &bytes.Buffer{}, "r"); !errors.Is(err, ErrBroken) {
		t.Errorf("export: %v", err)
	}
	r = &Reader{dir: "mem", d: forge(t, k.signer, `hello`)}
	if _, err := r.Unfinished(ctx); !errors.Is(err, ErrBroken) {
		t.Errorf("unfinished: %v", err)
	}
}

// Zeros where a block never reached the disk, with the end of the append there.
func TestHoleInTheTail(t *testing.T) {
	dir := t.TempDir()
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("r", "1"), intent("r", "2"))
	path := segmentPaths(t, dir)[0]
	orig := readFile(t, path)
	lines := bytes.SplitAfter(orig, []byte("\n"))
	second := len(lines[0]) + len(lines[1])
	for name, c := range map[string]struct {
		from, to int
		first    byte
		repaired bool
	}{
		"in the entry":      {second + 100, second + 150, '{', true},
		"from the start":    {second, second + 50, 0, true},
		"in the checkpoint": {len(orig) - 60, len(orig) - 20, '{', true},
		"over the newline":  {second + len(lines[2]) - 5, second + len(lines[2]) + 5, '{', true},
		"another beginning": {second + 100, second + 150, '[', false},
		"in an older one":   {100, 150, '{', false},
	} {
		b := bytes.Clone(orig)
		b[second] = c.first
		clear(b[c.from:c.to])
		writeFile(t, path, b)
		if rep := mustVerify(t, dir); rep.OK() {
			t.Errorf("%s: verifies", name)
		}
		l, err := Open(context.Background(), testOptions(dir))
		if err == nil {
			_, err = l.Append(context.Background(), intent("r", "3"))
			if cerr := l.Close(); cerr != nil {
				t.Error(cerr)
			}
		}
		if c.repaired && (err != nil || !mustVerify(t, dir).OK()) || !c.repaired && !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
		if c.repaired {
			for _, p := range segmentPaths(t, dir)[1:] {
				if err := (osDisk{}).Remove(p); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for cause, want := range map[error]string{
		unix.ENOSPC: "free space", unix.EDQUOT: "free space", unix.EROFS: "read-only", unix.EACCES: "owner",
		unix.EIO: "kernel log", fs.ErrInvalid: "can be written",
	} {
		err := unwritable("append", "/x/1.log", cause)
		if s := err.Error(); !strings.HasPrefix(s, "audit append: /x/1.log: audit log not writable: ") || !strings.Contains(s, want) || !errors.Is(err, cause) {
			t.Errorf("%v: %s", cause, s)
		}
	}
	if s := unwritable("append", "/x", context.Canceled).Error(); strings.Contains(s, "(") {
		t.Errorf("a hint for a cancel: %s", s)
	}
	for b, want := range map[*Break]string{
		{What: "w"}: "w", {Segment: "s", What: "w"}: "s: w", {Segment: "s", Line: 3, Offset: 9, What: "w"}: "s line 3 (byte 9): w",
	} {
		if b.Error() != want {
			t.Errorf("%q", b.Error())
		}
	}
}
