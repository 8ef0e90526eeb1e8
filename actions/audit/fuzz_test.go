package audit

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
)

// FuzzVerify reads any bytes as a segment. A log that verifies must be a
// beginning of the one that was signed: nobody has the key but its writer.
func FuzzVerify(f *testing.F) {
	dir := f.TempDir()
	_, skey := testKeys(f)
	k, _ := testKeys(f)
	writeFile(f, filepath.Join(dir, "key"), []byte(skey))
	mustAppend(f, mustOpen(f, testOptions(dir)), intent("r", "1"), result("r", "1", OutcomeOK), verdict("r", OutcomeOK))
	orig := readFile(f, segmentPaths(f, dir)[0])
	f.Add(orig)
	for i := 0; i < len(orig); i += 97 {
		f.Add(orig[:i])
		f.Add(orig[i:])
	}
	f.Add([]byte("{}\n{}\n"))
	f.Add([]byte(`{"seq":1,"stage":"repair","data":{"torn":[]}}` + "\n" + checkpointOpen + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ctx := context.Background()
		r := &Reader{dir: "mem", d: memDisk{files: map[string][]byte{"key.pub": []byte(k.vkey), "00000001.log": b}}}
		rep, err := r.Verify(ctx, VerifyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if rep.OK() && !bytes.HasPrefix(orig, b) {
			t.Errorf("%d records verify that nobody signed", rep.Size)
		}
		for _, err := range r.Entries(ctx, Filter{}) {
			if err != nil && rep.OK() {
				t.Errorf("verifies, but can't be read: %v", err)
			}
		}
	})
}

// FuzzEntry: what decodes and is encoded again decodes to the same.
func FuzzEntry(f *testing.F) {
	f.Add([]byte(`{"seq":1,"at":"2026-11-21T03:00:00.001Z","run":"r","stage":"intent","kind":"k","claimed":{"user":"x"},"data":{"a":1}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var e, again Entry
		if e.UnmarshalJSON(b) != nil {
			return
		}
		first, err := e.MarshalJSON()
		if err != nil {
			return // a year beyond 9999 has no RFC 3339 form
		}
		if err := again.UnmarshalJSON(first); err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		if second, err := again.MarshalJSON(); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s became %s, %v", first, second, err)
		}
	})
}
