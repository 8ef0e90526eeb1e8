package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is the right edge of the record tree: of the stored hashes of tlog, the
// at most 63 that the next append and the root need. The others follow from
// the records and are computed when a proof asks for them, so there is no
// second file that could disagree with the log. A tree is a value: a copy
// stays as it was.
type tree struct {
	size int64
	edge [63]tlog.Hash // by level: the complete subtree of 2^level records, where size has that bit
}

// ReadHashes serves tlog from the edge.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		level, n := tlog.SplitStoredHashIndex(x)
		if t.size>>level&1 == 0 || n != t.size>>level-1 {
			return nil, fmt.Errorf("stored hash %d is not on the edge of a tree of %d", x, t.size)
		}
		out[i] = t.edge[level]
	}
	return out, nil
}

// add appends a record by its hash and gives the stored hashes that it
// completes, level 0 first; they begin at index tlog.StoredHashIndex(0, size).
func (t *tree) add(sum tlog.Hash) ([]tlog.Hash, error) {
	hashes, err := tlog.StoredHashesForRecordHash(t.size, sum, t)
	if err != nil {
		return nil, err
	}
	top := len(hashes) - 1
	t.edge[top] = hashes[top]
	t.size++
	return hashes, nil
}

// root is the RFC 6962 tree head; of the empty tree the hash of nothing.
func (t *tree) root() (tlog.Hash, error) { return tlog.TreeHash(t.size, t) }
