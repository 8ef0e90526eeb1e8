// Package probetest is what every probe must pass, whatever system it observes: it closes without a trace, keeps its
// budget, tells what it could not see and what it cost, and never touches again what it published.
package probetest

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"weir/lag"
	"weir/probes"
)

// System is a system under observation, as a test can make it.
type System struct {
	// Probe makes a probe over the system, which works. Run closes it.
	Probe func(*testing.T) probes.Probe
	// Silent makes a probe over something that takes connections and never answers.
	Silent func(*testing.T) probes.Probe
	// Change adds something to the system and moves a number.
	Change func(*testing.T)
	// Break makes a part of the system fail, and returns what mends it; nil for a system that has no parts.
	Break func(*testing.T) (mend func())
	// Own excuses goroutines of the system, where it runs in this process.
	Own []goleak.Option
}

const (
	budget = 10 * time.Second // for a sweep of a system that works
	short  = time.Second      // for one of a system that does not
	grace  = 2 * time.Second  // for a busy machine
)

var everything = probes.Want{Due: probes.All, Budget: budget}

// Run holds a probe to the contract.
func Run(t *testing.T, s System) {
	t.Run("reads", s.reads)
	t.Run("is immutable", s.immutable)
	t.Run("tells progress", s.progress)
	t.Run("keeps its budget", s.keepsBudget)
	t.Run("ends with its context", s.cancelled)
	t.Run("closes", s.closes)
	t.Run("closes under a sweep", s.closesUnderSweep)
	if s.Break != nil {
		t.Run("tells what it can't see", s.partial)
	}
}

// watched makes a probe and fails the test if it leaves a goroutine behind.
func (s System) watched(t *testing.T, with func(*testing.T) probes.Probe) probes.Probe {
	t.Helper()
	own := append([]goleak.Option{goleak.IgnoreCurrent()}, s.Own...)
	t.Cleanup(func() { goleak.VerifyNone(t, own...) })
	p := with(t)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return p
}

func observe(t *testing.T, p probes.Probe, w probes.Want) *lag.Reading {
	t.Helper()
	part, err := p.Observe(t.Context(), w)
	if err != nil {
		t.Fatalf("observe: %v", err)
	}
	if part.Reading != nil {
		if err := Check(part.Reading); err != nil {
			t.Fatalf("reading: %v", err)
		}
	}
	return part.Reading
}

// reads sweeps for everything, then for each cadence by itself.
func (s System) reads(t *testing.T) {
	p := s.watched(t, s.Probe)
	if p.Name() == "" {
		t.Error("a probe without a name")
	}
	r := observe(t, p, everything)
	if r == nil {
		return
	}
	if len(r.Nodes) == 0 {
		t.Error("nothing was seen")
	}
	if c := r.Cost; c.Requests <= 0 || c.BytesOut <= 0 || c.BytesIn <= 0 || c.Took <= 0 || len(c.Nodes) == 0 {
		t.Errorf("cost: %+v", c)
	}
	for due := probes.Commits; due <= probes.Sizes; due <<= 1 {
		next := observe(t, p, probes.Want{Due: due, Budget: budget, Serial: due == probes.Commits})
		if err := Follows(r, next); err != nil {
			t.Errorf("due %d: %v", due, err)
		}
		r = next
	}
}

// immutable sweeps on while the system changes, and holds the first readings to what they were.
func (s System) immutable(t *testing.T) {
	p := s.watched(t, s.Probe)
	type published struct {
		r  *lag.Reading
		is string
	}
	var all []published
	for i, due := range []probes.Due{probes.Refresh, probes.All, probes.Refresh | probes.Groups, probes.All, probes.Refresh, probes.All} {
		if i == 2 || i == 4 {
			s.Change(t)
		}
		r := observe(t, p, probes.Want{Due: due, Budget: budget})
		if r == nil {
			return
		}
		if i > 0 {
			if err := Follows(all[i-1].r, r); err != nil {
				t.Error(err)
			}
		}
		all = append(all, published{r, printed(t, r)})
	}
	for i, a := range all {
		if printed(t, a.r) != a.is {
			t.Errorf("reading %d is not what it was", i)
		}
	}
	first, last := all[0].r, all[len(all)-1].r
	if len(last.Topics) <= len(first.Topics) && len(last.Positions) <= len(first.Positions) {
		t.Errorf("the change was not seen: %d topics and %d positions, there were %d and %d", len(last.Topics), len(last.Positions), len(first.Topics), len(first.Positions))
	}
}

func printed(t *testing.T, r *lag.Reading) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (s System) progress(t *testing.T) {
	p := s.watched(t, s.Probe)
	told := make(chan probes.Progress, 10000)
	w := everything
	w.Progress = func(g probes.Progress) { told <- g }
	observe(t, p, w)
	close(told)
	n := 0
	for g := range told {
		n++
		if g.Reading == "" || g.Done < 1 || g.Done > g.Of {
			t.Errorf("progress %+v", g)
		}
	}
	if n == 0 {
		t.Error("no progress was told")
	}
}

// keepsBudget: a system that never answers costs the budget, not more, and is told as gaps without a number.
func (s System) keepsBudget(t *testing.T) {
	p := s.watched(t, s.Silent)
	for range 2 {
		began := time.Now()
		r := observe(t, p, probes.Want{Due: probes.All, Budget: short})
		if took := time.Since(began); took > short+grace {
			t.Errorf("took %v of a budget of %v", took, short)
		}
		if r != nil && (r.Complete || len(r.Gaps) == 0) {
			t.Errorf("complete %v with gaps %v", r.Complete, r.Gaps)
		}
	}
}

// cancelled: a sweep whose context has ended is an error at once, and the next one is as good as any.
func (s System) cancelled(t *testing.T) {
	p := s.watched(t, s.Probe)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if _, err := p.Observe(ctx, everything); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took > grace {
		t.Errorf("took %v", took)
	}
	if r := observe(t, p, everything); r != nil && len(r.Nodes) == 0 {
		t.Error("nothing was seen afterwards")
	}
}

func (s System) closes(t *testing.T) {
	p := s.watched(t, s.Probe)
	observe(t, p, everything)
	for range 2 {
		if err := p.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if _, err := p.Observe(t.Context(), everything); err == nil {
		t.Error("a closed probe observes")
	}
}

func (s System) closesUnderSweep(t *testing.T) {
	p := s.watched(t, s.Silent)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = p.Observe(t.Context(), everything) // gaps or an error, either is right
	}()
	if err := p.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	select {
	case <-done:
	case <-time.After(budget):
		t.Error("the sweep goes on after its probe was closed")
	}
}

// partial: what fails becomes gaps, what was known of it stays known and old, and it heals.
func (s System) partial(t *testing.T) {
	p := s.watched(t, s.Probe)
	before := observe(t, p, everything)
	mend := s.Break(t)
	r := observe(t, p, everything)
	if r == nil {
		return
	}
	if len(r.Gaps) == 0 || r.Complete {
		t.Errorf("complete %v, %d gaps", r.Complete, len(r.Gaps))
	}
	if err := Follows(before, r); err != nil {
		t.Error(err)
	}
	for i, v := range before.End {
		if lag.Known(v) && !lag.Known(r.End[i]) {
			t.Errorf("partition %d: its end was %d, and is not known any more", i, v)
		}
	}
	for i, v := range before.Committed {
		if lag.Known(v) && r.Committed[i] != v && r.CommitStamp(lag.PositionIx(i)) == before.CommitStamp(lag.PositionIx(i)) {
			t.Errorf("position %d: its commit changed from %d to %d, and its stamp did not", i, v, r.Committed[i])
		}
	}
	gaps := r.Gaps
	mend()
	for end := time.Now().Add(budget); ; {
		if r = observe(t, p, everything); len(r.Gaps) <= len(before.Gaps) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after it was mended: gaps %v, were %v", r.Gaps, gaps)
		}
	}
}
