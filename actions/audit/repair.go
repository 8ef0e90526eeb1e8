package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// repair makes the record that names the torn bytes found, provided that they
// can be what a crash leaves of the next append. Anything else was changed by
// someone and is ErrBroken.
func (l *Log) repair() (Entry, error) {
	for _, t := range l.walk.torn {
		ok, err := l.cutOff(t)
		if err != nil {
			return Entry{}, unwritable("repair", filepath.Join(l.dir, t.Segment), err)
		}
		if !ok {
			return Entry{}, broken("repair", l.dir, &Break{Kind: BreakTorn, Segment: t.Segment, Offset: t.Offset, Seq: l.walk.seq + 1,
				What: fmt.Sprintf("the last %d bytes are no append that was cut off", t.Length), Do: evidence})
		}
	}
	data, err := json.Marshal(repairData{Torn: l.walk.torn})
	if err != nil {
		return Entry{}, &Error{Op: "repair", Where: l.dir, Kind: ErrUnwritable, Err: err}
	}
	return Entry{Stage: StageRepair, Kind: "audit.repair", Outcome: OutcomeOK, Data: data,
		Reason: "an append was cut off by a crash or a full disk; its bytes stay where they are and are no entry"}, nil
}

// cutOff says whether torn bytes are the beginning of the append that was due:
// its sequence number and, once the entry is whole, the only checkpoint that
// can follow it. Blocks of zeros are what a loss of power leaves.
func (l *Log) cutOff(t Torn) (bool, error) {
	f, err := l.d.Open(filepath.Join(l.dir, t.Segment))
	if err != nil {
		return false, err
	}
	defer f.Close()
	if t.Length > 2*maxLine {
		return false, nil
	}
	b := make([]byte, t.Length)
	if _, err := f.ReadAt(b, t.Offset); err != nil {
		return false, err
	}
	b = bytes.TrimRight(b, "\x00")
	first := fmt.Sprintf(`%s%d,"at":"`, entryOpen, l.walk.seq+1)
	if bytes.IndexByte(b, 0) >= 0 { // a hole in the middle: its text is gone
		return bytes.Count(b, []byte("\n")) <= 2 && holed(b, first), nil
	}
	if n := min(len(b), len(first)); string(b[:n]) != first[:n] {
		return false, nil
	}
	text, rest, ended := bytes.Cut(b, []byte("\n"))
	var e Entry
	dec := json.NewDecoder(bytes.NewReader(text))
	switch err := dec.Decode(&e); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return !ended, nil // the entry itself is cut off
	case err != nil, dec.InputOffset() != int64(len(text)):
		return false, nil //nolint:nilerr // no entry, or more than one: an answer
	case e.Seq != l.walk.seq+1, e.PrevRoot != l.walk.root.String():
		return false, nil
	}
	return l.beginsCheckpoint(text, rest)
}

// holed says whether b may be text that begins with first, with zeros in it.
func holed(b []byte, first string) bool {
	for i := range min(len(b), len(first)) {
		if b[i] != 0 && b[i] != first[i] {
			return false
		}
	}
	return true
}

func (l *Log) beginsCheckpoint(text, rest []byte) (bool, error) {
	sum, next := tlog.RecordHash(text), l.walk.tree
	if _, err := next.add(sum); err != nil {
		return false, err
	}
	root, err := next.root()
	if err != nil {
		return false, err
	}
	cp, _, err := signLine(l.keys.signer, next.size, root, sum)
	return bytes.HasPrefix(cp, rest), err
}
