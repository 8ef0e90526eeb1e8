package wire

import (
	"strings"
	"testing"
	"time"

	"weir/lag"
	"weir/lag/state"
)

// TestAStateThatWasThereFromTheStartIsABound: of what was so when watching began nobody knows since when it is; the number says
// so in every form.
func TestAStateThatWasThereFromTheStartIsABound(t *testing.T) {
	begun := time.Date(2026, 11, 21, 3, 14, 8, 0, time.UTC)
	for _, tt := range []struct {
		since, begun time.Time
		bound, table string
	}{
		{begun, begun, "at_latest", "≤03:14:08"},
		{begun.Add(4 * time.Second), begun, "at_latest", "≤03:14:12"},
		{begun.Add(time.Minute), begun, "exact", "03:15:08"},
		{begun.Add(-time.Minute), begun, "exact", "03:13:08"}, // learned earlier
		{begun, time.Time{}, "exact", "03:14:08"},
		{time.Time{}, begun, "", "?"},
	} {
		c := world()
		c.Begun, c.Refresh = tt.begun, 5*time.Second
		c.Verdicts = &state.Result{At: begun}
		for g := range c.Reading.Groups {
			c.Verdicts.Groups = append(c.Verdicts.Groups, state.Verdict{Group: lag.GroupIx(g), State: state.Stalled, Since: tt.since})
		}
		c.Positions = func(g lag.GroupIx) []state.Position {
			out := make([]state.Position, len(c.Reading.Groups[g].Positions))
			for i, p := range c.Reading.Groups[g].Positions {
				out[i] = state.Position{Position: p, State: state.Stalled, Since: tt.since}
			}
			return out
		}
		for _, table := range []Table{Groups([]Cluster{c}), Positions([]Cluster{c})} {
			r := NewReader(&table)
			col, bound := table.Column("state_since"), table.Column("state_since_bound")
			if got := r.Row(0)[bound]; got.String() != tt.bound || got.Known() != (tt.bound != "") || got.Reason() != r.Row(0)[col].Reason() {
				t.Errorf("%s: a state since %v, watched since %v: %+v, want %q", table.Schema, tt.since, tt.begun, got, tt.bound)
			}
			if got := table.Cell(0, bound); got.String() != tt.bound {
				t.Errorf("%s: one cell says %q, the row %q", table.Schema, got, tt.bound)
			}
			if got := newSheet(&table, Style{Now: begun}).cell(r.Row(0), col); got != tt.table {
				t.Errorf("%s: the table shows %q, want %q", table.Schema, got, tt.table)
			}
			var b strings.Builder
			if err := Write(&b, New("", begun, []Cluster{c}, table), CSV, Style{}); err != nil || tt.bound != "" && !strings.Contains(b.String(), tt.bound) {
				t.Errorf("%s: CSV doesn't tell %q: %v", table.Schema, tt.bound, err)
			}
		}
	}
}
