package tui

import (
	"strings"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
	"weir/lag/state"
)

// TestTheSlowestReaderOfAPartitionIsNamed: beside each partition of a topic, or in words why not.
func TestTheSlowestReaderOfAPartitionIsNamed(t *testing.T) {
	with := func(change func(map[lag.PartitionIx]state.Slowest) map[lag.PartitionIx]state.Slowest) func(time.Time) engine.Cluster {
		return func(at time.Time) engine.Cluster {
			out := troubled(at)
			of := map[lag.PartitionIx]state.Slowest{}
			for p, s := range out.Slowest {
				of[p] = s
			}
			out.Slowest = change(of)
			return out
		}
	}
	p7 := lag.PartitionIx(48 + 7) // of payments.events
	for _, c := range []struct {
		name   string
		change func(map[lag.PartitionIx]state.Slowest) map[lag.PartitionIx]state.Slowest
		want   []string // in the row of p7
	}{
		{"as it is", func(of map[lag.PartitionIx]state.Slowest) map[lag.PartitionIx]state.Slowest { return of },
			[]string{"■ payments-settle", "72.8k", "5m"}},
		{"somebody else can't be seen", func(of map[lag.PartitionIx]state.Slowest) map[lag.PartitionIx]state.Slowest {
			s := of[p7]
			s.Unseen++
			of[p7] = s
			return of
		}, []string{"■ payments-settle", "≥72.8k", "≥5m"}},
		{"nobody can be seen", func(of map[lag.PartitionIx]state.Slowest) map[lag.PartitionIx]state.Slowest {
			of[p7] = state.Slowest{Group: lag.Nowhere, Readers: 1, Unseen: 1}
			return of
		}, []string{"? not visible"}},
		{"nobody committed", func(of map[lag.PartitionIx]state.Slowest) map[lag.PartitionIx]state.Slowest {
			of[p7] = state.Slowest{Group: lag.Nowhere, Readers: 1}
			return of
		}, []string{"no commit yet", "–"}},
		{"nobody reads", func(of map[lag.PartitionIx]state.Slowest) map[lag.PartitionIx]state.Slowest {
			delete(of, p7)
			return of
		}, []string{"no group", "–"}},
		{"not worked out", func(map[lag.PartitionIx]state.Slowest) map[lag.PartitionIx]state.Slowest { return nil }, []string{"?"}},
	} {
		con := open(t, nil, 120, 40, 1, func(at time.Time) engine.Cluster {
			out := with(c.change)(at)
			if s, ok := out.Slowest[p7]; ok && s.Group != lag.Nowhere {
				s.Position.TimeLag = 5 * time.Minute
				out.Slowest[p7] = s
			}
			return out
		})
		con.m.open(newTopicPage("payments.events", 7))
		con.m.sync()
		row := con.under()
		for _, want := range c.want {
			if !strings.HasPrefix(strings.TrimSpace(row[3:]), "p7") || !strings.Contains(row, want) {
				t.Errorf("%s: the row doesn't read %q: %s", c.name, want, row)
			}
		}
	}
}
