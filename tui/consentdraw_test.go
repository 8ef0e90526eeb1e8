package tui

import (
	"encoding/json"
	"slices"
	"testing"

	"weir/actions"
)

// What is asked for says what is written, or that nothing is left of it.
func TestConsentSaysWhatIsWritten(t *testing.T) {
	change := func(field, after string) actions.Change {
		return actions.Change{Field: field, Before: json.RawMessage("7"), After: json.RawMessage(after)}
	}
	for want, changes := range map[string][]actions.Change{
		"It writes 1 committed offset":                {change("committed", "9")},
		"It writes 2 leaders":                         {change("leader", "1"), change("leader", "2")},
		"It writes 2 committed offsets":               {change("committed", "null"), change("committed", "0")},
		"It deletes 1 group, 1,000 committed offsets": append([]actions.Change{change("group", "")}, slices.Repeat([]actions.Change{change("committed", "null")}, 1000)...),
	} {
		c := &consent{plan: actions.Plan{Changes: changes}}
		if got := c.verb() + " " + c.writes(&snap{}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
