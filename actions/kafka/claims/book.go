package claims

import (
	"cmp"
	"slices"
	"time"

	"weir/actions/lease"
)

// book is what the log says, entry by entry: pure, and the same for everybody who reads the same log.
type book struct {
	start  int64     // first offset that was there to be read
	begun  time.Time // when the first entry that was read was appended
	now    time.Time // the newest time in the log; it never goes back, also where a broker's clock does
	claims map[string]*state
	newer  bool // a newer weir wrote in it
}

// state is one claim.
type state struct {
	record
	token   int64
	last    int64 // newest record that counted
	at      time.Time
	until   time.Time // by the log's time
	refused bool      // another had one of its resources
	ended   bool      // released
	passed  bool      // it ran out, and someone took over what it held
	took    []lease.Holder
	by      *state // of a refused claim: who had
	what    string // and which of its resources
}

func newBook(start int64) *book { return &book{start: start, claims: map[string]*state{}} }

// live tells whether a claim holds at the log's newest time.
func (b *book) live(s *state) bool {
	return s != nil && !s.refused && !s.ended && s.until.After(b.now)
}

func (b *book) take(e Entry) {
	if !e.Stamped {
		return
	}
	if b.begun.IsZero() {
		b.begun = e.At
	}
	if e.At.After(b.now) {
		b.now = e.At
	}
	r, ok, newer := decode(e.Value)
	b.newer = b.newer || newer
	if !ok {
		return
	}
	s := b.claims[r.ID]
	switch {
	case r.Op == opRelease && s == nil: // its claim may come late, or not at all
		b.claims[r.ID] = &state{record: r, ended: true}
	case r.Op == opRelease:
		s.ended = true
	case r.Op == opClaim && s == nil:
		b.enter(r, e, e.Offset)
	case r.Op == opRenew && s == nil && r.Prev < b.start && b.now.Before(b.begun.Add(r.lease())):
		// The claim was removed by retention: what is left of it speaks for it. Its newest record that counted is older than
		// all that is here, so that a renewal a lease after the beginning came too late.
		b.enter(r, e, r.Token)
	case r.Op == opRenew && b.live(s):
		s.last, s.until = e.Offset, b.now.Add(s.lease())
	case r.Op == opRenew && s != nil && s.refused && r.Prev >= b.start:
		b.mend(s, e)
	}
}

// enter decides about a claim, for good.
func (b *book) enter(r record, e Entry, token int64) {
	s := &state{record: r, token: token, last: e.Offset, at: b.now, until: b.now.Add(r.lease())}
	b.claims[r.ID] = s
	for _, o := range b.inOrder() {
		what, clash := s.clashes(o)
		switch {
		case !clash || o == s || o.refused || o.ended || o.passed:
		case b.live(o):
			s.refused, s.by, s.what = true, o, what
			return
		}
	}
	for _, o := range b.inOrder() {
		if _, clash := s.clashes(o); clash && o != s && !o.refused && !o.ended && !o.passed {
			o.passed = true
			s.took = append(s.took, o.By)
		}
	}
}

// mend sets a claim right that seemed refused, and whose holder saw it count: the claim that seemed to be in its way was
// one whose beginning is not in the log any more.
func (b *book) mend(s *state, e Entry) {
	if !s.at.Add(s.lease()).After(b.now) {
		return
	}
	for _, o := range b.claims {
		if _, clash := s.clashes(o); clash && o != s && b.live(o) {
			o.refused = true
		}
	}
	s.refused, s.by, s.last, s.until = false, nil, e.Offset, b.now.Add(s.lease())
}

// clashes tells whether two claims can't both hold, and over what.
func (s *state) clashes(o *state) (string, bool) {
	for _, mine := range s.Resources {
		for _, theirs := range o.Resources {
			if mine.Name == theirs.Name && !(mine.Shared && theirs.Shared) {
				return mine.Name, true
			}
		}
	}
	return "", false
}

func (b *book) inOrder() []*state {
	all := make([]*state, 0, len(b.claims))
	for _, s := range b.claims {
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y *state) int { return cmp.Or(cmp.Compare(x.token, y.token), cmp.Compare(x.ID, y.ID)) })
	return all
}

// held tells why a claim was refused.
func (b *book) held(s *state) *lease.HeldError {
	return &lease.HeldError{Resource: s.what, By: s.by.By, Left: max(s.by.until.Sub(s.at), time.Millisecond)}
}
