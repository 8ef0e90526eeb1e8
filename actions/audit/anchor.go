package audit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Anchor keeps checkpoints where an attacker on this host can't take them
// back. Without one, a log cut back to an old checkpoint still verifies.
type Anchor interface {
	// Put hands over a signed checkpoint. It returns when the checkpoint is as
	// durable as the anchor makes it, or an error.
	Put(ctx context.Context, checkpoint []byte) error
	// Newest returns the checkpoint of the largest tree the anchor holds, nil
	// if it holds none, and ErrWriteOnly if it can't be read back.
	Newest(ctx context.Context) ([]byte, error)
	// Name tells people which anchor this is.
	Name() string
}

// History is an Anchor that can tell all it holds, in any order. Verify then
// checks each, so that going on after a cut doesn't hide the cut.
type History interface {
	Anchor
	Checkpoints(ctx context.Context) iter.Seq2[[]byte, error]
}

// Neighbours is a History that several logs share: once read, it names other
// logs of the same host. A log that was replaced by a new one is among them.
type Neighbours interface {
	History
	Others() []string
}

// AnchorMode says what happens when an anchor can't take a checkpoint.
type AnchorMode string

// The modes of an anchor, as config writes them.
const (
	AnchorRequired   AnchorMode = "required"    // Open and Append fail
	AnchorBestEffort AnchorMode = "best-effort" // the failure stands in the receipt
)

// Anchored is an anchor with its mode; the empty mode is required.
type Anchored struct {
	Anchor Anchor
	Mode   AnchorMode
}

// AnchorFailure is a checkpoint that an anchor didn't take, or couldn't show.
type AnchorFailure struct {
	Name string
	Err  error
}

// held is what an anchor answered.
type held struct {
	name  string
	mode  AnchorMode
	notes [][]byte
	all   bool     // notes are all it holds
	next  []string // other logs of this host that it holds
	err   error
}

// ask asks every anchor what it holds; all of it, if all is set and it can.
func ask(ctx context.Context, anchors []Anchored, all bool) []held {
	out := make([]held, len(anchors))
	for i, a := range anchors {
		out[i] = held{name: a.Anchor.Name(), mode: a.Mode}
		if h, ok := a.Anchor.(History); ok && all {
			out[i].notes, out[i].err = collect(h.Checkpoints(ctx))
			out[i].all = out[i].err == nil
			if n, ok := a.Anchor.(Neighbours); ok {
				out[i].next = n.Others()
			}
			continue
		}
		n, err := a.Anchor.Newest(ctx)
		if err == nil && len(n) > 0 {
			out[i].notes = [][]byte{n}
		}
		out[i].err = err
	}
	return out
}

// collect keeps what was read before an error.
func collect(seq iter.Seq2[[]byte, error]) (notes [][]byte, err error) {
	for n, e := range seq {
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		notes = append(notes, n)
	}
	return notes, err
}

// claims are the roots that anchors hold, by tree size.
type claims map[int64][]claim

type claim struct {
	anchor string
	root   tlog.Hash
}

// claimed reads the checkpoints of anchors; one that isn't this log's is a break.
func claimed(answers []held, v note.Verifier, fault func(*Break) error) (claims, error) {
	out := claims{}
	for _, h := range answers {
		for _, n := range h.notes {
			c, err := openCheckpoint(n, v)
			if err != nil {
				origin, _, _ := strings.Cut(string(n), "\n")
				b := &Break{Kind: BreakAnchorUnsigned, Do: advice[BreakAnchorUnsigned],
					What: fmt.Sprintf("anchor %s holds a checkpoint of %q that this log's key didn't sign: %v", h.name, origin, err)}
				if err := fault(b); err != nil {
					return nil, err
				}
				continue
			}
			out[c.Size] = append(out[c.Size], claim{h.name, c.Root})
		}
	}
	return out, nil
}

// at holds the log's root at a size against the claims for it, and strikes
// them off. It says whether there was one that agrees.
func (c claims) at(size int64, root tlog.Hash, fault func(*Break) error) (agreed []string, err error) {
	for _, k := range c[size] {
		if k.root == root {
			agreed = append(agreed, k.anchor)
			continue
		}
		b := &Break{Kind: BreakAnchorDiffers, Seq: size, Do: advice[BreakAnchorDiffers],
			What: fmt.Sprintf("anchor %s holds root %s for the log up to record %d, the log has %s", k.anchor, k.root, size, root)}
		if err := fault(b); err != nil {
			return agreed, err
		}
	}
	delete(c, size)
	return agreed, nil
}

// beyond reports, for each anchor, the largest claim that the log doesn't reach.
func (c claims) beyond(size int64, fault func(*Break) error) error {
	most := map[string]int64{}
	for n, ks := range c {
		for _, k := range ks {
			most[k.anchor] = max(most[k.anchor], n)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(most)) {
		n := most[name]
		if n <= size {
			continue // a size of which the root couldn't be computed: a break was reported there
		}
		b := &Break{Kind: BreakAnchorAhead, Seq: size, Do: advice[BreakAnchorAhead],
			What: fmt.Sprintf("anchor %s holds a checkpoint of the log up to record %d, and the log ends with %d", name, n, size)}
		if err := fault(b); err != nil {
			return err
		}
	}
	return nil
}
