package audit

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
)

func exported(t *testing.T, dir, run string) string {
	t.Helper()
	var b bytes.Buffer
	if err := NewReader(dir).Export(context.Background(), &b, run); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func manyRuns(t *testing.T) (dir, vkey string) {
	t.Helper()
	dir = t.TempDir()
	o := testOptions(dir)
	o.SegmentBytes = 4000
	l := mustOpen(t, o)
	for i := range 11 {
		mustAppend(t, l, intent(fmt.Sprintf("run<%d>", i%3), fmt.Sprint(i)))
	}
	return dir, l.VerifierKey()
}

func TestExportOfARun(t *testing.T) {
	dir, vkey := manyRuns(t)
	for i, want := range []int{4, 4, 3} {
		run := fmt.Sprintf("run<%d>", i)
		out := exported(t, dir, run)
		es, cp, err := CheckExport(strings.NewReader(out), vkey)
		if err != nil || len(es) != want || cp.Size != 11 {
			t.Fatalf("%s: %d entries, %+v, %v", run, len(es), cp, err)
		}
		for _, e := range es {
			if e.Run != run {
				t.Errorf("%s in the export of %s", e.Run, run)
			}
		}
		if _, _, err := CheckExport(strings.NewReader(out), ""); err != nil {
			t.Errorf("by its own key: %v", err)
		}
	}
	if err := NewReader(dir).Export(context.Background(), &bytes.Buffer{}, "none"); err == nil {
		t.Error("export of no run succeeded")
	}
}

func TestExportOfTheWholeLog(t *testing.T) {
	dir, vkey := manyRuns(t)
	out := exported(t, dir, "")
	es, _, err := CheckExport(strings.NewReader(out), vkey)
	if err != nil || len(es) != 11 {
		t.Fatalf("%d, %v", len(es), err)
	}
	_, rest, _ := strings.Cut(out, "\n")
	if _, _, err := CheckExport(strings.NewReader(rest), vkey); err == nil {
		t.Error("an entry left out of a whole log passed")
	}
}

func TestExportChanged(t *testing.T) {
	dir, vkey := manyRuns(t)
	out := exported(t, dir, "run<1>")
	_, otherKey := manyRuns(t)
	lines := strings.SplitAfter(out, "\n")
	entry, _, _ := strings.Cut(lines[0], `,"proof":`)
	_, proof, _ := strings.Cut(lines[1], `,"proof":`)
	for name, c := range map[string]struct{ text, key string }{
		"entry":           {strings.Replace(out, "poison", "p0ison", 1), vkey},
		"another's key":   {out, otherKey},
		"another's proof": {entry + `,"proof":` + proof + strings.Join(lines[1:], ""), vkey},
		"no checkpoint":   {strings.Join(lines[:4], ""), vkey},
		"no proof":        {strings.Replace(out, `"proof":[`, `"prof":[`, 1), vkey},
		"nothing":         {"", vkey},
		"no JSON":         {"{", vkey},
		"bad key":         {out, "x"},
	} {
		if _, _, err := CheckExport(strings.NewReader(c.text), c.key); err == nil {
			t.Errorf("%s: passed", name)
		}
	}
}

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, fmt.Errorf("pipe closed") }

// A reader that goes away isn't a log that can't be written.
func TestExportToNowhere(t *testing.T) {
	dir, _ := manyRuns(t)
	err := NewReader(dir).Export(context.Background(), fullWriter{}, "")
	if err == nil || strings.Contains(err.Error(), ErrUnwritable.Error()) {
		t.Errorf("%v", err)
	}
}
