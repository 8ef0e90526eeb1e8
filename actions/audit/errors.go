package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// The kinds of failure, to be tested with errors.Is. A command ends with exit
// code 11 for ErrUnwritable and ErrBroken: nothing may be applied.
var (
	// ErrUnwritable says that the log can't be written or read: permissions,
	// disk full, a failed fsync, a lock that isn't released.
	ErrUnwritable = errors.New("audit log not writable")
	// ErrBroken says that the log doesn't match its checkpoints, key or
	// anchors. errors.As with *Break tells where.
	ErrBroken = errors.New("audit log does not verify")
	// ErrNotAnchored says that a required anchor didn't take the checkpoint.
	// The entry is in the local log. Such an error is ErrUnwritable too.
	ErrNotAnchored = errors.New("audit checkpoint not anchored")
	// ErrEntry says that the caller's entry isn't valid; nothing was written.
	ErrEntry = errors.New("audit entry not valid")
	// ErrClosed says that the log was closed before.
	ErrClosed = errors.New("audit log closed")
	// ErrWriteOnly is returned by Anchor.Newest of an anchor that can't be
	// read back.
	ErrWriteOnly = errors.New("anchor can't be read back by weir")
)

// Error is a failure of the log, told to a person: what, where, what to do.
type Error struct {
	Op    string // what was tried, such as "append"
	Where string // path, or name of the anchor; may be empty
	Kind  error  // one of the sentinels of this package
	Hint  string // what to do; may be empty
	Err   error  // the cause; may be nil
}

func (e *Error) Error() string {
	s := "audit " + e.Op + ": "
	if e.Where != "" {
		s += e.Where + ": "
	}
	s += e.Kind.Error()
	if e.Err != nil {
		s += fmt.Sprintf(": %v", e.Err)
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	kinds := []error{e.Kind}
	if e.Kind == ErrNotAnchored {
		kinds = append(kinds, ErrUnwritable)
	}
	if e.Err != nil {
		kinds = append(kinds, e.Err)
	}
	return kinds
}

func broken(op, where string, err error) error {
	hint := "nothing was appended; run weir audit verify"
	if b := (*Break)(nil); errors.As(err, &b) {
		hint += "; " + b.Do
	}
	return &Error{Op: op, Where: where, Kind: ErrBroken, Err: err, Hint: hint}
}

func unwritable(op, where string, err error) error {
	return &Error{Op: op, Where: where, Kind: ErrUnwritable, Err: err, Hint: writeHint(err)}
}

// writeHint says what to do about an error of the file system.
func writeHint(err error) string {
	switch {
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return "free space on this file system; nothing is applied until an entry can be written"
	case errors.Is(err, unix.EROFS):
		return "the file system is mounted read-only: look at the kernel log before mounting it writable again"
	case errors.Is(err, fs.ErrPermission):
		return "run weir as the owner of the directory, or give it to the user who runs weir"
	case errors.Is(err, unix.EIO):
		return "the disk reported an error: look at the kernel log"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return ""
	}
	return "see that the directory can be written"
}
