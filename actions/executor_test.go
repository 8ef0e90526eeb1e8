package actions

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"weir/actions/audit"
	"weir/lag"
)

func stages(t *testing.T, x *Executor, run string) string {
	t.Helper()
	_, entries, err := x.Show(t.Context(), run)
	must(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSpace(string(e.Stage)+" "+e.Step+" "+string(e.Outcome)))
	}
	return strings.Join(out, ", ")
}

func TestApplyUndo(t *testing.T) {
	x, l, _ := bench(t)
	p, c := planned(t, x)
	rep, err := x.Apply(t.Context(), p, c)
	must(t, err)
	if rep.Status != StatusDone || rep.Done != 3 || rep.Total != 3 || l.values["c"] != "1" || l.closed.Load() != 1 {
		t.Fatalf("%+v, %v", rep, l.values)
	}
	want := "progress consent, intent a, result a ok, intent b, result b ok, intent c, result c ok, verdict  ok"
	if got := stages(t, x, rep.Run); got != want {
		t.Errorf("journal: %s\nwant:    %s", got, want)
	}
	req, err := x.Undo(t.Context(), rep.Run)
	must(t, err)
	back, err := x.Registry.Plan(t.Context(), req)
	must(t, err)
	c.Digest = back.Digest
	rep2, err := x.Apply(t.Context(), back, c)
	must(t, err)
	info, _, err := x.Show(t.Context(), rep.Run)
	must(t, err)
	if l.values["a"] != "0" || info.Status != StatusUndone || info.UndoneBy != rep2.Run || info.By != "me" || *info.Total != 3 {
		t.Errorf("%v, %+v", l.values, info)
	}
	_, err = x.Undo(t.Context(), rep.Run)
	wantKind(t, err, ErrUsage)
}

func TestRefused(t *testing.T) {
	two := int64(2)
	for name, tt := range map[string]struct {
		change func(*Executor, *Plan, *Consent)
		want   Kind
	}{
		"no consent":     {func(_ *Executor, _ *Plan, c *Consent) { c.Digest, c.Yes = "", false }, ErrRefused},
		"another digest": {func(_ *Executor, _ *Plan, c *Consent) { c.Digest = strings.Repeat("0", 64) }, ErrRefused},
		"short digest":   {func(_ *Executor, p *Plan, c *Consent) { c.Digest = p.Digest[:11] }, ErrRefused},
		"edited plan":    {func(_ *Executor, p *Plan, _ *Consent) { p.Changes[0].After = quote("9") }, ErrUsage},
		"expired":        {func(x *Executor, p *Plan, _ *Consent) { x.Now = func() time.Time { return p.Expires.Add(time.Second) } }, ErrStale},
		"read-only":      {func(x *Executor, _ *Plan, _ *Consent) { x.Policy.ReadOnly = true }, ErrRefused},
		"arming denied": {func(x *Executor, _ *Plan, c *Consent) {
			x.Policy = Policy{ReadOnly: true, NoArming: true}
			c.Arm = true
		}, ErrRefused},
		"armed, no why":  {func(x *Executor, _ *Plan, c *Consent) { x.Policy.ReadOnly = true; c.Arm, c.Reason = true, " " }, ErrRefused},
		"forbidden kind": {func(x *Executor, _ *Plan, _ *Consent) { x.Policy.Forbidden = []string{"test.*"} }, ErrRefused},
		"bad pattern":    {func(x *Executor, _ *Plan, _ *Consent) { x.Policy.Forbidden = []string{"["} }, ErrRefused},
		"reason":         {func(x *Executor, _ *Plan, _ *Consent) { x.Policy.Reason = regexp.MustCompile(`^INC-`) }, ErrRefused},
		"ticket":         {func(x *Executor, _ *Plan, _ *Consent) { x.Policy.Ticket = regexp.MustCompile(`.`) }, ErrRefused},
		"skips untold":   {func(x *Executor, _ *Plan, _ *Consent) { x.Policy.MaxSkipped = &two }, ErrRefused},
		"freeze": {func(x *Executor, _ *Plan, _ *Consent) {
			x.Policy.Freezes = []Freeze{{From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour), Why: "sale"}}
		}, ErrRefused},
		"unknown kind": {func(x *Executor, _ *Plan, _ *Consent) { x.Registry = NewRegistry() }, ErrUsage},
	} {
		t.Run(name, func(t *testing.T) {
			x, l, _ := bench(t)
			p, c := planned(t, x)
			tt.change(x, &p, &c)
			_, err := x.Apply(t.Context(), p, c)
			wantKind(t, err, tt.want)
			if l.values["a"] != "0" || l.opened.Load() > 0 {
				t.Error("something was opened or changed")
			}
		})
	}
}

func TestTiers(t *testing.T) {
	for _, tt := range []struct {
		tier Tier
		c    Consent
		ok   bool
	}{
		{T1, Consent{Yes: true}, true},
		{T2, Consent{Yes: true}, false},
		{T2, Consent{Digest: "short"}, false},
		{T2, Consent{Digest: "d"}, true},
		{T3, Consent{Digest: "d", Name: "test/t"}, false},
		{T3, Consent{Digest: "d", Reason: "r", Name: "test/u"}, false},
		{T3, Consent{Digest: "d", Reason: "r", Name: "test/t"}, true},
		{0, Consent{Digest: "d", Reason: "r", Name: "test/t", Yes: true}, false},
	} {
		x, _, _ := bench(t)
		p, _ := planned(t, x)
		p.Tier = tt.tier
		switch tt.c.Digest {
		case "d":
			tt.c.Digest = p.Digest[:12]
		case "short":
			tt.c.Digest = p.Digest[:11]
		}
		if err := tt.c.Check(p); (err == nil) != tt.ok {
			t.Errorf("tier %v, %+v: %v", tt.tier, tt.c, err)
		}
	}
}

// TestFailClosed lets the journal fail at every append: nothing is done whose intent isn't in it.
func TestFailClosed(t *testing.T) {
	for n := range 8 {
		x, l, log := bench(t)
		p, c := planned(t, x)
		x.Log = &failing{log, n}
		_, err := x.Apply(t.Context(), p, c)
		wantKind(t, err, ErrAudit)
		intents := map[string]bool{}
		for e, err := range log.Entries(t.Context(), audit.Filter{}) {
			must(t, err)
			if e.Stage == audit.StageIntent {
				intents[e.Step] = true
			}
		}
		for name, v := range l.values {
			if v != "0" && !intents[name] {
				t.Errorf("append %d failed: %s was changed without an intent", n, name)
			}
		}
		if done := max(0, n/2); l.values["a"] == "1" != (done >= 1) {
			t.Errorf("append %d failed: %v", n, l.values)
		}
	}
}

// TestLostReply has a step fail in all the ways there are.
func TestLostReply(t *testing.T) {
	lost := errors.New("connection reset")
	for name, tt := range map[string]struct {
		do   func(context.Context, Step, func()) (Done, error)
		want Kind // 0: it ends well
		left string
	}{
		"took effect": {func(_ context.Context, _ Step, set func()) (Done, error) { set(); return Done{}, lost }, 0, "1"},
		"did not":     {func(context.Context, Step, func()) (Done, error) { return Done{}, lost }, ErrGuard, "0"},
		"refused":     {func(context.Context, Step, func()) (Done, error) { return Done{Outcome: OutcomeNot}, lost }, ErrGuard, "0"},
		"mixed": {func(_ context.Context, _ Step, set func()) (Done, error) {
			set()
			return Done{Outcome: OutcomeMixed}, lost
		}, ErrPartial, "1"},
		"says nothing": {func(context.Context, Step, func()) (Done, error) { return Done{}, nil }, ErrUnknown, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			x, l, _ := bench(t)
			p, c := planned(t, x)
			l.do = tt.do
			_, err := x.Apply(t.Context(), p, c)
			if tt.want == 0 {
				must(t, err)
			} else {
				wantKind(t, err, tt.want)
			}
			if l.values["a"] != tt.left {
				t.Errorf("a is %s", l.values["a"])
			}
		})
	}
}

func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, _ := bench(t)
		p, c := planned(t, x)
		tries := 0
		l.do = func(_ context.Context, s Step, set func()) (Done, error) {
			if tries++; s.ID == "a" && tries < 3 {
				return Done{Outcome: OutcomeNot}, &Retriable{errors.New("not the coordinator")}
			}
			set()
			return Done{Outcome: OutcomeApplied}, nil
		}
		rep, err := x.Apply(t.Context(), p, c)
		must(t, err)
		if tries != 5 || rep.Done != 3 {
			t.Errorf("%d tries, %+v", tries, rep)
		}
		tries = -10
		p, c = planned(t, x)
		_, err = x.Apply(t.Context(), p, c)
		wantKind(t, err, ErrGuard)
		if tries != -7 {
			t.Errorf("%d tries", tries+10)
		}
	})
}

func TestStopBetweenSteps(t *testing.T) {
	x, l, _ := bench(t)
	p, c := planned(t, x)
	ctx, cancel := context.WithCancel(t.Context())
	l.do = func(ctx context.Context, s Step, set func()) (Done, error) {
		cancel()
		if ctx.Err() != nil {
			t.Error("a step was interrupted")
		}
		set()
		return Done{Outcome: OutcomeApplied}, nil
	}
	rep, err := x.Apply(ctx, p, c)
	wantKind(t, err, ErrPartial)
	if rep.Status != StatusCancelled || l.values["a"] != "1" || l.values["b"] != "0" || l.closed.Load() != 1 {
		t.Errorf("%+v, %v", rep, l.values)
	}
}

func TestCancelMark(t *testing.T) {
	x, l, _ := bench(t)
	p, c := planned(t, x)
	x.Tell = func(e Event) {
		if e.Step.ID == "b" && e.State == OutcomeApplied {
			must(t, x.Cancel(e.Run))
		}
	}
	rep, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrPartial)
	if rep.Done != 2 || l.values["c"] != "0" {
		t.Errorf("%+v, %v", rep, l.values)
	}
	for _, run := range []string{"r-none", "../x", "r-../../x", ""} {
		wantKind(t, x.Cancel(run), ErrUnseen)
	}
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, _ := bench(t)
		began, asked := time.Now(), 0
		free := time.Minute
		l.next = func(int) error {
			asked++
			if time.Since(began) < free {
				return &Wait{For: "2 members", Again: time.Second, Left: 90 * time.Second, Else: Fail(ErrGuard, "2 members", "")}
			}
			return nil
		}
		x.Tell = func(e Event) {
			if e.Wait != nil && !e.Until.Equal(began.Add(90*time.Second)) {
				t.Errorf("it waits until %s after it began", e.Until.Sub(began))
			}
		}
		p, c := planned(t, x)
		_, err := x.Apply(t.Context(), p, c)
		must(t, err)
		if asked != 63 {
			t.Errorf("asked %d times", asked)
		}
		began, free = time.Now(), time.Hour
		p, c = planned(t, x)
		rep, err := x.Apply(t.Context(), p, c)
		wantKind(t, err, ErrGuard)
		if d := time.Since(began); d != 90*time.Second || rep.Status != StatusFailed {
			t.Errorf("gave up after %v, %+v", d, rep)
		}
	})
}

func TestUnverified(t *testing.T) {
	x, l, _ := bench(t)
	l.verify = func() (Verdict, error) { return Verdict{Note: "a is 7"}, nil }
	p, c := planned(t, x)
	rep, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrUnverified)
	if rep.Status != StatusUnverified {
		t.Errorf("%+v", rep)
	}
}

// TestTwoOperators lets many apply to one thing at the same time: one works, the others read who it is.
func TestTwoOperators(t *testing.T) {
	x, l, _ := bench(t)
	p, c := planned(t, x)
	c.Reason = "the incident"
	inside, release := make(chan struct{}), make(chan struct{})
	l.do = func(_ context.Context, s Step, set func()) (Done, error) {
		if s.ID == "a" {
			close(inside)
			<-release
		}
		set()
		return Done{Outcome: OutcomeApplied}, nil
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := x.Apply(t.Context(), p, c)
		if err != nil {
			t.Error(err)
		}
	})
	<-inside
	for range 20 {
		_, err := x.Apply(t.Context(), p, c)
		wantKind(t, err, ErrLocked)
		if !strings.Contains(err.Error(), "held by me (run r-") || !strings.Contains(err.Error(), "the incident") {
			t.Fatalf("it doesn't say who: %v", err)
		}
	}
	runs, err := x.Runs(t.Context())
	must(t, err)
	if len(runs) != 1 || runs[0].Status != StatusRunning {
		t.Errorf("%+v", runs)
	}
	close(release)
	wg.Wait()
}

var all = flag.Bool("all", false, "let two operators meet a thousand times, not two hundred")

// TestInterleavings has two operators change one thing at the same time, each with a plan of its own that was made
// before: one wins, the other is refused, and what is left is one plan's, never a mixture.
func TestInterleavings(t *testing.T) {
	rounds := 200
	if *all {
		rounds = 1000
	}
	for from := 0; from < rounds; from += 50 { // each apply reads the whole journal: keep it short
		interleave(t, from, min(from+50, rounds))
	}
}

func interleave(t *testing.T, from, to int) {
	x, l, _ := bench(t)
	other, err := audit.Open(t.Context(), audit.Options{Dir: x.Dir + "/audit", Who: audit.Identify("")})
	must(t, err)
	defer other.Close()
	for seed := from; seed < to; seed++ {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		pauses := []int{rng.IntN(40), rng.IntN(40)}
		var errs [2]error
		var plans [2]Plan
		for i := range 2 {
			v := strconv.Itoa(2*seed + i + 1)
			plans[i], err = x.Registry.Plan(t.Context(), Request{Kind: ledgerKind, Target: lag.Ref{Cluster: "test", Kind: lag.KindTopic, Name: "t"}, Params: map[string]string{"a": v, "b": v}})
			must(t, err)
		}
		var wg sync.WaitGroup
		for i, log := range []Journal{x.Log, other} {
			y := &Executor{Log: log, Registry: x.Registry, Dir: x.Dir}
			wg.Go(func() {
				for range pauses[i] {
					runtime.Gosched()
				}
				_, errs[i] = y.Apply(t.Context(), plans[i], Consent{Digest: plans[i].Digest, Who: "op " + strconv.Itoa(i)})
			})
		}
		wg.Wait()
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		loser := errs[1-winner]
		if errs[winner] != nil || !errors.Is(loser, ErrLocked) && !errors.Is(loser, ErrStale) {
			t.Fatalf("seed %d: %v and %v", seed, errs[0], errs[1])
		}
		if want := plans[winner].Params["a"]; l.values["a"] != want || l.values["b"] != want {
			t.Fatalf("seed %d: %v, the winner wanted %s", seed, l.values, want)
		}
	}
}
