package claims

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"weir/actions"
	"weir/actions/lease"

	"pgregory.net/rapid"
)

// Nothing more is done here with -all, which is given to all packages of actions at once.
var _ = flag.Bool("all", false, "changes nothing here")

// ocean is a log in memory: slow, lossy, with a clock of its own.
type ocean struct {
	mu      sync.Mutex
	rng     *rand.Rand
	entries []Entry
	jump    time.Duration // how far the broker's clock is ahead
	maxJump time.Duration
	slow    time.Duration // the longest way there, or back
	lossy   bool
}

var errReply = errors.New("the answer was lost")

// linger takes some time, and says whether something went wrong on the way.
func (o *ocean) linger(ctx context.Context) error {
	o.mu.Lock()
	d, lost := time.Duration(o.rng.Int64N(int64(o.slow))), o.lossy && o.rng.IntN(8) == 0
	if o.maxJump > 0 && o.rng.IntN(16) == 0 { // another broker leads, and its clock is ahead, or less so
		o.jump = time.Duration(o.rng.Int64N(int64(o.maxJump)))
	}
	o.mu.Unlock()
	select {
	case <-time.After(d):
	case <-ctx.Done():
		return ctx.Err()
	}
	if lost {
		return errReply
	}
	return nil
}

func (o *ocean) Append(ctx context.Context, value []byte) (int64, error) {
	if err := o.linger(ctx); err != nil {
		return -1, err
	}
	o.mu.Lock()
	at := int64(len(o.entries))
	o.entries = append(o.entries, Entry{Offset: at, At: time.Now().Add(o.jump).Truncate(time.Millisecond), Stamped: true, Value: value})
	o.mu.Unlock()
	return at, o.linger(ctx)
}

func (o *ocean) Read(ctx context.Context, from, _ int64) ([]Entry, int64, int64, error) {
	if err := o.linger(ctx); err != nil {
		return nil, from, -1, err
	}
	o.mu.Lock()
	out, next := slices.Clone(o.entries[from:]), int64(len(o.entries))
	o.mu.Unlock()
	return out, next, 0, o.linger(ctx)
}

func (o *ocean) Close() {}

// dock is what only one may have at a time.
type dock struct {
	mu   sync.Mutex
	in   string
	uses int
	torn []string
}

func (d *dock) use(ctx context.Context, who string, long time.Duration) {
	d.mu.Lock()
	if d.in != "" {
		d.torn = append(d.torn, fmt.Sprintf("%s came while %s was at work", who, d.in))
	}
	d.in = who
	d.uses++
	d.mu.Unlock()
	select {
	case <-time.After(long):
	case <-ctx.Done(): // the request's deadline: the claim is over
	}
	d.mu.Lock()
	d.in = ""
	d.mu.Unlock()
}

const short = 6 * time.Second // a lease

// operator claims, works in steps as the Executor does, and gives back; or is killed, or paused.
func operator(t *testing.T, rng *rand.Rand, c *Claims, d *dock, name string, rounds int) {
	for range rounds {
		time.Sleep(time.Duration(rng.Int64N(int64(short))))
		got, err := c.Acquire(t.Context(), group("g"), who(name))
		if err != nil {
			continue
		}
		killed := rng.IntN(4) == 0
		for range 1 + rng.IntN(4) {
			if got.Check(t.Context()) != nil {
				break
			}
			bound, cancel := got.Bind(t.Context())
			if bound.Err() == nil {
				d.use(bound, name, time.Duration(rng.Int64N(int64(short))))
			}
			cancel()
		}
		if killed { // its renewals end, and nothing is given back
			got.(*claim).end()
			continue
		}
		_ = got.Release(t.Context())
	}
}

// TestInterleavings lets three operators fight over a group, over a slow and lossy log: never are two at work at once, not
// by the log's time and not by the true one, also where the brokers' clocks differ by less than a third of the lease.
func TestInterleavings(t *testing.T) {
	used, took := 0, 0
	for seed := range uint64(1200) {
		synctest.Test(t, func(t *testing.T) {
			o := &ocean{rng: rand.New(rand.NewPCG(seed, 1)), slow: 300 * time.Millisecond, lossy: seed%2 == 0}
			if seed%3 == 0 {
				o.maxJump = short/3 - time.Second
			}
			d := &dock{}
			var all sync.WaitGroup
			for i, name := range []string{"ann", "bob", "cid"}[:2+seed%2] {
				rng := rand.New(rand.NewPCG(seed, uint64(i)+2))
				c := New("ocean", short, func(context.Context) (Log, error) { return o, nil })
				all.Go(func() { operator(t, rng, c, d, name, 4) })
			}
			all.Wait()
			if len(d.torn) > 0 {
				t.Fatalf("seed %d: %v", seed, d.torn)
			}
			b := alone(t, seed, o.entries)
			used += d.uses
			for _, s := range b.claims {
				took += len(s.took)
			}
		})
	}
	if used < 2000 || took < 100 {
		t.Errorf("%d uses and %d take-overs are no fight", used, took)
	}
}

// alone goes through a log by the words of the package's comment, and not its code: at every moment at most one claim of
// those that were granted holds.
func alone(t *testing.T, seed uint64, entries []Entry) *book {
	b := newBook(0)
	var now time.Time
	for _, e := range entries {
		b.take(e)
		if e.At.After(now) {
			now = e.At
		}
		var holders []string
		for id, s := range b.claims {
			if !s.refused && !s.ended && s.until.After(now) {
				holders = append(holders, id)
			}
		}
		if len(holders) > 1 {
			t.Fatalf("seed %d: at offset %d %v hold", seed, e.Offset, holders)
		}
	}
	return b
}

// TestOneWinner starts three at about the same moment: one has it, and the others are told who, why and for how long.
func TestOneWinner(t *testing.T) {
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			o := &ocean{rng: rand.New(rand.NewPCG(seed, 9)), slow: 100 * time.Millisecond}
			c := New("ocean", time.Minute, func(context.Context) (Log, error) { return o, nil })
			var mu sync.Mutex
			var won []string
			var claims []actions.Claim
			refused := map[string]string{}
			var all sync.WaitGroup
			for _, name := range []string{"ann", "bob", "cid"} {
				all.Go(func() {
					got, err := c.Acquire(t.Context(), group("g"), who(name))
					mu.Lock()
					defer mu.Unlock()
					var held *lease.HeldError
					switch {
					case err == nil:
						won, claims = append(won, name), append(claims, got)
					case errors.As(err, &held) && held.By.Why == "INC-7" && held.Left > 59*time.Second && !held.By.Since.IsZero():
						refused[name] = held.By.Who
					default:
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			all.Wait()
			if len(won) != 1 || len(refused) != 2 {
				t.Fatalf("seed %d: won %v, refused %v", seed, won, refused)
			}
			for _, by := range refused {
				if by != won[0] {
					t.Errorf("told %s, won %s", by, won[0])
				}
			}
			must(t, claims[0].Release(t.Context()))
		})
	}
}

// TestDeadHolder waits out the lease of one who was killed, not longer and not shorter, and tells of the take-over.
func TestDeadHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &ocean{rng: rand.New(rand.NewPCG(1, 1)), slow: 2 * time.Millisecond}
		c := New("ocean", time.Minute, func(context.Context) (Log, error) { return o, nil })
		ann, err := c.Acquire(t.Context(), group("g"), who("ann"))
		must(t, err)
		time.Sleep(5*time.Minute + time.Second) // renewed all the while
		must(t, ann.Check(t.Context()))
		ann.(*claim).end()
		var held *lease.HeldError
		_, err = c.Acquire(t.Context(), group("g"), who("bob"))
		if !errors.As(err, &held) || held.Left < 48*time.Second || held.Left > time.Minute {
			t.Fatalf("right after it died: %v", err)
		}
		time.Sleep(held.Left + time.Second)
		bob, err := c.Acquire(t.Context(), group("g"), who("bob"))
		must(t, err)
		if i := bob.Info(); len(i.TookOver) != 1 || i.TookOver[0].Run != "r-ann" || i.Token == 0 {
			t.Errorf("%+v", i)
		}
		must(t, bob.Release(t.Context()))
		cid, err := c.Acquire(t.Context(), group("g"), who("cid"))
		must(t, err)
		if len(cid.Info().TookOver) > 0 {
			t.Errorf("told twice: %+v", cid.Info())
		}
		must(t, cid.Release(t.Context()))
	})
}

// severed is a log that stops answering.
type severed struct {
	*ocean
	mu  sync.Mutex
	cut bool
}

func (s *severed) down() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.cut }
func (s *severed) sever(cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = cut
}

func (s *severed) Append(ctx context.Context, v []byte) (int64, error) {
	if s.down() {
		return -1, errReply
	}
	return s.ocean.Append(ctx, v)
}

func (s *severed) Read(ctx context.Context, from, through int64) ([]Entry, int64, int64, error) {
	if s.down() {
		return nil, 0, 0, errReply
	}
	return s.ocean.Read(ctx, from, through)
}

// TestCutOff keeps a claim through a short silence of its log, and ends what is under way before the lease runs out in a long one.
func TestCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &severed{ocean: &ocean{rng: rand.New(rand.NewPCG(1, 1)), slow: 2 * time.Millisecond}}
		c := New("ocean", time.Minute, func(context.Context) (Log, error) { return s, nil })
		ann, err := c.Acquire(t.Context(), group("g"), who("ann"))
		must(t, err)
		s.sever(true)
		time.AfterFunc(20*time.Second, func() { s.sever(false) })
		began := time.Now()
		must(t, ann.Check(t.Context()))
		if d := time.Since(began); d < 20*time.Second || d > 22*time.Second {
			t.Errorf("the check was patient for %v", d)
		}
		time.Sleep(20 * time.Second)
		s.sever(true)
		began = time.Now()
		bound, cancel := ann.Bind(t.Context())
		defer cancel()
		<-bound.Done()
		if d := time.Since(began); d < 25*time.Second || d > 41*time.Second || !errors.Is(context.Cause(bound), ErrLost) {
			t.Errorf("ended after %v: %v", d, context.Cause(bound))
		}
		if err := ann.Check(t.Context()); !errors.Is(err, ErrLost) {
			t.Error(err)
		}
		if err := ann.Release(t.Context()); !errors.Is(err, errReply) {
			t.Errorf("released over a severed log: %v", err)
		}
		s.sever(false)
		if _, err := c.Acquire(t.Context(), group("g"), who("bob")); err == nil {
			t.Error("bob got it while the lease of ann may run")
		}
	})
}

// TestOvertaken has the broker's clock leap past the lease: the next check finds that someone else has it.
func TestOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &ocean{rng: rand.New(rand.NewPCG(1, 1)), slow: 2 * time.Millisecond}
		c := New("ocean", time.Minute, func(context.Context) (Log, error) { return o, nil })
		ann, err := c.Acquire(t.Context(), group("g"), who("ann"))
		must(t, err)
		o.jump = 2 * time.Minute
		bob, err := c.Acquire(t.Context(), group("g"), who("bob"))
		must(t, err)
		if err := ann.Check(t.Context()); !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "bob (run r-bob") {
			t.Error(err)
		}
		must(t, bob.Check(t.Context()))
		must(t, bob.Release(t.Context()))
		must(t, ann.Release(t.Context()))
	})
}

// TestAnyBeginning reads logs of honest holders from any offset on, as after retention: once three leases have passed, who
// holds is the same as for those who read all. Holders renew three times a lease, at least once, until they end or are killed;
// or they hang, and renew too late.
func TestAnyBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const lease = 10 * time.Second
		full, now := newBook(0), time.Unix(1000, 0)
		var log []Entry
		put := func(r record) {
			r.Kind, r.LeaseMS, r.Resources = kind, lease.Milliseconds(), []resource{{"x", false}}
			v, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			e := Entry{Offset: int64(len(log)), At: now, Stamped: true, Value: v}
			log = append(log, e)
			full.take(e)
		}
		type holder struct {
			s       *state
			renewed time.Time
			hangs   bool
		}
		mine := map[string]*holder{} // as each sees it
		renew := func(name string) {
			h := mine[name]
			prev := h.s.last
			put(record{Op: opRenew, ID: h.s.ID, Token: h.s.token, Prev: prev})
			h.renewed, h.hangs = now, false
			if h.s.last == prev {
				delete(mine, name) // it reads that it came too late
			}
		}
		names, serial := []string{"a", "b", "c"}, 0
		for range rapid.IntRange(10, 80).Draw(t, "records") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			for _, name := range names {
				if h := mine[name]; h != nil && !h.hangs && now.Sub(h.renewed) >= lease/3 {
					renew(name)
				}
			}
			name := rapid.SampledFrom(names).Draw(t, "who")
			h := mine[name]
			if h == nil {
				serial++
				id := fmt.Sprint(name, serial)
				put(record{Op: opClaim, ID: id, Token: -1, Prev: -1})
				if got := full.claims[id]; !got.refused {
					mine[name] = &holder{s: got, renewed: now}
				}
				continue
			}
			switch what := rapid.SampledFrom([]string{"renews", "ends", "is killed", "hangs"}).Draw(t, "what"); {
			case what == "ends" && !h.hangs:
				put(record{Op: opRelease, ID: h.s.ID})
				delete(mine, name)
			case what == "is killed" && h.s.last > h.s.token:
				delete(mine, name)
			case what == "hangs" && h.s.last > h.s.token:
				h.hangs = true
			default:
				renew(name)
			}
		}
		if len(log) == 0 {
			return
		}
		from := rapid.IntRange(0, len(log)-1).Draw(t, "from")
		part := newBook(int64(from))
		for _, e := range log[from:] {
			part.take(e)
		}
		if now.Sub(log[from].At) < 3*lease {
			return
		}
		if a, b := holders(full), holders(part); !slices.Equal(a, b) {
			t.Fatalf("all of it says %v, from %d on %v", a, from, b)
		}
	})
}

// TestALateRenewalIsLateFromAnyBeginning: whose claim ran out unseen, does not hold again by a renewal that came too late.
func TestALateRenewalIsLateFromAnyBeginning(t *testing.T) {
	at := func(offset int64, s int, r record) Entry {
		r.Kind, r.LeaseMS, r.Resources = kind, 10_000, []resource{{"x", false}}
		v, err := json.Marshal(r)
		must(t, err)
		return Entry{Offset: offset, At: time.Unix(1000+int64(s), 0), Stamped: true, Value: v}
	}
	for after, want := range map[int][]string{9: {"c"}, 10: nil, 25: nil} {
		log := []Entry{at(0, 0, record{Op: opClaim, ID: "c", Token: -1, Prev: -1}), at(1, 0, record{Op: opRelease, ID: "a"}), at(2, after, record{Op: opRenew, ID: "c"})}
		for from := range 2 {
			b := newBook(int64(from))
			for _, e := range log[from:] {
				b.take(e)
			}
			if got := holders(b); !slices.Equal(got, want) {
				t.Errorf("renewed after %ds, read from %d on: %v hold, want %v", after, from, got, want)
			}
		}
	}
}

func holders(b *book) (out []string) {
	for id, s := range b.claims {
		if b.live(s) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// FuzzBook takes anything for a record: it never panics, and never gives one resource to two.
func FuzzBook(f *testing.F) {
	f.Add([]byte(`{"weir":"claim/1","op":"claim","id":"a","lease_ms":1000,"resources":[{"name":"x"}]}`), []byte(`{"weir":"claim/2"}`))
	f.Add([]byte(`{"weir":"claim/1","op":"renew","id":"a","prev":-5,"lease_ms":1000,"resources":[{"name":"x"}]}`), []byte(`{"weir":"claim/1","op":"release","id":"a"}`))
	f.Add([]byte("null"), []byte(`{"weir":"claim/1","op":"claim","id":"b","lease_ms":1000,"resources":[{"name":"x"}]}`))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		b := newBook(0)
		for i, v := range [][]byte{one, two, one, two} {
			b.take(Entry{Offset: int64(i), At: time.Unix(int64(i), 0), Stamped: true, Value: v})
			for _, s := range b.claims {
				for _, o := range b.claims {
					if _, clash := s.clashes(o); clash && s != o && b.live(s) && b.live(o) {
						t.Fatalf("%s and %s hold", s.ID, o.ID)
					}
				}
			}
		}
	})
}
