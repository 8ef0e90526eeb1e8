package acting

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/config"
	"weir/lag"
)

// once is an action of one step, which notes the modes of the clusters it was given.
type once struct {
	modes map[string]config.Mode
	done  *int
}

const kind = "test.once"

func (once) Spec() actions.Spec {
	return actions.Spec{Kind: kind, Verb: "once", Effect: actions.Mutate, Tier: actions.T2, On: []string{lag.KindGroup}, Target: "GROUP"}
}

func (once) Offers(lag.Ref, *lag.Reading) actions.Offer { return actions.Offer{Possible: true} }

func (once) Plan(_ context.Context, req actions.Request) (actions.Plan, error) {
	return actions.Plan{ClusterID: "id", Tier: actions.T2, Effect: actions.Mutate, Undo: actions.UndoNone,
		Changes: []actions.Change{{Ref: req.Target.String(), Field: "f", After: json.RawMessage("1")}}}, nil
}

func (o once) Open(_ context.Context, p actions.Plan, _ []audit.Entry) (actions.Run, error) {
	if o.modes[p.Target.Cluster] == config.ReadOnly {
		return nil, actions.Fail(actions.ErrRefused, "read-only", "")
	}
	return &onceRun{once: o}, nil
}

type onceRun struct {
	once
	ended bool
}

func (r *onceRun) Next(context.Context) (actions.Step, error) {
	if r.ended {
		return actions.Step{}, io.EOF
	}
	return actions.Step{ID: "s", Title: "do it", Of: 1}, nil
}

func (r *onceRun) Do(context.Context, actions.Recorded) (actions.Done, error) {
	r.ended = true
	*r.done++
	return actions.Done{Outcome: actions.OutcomeApplied}, nil
}

func (r *onceRun) Settle(context.Context, actions.Step) (actions.Done, error) {
	return actions.Done{Outcome: actions.OutcomeNot}, nil
}

func (r *onceRun) Verify(context.Context) (actions.Verdict, error) {
	return actions.Verdict{OK: true}, nil
}
func (r *onceRun) Close(context.Context) error { return nil }

// host has a cluster free, one that is read-only, and counts what was done.
func host(t *testing.T) (Host, *int) {
	done := new(int)
	return Host{
		Dir:      filepath.Join(t.TempDir(), "weir"),
		Clusters: []config.Cluster{{Name: "free", Mode: config.Confirm}, {Name: "prod", Mode: config.ReadOnly}},
		Actions: func(clusters ...config.Cluster) *actions.Registry {
			modes := map[string]config.Mode{}
			for _, c := range clusters {
				modes[c.Name] = c.Mode
			}
			return actions.NewRegistry(once{modes, done})
		},
	}, done
}

func plan(t *testing.T, h Host, cluster string) (actions.Plan, actions.Consent) {
	t.Helper()
	p, err := h.Registry().Plan(t.Context(), actions.Request{Kind: kind, Target: lag.Ref{Cluster: cluster, Kind: lag.KindGroup, Name: "g"}})
	if err != nil {
		t.Fatal(err)
	}
	return p, actions.Consent{Digest: p.Digest, Who: "me", Reason: "why"}
}

func TestOpenHoldsToTheMode(t *testing.T) {
	for _, tt := range []struct {
		name, cluster string
		arm, never    bool
		want          error
	}{
		{"free", "free", false, false, nil},
		{"read-only", "prod", false, false, actions.ErrRefused},
		{"armed", "prod", true, false, nil},
		{"armed, but never", "prod", true, true, actions.ErrRefused},
		{"free, but never", "free", false, true, actions.ErrRefused},
		{"unknown", "other", true, false, actions.ErrRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, done := host(t)
			p, c := plan(t, h, tt.cluster)
			h.ReadOnly, c.Arm = tt.never, tt.arm
			s, err := h.Open(t.Context(), tt.cluster, Options{Arm: tt.arm})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := s.Apply(t.Context(), p, c); !errors.Is(err, tt.want) {
				t.Errorf("apply: %v, want %v", err, tt.want)
			}
			if want := 0; tt.want == nil && *done != 1 || tt.want != nil && *done != want {
				t.Errorf("%d steps were done", *done)
			}
			asks := h.Policy(tt.cluster).Asks(p, time.Now())
			if got := asks.Refused == nil && (!asks.Arm || tt.arm); got != (tt.want == nil) {
				t.Errorf("the form asks for %+v, and apply said %v", asks, tt.want)
			}
		})
	}
}

func TestJournalWritesNothing(t *testing.T) {
	h, _ := host(t)
	if all, err := h.Journal().Runs(t.Context()); err != nil || len(all) > 0 {
		t.Fatalf("%v, %v", all, err)
	}
	p, c := plan(t, h, "free")
	if _, err := h.Journal().Apply(t.Context(), p, c); !errors.Is(err, actions.ErrDefect) {
		t.Errorf("a journal that is only read applied: %v", err)
	}
	if _, err := os.Stat(h.AuditDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading made an audit log: %v", err)
	}
	s, err := h.Open(t.Context(), "free", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rep, err := s.Apply(t.Context(), p, c)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range h.Entries(t.Context(), audit.Filter{Run: rep.Run}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 4 {
		t.Errorf("%d entries, want consent, intent, result, verdict", n)
	}
}

func TestNoLogNoChange(t *testing.T) {
	h, _ := host(t)
	if err := os.WriteFile(h.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Open(t.Context(), "free", Options{}); actions.ExitCode(err) != int(actions.ErrAudit) {
		t.Errorf("got %v, want the code of an audit log that can't be written", err)
	}
}

func TestPersonIsWhoCalledSudo(t *testing.T) {
	if got := Person(func(string) string { return "ada" }); got != "ada" {
		t.Errorf("got %q", got)
	}
}
