package state

import (
	"fmt"
	"testing"

	"weir/lag"
)

// A group's way into trouble and out of it stands among the changes, once each.
func TestTurns(t *testing.T) {
	s := warm(t, 2)
	var told []string
	pass := func(seconds int) {
		for range seconds {
			before := s.res
			s.pass(1)
			for _, e := range Turned(before, s.res, s.r) {
				if e.Kind != lag.StateChanged || e.Subject.String() != "sim/group/billing" || !e.At.Equal(s.r.Tick) {
					t.Errorf("%+v", e)
				}
				told = append(told, e.Before+">"+e.After)
			}
		}
	}
	pass(30)
	s.reads[1] = false
	pass(60)
	s.reads[1] = true
	pass(60)
	if got := fmt.Sprint(told); got != "[keeping_up>stalled stalled>keeping_up]" {
		t.Error(got)
	}
	if got := Turned(nil, s.res, s.r); got != nil {
		t.Errorf("at the first reading: %v", got)
	}
}

// With a broker hundreds come into trouble at once: they don't push everything else out of the feed.
func TestTurnsOfHundreds(t *testing.T) {
	const n = 250
	prev, next := &Result{Groups: make([]Verdict, n)}, &Result{Groups: make([]Verdict, n)}
	r := &lag.Reading{Topology: &lag.Topology{Cluster: "c", Groups: make([]lag.Group, n)}}
	for g := range n {
		prev.Groups[g] = Verdict{State: KeepingUp}
		next.Groups[g] = Verdict{State: NotVisible, Severity: Warning}
	}
	r.Groups[3].Gone = true
	got := Turned(prev, next, r)
	if last := got[len(got)-1]; len(got) != turnsToldEach+1 || last.After != "and 149 more" || last.Subject.Kind != lag.KindCluster {
		t.Errorf("%d events, the last %+v", len(got), last)
	}
}
