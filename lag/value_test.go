package lag

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// offsets are what brokers may answer, and what stands for their absence.
func offsets() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(0, 1000), rapid.Int64Range(-1000, math.MaxInt64/4), rapid.Just(Unknown), rapid.Just(None))
}

func TestOf(t *testing.T) {
	for _, c := range []struct{ start, end, committed, want int64 }{
		{0, 100, 40, 60}, {0, 100, 100, 0}, {50, 100, 40, 50}, {0, 100, 120, -20}, {120, 100, 40, 0}, {0, 0, 0, 0},
		{0, 100, None, None}, {Unknown, Unknown, None, None}, {0, Unknown, 4, Unknown}, {Unknown, 9, 4, Unknown}, {0, 9, Unknown, Unknown},
		{0, 100, -1, 100},
	} {
		if got := Of(c.start, c.end, c.committed); got != c.want {
			t.Errorf("Of(%d, %d, %d) = %d, want %d", c.start, c.end, c.committed, got, c.want)
		}
	}
}

func TestLostOf(t *testing.T) {
	for _, c := range []struct{ start, committed, want int64 }{
		{50, 40, 10}, {50, 50, 0}, {50, 60, 0}, {0, 0, 0}, {50, None, None}, {50, Unknown, Unknown}, {Unknown, 40, Unknown},
		{0, -5, 0}, {50, -5, 50}, // there never was a record before 0
	} {
		if got := LostOf(c.start, c.committed); got != c.want {
			t.Errorf("LostOf(%d, %d) = %d, want %d", c.start, c.committed, got, c.want)
		}
	}
}

func TestOfProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, end, c := offsets().Draw(t, "start"), offsets().Draw(t, "end"), offsets().Draw(t, "committed")
		v, lost := Of(start, end, c), LostOf(start, c)
		if Known(v) && (!Known(start) || !Known(end) || !Known(c)) {
			t.Fatalf("a lag of %d from what is not known", v)
		}
		if c == None && (v != None || lost != None) {
			t.Fatalf("no commit, and lag %d, lost %d", v, lost)
		}
		if Known(lost) && lost < 0 {
			t.Fatalf("lost %d", lost)
		}
		if Known(v) && v >= 0 && c <= end && 0 <= start && start <= end && v+lost != end-max(0, c) {
			t.Fatalf("lag %d and lost %d are not end − committed = %d", v, lost, end-max(0, c))
		}
		if Known(v) && (v < 0) != (c > end) {
			t.Fatalf("lag %d with commit %d and end %d", v, c, end)
		}
	})
}

func TestSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOf(offsets()).Draw(t, "values")
		var s Sum
		var want float64
		missing, known := 0, 0
		for _, v := range vs {
			s.Add(v)
			if !Known(v) {
				missing++
				continue
			}
			known++
			want += float64(max(v, 0))
		}
		got, bound := s.Value()
		switch {
		case missing > 0 && bound != AtLeast, missing == 0 && bound != Exact:
			t.Fatalf("bound %v with %d missing", bound, missing)
		case known == 0 && missing > 0 && got != Unknown:
			t.Fatalf("%d from nothing known", got)
		case known > 0 && got < 0:
			t.Fatalf("a sum of %d", got)
		case known > 0 && want < math.MaxInt64/2 && math.Abs(float64(got)-want) > want*1e-9:
			t.Fatalf("%d, want %f", got, want)
		case known > 0 && want > math.MaxInt64 && got != math.MaxInt64:
			t.Fatalf("%d overflowed", got)
		}
	})
}

func TestWords(t *testing.T) {
	if Exact.String() != "exact" || AtLeast.String() != "at_least" {
		t.Error(Exact, AtLeast)
	}
	seen := map[string]bool{}
	for _, k := range EventKinds() {
		if k == "" || seen[k] {
			t.Errorf("kind %q", k)
		}
		seen[k] = true
	}
	for _, r := range Reasons() {
		if r == "" {
			t.Error("a reason without a name")
		}
	}
	if EventKind(200).String() != "" || Reason(200).String() != "" || GroupType(200).String() != "unknown" {
		t.Error("what does not exist has a name")
	}
	for state, want := range map[string]Phase{"Stable": Steady, "Empty": Memberless, "Dead": Memberless, "PreparingRebalance": Moving,
		"Assigning": Moving, "Reconciling": Moving, "": Unlisted, "SomethingNew": Unlisted} {
		if got := PhaseOf(state); got != want {
			t.Errorf("%q is %d, want %d", state, got, want)
		}
	}
}
