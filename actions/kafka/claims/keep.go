package claims

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"weir/actions"
)

// ErrLost says that a claim doesn't hold any more.
var ErrLost = errors.New("the claim was lost")

// claim is an actions.Claim that is kept alive.
type claim struct {
	name   string
	log    Log
	record record

	reading chan struct{} // holds one thing while nobody has the log, the book and the state
	book    *book
	state   *state
	next    int64 // offset to read on from

	timing   sync.Mutex
	sent     time.Time // when the newest record that counts was sent
	deadline time.Time // how long it is relied on
	fuse     *time.Timer

	lost context.Context // ends with the claim
	lose context.CancelCauseFunc
	stop context.CancelFunc // ends the renewals
	kept sync.WaitGroup
	once sync.Once
}

// relied is how long a claim is relied on after it was sent; renewals come four times as often.
func (k *claim) relied() time.Duration { return k.record.lease() * 2 / 3 }

const (
	renewals   = 6 // in the time of a lease
	checkPause = 200 * time.Millisecond
)

// keep begins to renew.
func (k *claim) keep() {
	k.sent = k.deadline.Add(-k.relied())
	k.lost, k.lose = context.WithCancelCause(context.Background())
	ctx, stop := context.WithCancel(context.Background())
	k.stop, k.reading = stop, make(chan struct{}, 1)
	k.reading <- struct{}{}
	k.fuse = time.AfterFunc(time.Until(k.deadline), func() { k.expired() })
	k.kept.Go(func() { k.renewals(ctx) })
}

func (k *claim) renewals(ctx context.Context) {
	every := time.NewTicker(k.record.lease() / renewals)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.lost.Done():
			return
		case <-every.C:
		}
		rctx, cancel := context.WithTimeout(ctx, k.relied())
		_ = k.renew(rctx) // tried again until the fuse burns down
		cancel()
	}
}

// renew appends a renewal, and counts on it once the log says that it holds.
func (k *claim) renew(ctx context.Context) error {
	done, err := k.alone(ctx)
	if err != nil {
		return err
	}
	defer done()
	r := k.record
	r.Op, r.Prev = opRenew, k.state.last
	sent := time.Now()
	offset, err := k.append(ctx, r)
	if err != nil {
		return err
	}
	if err := k.read(ctx, offset); err != nil {
		return err
	}
	if k.state.last != offset {
		return k.gone()
	}
	k.timing.Lock()
	defer k.timing.Unlock()
	k.sent, k.deadline = sent, sent.Add(k.relied())
	k.fuse.Reset(time.Until(k.deadline))
	return nil
}

// alone waits for the log.
func (k *claim) alone(ctx context.Context) (done func(), err error) {
	select {
	case <-k.reading:
		return func() { k.reading <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// read takes in what stands in the log up to an offset.
func (k *claim) read(ctx context.Context, through int64) error {
	entries, next, _, err := k.log.Read(ctx, k.next, through)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Offset >= k.next {
			k.book.take(e)
		}
	}
	k.next = max(k.next, next)
	if k.book.newer {
		return fmt.Errorf("%s: %w", k.name, errNewer)
	}
	if !k.book.live(k.state) {
		return k.gone()
	}
	return nil
}

func (k *claim) gone() error {
	err := fmt.Errorf("%w: in %s its lease ran out before it was renewed", ErrLost, k.name)
	for _, s := range k.book.inOrder() {
		if _, clash := k.state.clashes(s); clash && k.book.live(s) && s != k.state {
			err = fmt.Errorf("%w, and %s has it now", err, s.By)
		}
	}
	k.lose(err)
	return err
}

// expired ends a claim that can't be relied on any more. It says whether it has.
func (k *claim) expired() bool {
	k.timing.Lock()
	over := passed(k.deadline, k.sent)
	k.timing.Unlock()
	if over {
		k.lose(fmt.Errorf("%w: it could not be renewed in %s for %s", ErrLost, k.name, k.relied()))
	}
	return over
}

// Check reads the log to its end. While the lease can be relied on it is patient with a log that doesn't answer.
func (k *claim) Check(ctx context.Context) error {
	for {
		if k.expired() || k.lost.Err() != nil {
			return context.Cause(k.lost)
		}
		rctx, cancel := k.Bind(ctx)
		err := k.look(rctx)
		cancel()
		if err == nil || errors.Is(err, ErrLost) || errors.Is(err, errNewer) {
			return err
		}
		t := time.NewTimer(checkPause)
		select {
		case <-t.C:
		case <-k.lost.Done():
		case <-ctx.Done():
			t.Stop()
			return errors.Join(ctx.Err(), err)
		}
		t.Stop()
	}
}

func (k *claim) look(ctx context.Context) error {
	done, err := k.alone(ctx)
	if err != nil {
		return err
	}
	defer done()
	return k.read(ctx, -1)
}

// Bind gives a context that ends with the claim.
func (k *claim) Bind(ctx context.Context) (context.Context, context.CancelFunc) {
	k.expired()
	bound, cancel := context.WithCancelCause(ctx)
	if k.lost.Err() != nil {
		cancel(context.Cause(k.lost))
	}
	stop := context.AfterFunc(k.lost, func() { cancel(context.Cause(k.lost)) })
	return bound, func() { stop(); cancel(nil) }
}

// Info tells how the claim was come by.
func (k *claim) Info() actions.ClaimInfo {
	return actions.ClaimInfo{Log: k.name, Token: k.record.Token, Lease: k.record.lease().Seconds(), TookOver: k.state.took}
}

// Release gives the resources back, and ends the renewals in any case.
func (k *claim) Release(ctx context.Context) (err error) {
	k.once.Do(func() {
		k.end()
		r := k.record
		r.Op = opRelease
		_, err = k.append(ctx, r)
		k.log.Close()
	})
	return err
}

// end stops the renewals and leaves the claim to run out.
func (k *claim) end() {
	k.stop()
	k.kept.Wait()
	k.fuse.Stop()
	k.lose(fmt.Errorf("%w: it was given back", ErrLost))
}
