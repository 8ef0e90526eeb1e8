package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// An export is JSON lines: one {"entry":…,"proof":[…]} for each entry, the
// entry byte for byte as in the log, then {"checkpoint":…,"key":…}. An entry
// of a whole log carries no proof: its tree can be computed.
type exportLine struct {
	Entry      json.RawMessage `json:"entry,omitempty"`
	Proof      []tlog.Hash     `json:"proof,omitempty"`
	Checkpoint string          `json:"checkpoint,omitempty"`
	Key        string          `json:"key,omitempty"`
}

// Export writes a run with the newest checkpoint and a proof for each entry
// that it stands in the tree which the checkpoint signs; the whole log if run
// is empty. CheckExport checks it anywhere, without the log. A run that isn't
// in the log is an error.
func (r *Reader) Export(ctx context.Context, out io.Writer, run string) error {
	segs, err := r.snapshot(ctx)
	if err != nil {
		return err
	}
	p, err := r.proofs(ctx, segs, run)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(out)
	w, err := r.scan(ctx, segs, func(rec record) error {
		if run == "" {
			return writeExport(b, rec.bytes, nil)
		}
		if !p.has(rec.seq) {
			return nil
		}
		proof, err := tlog.ProveRecord(p.size, rec.seq-1, p)
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		return writeExport(b, rec.bytes, proof)
	})
	if err != nil {
		return err
	}
	if w.seq == 0 {
		return fmt.Errorf("export: %s: the log holds no entries", r.dir)
	}
	_, vkey, err := loadVerifier(r.d, r.dir)
	if err != nil {
		return err
	}
	end, err := json.Marshal(exportLine{Checkpoint: string(w.note()), Key: vkey})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if _, err := b.Write(append(end, '\n')); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// writeExport puts the entry in as it is: encoding it anew could change bytes
// that the proof is about.
func writeExport(w io.Writer, entry []byte, proof []tlog.Hash) error {
	tail := []byte("}\n")
	if proof != nil {
		p, err := json.Marshal(proof)
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		tail = append(append([]byte(`,"proof":`), p...), tail...)
	}
	for _, part := range [][]byte{[]byte(`{"entry":`), entry, tail} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// proofs holds the stored hashes that the proofs of a run need, and no others.
type proofs struct {
	size   int64
	seqs   map[int64]bool
	hashes map[int64]tlog.Hash // by stored hash index
}

func (p *proofs) has(seq int64) bool { return p.seqs[seq] }

// ReadHashes serves tlog.
func (p *proofs) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		h, ok := p.hashes[x]
		if !ok {
			return nil, fmt.Errorf("stored hash %d was not kept", x)
		}
		out[i] = h
	}
	return out, nil
}

// proofs goes through the log twice: which entries, then which hashes.
func (r *Reader) proofs(ctx context.Context, segs []segment, run string) (*proofs, error) {
	p := &proofs{seqs: map[int64]bool{}, hashes: map[int64]tlog.Hash{}}
	if run == "" {
		return p, nil
	}
	look, err := Filter{Run: run}.needles()
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	w, err := r.scan(ctx, segs, func(rec record) error {
		of, err := ofRun(rec, look, run)
		if of {
			p.seqs[rec.seq] = true
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(p.seqs) == 0 {
		return nil, fmt.Errorf("export: run %q: the log has no such run", run)
	}
	p.size = w.seq
	if err := p.plan(); err != nil {
		return nil, err
	}
	_, err = r.scan(ctx, segs, func(rec record) error {
		at := tlog.StoredHashIndex(0, rec.seq-1)
		for i, h := range rec.hashes {
			if _, ok := p.hashes[at+int64(i)]; ok {
				p.hashes[at+int64(i)] = h
			}
		}
		return nil
	})
	return p, err
}

func ofRun(rec record, look needles, run string) (bool, error) {
	if !look.in(rec.bytes) {
		return false, nil
	}
	var e Entry
	if err := json.Unmarshal(rec.bytes, &e); err != nil {
		return false, notAnEntry(rec, err)
	}
	return e.Run == run, nil
}

// plan asks tlog which hashes the proofs will read, without having them.
func (p *proofs) plan() error {
	learn := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		for _, x := range indexes {
			p.hashes[x] = tlog.Hash{}
		}
		return make([]tlog.Hash, len(indexes)), nil
	})
	for seq := range p.seqs {
		if _, err := tlog.ProveRecord(p.size, seq-1, learn); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// CheckExport checks what Export wrote: the signature with the verifier key,
// and every entry's proof, or the tree if it is a whole log. It returns the
// entries. An empty key takes the one in the export, which then vouches for
// itself only.
func CheckExport(in io.Reader, verifierKey string) ([]Entry, Checkpoint, error) {
	var lines []exportLine
	dec := json.NewDecoder(in)
	for {
		var l exportLine
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, Checkpoint{}, fmt.Errorf("export: line %d: %w", len(lines)+1, err)
		}
		lines = append(lines, l)
	}
	if len(lines) < 2 || lines[len(lines)-1].Checkpoint == "" {
		return nil, Checkpoint{}, errors.New("export: the checkpoint at the end is missing")
	}
	end := lines[len(lines)-1]
	if verifierKey == "" {
		verifierKey = end.Key
	}
	cp, err := ParseCheckpoint([]byte(end.Checkpoint), verifierKey)
	if err != nil {
		return nil, Checkpoint{}, fmt.Errorf("export: %w", err)
	}
	es, err := checkLines(lines[:len(lines)-1], cp)
	return es, cp, err
}

func checkLines(lines []exportLine, cp Checkpoint) ([]Entry, error) {
	var out []Entry
	var t tree
	whole := int64(len(lines)) == cp.Size
	for i, l := range lines {
		var e Entry
		if err := json.Unmarshal(l.Entry, &e); err != nil {
			return nil, fmt.Errorf("export: line %d: %w", i+1, err)
		}
		sum := tlog.RecordHash(l.Entry)
		if _, err := t.add(sum); err != nil {
			return nil, fmt.Errorf("export: line %d: %w", i+1, err)
		}
		if !whole || l.Proof != nil {
			if err := tlog.CheckRecord(l.Proof, cp.Size, cp.Root, e.Seq-1, sum); err != nil {
				return nil, fmt.Errorf("export: line %d: entry %d: %w", i+1, e.Seq, err)
			}
		}
		out = append(out, e)
	}
	if root, err := t.root(); whole && (err != nil || root != cp.Root) {
		return nil, errors.New("export: the entries are not the tree that the checkpoint signs")
	}
	return out, nil
}
