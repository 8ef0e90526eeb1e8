package records

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
)

// Limits bound a read. The zero value of a field is its default.
type Limits struct {
	Records  int // at most so many records; 1
	Bytes    int // no more once keys, values and headers come to so much; 1 MiB. A single record may be larger
	Inflated int // what one batch may decompress to; 64 MiB

	until int64 // no record at or past it; 0 for none
}

func (l Limits) orDefaults() Limits {
	if l.Records <= 0 {
		l.Records = 1
	}
	if l.Bytes <= 0 {
		l.Bytes = maxFetch
	}
	if l.Inflated <= 0 {
		l.Inflated = maxInflated
	}
	return l
}

// Forward reads records from an offset on. Control records are left out, and do not count. What isn't at the offset is told by
// Page.Where; the records then begin at the next one there is. Errors are those of the exchange, a broker's code (kerr),
// ErrNoTopic, ErrNoPartition, ErrNoLeader; with one the page is of no use.
func Forward(ctx context.Context, c Conn, p Place, from int64, l Limits) (Page, error) {
	r := newReader(c, p, from, l)
	if err := r.forward(ctx, l.orDefaults()); err != nil {
		return Page{}, fmt.Errorf("read %s at %d: %w", p, from, err)
	}
	return r.page, nil
}

// Ends gives the bounds of a partition's log.
func Ends(ctx context.Context, c Conn, p Place) (Bounds, error) {
	r := newReader(c, p, 0, Limits{})
	if err := r.bounds(ctx); err != nil {
		return Bounds{}, fmt.Errorf("read the ends of %s: %w", p, err)
	}
	return r.page.Bounds, nil
}

func newReader(c Conn, p Place, from int64, l Limits) *reader {
	return &reader{conn: c, limit: inflater(l.orDefaults().Inflated), page: Page{Place: p, From: from, Next: from, Bounds: Bounds{-1, -1, -1}}}
}

func (r *reader) forward(ctx context.Context, l Limits) error {
	left := l.Bytes
	for first, empty := true, false; first || !r.full(l, left) && r.page.Next < r.page.End; first = false {
		// Up to the last stable offset a broker tells what became of transactions; what lies past it comes without.
		isolation := int8(0)
		if first || r.page.Next < r.page.Stable && !empty {
			isolation = readCommitted
		}
		before := r.page.Next
		if done, err := r.once(ctx, isolation, l, &left, first); err != nil || done {
			return err
		}
		empty = r.page.Next == before
		if empty && isolation == 0 && !r.full(l, left) {
			r.page.Next = r.page.End
		}
	}
	if r.page.Next >= r.page.End {
		r.at(Nothing)
	}
	return nil
}

func (r *reader) full(l Limits, left int) bool {
	return len(r.page.Records) >= l.Records || left <= 0 || r.page.Unread != nil || l.until > 0 && r.page.Next >= l.until
}

// at says what stands at the offset that was asked for, once.
func (r *reader) at(w Where) {
	if r.page.Where == "" {
		r.page.Where = w
	}
}

// once sends one fetch and takes what it brings; done says that there is nothing to be had.
func (r *reader) once(ctx context.Context, isolation int8, l Limits, left *int, first bool) (done bool, err error) {
	got, err := r.fetch(ctx, r.page.Next, isolation, min(max(l.Bytes, headerV2), maxFetch))
	if errors.Is(err, kerr.OffsetOutOfRange) {
		return r.outside(ctx)
	}
	if err != nil {
		return false, err
	}
	moved := got.LastStableOffset != r.page.Stable
	r.page.Bounds = Bounds{Start: got.LogStartOffset, Stable: got.LastStableOffset, End: got.HighWatermark}
	if first && r.page.From >= r.page.End {
		r.past()
		return true, nil
	}
	v := verdicts{}
	switch {
	case isolation == readCommitted:
		v = decidedBy(got.AbortedTransactions)
	case moved && r.page.Next < r.page.Stable: // meanwhile more is decided
		return r.once(ctx, readCommitted, l, left, false)
	}
	before := r.page.Next
	r.take(got.RecordBatches, v, l, left)
	if len(got.RecordBatches) > 0 && r.page.Next == before && r.page.Unread == nil {
		return false, fmt.Errorf("the broker sent %d bytes without a whole batch", len(got.RecordBatches))
	}
	return false, nil
}

// outside is an offset that the log doesn't have: a broker says no more than that.
func (r *reader) outside(ctx context.Context) (done bool, err error) {
	if err := r.bounds(ctx); err != nil {
		return true, err
	}
	switch {
	case r.page.Next < r.page.Start:
		r.at(Deleted)
		r.page.Next = r.page.Start
		return false, nil
	case r.page.Where == "" && r.page.From > r.page.End:
		r.past()
		return true, nil
	}
	return true, kerr.OffsetOutOfRange // it was out of range, and isn't any more
}

func (r *reader) past() {
	if r.page.From == r.page.End {
		r.at(Ahead)
	} else {
		r.at(Beyond)
	}
	r.page.Next = r.page.End
}

// take goes through the batches of an answer.
func (r *reader) take(raw []byte, v verdicts, l Limits, left *int) {
	for {
		b, rest, ok, err := split(raw)
		if err != nil {
			r.unread(Unread{First: r.page.Next, Last: r.page.Next, Bytes: len(raw), Err: err})
			return
		}
		if !ok {
			return
		}
		raw = rest
		if b.last < r.page.Next {
			continue
		}
		if l.until > 0 && b.first >= l.until {
			r.page.Next = l.until
		}
		if r.full(l, *left) {
			return
		}
		got, next, err := b.parse(r.page.Place, max(r.page.Next, b.first), r.limit)
		if err != nil {
			r.unread(Unread{First: b.first, Last: b.last, Bytes: len(b.raw), Err: err})
			return
		}
		for _, g := range got {
			txn := v.of(g)
			if g.Offset < r.page.Next {
				continue
			}
			if r.full(l, *left) || l.until > 0 && g.Offset >= l.until {
				r.page.Next = max(r.page.Next, min(g.Offset, l.until))
				return
			}
			r.seen(record(g, txn), left)
		}
		r.page.Next = max(r.page.Next, next)
	}
}

func (r *reader) seen(rec Record, left *int) {
	switch {
	case rec.Offset != r.page.From:
		r.at(Hole)
	case rec.Control != NoControl:
		r.at(Marker)
	default:
		r.at(Here)
	}
	if rec.Control == NoControl {
		r.page.Records = append(r.page.Records, rec)
		*left -= rec.Size()
	}
	r.page.Next = rec.Offset + 1
}

func (r *reader) unread(u Unread) {
	if r.page.From >= u.First {
		r.at(Unparsed)
	} else {
		r.at(Hole)
	}
	r.page.Unread = &u
}
