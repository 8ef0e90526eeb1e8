package cli

import (
	"testing"

	"weir/lag"
)

// TestPatternsThatMatchNothing are told as such only where nothing could be hidden.
func TestPatternsThatMatchNothing(t *testing.T) {
	names := []string{"payments", "audit"}
	for _, tt := range []struct {
		pattern string
		reading *lag.Reading
		ok      bool
		unknown lag.Reason
		remedy  string
	}{
		{"pay*", &lag.Reading{Complete: true}, true, lag.NoReason, ""},
		{"pay*", &lag.Reading{}, true, lag.NoReason, ""},
		{"paymets", &lag.Reading{Complete: true}, false, lag.NoReason, "correct the pattern, or take it out; did you mean payments?"},
		{"zzz*", &lag.Reading{Complete: true}, false, lag.NoReason, "correct the pattern, or take it out"},
		{"zzz*", &lag.Reading{}, false, lag.NotAuthorized, ""},
		{"pay*", nil, false, lag.Unreachable, ""},
	} {
		got := written{lag.KindGroup, tt.pattern, "[[policy]]"}.check(tt.reading, names)
		if got.OK != tt.ok || got.Unknown != tt.unknown || got.Remedy != tt.remedy || got.Detail == "" || got.Check != patternCheck {
			t.Errorf("%s: %+v", tt.pattern, got)
		}
	}
}

// TestDoctorAsksNothingForNoPatterns leaves a cluster alone about which the configuration has no patterns.
func TestDoctorAsksNothingForNoPatterns(t *testing.T) {
	s := newShell(t)
	s.run("doctor", "-c", "prod")
	if len(s.wants) > 0 {
		t.Errorf("%d sweeps", len(s.wants))
	}
}
