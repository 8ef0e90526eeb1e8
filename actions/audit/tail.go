package audit

import (
	"context"
	"encoding/json"
	"fmt"
)

// Tail reads a log and then what is appended to it, each entry once. It is used
// by one goroutine.
type Tail struct {
	r *Reader
	f Filter
	w *walk
}

// Tail begins before the first entry.
func (r *Reader) Tail(f Filter) *Tail { return &Tail{r: r, f: f} }

// Next gives the entries that were appended since the last call, checked as
// Entries checks them; none if there are none yet. After an error other than
// that of ctx the Tail is of no more use.
func (t *Tail) Next(ctx context.Context) ([]Entry, error) {
	segs, err := t.r.snapshot(ctx)
	if err != nil || len(segs) == 0 {
		return nil, err
	}
	if t.w == nil {
		v, _, err := loadVerifier(t.r.d, t.r.dir)
		if err != nil {
			return nil, err
		}
		if t.w, err = newWalk(t.r.d, t.r.dir, v); err != nil {
			return nil, broken("read", t.r.dir, err)
		}
	}
	if b := t.w.shrunk(segs); b != nil {
		return nil, broken("read", t.r.dir, b)
	}
	look, err := t.f.needles()
	if err != nil {
		return nil, err
	}
	var out []Entry
	var refused error
	t.w.visit = func(rec record) error {
		if !look.in(rec.bytes) {
			return nil
		}
		var e Entry
		if err := json.Unmarshal(rec.bytes, &e); err != nil {
			refused = notAnEntry(rec, err)
			return refused
		}
		if t.f.takes(e) {
			out = append(out, e)
		}
		return nil
	}
	before := t.w.seq
	if err := t.w.run(ctx, segs); err != nil {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		return out, readError(t.r.dir, err, refused)
	}
	if t.w.seq > before && !t.w.signed() {
		return nil, broken("read", t.r.dir, t.w.unsigned())
	}
	return out, nil
}

// shrunk is the break of a log that holds less than was read of it.
func (w *walk) shrunk(segs []segment) *Break {
	if w.ord == 0 {
		return nil
	}
	for _, s := range segs {
		if s.ord == w.ord && s.size >= w.off {
			return nil
		}
	}
	s := segment{ord: w.ord}
	return &Break{Kind: BreakMissing, Segment: s.name(), Offset: w.off, Seq: w.seq, Do: evidence,
		What: fmt.Sprintf("the segment was cut or removed while it was open: %d bytes were there", w.off)}
}
