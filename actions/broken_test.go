package actions

import (
	"fmt"
	"io"
	"testing"
)

// TestBrokenConnectionIsNoEnd has the connection break while the guards of a step are checked: what breaks it is io.EOF,
// too, and doesn't say that all steps are done.
func TestBrokenConnectionIsNoEnd(t *testing.T) {
	for at, kind := range []Kind{ErrUnseen, ErrPartial} {
		x, l, _ := bench(t)
		l.next = func(i int) error {
			if i == at {
				return fmt.Errorf("broker 1: %w", io.EOF)
			}
			return nil
		}
		p, c := planned(t, x)
		rep, err := x.Apply(t.Context(), p, c)
		wantKind(t, err, kind)
		if rep.Status != StatusFailed || rep.Done != at {
			t.Errorf("%+v", rep)
		}
	}
}
