package audit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options say where a log is and how it is kept.
type Options struct {
	Dir     string // made with 0700 if it isn't there
	Who     Who    // author of the entries; see Identify
	Anchors []Anchored
	// SegmentBytes is the size from which on a new segment is begun; 0 is 16 MiB.
	SegmentBytes int64
	// LockWait is how long an append waits for another weir; 0 is 10 s.
	LockWait time.Duration
	// AnchorWait is how long an anchor may take; 0 is 5 s.
	AnchorWait time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	disk disk
}

func (o Options) withDefaults() Options {
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = 16 << 20
	}
	if o.LockWait <= 0 {
		o.LockWait = defaultLockWait
	}
	if o.AnchorWait <= 0 {
		o.AnchorWait = 5 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.disk == nil {
		o.disk = osDisk{}
	}
	return o
}

// Log is a log open for appending. Several processes may have the same one
// open; each append takes the lock and reads on from where this one stood.
type Log struct {
	Reader
	opt  Options
	keys keys

	mu       sync.Mutex
	walk     *walk
	runs     journal // the runs without an end, as far as walk has gone
	f        file    // active segment, nil before the first append
	ford     int     // its number
	unsynced bool    // the directory must be synced before an append counts
	dead     error   // why nothing is appended any more
	fail     []AnchorFailure
	missed   map[int]missed // best-effort anchors that failed, by index
}

// Init makes the directory and the key if they aren't there and returns the
// log's origin, by which an anchor may keep the checkpoints of several logs apart.
func Init(ctx context.Context, o Options) (origin string, err error) {
	o = o.withDefaults()
	if err := o.disk.MkdirAll(o.Dir); err != nil {
		return "", unwritable("open", o.Dir, err)
	}
	unlock, err := acquire(ctx, o)
	if err != nil {
		return "", err
	}
	k, err := openKeys(o)
	if err := errors.Join(err, unlock()); err != nil {
		return "", err
	}
	return k.signer.Name(), nil
}

func openKeys(o Options) (keys, error) {
	segs, err := segments(o.disk, o.Dir, 1)
	if err != nil {
		return keys{}, unwritable("open", o.Dir, err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = unknownHost
	}
	return loadKeys(o.disk, o.Dir, host, len(segs) == 0)
}

// Open opens the log for appending, and makes it on first use. It reads all of
// it and checks every record against its checkpoint, the last signature, and
// what the anchors hold; it writes nothing but a missing key. Errors are
// ErrUnwritable, ErrBroken (with a *Break), ErrNotAnchored.
func Open(ctx context.Context, o Options) (*Log, error) {
	o = o.withDefaults()
	if _, err := Init(ctx, o); err != nil {
		return nil, err
	}
	actx, cancel := context.WithTimeout(ctx, o.AnchorWait)
	answers := ask(actx, o.Anchors, false) // before the lock: the log may only be ahead
	cancel()
	l := &Log{Reader: Reader{dir: o.Dir, d: o.disk}, opt: o, runs: journal{}}
	for _, h := range answers {
		if h.err == nil || errors.Is(h.err, ErrWriteOnly) {
			continue
		}
		if h.mode != AnchorBestEffort {
			return nil, &Error{Op: "open", Where: "anchor " + h.name, Kind: ErrNotAnchored, Err: h.err,
				Hint: "see that the anchor can be reached, or set it to best-effort"}
		}
		l.fail = append(l.fail, AnchorFailure{h.name, h.err})
	}
	unlock, err := acquire(ctx, o)
	if err != nil {
		return nil, err
	}
	err = l.load(ctx, answers)
	if err := errors.Join(err, unlock()); err != nil {
		return nil, err
	}
	return l, nil
}

// load checks the whole log, under the lock.
func (l *Log) load(ctx context.Context, answers []held) (err error) {
	if l.keys, err = openKeys(l.opt); err != nil {
		return err
	}
	if l.walk, err = newWalk(l.d, l.dir, l.keys.verifier); err != nil {
		return broken("open", l.dir, err)
	}
	want, err := claimed(answers, l.keys.verifier, l.walk.fault)
	if err != nil {
		return broken("open", l.dir, err)
	}
	l.walk.visit = func(r record) error {
		if _, err := want.at(r.seq, r.root, l.walk.fault); err != nil {
			return err
		}
		return l.runs.take(r)
	}
	if _, err := l.catchUp(ctx); err != nil {
		return err
	}
	l.walk.visit = l.runs.take
	if err := want.beyond(l.walk.seq, l.walk.fault); err != nil {
		return broken("open", l.dir, err)
	}
	return nil
}

// catchUp reads and checks what is in the log beyond what this Log has seen,
// and gives the last segment. A log that became shorter is broken.
func (l *Log) catchUp(ctx context.Context) (last segment, err error) {
	w := l.walk
	segs, err := segmentsFrom(l.d, l.dir, w.ord)
	if err != nil {
		return last, unwritable("read", l.dir, err)
	}
	if b := w.shrunk(segs); b != nil {
		return last, broken("read", l.dir, b)
	}
	before := w.seq
	if err := w.run(ctx, segs); err != nil {
		if b := (*Break)(nil); errors.As(err, &b) {
			return last, broken("read", l.dir, err)
		}
		return last, unwritable("read", l.dir, err)
	}
	if w.seq > before && !w.signed() {
		return last, broken("read", l.dir, w.unsigned())
	}
	if len(segs) > 0 {
		last = segs[len(segs)-1]
	}
	return last, nil
}

// Head returns the newest checkpoint this Log has read or written, to be shown
// or kept elsewhere; nil before the first record.
func (l *Log) Head() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.walk.seq == 0 {
		return nil
	}
	return l.walk.note()
}

// AnchorFailures tells which best-effort anchors couldn't be read by Open.
func (l *Log) AnchorFailures() []AnchorFailure { return l.fail }

// VerifierKey is the public key of the log, to be pinned elsewhere.
func (l *Log) VerifierKey() string { return l.keys.vkey }

// Origin names the log.
func (l *Log) Origin() string { return l.keys.signer.Name() }

// Close releases the segment. The log on disk is complete after every append.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(l.dead, ErrClosed) {
		return nil
	}
	l.dead = ErrClosed
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}

// acquire takes the lock of the log, waiting for others up to LockWait.
func acquire(ctx context.Context, o Options) (unlock func() error, err error) {
	path := filepath.Join(o.Dir, lockFile)
	ctx, cancel := context.WithTimeout(ctx, o.LockWait)
	defer cancel()
	unlock, err = wait(ctx, func() (func() error, error) { return o.disk.Lock(path, true) })
	switch {
	case errors.Is(err, errLocked):
		return nil, lockedError(path, err)
	case err != nil:
		return nil, unwritable("lock", path, err)
	}
	return unlock, nil
}
