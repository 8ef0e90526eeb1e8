package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/lag"
)

// Nothing more is done here with -all, which is given to all packages of actions at once.
var _ = flag.Bool("all", false, "changes nothing here")

func TestExec(t *testing.T) {
	t.Setenv("WEIR_TEST_INHERITED", "yes")
	for _, tt := range []struct {
		argv  string
		limit time.Duration
		want  string
		tail  string
	}{
		{"true", time.Minute, "ended with exit code 0", ""},
		{"echo $WEIR_TEST_INHERITED; exit 3", time.Minute, "ended with exit code 3", "yes"},
		{"kill -9 $$", time.Minute, "was killed", ""},
		{"sleep 600 & sleep 600", 50 * time.Millisecond, "took too long and was ended", ""},
		{"cat; echo end of input", time.Minute, "ended with exit code 0", "end of input"},
		{`printf 'a\nb\n\033[2Jc\nd\ne\nf\n'`, time.Minute, "ended with exit code 0", `b / \e[2Jc / d / e / f`},
		{"i=0; while [ $i -lt 3000 ]; do echo 0123456789; i=$((i+1)); done; echo last", time.Minute, "ended with exit code 0", "0123456789 / 0123456789 / 0123456789 / 0123456789 / last"},
	} {
		r, err := Exec(t.Context(), []string{"sh", "-c", tt.argv}, tt.limit)
		if err != nil || r.String() != tt.want || r.ok() != (tt.want == "ended with exit code 0") {
			t.Errorf("%s: %v, %v; want %s", tt.argv, r, err, tt.want)
		}
		if tt.tail != "" && r.Tail != tt.tail && !strings.Contains(tt.tail, "[2J") || strings.Contains(r.Tail, "\x1b") || len(r.Tail) > tailBytes+64 {
			t.Errorf("%s printed %q, want %q", tt.argv, r.Tail, tt.tail)
		}
	}
	if _, err := Exec(t.Context(), []string{"/nowhere/weir-none"}, time.Minute); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a program that isn't there: %v", err)
	}
}

// two is an application whose commands are there everywhere.
func two() *cluster.Application {
	return &cluster.Application{Stop: []string{"sh", "-c", "stop it"}, Start: []string{"sh", "-c", "start it"}, Timeout: 90 * time.Second, Empty: time.Minute}
}

func plan(a *cluster.Application, steps ...string) actions.Plan {
	p := actions.Plan{Target: lag.Ref{Cluster: "c", Kind: lag.KindGroup, Name: "g"}}
	Prepare(&p, a, steps...)
	return p
}

func TestPrepare(t *testing.T) {
	p := plan(two(), Stop, Start)
	if fmt.Sprint(p.Commands) != "[{stop [sh -c stop it] 90} {start [sh -c start it] 90}]" || !p.Guards[0].OK {
		t.Errorf("%+v", p)
	}
	a := two()
	a.Start[0] = "/nowhere/weir-none"
	if p = plan(a, Stop, Start); p.Guards[0].OK || p.Guards[0].Now != "/nowhere/weir-none is not found" {
		t.Errorf("%+v", p.Guards)
	}
	one, err := Open(p, a, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.Step(Start, 0, 1); !errors.Is(err, actions.ErrGuard) {
		t.Errorf("a program that isn't there: %v", err)
	}
}

// TestOpenHoldsToTheConfiguration refuses commands that the configuration doesn't have, or not any more.
func TestOpenHoldsToTheConfiguration(t *testing.T) {
	p := plan(two(), Stop, Start)
	other, late := two(), two()
	other.Start, late.Timeout = []string{"sh", "-c", "something else"}, time.Minute
	odd := p
	odd.Commands = []actions.Command{{Step: "commit-1", Argv: p.Commands[0].Argv, Timeout: 90}}
	for name, tt := range map[string]struct {
		plan actions.Plan
		now  *cluster.Application
		kind actions.Kind
		says string
	}{
		"none":         {p, nil, actions.ErrStale, "no application for group g any more (make a new plan)"},
		"another":      {p, other, actions.ErrStale, "c/group/g start was sh -c 'start it', is sh -c 'something else'"},
		"another time": {p, late, actions.ErrStale, "has other commands"},
		"another step": {odd, two(), actions.ErrUsage, `a step "commit-1"`},
	} {
		_, err := Open(tt.plan, tt.now, nil, nil)
		if actions.ExitCode(err) != int(tt.kind) || !strings.Contains(strings.ReplaceAll(fmt.Sprint(err), "; c/group/g stop was sh -c 'stop it', is none", ""), tt.says) {
			t.Errorf("%s: %v, want %s", name, err, tt.says)
		}
	}
	if a, err := Open(actions.Plan{}, nil, nil, nil); a != nil || err != nil {
		t.Errorf("without commands: %v, %v", a, err)
	}
	var none *App
	if none.ToStop() || none.ToStart() || none.Stops() || none.Started() || none.StartBegun() || none.Steps() != 0 || none.Empty() != 0 || none.Left() != nil {
		t.Error("a nil App does something")
	}
}

func TestDo(t *testing.T) {
	boom := errors.New("no such file")
	for _, tt := range []struct {
		name    string
		step    string
		result  Result
		err     error
		outcome actions.Outcome
		exit    int
		says    string
		left    string
	}{
		{"stop", Stop, Result{}, nil, actions.OutcomeApplied, 0, "", "MAY BE STOPPED: weir did not start it. Start it by hand: sh -c 'start it'"},
		{"stop fails", Stop, Result{Code: 1, Tail: "hush"}, nil, actions.OutcomeMixed, 8, "whether it is stopped is not known (see whether it runs; to start it: sh -c 'start it')", "hush"},
		{"stop late", Stop, Result{Late: true}, nil, actions.OutcomeMixed, 8, "took too long", "MAY BE STOPPED"},
		{"stop not called", Stop, Result{}, boom, actions.OutcomeNot, 4, "sh could not be called", ""},
		{"start", Start, Result{}, nil, actions.OutcomeApplied, 0, "", ""},
		{"start fails", Start, Result{Code: 3, Tail: "hush"}, nil, actions.OutcomeMixed, 8, "ended with exit code 3: whether it runs is not known (start it by hand: sh -c 'start it')", "MAY BE STOPPED"},
		{"start not called", Start, Result{}, boom, actions.OutcomeNot, 4, "start it by hand", "MAY BE STOPPED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var called []string
			a, err := Open(plan(two(), Stop, Start), two(), nil, func(_ context.Context, argv []string, limit time.Duration) (Result, error) {
				called = argv
				if limit != 90*time.Second {
					t.Errorf("limit %v", limit)
				}
				return tt.result, tt.err
			})
			if err != nil {
				t.Fatal(err)
			}
			a.begun = tt.step == Start
			step, err := a.Step(tt.step, 2, 4)
			if err != nil || step.ID != tt.step || step.Timeout <= 90*time.Second || string(step.Data) != `{"argv":["sh","-c","`+tt.step+` it"],"members":2}` {
				t.Fatalf("%+v, %v", step, err)
			}
			d, err := a.Call(t.Context(), step)
			if d.Outcome != tt.outcome || actions.ExitCode(err) != tt.exit || tt.says != "" && !strings.Contains(fmt.Sprint(err), tt.says) || called[2] != tt.step+" it" {
				t.Errorf("%+v, %v", d, err)
			}
			if strings.Contains(fmt.Sprint(d.Note, string(d.Data), err), "hush") {
				t.Errorf("what a command printed reaches the audit log: %+v, %v", d, err)
			}
			if left := fmt.Sprint(a.Left()); !strings.Contains(left, tt.left) || tt.left == "" && a.Left() != nil {
				t.Errorf("left: %s, want %q", left, tt.left)
			}
		})
	}
}

func TestSettle(t *testing.T) {
	members := cluster.Group{Name: "g", State: "Stable", Members: []cluster.Member{{ClientID: "m", Host: "/h"}}}
	empty := cluster.Group{Name: "g", State: "Empty"}
	for _, tt := range []struct {
		step   string
		before int
		group  cluster.Group
		want   actions.Outcome
		says   string
	}{
		{Stop, 1, empty, actions.OutcomeApplied, "the 1 member has gone; whether the command had ended is not known. To start it: go on with the run, undo it, or by hand: sh -c 'start it'"},
		{Stop, 0, empty, actions.OutcomeMixed, "the group has no members, and had none before. Going on calls it again"},
		{Stop, 1, members, actions.OutcomeMixed, "1 member: m on h. Going on calls it again"},
		{Stop, 1, cluster.Group{State: "PreparingRebalance"}, actions.OutcomeMixed, "no members"},
		{Start, 0, members, actions.OutcomeApplied, "1 member"},
		{Start, 1, members, actions.OutcomeMixed, "is not known; the group has 1 member. To start it"},
		{Start, 0, empty, actions.OutcomeMixed, "the group has 0 members"},
	} {
		a, err := Open(plan(two(), Stop, Start), two(), []actions.Past{{Step: actions.Step{ID: Stop}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		step, err := a.Step(tt.step, tt.before, 0)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := a.Settle(step, tt.group); err != nil || d.Outcome != tt.want || !strings.Contains(d.Note, tt.says) || a.Left() != nil {
			t.Errorf("%s: %+v, %v, left %v; want %s", tt.step, d, err, a.Left(), tt.says)
		}
	}
	if _, err := new(App).Settle(actions.Step{ID: Stop, Data: []byte("{")}, empty); !errors.Is(err, actions.ErrAudit) {
		t.Errorf("a damaged journal: %v", err)
	}
}

// TestResumed takes over what the journal says of earlier processes.
func TestResumed(t *testing.T) {
	past := func(id string, o actions.Outcome) actions.Past {
		return actions.Past{Step: actions.Step{ID: id}, Outcome: o}
	}
	for _, tt := range []struct {
		past                     []actions.Past
		toStop, toStart, started bool
		left                     bool
	}{
		{nil, true, true, false, false},
		{[]actions.Past{past(Stop, actions.OutcomeNot)}, true, true, false, false},
		{[]actions.Past{past(Stop, actions.OutcomeMixed)}, true, true, false, true},
		{[]actions.Past{past(Stop, actions.OutcomeApplied)}, false, true, false, true},
		{[]actions.Past{past(Stop, actions.OutcomeApplied), past(Start, actions.OutcomeMixed)}, false, true, false, true},
		{[]actions.Past{past(Stop, actions.OutcomeApplied), past(Start, actions.OutcomeApplied)}, false, false, true, false},
	} {
		a, err := Open(plan(two(), Stop, Start), two(), tt.past, nil)
		if err != nil || a.ToStop() != tt.toStop || a.ToStart() != tt.toStart || a.Started() != tt.started || (a.Left() != nil) != tt.left {
			t.Errorf("%+v: to stop %v, to start %v, started %v, left %v, %v", tt.past, a.ToStop(), a.ToStart(), a.Started(), a.Left(), err)
		}
	}
}
