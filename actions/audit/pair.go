package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// pair checks an entry and the checkpoint below it against the tree.
func (w *walk) pair(s segment, e, c line) error {
	sum := tlog.RecordHash(e.text)
	if !w.known {
		return w.follow(s, e, c, sum)
	}
	next := w.tree
	hashes, err := next.add(sum)
	if err != nil {
		return fmt.Errorf("tree: %w", err)
	}
	root, err := next.root()
	if err != nil {
		return fmt.Errorf("tree: %w", err)
	}
	sig, ok := matchLine(c.text, w.v.Name(), next.size, root, sum)
	if !ok || !c.whole {
		return w.diagnose(s, e, c, sum)
	}
	if w.allSigs && !verifySig(w.v, body(w.v.Name(), next.size, root), sig) {
		err := w.report(BreakSignature, s, w.line+2, c.off, next.size, "the checkpoint is not signed by the key of this log")
		if err != nil {
			return err
		}
	}
	r := record{seg: s, line: w.line + 1, off: e.off, bytes: e.text, hashes: hashes, seq: next.size, prev: w.root, root: root}
	w.tree, w.sig = next, sig
	return w.accept(r)
}

// diagnose finds out what is wrong with a pair whose checkpoint isn't the one
// its tree asks for, and how to go on.
func (w *walk) diagnose(s segment, e, c line, sum tlog.Hash) error {
	stated, err := readLine(c.text, w.v)
	if err != nil || !c.whole {
		err = w.report(BreakCheckpoint, s, w.line+2, c.off, w.seq+1, "not a checkpoint signed by the key of this log: %v", err)
		return w.goOn(s, e, sum, err)
	}
	switch want := w.seq + 1; {
	case stated.Size < want:
		return w.report(BreakOrder, s, w.line+1, e.off, stated.Size, "record %d is here again, record %d was expected", stated.Size, want)
	case stated.Size > want:
		err := w.report(BreakMissing, s, w.line+1, e.off, stated.Size, "records %d to %d are missing", want, stated.Size-1)
		w.lose(stated.Size, stated.Root)
		return err
	}
	if w.explains(stated.record, stated.Root) {
		if stated.record != sum {
			err := w.report(BreakEntry, s, w.line+1, e.off, w.seq+1, "the entry is not the one that was signed (record hash %s)", stated.record)
			return w.goOn(s, e, stated.record, err)
		}
		err := w.report(BreakCheckpoint, s, w.line+2, c.off, w.seq+1, "the checkpoint line was changed beside the signature")
		return w.goOn(s, e, sum, err)
	}
	if w.explains(sum, stated.Root) {
		err := w.report(BreakCheckpoint, s, w.line+2, c.off, w.seq+1, "the record hash beside the checkpoint was changed")
		return w.goOn(s, e, sum, err)
	}
	err = w.report(BreakRoot, s, w.line+2, c.off, w.seq+1, "the signed root is not that of the records up to here")
	w.lose(stated.Size, stated.Root)
	return err
}

// explains says whether a record with this hash gives the root.
func (w *walk) explains(sum, root tlog.Hash) bool {
	t := w.tree
	if _, err := t.add(sum); err != nil {
		return false
	}
	r, err := t.root()
	return err == nil && r == root
}

// goOn takes sum for the hash of the record and goes on behind a reported
// break. Torn bytes that the record may have repaired count as repaired.
func (w *walk) goOn(s segment, e line, sum tlog.Hash, reported error) error {
	if reported != nil {
		return reported
	}
	if _, err := w.tree.add(sum); err != nil {
		return fmt.Errorf("tree: %w", err)
	}
	root, err := w.tree.root()
	if err != nil {
		return fmt.Errorf("tree: %w", err)
	}
	w.seq, w.root = w.tree.size, root
	return w.mend(s, e.off, e.text)
}

// lonelyCheckpoint reports a checkpoint line whose entry is gone. It still
// holds the hash of the entry, so the tree can go on.
func (w *walk) lonelyCheckpoint(s segment, c line) error {
	stated, err := readLine(c.text, w.v)
	reported := w.report(BreakNoEntry, s, w.line+1, c.off, stated.Size, "a checkpoint without the entry before it")
	if err != nil || !w.known || stated.Size != w.seq+1 || !w.explains(stated.record, stated.Root) {
		return reported
	}
	return w.goOn(s, c, stated.record, reported)
}

// lonelyEntry reports an entry whose checkpoint line is gone. Whether it is the
// one that was signed, the next checkpoint tells.
func (w *walk) lonelyEntry(s segment, e line) error {
	var entry Entry
	err := json.Unmarshal(e.text, &entry)
	reported := w.report(BreakNoCheckpoint, s, w.line+1, e.off, entry.Seq, "an entry without its checkpoint")
	if err != nil || !w.known || entry.Seq != w.seq+1 {
		return reported
	}
	return w.goOn(s, e, tlog.RecordHash(e.text), reported)
}

// follow checks a pair behind a lost record: signature, order, and the links
// that don't need the tree.
func (w *walk) follow(s segment, e, c line, sum tlog.Hash) error {
	stated, err := readLine(c.text, w.v)
	if err != nil || !c.whole {
		err := w.report(BreakCheckpoint, s, w.line+2, c.off, w.seq+1, "not a checkpoint signed by the key of this log: %v", err)
		w.seq++
		return err
	}
	if _, ok := matchLine(c.text, w.v.Name(), stated.Size, stated.Root, stated.record); !ok {
		if err := w.report(BreakCheckpoint, s, w.line+2, c.off, stated.Size, "the checkpoint line was changed beside the signature"); err != nil {
			return err
		}
	}
	if stated.record != sum {
		if err := w.report(BreakEntry, s, w.line+1, e.off, stated.Size, "the entry is not the one its checkpoint was written for"); err != nil {
			return err
		}
	}
	switch {
	case stated.Size <= w.seq:
		return w.report(BreakOrder, s, w.line+1, e.off, stated.Size, "record %d is here after record %d", stated.Size, w.seq)
	case stated.Size > w.seq+1:
		if err := w.report(BreakMissing, s, w.line+1, e.off, stated.Size, "records %d to %d are missing", w.seq+1, stated.Size-1); err != nil {
			return err
		}
		w.root = tlog.Hash{} // the link below can't be checked
	}
	r := record{seg: s, line: w.line + 1, off: e.off, bytes: e.text, seq: stated.Size, prev: w.root, root: stated.Root}
	return w.accept(r)
}

// accept takes a record that matches its checkpoint.
func (w *walk) accept(r record) error {
	w.seq, w.root = r.seq, r.root
	if err := w.mend(r.seg, r.off, r.bytes); err != nil {
		return err
	}
	if w.decode {
		if err := w.self(r); err != nil {
			return err
		}
	}
	if w.visit != nil {
		return w.visit(r)
	}
	return nil
}

// self checks what an entry says of itself. It can only fail in a log that
// someone with the key wrote.
func (w *walk) self(r record) error {
	var e Entry
	if err := json.Unmarshal(r.bytes, &e); err != nil {
		return w.report(BreakEntry, r.seg, r.line, r.off, r.seq, "signed, but not an entry: %v", err)
	}
	if e.Seq != r.seq {
		return w.report(BreakOrder, r.seg, r.line, r.off, r.seq, "the entry calls itself %d", e.Seq)
	}
	if r.prev != (tlog.Hash{}) && e.PrevRoot != r.prev.String() {
		return w.report(BreakRoot, r.seg, r.line, r.off, r.seq, "the entry follows root %s, the log had %s", e.PrevRoot, r.prev)
	}
	return nil
}

// mend holds a record against the torn bytes before it: the first record
// behind them must name exactly them, and no other may name any.
func (w *walk) mend(s segment, off int64, record []byte) error {
	if len(w.torn) == 0 && !bytes.Contains(record, []byte(`"stage":"repair"`)) {
		return nil
	}
	named, err := repairs(record)
	if err == nil && slices.Equal(named, w.torn) {
		w.fixed = append(w.fixed, w.torn...)
		w.torn = nil
		return nil
	}
	found := w.torn
	w.torn = nil
	if len(found) > 0 && len(named) == 0 {
		return w.report(BreakTorn, s, w.line+1, off, w.seq, "cut-off bytes %v before this record are not named by a repair record", found)
	}
	return w.report(BreakRepair, s, w.line+1, off, w.seq, "repairs %v, found were %v", named, found)
}
