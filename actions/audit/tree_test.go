package audit

import (
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// The edge gives the hashes and roots that tlog gives with all hashes stored.
func TestTreeIsTheTreeOfTlog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stored []tlog.Hash
		full := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(indexes))
			for i, x := range indexes {
				out[i] = stored[x]
			}
			return out, nil
		})
		var tr tree
		records := rapid.SliceOfN(rapid.SliceOf(rapid.Byte()), 1, 130).Draw(t, "records")
		for i, b := range records {
			hashes, err := tr.add(tlog.RecordHash(b))
			if err != nil {
				t.Fatal(err)
			}
			want, err := tlog.StoredHashes(int64(i), b, full)
			if err != nil || len(want) != len(hashes) {
				t.Fatalf("record %d: %d stored hashes, want %d, %v", i, len(hashes), len(want), err)
			}
			stored = append(stored, hashes...)
			got, err := tr.root()
			if err != nil {
				t.Fatal(err)
			}
			if root, err := tlog.TreeHash(int64(i+1), full); err != nil || got != root || hashes[0] != want[0] {
				t.Fatalf("record %d: root %s, want %s, %v", i, got, root, err)
			}
		}
	})
}

func TestEdgeHasNoOtherHashes(t *testing.T) {
	var tr tree
	for i := range 5 {
		if _, err := tr.add(tlog.RecordHash([]byte{byte(i)})); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tr.ReadHashes([]int64{0}); err == nil {
		t.Error("a hash inside the tree was made up")
	}
}
