package claims

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weir/actions"
	"weir/actions/lease"
)

// Log is an ordered log that many append to.
type Log interface {
	// Append adds a record and returns its offset when it can't be lost. With an error it may stand there, or come late.
	Append(ctx context.Context, value []byte) (offset int64, err error)
	// Read gives the entries from an offset on, up to and with through (−1: as far as the log goes now); where to read on;
	// and the first offset there is.
	Read(ctx context.Context, from, through int64) (entries []Entry, next, start int64, err error)
	Close()
}

// Claims is an actions.Claims in a Log.
type Claims struct {
	name  string
	open  func(context.Context) (Log, error)
	lease time.Duration
}

// New names a log and says how it is opened, for each claim anew. A claim holds for the lease without renewal.
func New(name string, lease time.Duration, open func(context.Context) (Log, error)) *Claims {
	return &Claims{name, open, lease}
}

// Name is that of the log.
func (c *Claims) Name() string { return c.name }

var (
	errUnstamped = errors.New("its records don't bear the broker's time")
	errNewer     = errors.New("a newer weir keeps claims in it that this one can't read")
	errSlow      = errors.New("it took so long to answer that the lease may have run out already")
)

// abandonLimit bounds the try to take back a claim of which nobody knows whether it stands.
const abandonLimit = 2 * time.Second

// Acquire takes all resources or none: see actions.Claims.
func (c *Claims) Acquire(ctx context.Context, want []lease.Claim, by lease.Holder) (actions.Claim, error) {
	log, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	var nonce [8]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		log.Close()
		return nil, err
	}
	r := record{Kind: kind, Op: opClaim, ID: by.Run + "/" + hex.EncodeToString(nonce[:]), Token: -1, Prev: -1, LeaseMS: c.lease.Milliseconds(), By: by}
	for _, w := range want {
		r.Resources = append(r.Resources, resource{w.Resource, w.Shared})
	}
	k := &claim{name: c.name, log: log, record: r}
	if err := k.begin(ctx); err != nil {
		if _, taken := errors.AsType[*lease.HeldError](err); !taken {
			k.abandon(ctx)
		}
		log.Close()
		return nil, err
	}
	k.keep()
	return k, nil
}

// begin appends the claim and reads what became of it.
func (k *claim) begin(ctx context.Context) error {
	sent := time.Now()
	offset, err := k.append(ctx, k.record)
	if err != nil {
		return err
	}
	entries, next, start, err := k.log.Read(ctx, 0, offset)
	if err != nil {
		return err
	}
	k.book, k.next = newBook(start), next
	stamped := false
	for _, e := range entries {
		k.book.take(e)
		stamped = stamped || e.Offset == offset && e.Stamped
	}
	s := k.book.claims[k.record.ID]
	switch {
	case k.book.newer:
		return fmt.Errorf("%s: %w; use the newer one", k.name, errNewer)
	case !stamped:
		return fmt.Errorf("%s: %w; set message.timestamp.type=LogAppendTime on the topic", k.name, errUnstamped)
	case s == nil:
		return fmt.Errorf("%s: the claim at offset %d is not there any more", k.name, offset)
	case s.refused:
		return k.book.held(s)
	}
	k.state, k.record.Token = s, offset
	k.deadline = sent.Add(k.relied())
	if passed(k.deadline, sent) {
		return fmt.Errorf("%s: %w", k.name, errSlow)
	}
	return nil
}

// abandon takes back a claim that may stand, or come late.
func (k *claim) abandon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonLimit)
	defer cancel()
	r := k.record
	r.Op = opRelease
	_, _ = k.append(ctx, r) // it runs out by itself
}

func (k *claim) append(ctx context.Context, r record) (int64, error) {
	value, err := json.Marshal(r)
	if err != nil {
		return -1, err
	}
	return k.log.Append(ctx, value)
}

// passed tells whether a moment is over, by the monotonic clock or the wall's, whichever went further: the one stands
// while a host sleeps, the other may be set back.
func passed(deadline, sent time.Time) bool {
	now := time.Now()
	limit := deadline.Sub(sent)
	return now.Sub(sent) >= limit || now.Round(0).Sub(sent.Round(0)) >= limit
}
