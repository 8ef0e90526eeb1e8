package kafkatest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"weir/actions"
)

// Sweep counts the points at which weir was cut off, and how the next start found what it was at.
type Sweep struct {
	mu     sync.Mutex
	points int
	found  map[string]int
}

// NewSweep counts for the test, or for all of its subtests. At its end it prints a line of the sweeps' table, and fails the
// test if there were too few points.
func NewSweep(t testing.TB, action, on string, least int) *Sweep {
	t.Helper()
	s := &Sweep{found: map[string]int{}}
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.points < least && !t.Failed() {
			t.Errorf("cut off at %d points only, %d are wanted", s.points, least)
		}
		var found []string
		for _, what := range slices.Sorted(maps.Keys(s.found)) {
			found = append(found, fmt.Sprintf("%s %d", what, s.found[what]))
		}
		fmt.Printf("sweep: %-15s %-9s %4d points: %s\n", action, on, s.points, strings.Join(found, ", "))
	})
	return s
}

// Point counts a point by the run as it was found afterwards; one that its journal doesn't know never began.
func (s *Sweep) Point(found actions.RunInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.points++
	what := string(found.Status)
	if what == "" || found.Status == actions.StatusCancelled {
		what = "not begun"
	}
	s.found[what]++
}
