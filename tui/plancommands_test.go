package tui

import (
	"fmt"
	"strings"
	"testing"

	"weir/actions"
	"weir/lag"
)

// TestPlanShowsItsCommands holds the plan's view, its page and its first line to what the plan would call on this host,
// also where nothing else is changed.
func TestPlanShowsItsCommands(t *testing.T) {
	s := open(t, nil, 100, 40, 0, healthy).m.snap()
	p := actions.Plan{Kind: "test.reset", Target: lag.Ref{Cluster: "c", Kind: lag.KindGroup, Name: "g"}, Warnings: []string{"mind the gap"},
		Commands: []actions.Command{{Step: "stop", Argv: []string{"kubectl", "scale", "a b\x1b[2J"}, Timeout: 60}}}
	if got := planWords(s, &p); !strings.Contains(got, "0 changes, and 1 command on this host") {
		t.Errorf("%q", got)
	}
	page := strings.Join(planPage(s, &p), "\n")
	if !strings.Contains(page, "commands, called on this host without a shell\n  stop  kubectl scale 'a b") || strings.Contains(page, "\x1b") {
		t.Errorf("%s", page)
	}
	v := &planView{plan: p}
	var mind strings.Builder
	for _, l := range v.mind(s, 100) {
		mind.WriteString(l.text() + "\n")
	}
	if got := mind.String(); !strings.HasPrefix(got, "   ▲ Calls on this host, to stop: kubectl scale 'a b") || !strings.Contains(got, "Mind the gap") || strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
	if in, ok := v.do(s, vOpen).(say); ok && strings.Contains(fmt.Sprint(in), "nothing is to be done") {
		t.Errorf("no consent can be given: %v", in)
	}
}

// TestRunTellsWhatItLeaves shows what is left to a person at the end of a run, fit for a terminal.
func TestRunTellsWhatItLeaves(t *testing.T) {
	s := open(t, nil, 100, 40, 0, healthy).m.snap()
	p := newRunPage(&work{report: actions.Report{Notes: []string{"THE APPLICATION MAY BE STOPPED\nsh printed: \x1b[2J"}}}, "r-1")
	if got := p.left(s, 100); len(got) != 0 {
		t.Errorf("while it runs: %v", got)
	}
	p.work.over = true
	got := p.left(s, 100)
	if len(got) != 2 || got[0].text() != " THE APPLICATION MAY BE STOPPED" || strings.Contains(got[1].text(), "\x1b") {
		t.Errorf("%v", got)
	}
}
