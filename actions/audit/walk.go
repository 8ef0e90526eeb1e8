package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// record is an entry that stands in the tree that its checkpoint signs.
type record struct {
	seg    segment
	line   int64 // of the entry; its checkpoint is on the next one
	off    int64 // of the entry line
	bytes  []byte
	hashes []tlog.Hash // stored hashes that the record completes; nil if the tree isn't known
	seq    int64
	prev   tlog.Hash // root before
	root   tlog.Hash
}

// walk goes through a log and checks every line against the tree so far. A
// writer keeps one and goes on from where it stood. Each deviation is given to
// fault; if that returns an error the walk ends with it.
type walk struct {
	d       disk
	dir     string
	v       note.Verifier
	allSigs bool // verify each signature; otherwise the caller verifies the last
	decode  bool // check what each entry says of itself
	fault   func(*Break) error
	visit   func(record) error

	tree  tree
	known bool      // the tree is that of the records; false behind a lost record
	seq   int64     // of the last record
	root  tlog.Hash // after the last record, as computed, or as signed when not known
	sig   string    // of the last checkpoint
	torn  []Torn    // found and not yet repaired
	fixed []Torn    // found and repaired

	ord  int   // the segment stood in; 0 before the first
	off  int64 // bytes of it that are done
	line int64 // lines of it that are done
}

func newWalk(d disk, dir string, v note.Verifier) (*walk, error) {
	w := &walk{d: d, dir: dir, v: v, known: true}
	w.fault = func(b *Break) error { return b }
	var err error
	w.root, err = w.tree.root()
	return w, err
}

// signed says whether the last checkpoint is signed by the key of this log.
// That signature covers every record before it.
func (w *walk) signed() bool {
	return verifySig(w.v, body(w.v.Name(), w.seq, w.root), w.sig)
}

func (w *walk) unsigned() *Break {
	return &Break{Kind: BreakSignature, Segment: segmentName(w.ord), Line: w.line, Seq: w.seq, Do: evidence,
		What: "the newest checkpoint is not signed by the key of this log"}
}

// note is the last checkpoint as a signed note.
func (w *walk) note() []byte {
	return []byte(body(w.v.Name(), w.seq, w.root) + "\n— " + w.v.Name() + " " + w.sig + "\n")
}

// run goes through what the segments hold beyond the point reached.
func (w *walk) run(ctx context.Context, segs []segment) error {
	for _, s := range segs {
		if s.ord < w.ord {
			continue
		}
		if s.ord > w.ord {
			if s.ord != w.ord+1 {
				if err := w.report(BreakSegment, segment{ord: w.ord + 1}, 0, 0, 0, "the segment is not there, later ones are"); err != nil {
					return err
				}
			}
			w.ord, w.off, w.line = s.ord, 0, 0
		}
		if err := w.segment(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) segment(ctx context.Context, s segment) error {
	if s.size == w.off {
		return nil
	}
	f, err := w.d.Open(filepath.Join(w.dir, s.name()))
	if err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	err = w.lines(ctx, s, f)
	return errors.Join(err, f.Close())
}

// lines pairs the lines of a segment: entry, checkpoint, entry, checkpoint. A
// pair that is cut off at the end is torn.
func (w *walk) lines(ctx context.Context, s segment, f io.ReaderAt) error {
	lr := newLineReader(f, w.off, s.size)
	var eb, cb []byte
	e, err := lr.next(eb)
	for n := 0; ; n++ {
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("segment: %s: %w", s.name(), err)
		}
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		eb = e.text
		if e.whole && bytes.HasPrefix(e.text, []byte(checkpointOpen)) {
			if err := w.lonelyCheckpoint(s, e); err != nil {
				return err
			}
			w.step(e)
			e, err = lr.next(eb)
			continue
		}
		c, cerr := lr.next(cb)
		cb = c.text
		if cerr != nil && !errors.Is(cerr, io.EOF) {
			return fmt.Errorf("segment: %s: %w", s.name(), cerr)
		}
		if cerr != nil || !c.whole && lr.last() || lr.last() && hasHole(e, c) {
			return w.tear(s, f, e.off)
		}
		if bytes.HasPrefix(c.text, []byte(entryOpen)) && c.whole {
			if err := w.lonelyEntry(s, e); err != nil {
				return err
			}
			w.step(e)
			e, eb, cb = c, cb, eb
			err = nil
			continue
		}
		if err := w.pair(s, e, c); err != nil {
			return err
		}
		w.step(e)
		w.step(c)
		e, err = lr.next(eb)
	}
}

const entryOpen = `{"seq":`

// hasHole says whether a block of the append never reached the disk: after a
// loss of power a file may be long enough and hold zeros. JSON has none.
func hasHole(e, c line) bool {
	return bytes.IndexByte(e.text, 0) >= 0 || bytes.IndexByte(c.text, 0) >= 0
}

func (w *walk) step(l line) {
	w.off = l.off + l.size
	w.line++
}

// tear notes that everything from off on isn't a record.
func (w *walk) tear(s segment, f io.ReaderAt, off int64) error {
	t, err := tornFrom(f, s, off)
	if err != nil {
		return fmt.Errorf("segment: %s: %w", s.name(), err)
	}
	w.torn = append(w.torn, t)
	w.off = s.size
	return nil
}

// lose says that a record of this log is gone or changed beyond telling: roots
// can't be computed any more, only followed by what is signed.
func (w *walk) lose(seq int64, root tlog.Hash) {
	w.known, w.seq, w.root = false, seq, root
}

func (w *walk) report(k BreakKind, s segment, line, off, seq int64, what string, args ...any) error {
	b := &Break{Kind: k, Line: line, Offset: off, Seq: seq, What: fmt.Sprintf(what, args...), Do: advice[k]}
	if s.ord > 0 {
		b.Segment = s.name()
	}
	return w.fault(b)
}
