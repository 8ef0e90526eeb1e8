package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weir/actions/audit"
	"weir/lag"
)

// ledger is an action on a map in memory: each change sets a name to a value, a step for each.
type ledger struct {
	mu     sync.Mutex
	values map[string]string
	tier   Tier
	do     func(ctx context.Context, step Step, set func()) (Done, error) // nil: sets
	next   func(i int) error                                              // guards; nil: none
	verify func() (Verdict, error)
	settle func() (Done, error) // nil: by the values
	closed atomic.Int32
	opened atomic.Int32
}

func (l *ledger) get(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.values[name]
}

const ledgerKind = "test.set"

func (l *ledger) Spec() Spec {
	return Spec{Kind: ledgerKind, Verb: "set", Effect: Mutate, Tier: T1, On: []string{lag.KindTopic}, Target: "NAME", Params: []Param{
		{Name: "a", Type: String}, {Name: "b", Type: String}, {Name: "c", Type: String}, {Name: "wait", Type: Duration},
	}}
}

func (l *ledger) Offers(lag.Ref, *lag.Reading) Offer { return Offer{Possible: true} }

func (l *ledger) Plan(_ context.Context, req Request) (Plan, error) {
	p := Plan{ClusterID: "cid", Tier: max(l.tier, T1), Effect: Mutate, Undo: UndoFull, Locks: []string{"topic/" + req.Target.Name}}
	for _, c := range req.Restore {
		p.Changes = append(p.Changes, Change{Ref: c.Ref, Field: c.Field, Before: c.After, After: c.Before})
	}
	for _, name := range []string{"a", "b", "c"} {
		if v, ok := req.Params[name]; ok {
			p.Changes = append(p.Changes, Change{Ref: name, Field: "value", Before: quote(l.get(name)), After: quote(v)})
		}
	}
	p.Totals.Items = len(p.Changes)
	return p, nil
}

func quote(s string) json.RawMessage { return json.RawMessage(fmt.Sprintf("%q", s)) }

func (l *ledger) Open(_ context.Context, p Plan, entries []audit.Entry) (Run, error) {
	l.opened.Add(1)
	r := &ledgerRun{l: l, changes: p.Changes, done: map[string]bool{}}
	past, err := PastOf(entries)
	for _, s := range past {
		r.done[s.Step.ID] = s.Outcome == OutcomeApplied
	}
	return r, err
}

func (l *ledger) Undo(entries []audit.Entry) (Request, error) {
	req := Request{Kind: ledgerKind}
	past, err := PastOf(entries)
	for _, s := range past {
		if s.Outcome == OutcomeApplied {
			req.Restore = append(req.Restore, s.Step.Items...)
		}
	}
	return req, err
}

type ledgerRun struct {
	l       *ledger
	changes []Change
	done    map[string]bool
}

func (r *ledgerRun) Next(context.Context) (Step, error) {
	for i, c := range r.changes {
		if r.done[c.Ref] {
			continue
		}
		if r.l.next != nil {
			if err := r.l.next(i); err != nil {
				return Step{}, err
			}
		}
		if now := string(quote(r.l.get(c.Ref))); now != string(c.Before) {
			return Step{}, &Error{Kind: ErrStale, Drift: []Drift{{Ref: c.Ref, Planned: string(c.Before), Found: now}}}
		}
		return Step{ID: c.Ref, Title: "set " + c.Ref, Of: len(r.changes), Items: []Change{c}, Idempotent: true}, nil
	}
	return Step{}, io.EOF
}

func (r *ledgerRun) Do(ctx context.Context, rec Recorded) (Done, error) {
	s, err := rec.Step()
	if err != nil {
		return Done{Outcome: OutcomeNot}, err
	}
	set := func() {
		var v string
		if json.Unmarshal(s.Items[0].After, &v) == nil {
			r.l.mu.Lock()
			r.l.values[s.ID] = v
			r.l.mu.Unlock()
		}
	}
	if r.l.do != nil {
		d, err := r.l.do(ctx, s, set)
		r.done[s.ID] = d.Outcome == OutcomeApplied
		return d, err
	}
	set()
	r.done[s.ID] = true
	return Done{Outcome: OutcomeApplied}, nil
}

func (r *ledgerRun) Settle(_ context.Context, s Step) (Done, error) {
	if r.l.settle != nil {
		return r.l.settle()
	}
	switch string(quote(r.l.get(s.ID))) {
	case string(s.Items[0].After):
		r.done[s.ID] = true
		return Done{Outcome: OutcomeApplied}, nil
	case string(s.Items[0].Before):
		return Done{Outcome: OutcomeNot}, nil
	}
	return Done{Outcome: OutcomeMixed}, nil
}

func (r *ledgerRun) Verify(context.Context) (Verdict, error) {
	if r.l.verify != nil {
		return r.l.verify()
	}
	return Verdict{OK: true}, nil
}

func (r *ledgerRun) Close(context.Context) error {
	r.l.closed.Add(1)
	return nil
}

// bench is an Executor with a ledger and a journal of its own.
func bench(t *testing.T) (*Executor, *ledger, *audit.Log) {
	t.Helper()
	dir := t.TempDir()
	log, err := audit.Open(t.Context(), audit.Options{Dir: dir + "/audit", Who: audit.Identify("")})
	must(t, err)
	t.Cleanup(func() { _ = log.Close() })
	l := &ledger{values: map[string]string{"a": "0", "b": "0", "c": "0"}}
	return &Executor{Log: log, Registry: NewRegistry(l), Dir: dir}, l, log
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var ledgerTarget = lag.Ref{Cluster: "test", Kind: lag.KindTopic, Name: "t"}

func planned(t *testing.T, x *Executor) (Plan, Consent) {
	t.Helper()
	p, err := x.Registry.Plan(t.Context(), Request{Kind: ledgerKind, Target: lag.Ref{Cluster: "test", Kind: lag.KindTopic, Name: "t"}, Params: map[string]string{"a": "1", "b": "1", "c": "1"}})
	must(t, err)
	return p, Consent{Digest: p.Digest, Yes: true, Name: "test/t", Who: "me", Reason: "why", At: time.Now()}
}

// failing is a journal whose nth append from now fails, and with it all that follow.
type failing struct {
	Journal
	after int
}

var errDisk = fmt.Errorf("%w: no space left", audit.ErrUnwritable)

func (f *failing) Append(ctx context.Context, e audit.Entry) (audit.Receipt, error) {
	if f.after--; f.after < 0 {
		return audit.Receipt{}, errDisk
	}
	return f.Journal.Append(ctx, e)
}

func wantKind(t *testing.T, err error, k Kind) {
	t.Helper()
	if !errors.Is(err, k) || ExitCode(err) != int(k) {
		t.Fatalf("got %v (exit %d), want %v", err, ExitCode(err), k)
	}
}
