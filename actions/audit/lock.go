package audit

import (
	"context"
	"errors"
	"time"
)

// defaultLockWait is how long anyone waits for a weir that holds the lock.
const defaultLockWait = 10 * time.Second

// wait tries until the lock is free or ctx ends. Holders keep it for a few
// milliseconds; the kernel's waiting flock can't be given up.
func wait(ctx context.Context, try func() (func() error, error)) (unlock func() error, err error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		unlock, err := try()
		if !errors.Is(err, errLocked) {
			return unlock, err
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return nil, errors.Join(err, context.Cause(ctx))
		}
	}
}

func lockedError(path string, err error) error {
	return &Error{Op: "lock", Where: path, Kind: ErrUnwritable, Err: err,
		Hint: "find the weir that holds it (fuser " + path + ") and let it go on or end it"}
}
