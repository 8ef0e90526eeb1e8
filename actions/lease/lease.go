// Package lease lets one operator at a time work on a resource: a lock file for each resource in a directory that the
// weirs of this host share. Who holds it, why and since when stands in the file for the others to read.
//
// The lock is the kernel's (flock): it ends with the process, however that ends. It keeps apart the weirs of one host;
// other tools and other hosts don't see it.
package lease

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Claim is a resource to be held.
type Claim struct {
	Resource string // such as CLUSTERID/group/NAME; anything, compared byte by byte
	Shared   bool   // others may share it too, but nobody may have it alone
}

// Holder says who holds a resource.
type Holder struct {
	Who   string    `json:"who"`
	Why   string    `json:"why"`
	Run   string    `json:"run"`
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// Here is the holder as this process: with its id, and its host where none is set.
func (h Holder) Here() Holder {
	if h.Host == "" {
		if name, err := os.Hostname(); err == nil {
			h.Host = name
		}
	}
	h.PID = os.Getpid()
	return h
}

// String tells the holder in a few words.
func (h Holder) String() string {
	if h.Run == "" {
		return "someone who left no name"
	}
	s := fmt.Sprintf("%s (run %s, pid %d on %s) since %s", cmp.Or(h.Who, "someone"), h.Run, h.PID, cmp.Or(h.Host, "this host"), h.Since.UTC().Format(time.RFC3339))
	if h.Why != "" {
		s += ": " + h.Why
	}
	return s
}

// HeldError says that a resource is someone else's.
type HeldError struct {
	Resource string
	By       Holder // zero when the file doesn't tell; of a shared one the last who came
	// Left is how long the holder's lease lasts if it isn't renewed; 0 for a lock that ends with its process.
	Left time.Duration
}

func (e *HeldError) Error() string {
	s := fmt.Sprintf("%s is held by %s", e.Resource, e.By)
	if e.Left > 0 {
		s += fmt.Sprintf("; the lease runs out in %s unless it is renewed", e.Left.Round(time.Second))
	}
	return s
}

// Lease is a set of resources that are held.
type Lease struct {
	files []*os.File
	by    Holder
}

// Acquire takes all claims or none, in the order of their names, so that two that want the same can't wait for each
// other; it doesn't wait for a holder. dir is made if it isn't there. The error of one that is held is a *HeldError.
func Acquire(ctx context.Context, dir string, claims []Claim, h Holder) (*Lease, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lease: %w", err)
	}
	h = h.Here()
	sorted := slices.Clone(claims)
	slices.SortFunc(sorted, func(a, b Claim) int { return strings.Compare(a.Resource, b.Resource) })
	l := &Lease{by: h}
	for _, c := range sorted {
		if err := l.take(ctx, dir, c, h); err != nil {
			return nil, errors.Join(err, l.Release())
		}
	}
	return l, nil
}

func (l *Lease) take(ctx context.Context, dir string, c Claim, h Holder) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("lease: %s: %w", c.Resource, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, fileName(c.Resource)), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("lease: %s: %w", c.Resource, err)
	}
	how := unix.LOCK_EX
	if c.Shared {
		how = unix.LOCK_SH
	}
	if err := try(ctx, f, how); err != nil {
		by := read(f)
		err = errors.Join(cause(c.Resource, by, err), f.Close())
		return err
	}
	l.files = append(l.files, f)
	return write(f, h) // of several that share it the last who came stands there
}

// try gives up only after a few milliseconds: someone who just looks holds the lock for a moment.
func try(ctx context.Context, f *os.File, how int) error {
	for pause := time.Millisecond; ; pause *= 2 {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) || pause > 8*time.Millisecond {
			return err
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
}

func cause(resource string, by Holder, err error) error {
	if errors.Is(err, unix.EWOULDBLOCK) {
		return &HeldError{Resource: resource, By: by}
	}
	return fmt.Errorf("lease: %s: %w", resource, err)
}

// Release gives everything back. It may be called again. No file goes on naming who has gone: others may share it still, or
// whoever has it next be asked for before it has left its name.
func (l *Lease) Release() error {
	var errs []error
	for _, f := range l.files {
		if by := read(f); by.Run == l.by.Run && by.PID == l.by.PID {
			_ = f.Truncate(0) // a name that stays misleads, and does no more
		}
		errs = append(errs, f.Close()) // the last handle: the lock goes with it
	}
	l.files = nil
	return errors.Join(errs...)
}

// Look tells who holds a resource; false for nobody.
func Look(dir, resource string) (Holder, bool, error) {
	f, err := os.Open(filepath.Join(dir, fileName(resource)))
	if errors.Is(err, os.ErrNotExist) {
		return Holder{}, false, nil
	}
	if err != nil {
		return Holder{}, false, fmt.Errorf("lease: %s: %w", resource, err)
	}
	defer f.Close()
	switch err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); {
	case err == nil:
		return Holder{}, false, nil
	case errors.Is(err, unix.EWOULDBLOCK):
		return read(f), true, nil
	default:
		return Holder{}, false, fmt.Errorf("lease: %s: %w", resource, err)
	}
}

// read gives what the file tells; a file that is empty or just being written tells nothing.
func read(f *os.File) (h Holder) {
	raw := make([]byte, 4096)
	n, err := f.ReadAt(raw, 0)
	if n == 0 && err != nil {
		return Holder{}
	}
	if json.Unmarshal(raw[:n], &h) != nil {
		return Holder{}
	}
	return h
}

func write(f *os.File, h Holder) error {
	raw, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("lease: %w", err)
	}
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("lease: %w", err)
	}
	if _, err := f.WriteAt(append(raw, '\n'), 0); err != nil {
		return fmt.Errorf("lease: %w", err)
	}
	return nil
}

// fileName is readable where the resource is, and unique always.
func fileName(resource string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, resource)
	sum := sha256.Sum256([]byte(resource))
	return plain[:min(len(plain), 100)] + "-" + hex.EncodeToString(sum[:8]) + ".lock"
}
