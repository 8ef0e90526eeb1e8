package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"path/filepath"
	"time"
)

// Reader reads a log without writing to it: it needs no right to write and no
// signing key. It sees the log as it is when a call begins. What it reads it
// checks as it goes, but for all signatures but the last; [Verify] checks those
// too.
type Reader struct {
	dir string
	d   disk
}

// NewReader reads the log in dir, which need not exist yet: a log that nobody
// has written to holds no entries.
func NewReader(dir string) *Reader { return &Reader{dir: dir, d: osDisk{}} }

// Dir is the directory of the log.
func (r *Reader) Dir() string { return r.dir }

// Origin names the log as its public key does; "" for a log that isn't there,
// or has lost its key.
func (r *Reader) Origin() string {
	v, _, err := loadVerifier(r.d, r.dir)
	if err != nil {
		return ""
	}
	return v.Name()
}

// Filter chooses entries; zero fields choose all.
type Filter struct {
	Run   string
	Since time.Time // entries at or after
	// Mentions is a word, such as a run's id, that must stand anywhere in the
	// entry's line: a cheap way to what refers to it.
	Mentions string
}

func (f Filter) takes(e Entry) bool {
	return (f.Run == "" || e.Run == f.Run) && (f.Since.IsZero() || !e.At.Before(f.Since))
}

// snapshot lists the segments while no append is under way.
func (r *Reader) snapshot(ctx context.Context) ([]segment, error) {
	unlock, err := shared(ctx, r.d, r.dir)
	if err != nil {
		return nil, err
	}
	segs, err := segments(r.d, r.dir, 1)
	if err = errors.Join(err, unlock()); err != nil {
		return nil, &Error{Op: "read", Where: r.dir, Kind: ErrUnwritable, Err: err, Hint: "see that the directory can be read"}
	}
	return segs, nil
}

// shared takes the lock for reading. A copy of a log has no writer, and may
// have no lock file.
func shared(ctx context.Context, d disk, dir string) (func() error, error) {
	path := filepath.Join(dir, lockFile)
	ctx, cancel := context.WithTimeout(ctx, defaultLockWait)
	defer cancel()
	unlock, err := wait(ctx, func() (func() error, error) { return d.Lock(path, false) })
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return func() error { return nil }, nil
	case errors.Is(err, errLocked):
		return nil, lockedError(path, err)
	case err != nil:
		return nil, &Error{Op: "lock", Where: path, Kind: ErrUnwritable, Err: err, Hint: "see that the directory can be read"}
	}
	return unlock, nil
}

// scan walks a snapshot and gives every record that stands in the tree.
func (r *Reader) scan(ctx context.Context, segs []segment, visit func(record) error) (*walk, error) {
	if len(segs) == 0 {
		return &walk{}, nil
	}
	v, _, err := loadVerifier(r.d, r.dir)
	if err != nil {
		return nil, err
	}
	w, err := newWalk(r.d, r.dir, v)
	if err != nil {
		return nil, broken("read", r.dir, err)
	}
	var refused error
	w.visit = func(rec record) error { refused = visit(rec); return refused }
	if err := w.run(ctx, segs); err != nil {
		return nil, readError(r.dir, err, refused)
	}
	if w.seq > 0 && !w.signed() {
		return nil, broken("read", r.dir, w.unsigned())
	}
	return w, nil
}

// readError sorts the errors of a walk; one of the visitor's own passes.
func readError(dir string, err, refused error) error {
	if b := (*Break)(nil); errors.As(err, &b) {
		return broken("read", dir, err)
	}
	if refused != nil {
		return refused
	}
	return &Error{Op: "read", Where: dir, Kind: ErrUnwritable, Err: err}
}

var errStop = errors.New("stopped by the caller")

// Entries gives the entries in the order they were written. The log isn't
// loaded whole. An error ends it; only when there was none is every entry
// vouched for by the last signature. Bytes of an append that never returned
// are no entry; Verify names them.
func (r *Reader) Entries(ctx context.Context, f Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		segs, err := r.snapshot(ctx)
		look, nerr := f.needles()
		if err = errors.Join(err, nerr); err == nil {
			_, err = r.scan(ctx, segs, func(rec record) error {
				if !look.in(rec.bytes) {
					return nil
				}
				var e Entry
				if err := json.Unmarshal(rec.bytes, &e); err != nil {
					return notAnEntry(rec, err)
				}
				if f.takes(e) && !yield(e, nil) {
					return errStop
				}
				return nil
			})
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(Entry{}, err)
		}
	}
}

// needles are what a line that the filter takes must hold: a cheap look before
// decoding.
func (f Filter) needles() (needles, error) {
	var out needles
	for _, n := range []struct{ lead, word string }{{`"run":`, f.Run}, {"", f.Mentions}} {
		if n.word == "" {
			continue
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(n.word); err != nil {
			return nil, err
		}
		text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
		if n.lead == "" {
			text = text[1 : len(text)-1] // without its quotation marks
		}
		out = append(out, append([]byte(n.lead), text...))
	}
	return out, nil
}

type needles [][]byte

func (n needles) in(line []byte) bool {
	for _, look := range n {
		if !bytes.Contains(line, look) {
			return false
		}
	}
	return true
}

func notAnEntry(r record, err error) *Break {
	return &Break{Kind: BreakEntry, Segment: r.seg.name(), Line: r.line, Offset: r.off, Seq: r.seq,
		What: "signed, but not an entry: " + err.Error(), Do: advice[BreakEntry]}
}

// Show gives the entries of one run; none if the log has no such run.
func (r *Reader) Show(ctx context.Context, run string) ([]Entry, error) {
	var out []Entry
	for e, err := range r.Entries(ctx, Filter{Run: run}) {
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}
