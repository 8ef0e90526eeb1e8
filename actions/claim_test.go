package actions

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/actions/audit"
	"weir/actions/lease"
)

// book is a claim log in memory of which a test says what it answers.
type book struct {
	refuse   error // of Acquire
	lost     error // of Check, and the cause that ends Bind
	after    int   // checks that pass before lost counts
	bound    bool  // lost ends Bind only
	took     []lease.Holder
	claims   []lease.Claim
	by       lease.Holder
	released int
}

func (b *book) Name() string { return "ops/claims" }

func (b *book) Acquire(_ context.Context, c []lease.Claim, by lease.Holder) (Claim, error) {
	if b.refuse != nil {
		return nil, b.refuse
	}
	b.claims, b.by = c, by
	return b, nil
}

func (b *book) Check(context.Context) error {
	if b.bound {
		return nil
	}
	if b.after--; b.after >= 0 {
		return nil
	}
	return b.lost
}

func (b *book) Bind(ctx context.Context) (context.Context, context.CancelFunc) {
	bound, cancel := context.WithCancelCause(ctx)
	if b.bound {
		cancel(b.lost)
	}
	return bound, func() { cancel(nil) }
}

func (b *book) Info() ClaimInfo {
	return ClaimInfo{Log: b.Name(), Token: 42, Lease: 60, TookOver: b.took}
}

func (b *book) Release(context.Context) error { b.released++; return nil }

func claiming(t *testing.T, b *book) (*Executor, *ledger, *audit.Log) {
	x, l, log := bench(t)
	x.Claims = b
	return x, l, log
}

func TestClaimIsHeldThroughTheRun(t *testing.T) {
	ann := lease.Holder{Who: "ann", Run: "r-1", Host: "ops1", Since: time.Now()}
	b := &book{took: []lease.Holder{ann}}
	x, l, log := claiming(t, b)
	var told []string
	x.Tell = func(e Event) { told = append(told, e.What) }
	l.do = func(_ context.Context, _ Step, set func()) (Done, error) {
		if b.released > 0 {
			t.Error("the claim was given back before the run ended")
		}
		set()
		return Done{Outcome: OutcomeApplied}, nil
	}
	p, c := planned(t, x)
	rep, err := x.Apply(t.Context(), p, c)
	must(t, err)
	want := []lease.Claim{{Resource: "cid/topic/t"}, {Resource: "cid", Shared: true}}
	if b.released != 1 || !slices.Equal(b.claims, want) || b.by.Run != rep.Run || b.by.Who != "me" || b.by.PID == 0 {
		t.Errorf("%+v", b)
	}
	entries, err := log.Show(t.Context(), rep.Run)
	must(t, err)
	if s := string(entries[0].Data); !strings.Contains(s, `"claim":{"log":"ops/claims","token":42,"lease_seconds":60,"took_over":[{"who":"ann"`) {
		t.Errorf("the opening entry: %s", s)
	}
	if !slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, "taken over from ann (run r-1,") }) || len(rep.Notes) != 1 {
		t.Errorf("told %q, notes %q", told, rep.Notes)
	}
}

func TestClaimRefused(t *testing.T) {
	down := errors.New("no broker answers")
	taken := &lease.HeldError{Resource: "cid/topic/t", By: lease.Holder{Who: "ann", Run: "r-1"}, Left: 43 * time.Second}
	for name, tt := range map[string]struct {
		refuse        error
		allow, asked  bool
		reason        string
		want          Kind
		says, saysToo string
	}{
		"held":                      {taken, false, false, "", ErrLocked, "ann (run r-1", "runs out in 43s"},
		"held, glass doesn't steal": {taken, true, true, "why", ErrLocked, "ann", ""},
		"down":                      {down, false, false, "", ErrUnseen, "no broker answers", "policy allows no --break-glass"},
		"down, may break":           {down, true, false, "", ErrUnseen, "ops/claims", "--break-glass --reason R"},
		"not allowed":               {down, false, true, "why", ErrRefused, "policy doesn't allow", ""},
		"not allowed, though up":    {nil, false, true, "why", ErrRefused, "policy doesn't allow", ""},
		"no reason":                 {down, true, true, " ", ErrRefused, "needs a reason", ""},
	} {
		t.Run(name, func(t *testing.T) {
			x, l, _ := claiming(t, &book{refuse: tt.refuse})
			x.BreakGlass = tt.allow
			p, c := planned(t, x)
			c.BreakGlass, c.Reason = tt.asked, tt.reason
			_, err := x.Apply(t.Context(), p, c)
			wantKind(t, err, tt.want)
			if !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), tt.saysToo) {
				t.Error(err)
			}
			if l.opened.Load() > 0 || l.get("a") != "0" {
				t.Error("something was opened or changed")
			}
			x.Claims = nil // and the locks of this host were given back
			c.BreakGlass = false
			_, err = x.Apply(t.Context(), p, c)
			must(t, err)
		})
	}
	x, _, _ := bench(t)
	p, c := planned(t, x)
	c.BreakGlass = true
	_, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrUsage)
}

func TestBrokenGlassIsLoud(t *testing.T) {
	x, l, log := claiming(t, &book{refuse: errors.New("no broker answers")})
	x.BreakGlass = true
	var told []string
	x.Tell = func(e Event) { told = append(told, e.What) }
	p, c := planned(t, x)
	c.BreakGlass, c.Reason = true, "INC-7, ann is called"
	rep, err := x.Apply(t.Context(), p, c)
	must(t, err)
	if l.get("c") != "1" || len(rep.Notes) != 1 || !strings.HasPrefix(rep.Notes[0], "BREAK GLASS: the claim log ops/claims ") || !slices.Contains(told, rep.Notes[0]) {
		t.Errorf("notes %q, told %q", rep.Notes, told)
	}
	entries, err := log.Show(t.Context(), rep.Run)
	must(t, err)
	e := entries[1]
	if e.Step != "break-glass" || e.Reason != c.Reason || string(e.Data) != `{"log":"ops/claims","reason":"INC-7, ann is called","error":"no broker answers"}` {
		t.Errorf("%+v, %s", e, e.Data)
	}
	if !strings.Contains(string(entries[0].Data), `"break_glass":true`) {
		t.Errorf("the consent: %s", entries[0].Data)
	}
}

func TestClaimLost(t *testing.T) {
	lost := errors.New("it ran out")
	for name, tt := range map[string]struct {
		b     *book
		want  Kind
		a, b2 string
	}{
		"before the first step":  {&book{lost: lost}, ErrLocked, "0", "0"},
		"between two steps":      {&book{lost: lost, after: 1}, ErrPartial, "1", "0"},
		"right before the first": {&book{lost: lost, bound: true}, ErrLocked, "0", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			x, l, _ := claiming(t, tt.b)
			p, c := planned(t, x)
			rep, err := x.Apply(t.Context(), p, c)
			wantKind(t, err, tt.want)
			if !errors.Is(err, ErrLocked) || !errors.Is(err, lost) || l.get("a") != tt.a || l.get("b") != tt.b2 || rep.Status != StatusFailed {
				t.Errorf("%v, %+v, %v", err, rep, l.values)
			}
			if tt.b.released != 1 {
				t.Error("it was not given back")
			}
		})
	}
}

// TestSettleNeedsNoClaim lets a run be looked into while the claim log is away, and wants it back for going on.
func TestSettleNeedsNoClaim(t *testing.T) {
	b := &book{}
	x, l, log := claiming(t, b)
	p, c := planned(t, x)
	x.Log = &failing{log, 4} // the intent of b stands, its result doesn't
	_, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrAudit)
	run := b.by.Run
	x.Log = log
	b.refuse = errors.New("no broker answers")
	_, err = x.Settle(t.Context(), run)
	must(t, err)
	_, err = x.Resume(t.Context(), run, c)
	wantKind(t, err, ErrUnseen)
	b.refuse = &lease.HeldError{Resource: "cid/topic/t", By: b.by, Left: time.Second}
	_, err = x.Resume(t.Context(), run, c)
	wantKind(t, err, ErrLocked)
	if !strings.Contains(err.Error(), "this run's own process, which is gone") {
		t.Error(err)
	}
	b.refuse = nil
	_, err = x.Resume(t.Context(), run, c)
	must(t, err)
	if l.get("c") != "1" {
		t.Error(l.values)
	}
}
