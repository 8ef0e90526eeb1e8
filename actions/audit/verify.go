package audit

import (
	"context"
	"errors"
	"strings"
	"time"
)

// VerifyOptions say what a log is held against.
type VerifyOptions struct {
	Anchors []Anchor
	// Pinned is the verifier key as it was noted elsewhere; empty for the one
	// that lies beside the log.
	Pinned string
	// AnchorWait is how long all anchors together may take; 0 is 30 s.
	AnchorWait time.Duration
}

// Report is what Verify found.
type Report struct {
	Origin string // empty for a log that doesn't exist
	Key    string // verifier key the log was checked with
	Size   int64  // records, as far as they could be counted
	// Checkpoint is the newest signed note; nil without records, or if it
	// doesn't verify.
	Checkpoint []byte
	Breaks     []*Break
	Repaired   []Torn // torn bytes of crashes, each named by a repair record
	Anchors    []AnchorReport
}

// AnchorReport is what one anchor says of the log.
type AnchorReport struct {
	Name string
	Size int64 // largest tree that anchor and log agree on; 0 for none
	Err  error // why it couldn't be read, ErrWriteOnly among others; nil if it could
	// Held is how many checkpoints it showed, and All whether that is all it
	// holds: then each was looked for in the log, not only the newest.
	Held int
	All  bool
	// Others names other logs of this host that it holds.
	Others []string
}

// OK says whether nothing was found. It doesn't say that nothing was cut off
// the end: see Anchored.
func (r Report) OK() bool { return len(r.Breaks) == 0 }

// Anchored is the number of records, from the first on, that an anchor
// confirms. What comes after could have been cut off unseen; without anchor, 0.
func (r Report) Anchored() int64 {
	var n int64
	for _, a := range r.Anchors {
		n = max(n, a.Size)
	}
	return n
}

// Verify checks every line of the log in dir, every signature, and what the
// anchors hold. It reports each break and goes on behind it. The error is for
// what could not be checked at all; the report is good up to there.
func Verify(ctx context.Context, dir string, o VerifyOptions) (Report, error) {
	return NewReader(dir).Verify(ctx, o)
}

// Verify is Verify for the log of this reader.
func (r *Reader) Verify(ctx context.Context, o VerifyOptions) (Report, error) {
	var rep Report
	fault := func(b *Break) error { rep.Breaks = append(rep.Breaks, b); return nil }
	answers := askAll(ctx, o)
	for _, h := range answers {
		rep.Anchors = append(rep.Anchors, AnchorReport{Name: h.name, Err: h.err, Held: len(h.notes), All: h.all, Others: h.next})
	}
	segs, err := r.snapshot(ctx)
	if err != nil {
		return rep, err
	}
	v, vkey, err := loadVerifier(r.d, r.dir)
	if len(segs) == 0 && errors.Is(err, ErrBroken) {
		return rep, gone(answers, fault)
	}
	if err != nil {
		return rep, err
	}
	rep.Origin, rep.Key = v.Name(), vkey
	if p := strings.TrimSpace(o.Pinned); p != "" && p != vkey {
		b := &Break{Kind: BreakKey, Do: advice[BreakKey], What: "the log is signed by " + vkey + ", pinned is " + p}
		rep.Breaks = append(rep.Breaks, b)
	}
	want, err := claimed(answers, v, fault)
	if err != nil {
		return rep, err
	}
	w, err := newWalk(r.d, r.dir, v)
	if err != nil {
		return rep, broken("verify", r.dir, err)
	}
	w.allSigs, w.decode, w.fault = true, true, fault
	w.visit = func(rec record) error { return rep.agree(want, rec, fault) }
	err = w.run(ctx, segs)
	rep.Size, rep.Repaired = w.seq, w.fixed
	if err != nil {
		return rep, readError(r.dir, err, nil)
	}
	return rep, rep.end(w, want)
}

func askAll(ctx context.Context, o VerifyOptions) []held {
	if o.AnchorWait <= 0 {
		o.AnchorWait = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, o.AnchorWait)
	defer cancel()
	as := make([]Anchored, len(o.Anchors))
	for i, a := range o.Anchors {
		as[i] = Anchored{Anchor: a}
	}
	return ask(ctx, as, true)
}

// gone reports anchors that know of records where there is no log at all.
func gone(answers []held, fault func(*Break) error) error {
	for _, h := range answers {
		if len(h.notes) == 0 {
			continue
		}
		b := &Break{Kind: BreakAnchorAhead, Do: advice[BreakAnchorAhead], What: "anchor " + h.name + " holds checkpoints, the log is not there"}
		if err := fault(b); err != nil {
			return err
		}
	}
	return nil
}

// agree notes which anchors confirm the tree up to a record.
func (r *Report) agree(want claims, rec record, fault func(*Break) error) error {
	names, err := want.at(rec.seq, rec.root, fault)
	for _, n := range names {
		for i := range r.Anchors {
			if r.Anchors[i].Name == n {
				r.Anchors[i].Size = max(r.Anchors[i].Size, rec.seq)
			}
		}
	}
	return err
}

// end checks what only the end of the log tells.
func (r *Report) end(w *walk, want claims) error {
	for _, t := range w.torn {
		b := &Break{Kind: BreakTorn, Segment: t.Segment, Offset: t.Offset, Seq: w.seq + 1, Do: advice[BreakTorn],
			What: "an append was cut off here and is not repaired yet"}
		r.Breaks = append(r.Breaks, b)
	}
	if w.known && w.seq > 0 && w.signed() {
		r.Checkpoint = w.note()
	}
	return want.beyond(w.seq, w.fault)
}
