package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"weir/lag"
)

// TestABrokerThatAnswersAfterHalfAMinute: until it does, every tick is told, with the numbers and the stamps of before; its
// answer is of when it came, and a focus, a pace and a wish to read now wait for nobody meanwhile.
func TestABrokerThatAnswersAfterHalfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a"}
		f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
			if n == 3 {
				time.Sleep(30 * time.Second) // it heeds no time-out
			}
			return f.reading(n), nil
		}
		var told, late int
		watched(t, f, Options{}, func(e *Engine) {
			before := (<-e.States()).Clusters[0].Reading.EndAt[0].Answered
			deadline := time.Now().Add(50 * time.Second)
			for time.Now().Before(deadline) {
				e.Focus([]lag.Ref{{Cluster: "a", Kind: lag.KindGroup, Name: "g"}})
				e.SetPace(Pace{})
				e.ReadNow()
				s := <-e.States()
				r := s.Clusters[0].Reading
				told++
				if at := r.EndAt[0].Answered; at.Before(before) || at.After(s.At) {
					t.Errorf("at %s numbers of %s are told, after those of %s", s.At, at, before)
				} else {
					before = at
				}
				if s.At.Sub(before) > 6*time.Second {
					late++
					if len(r.Gaps) == 0 || r.Complete {
						t.Errorf("numbers %s old are told without a gap", s.At.Sub(before))
					}
				}
			}
		})
		if told < 9 || late < 4 {
			t.Errorf("%d states told, %d of them of numbers that are late", told, late)
		}
	})
}
