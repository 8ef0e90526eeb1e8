package state

import (
	"testing"

	"weir/lag"
)

// TestAGlanceTellsWhatALookDoes: most positions are judged at a glance. Over the recordings that tells of every position, at
// every reading, what the rules do.
func TestAGlanceTellsWhatALookDoes(t *testing.T) {
	t.Parallel()
	rs, err := readings(recordings())
	if err != nil {
		t.Fatal(err)
	}
	h, quick, slow := lag.NewHistory(), New(nil), New(nil)
	slow.thorough = true
	told, glances := 0, 0
	for _, r := range rs {
		h.Fold(r)
		a, b := quick.Judge(r, h), slow.Judge(r, h)
		for g := range r.Groups {
			ix, name := lag.GroupIx(g), r.Groups[g].Name
			if va, vb := a.Of(ix), b.Of(ix); va.State != vb.State || va.Severity != vb.Severity || va.Lag != vb.Lag || va.TimeLag != vb.TimeLag {
				t.Errorf("%s at %s: %s %s at a glance, %s %s at a look", name, r.Tick, va.State, va.Why, vb.State, vb.Why)
			}
			for k := range r.Groups[g].Positions {
				sa, _, _ := a.PositionState(ix, k)
				sb, _, _ := b.PositionState(ix, k)
				told++
				if sa != sb {
					glances++
					if glances < 10 {
						t.Logf("%s position %d at %s: %s at a glance, %s at a look", name, k, r.Tick, sa, sb)
					}
				}
			}
		}
	}
	if told == 0 || glances > 0 {
		t.Errorf("%d of %d positions are told otherwise at a glance", glances, told)
	}
}
