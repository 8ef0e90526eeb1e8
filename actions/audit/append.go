package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Receipt is what Append did.
type Receipt struct {
	Entry      Entry  // as written
	Checkpoint []byte // the signed note of the tree that ends with the entry
	// Unanchored names the best-effort anchors that didn't take the checkpoint.
	Unanchored []AnchorFailure
}

// Append writes an entry. When it returns without an error, entry and
// checkpoint are on disk and every required anchor holds the checkpoint. On
// ErrNotAnchored the entry is in the log all the same and the receipt holds
// it: don't act, and append a failed result. On any other error the entry
// doesn't count; after a failed fsync it may yet be found in the log, and this
// Log takes nothing more. A cancelled ctx ends the wait for the lock and for
// anchors, never a write: give a result a context of its own.
func (l *Log) Append(ctx context.Context, e Entry) (Receipt, error) {
	if err := e.check(); err != nil {
		return Receipt{}, &Error{Op: "append", Kind: ErrEntry, Err: err}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead != nil {
		return Receipt{}, l.dead
	}
	unlock, err := acquire(ctx, l.opt)
	if err != nil {
		return Receipt{}, err
	}
	r, err := l.append(context.WithoutCancel(ctx), e)
	if uerr := unlock(); uerr != nil {
		err = errors.Join(err, unwritable("unlock", l.dir, uerr))
	}
	if errors.Is(err, ErrBroken) {
		l.dead = err
	}
	if err != nil {
		return Receipt{}, err
	}
	return l.anchor(ctx, r)
}

// append runs under the lock.
func (l *Log) append(ctx context.Context, e Entry) (Receipt, error) {
	last, err := l.catchUp(ctx)
	if err != nil {
		return Receipt{}, err
	}
	if len(l.walk.torn) > 0 {
		repair, err := l.repair()
		if err != nil {
			return Receipt{}, err
		}
		if _, err := l.write(repair, last); err != nil {
			return Receipt{}, err
		}
		l.walk.fixed, l.walk.torn = append(l.walk.fixed, l.walk.torn...), nil
		last = segment{ord: l.walk.ord, size: l.walk.off}
	}
	return l.write(e, last)
}

// write puts an entry and its checkpoint behind the last record: one write,
// one fsync. The fsync of the directory is needed once a segment.
func (l *Log) write(e Entry, last segment) (Receipt, error) {
	w := l.walk
	e.Seq, e.At = w.seq+1, l.opt.Now().UTC().Truncate(time.Millisecond)
	e.PrevRoot, e.Claimed, e.Verified = w.root.String(), l.opt.Who.Claimed, l.opt.Who.Verified
	text, err := encodeLine(e)
	if err != nil {
		return Receipt{}, &Error{Op: "append", Kind: ErrEntry, Err: err}
	}
	sum, next := tlog.RecordHash(text), w.tree
	if _, err := next.add(sum); err != nil {
		return Receipt{}, broken("append", l.dir, err)
	}
	root, err := next.root()
	if err != nil {
		return Receipt{}, broken("append", l.dir, err)
	}
	cp, msg, err := signLine(l.keys.signer, next.size, root, sum)
	if err != nil {
		return Receipt{}, broken("append", l.dir, err)
	}
	if err := l.activate(last); err != nil {
		return Receipt{}, err
	}
	buf := append(append(append(text, '\n'), cp...), '\n')
	if err := l.put(buf); err != nil {
		return Receipt{}, err
	}
	w.tree, w.seq, w.root, w.sig = next, next.size, root, signatureOf(cp)
	w.off += int64(len(buf))
	w.line += 2
	l.runs.follow(head{Seq: e.Seq, Run: e.Run, Stage: e.Stage, Step: e.Step, Outcome: e.Outcome}, text)
	return Receipt{Entry: e, Checkpoint: msg}, nil
}

// put writes and syncs. After a failed sync nobody knows what the disk holds,
// so this Log ends; a failed write leaves torn bytes, which the next append
// repairs.
func (l *Log) put(buf []byte) error {
	path := filepath.Join(l.dir, segmentName(l.ford))
	if n, err := l.f.Write(buf); err != nil || n != len(buf) {
		return unwritable("append", path, errors.Join(err, fmt.Errorf("%d of %d bytes written", n, len(buf))))
	}
	err := l.f.Sync()
	if err == nil && l.unsynced {
		err = l.d.SyncDir(l.dir)
	}
	if err != nil {
		l.dead = unwritable("sync", path, err)
		return l.dead
	}
	l.unsynced = false
	return nil
}

// activate makes l.f the segment to append to. A segment with torn bytes, or a
// full one, is left as it is, synced because its last writer may have been
// killed before its fsync, and the next is begun.
func (l *Log) activate(last segment) error {
	w := l.walk
	torn := len(w.torn) > 0 && w.torn[len(w.torn)-1].Segment == last.name()
	if last.ord == 0 || torn || last.size >= l.opt.SegmentBytes {
		return l.rotate(last)
	}
	if l.f != nil && l.ford == last.ord {
		return l.sameFile()
	}
	f, err := l.d.Append(filepath.Join(l.dir, last.name()))
	if err != nil {
		return unwritable("append", filepath.Join(l.dir, last.name()), err)
	}
	return l.use(f, last)
}

func (l *Log) rotate(last segment) error {
	if last.ord > 0 {
		f, err := l.d.Append(filepath.Join(l.dir, last.name()))
		if err == nil {
			err = errors.Join(f.Sync(), f.Close())
		}
		if err != nil {
			return unwritable("rotate", filepath.Join(l.dir, last.name()), err)
		}
	}
	next := segment{ord: last.ord + 1}
	f, err := l.d.Create(filepath.Join(l.dir, next.name()))
	if err != nil {
		return unwritable("rotate", filepath.Join(l.dir, next.name()), err)
	}
	return l.use(f, next)
}

// use takes f as the active segment. Its directory entry, and the key's, may be
// the work of a weir that was killed before it synced the directory.
func (l *Log) use(f file, s segment) error {
	old := l.f
	l.f, l.ford, l.unsynced = f, s.ord, true
	if l.walk.ord != s.ord {
		l.walk.ord, l.walk.off, l.walk.line = s.ord, 0, 0
	}
	if old == nil {
		return nil
	}
	if err := old.Close(); err != nil {
		return unwritable("rotate", l.dir, err)
	}
	return nil
}

// sameFile refuses to write into a segment that was replaced or unlinked: the
// entry would be lost with the last handle.
func (l *Log) sameFile() error {
	path := filepath.Join(l.dir, segmentName(l.ford))
	open, err := l.f.Stat()
	if err != nil {
		return unwritable("append", path, err)
	}
	there, err := l.d.Stat(path)
	if err != nil {
		return unwritable("append", path, err)
	}
	if !os.SameFile(open, there) {
		return broken("append", l.dir, &Break{Kind: BreakOrder, Segment: segmentName(l.ford), Seq: l.walk.seq,
			What: "the segment was replaced while it was open", Do: evidence})
	}
	return nil
}

// missed is a best-effort anchor that failed: it isn't waited for at each entry.
type missed struct {
	again time.Time
	err   error
}

const anchorRest = 30 * time.Second

// hand gives one anchor a checkpoint. A later one covers all entries before it,
// so a best-effort anchor that failed may rest for a while.
func (l *Log) hand(ctx context.Context, i int, checkpoint []byte) error {
	a := l.opt.Anchors[i]
	if m, ok := l.missed[i]; ok && l.opt.Now().Before(m.again) {
		return fmt.Errorf("not tried again yet: %w", m.err)
	}
	actx, cancel := context.WithTimeout(ctx, l.opt.AnchorWait)
	defer cancel()
	err := a.Anchor.Put(actx, checkpoint)
	delete(l.missed, i)
	if err != nil && a.Mode == AnchorBestEffort {
		if l.missed == nil {
			l.missed = map[int]missed{}
		}
		l.missed[i] = missed{l.opt.Now().Add(anchorRest), err}
	}
	return err
}

// anchor hands the checkpoint of a receipt to every anchor.
func (l *Log) anchor(ctx context.Context, r Receipt) (Receipt, error) {
	var missed []error
	for i, a := range l.opt.Anchors {
		err := l.hand(ctx, i, r.Checkpoint)
		switch {
		case err == nil:
		case a.Mode == AnchorBestEffort:
			r.Unanchored = append(r.Unanchored, AnchorFailure{a.Anchor.Name(), err})
		default:
			missed = append(missed, fmt.Errorf("anchor %s: %w", a.Anchor.Name(), err))
		}
	}
	if len(missed) > 0 {
		return r, &Error{Op: "append", Where: l.dir, Kind: ErrNotAnchored, Err: errors.Join(missed...),
			Hint: "the entry is in the local log; see that the anchor can be reached, or set it to best-effort"}
	}
	return r, nil
}
