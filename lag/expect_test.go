package lag

import (
	"testing"
	"time"
)

// TestAWiderPaceIsNoGap: readings that come further apart on purpose leave what was seen before as good as it was.
func TestAWiderPaceIsNoGap(t *testing.T) {
	for _, expected := range []bool{true, false} {
		g := newRig(1)
		for range 10 {
			g.ends[0] += 10
			g.tick(5 * time.Second)
		}
		if expected {
			g.h.Expect(20 * time.Second)
		}
		g.ends[0] += 40
		g.tick(20 * time.Second)
		if told := g.h.Ends()[0].Back == Never; told != expected {
			t.Errorf("expected %t: taken for a stretch in which nothing was seen: %t", expected, !told)
		}
	}
	h := NewHistory()
	if h.Expect(time.Minute); h.Step() != 0 {
		t.Error("before any reading there is no step")
	}
}
