package acting

import (
	"testing"
	"time"

	"weir/actions"
	"weir/internal/config"
	"weir/lag"
)

// TestPolicy looks whether each setting of a cluster's policy reaches the executor.
func TestPolicy(t *testing.T) {
	n := int64(0)
	night := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	for name, c := range map[string]config.Cluster{
		"cluster x is read-only":                                                    {Mode: config.ReadOnly},
		"cluster x is read-only, and policy forbids to lift that":                   {Mode: config.ReadOnly, Policy: config.Changes{ForbidArming: true}},
		"policy asks for a reason that matches r":                                   {Policy: config.Changes{Reason: "r"}},
		"policy asks for a ticket that matches t":                                   {Policy: config.Changes{Ticket: "t"}},
		"policy forbids k on cluster x":                                             {Policy: config.Changes{Forbidden: []string{"k"}}},
		"the plan skips 1 record, policy allows 0":                                  {Policy: config.Changes{MaxSkipped: &n}},
		"the plan reads 2 records again, policy allows 0":                           {Policy: config.Changes{MaxReread: &n}},
		"the plan changes 3 things, policy allows 0":                                {Policy: config.Changes{MaxItems: &n}},
		"changes on cluster x are frozen until 2026-11-21T04:00:00Z: once":          {Policy: config.Changes{Freezes: []config.Freeze{{From: night.Add(-time.Hour), Until: night.Add(time.Hour), Why: "once"}}}},
		"changes on cluster x are frozen until 2026-11-21T05:00:00Z: every morning": {Policy: config.Changes{Freezes: []config.Freeze{{Cron: "0 3 * * *", Lasts: 3 * time.Hour, Zone: "Europe/Berlin", Why: "every morning"}}}},
	} {
		c.Name = "x"
		p := Host{Clusters: []config.Cluster{c}}.Policy("x")
		skipped, reread := int64(1), int64(2)
		got := p.Foresee(actions.Plan{Kind: "k", Target: lag.Ref{Cluster: "x"}, Totals: actions.Totals{Items: 3, Skipped: &skipped, Reread: &reread}}, night)
		if len(got) != 1 || got[0].What != name {
			t.Errorf("got %v, want %q", got, name)
		}
	}
	for _, bad := range []config.Changes{{Reason: "("}, {Ticket: "("}, {Freezes: []config.Freeze{{Cron: "x", Zone: "UTC"}}}, {Freezes: []config.Freeze{{Cron: "* * * * *", Zone: "Nowhere/At"}}}} {
		h := Host{Clusters: []config.Cluster{{Name: "x", Policy: bad}}}
		if got := h.Policy("x").Foresee(actions.Plan{Kind: "k"}, night); len(got) == 0 || !got[0].Final {
			t.Errorf("%+v allows: %v", bad, got)
		}
	}
}
