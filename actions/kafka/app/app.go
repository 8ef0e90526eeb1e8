// Package app stops the application behind a group before the group is changed, and starts it afterwards, by commands of
// the configuration. Both are steps of a run like any other: shown in the plan, part of what is consented to, and in the
// audit log before they are called. An action that wants it adds the commands to its plan (Prepare), opens an App with
// its run, and gives the App's steps first and last.
package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
)

// The steps.
const (
	Stop  = "stop"
	Start = "start"
)

// Caller calls a program; Exec is one.
type Caller func(ctx context.Context, argv []string, limit time.Duration) (Result, error)

// Prepare adds the commands of steps (Stop, Start, or both) to a plan, with the guard that they still are the
// configuration's when it is applied.
func Prepare(p *actions.Plan, a *cluster.Application, steps ...string) {
	ok, now := true, "both programs are found"
	for _, step := range steps {
		c := command(a, step)
		if _, err := exec.LookPath(c.Argv[0]); err != nil {
			ok, now = false, fmt.Sprintf("%s is not found", c.Argv[0])
		}
		p.Commands = append(p.Commands, c)
	}
	if len(steps) == 1 && ok {
		now = "the program is found"
	}
	p.Guards = append(p.Guards, actions.Guard{Name: "commands_same", Want: "the configuration still has these commands, and their programs are here", Now: now, OK: ok})
}

func command(a *cluster.Application, step string) actions.Command {
	argv := a.Start
	if step == Stop {
		argv = a.Stop
	}
	return actions.Command{Step: step, Argv: argv, Timeout: int64(a.Timeout / time.Second)}
}

// App is the application of a run under way. A nil App has nothing to stop or start.
type App struct {
	group       string
	call        Caller
	stop, start *actions.Command // nil: not in the plan
	empty       time.Duration
	stopped     bool // the stop took effect
	begun       bool // the stop was begun, with whatever outcome
	startBegun  bool
	started     bool
	asked       bool     // this is a process that only finds out
	tails       []string // ends of what failed commands printed
}

// Open takes a plan's commands. They must be those that the configuration has now: a plan file alone makes weir call
// nothing. past is what earlier processes of the run did.
func Open(p actions.Plan, configured *cluster.Application, past []actions.Past, call Caller) (*App, error) {
	if len(p.Commands) == 0 {
		return nil, nil
	}
	if call == nil {
		call = Exec
	}
	a := &App{group: p.Target.Name, call: call}
	for i := range p.Commands {
		c := &p.Commands[i]
		if err := same(p, *c, configured); err != nil {
			return nil, err
		}
		switch c.Step {
		case Stop:
			a.stop = c
		case Start:
			a.start = c
		}
	}
	a.empty = configured.Empty
	for _, s := range past {
		done := s.Outcome == actions.OutcomeApplied
		switch s.Step.ID {
		case Stop:
			a.begun, a.stopped = s.Outcome != actions.OutcomeNot, done
		case Start:
			a.startBegun, a.started = true, done
		}
	}
	return a, nil
}

func same(p actions.Plan, c actions.Command, configured *cluster.Application) error {
	ref := p.Target.String()
	if configured == nil {
		return &actions.Error{Kind: actions.ErrStale, What: "the configuration has no application for group " + p.Target.Name + " any more", Do: "make a new plan",
			Drift: []actions.Drift{{Ref: ref, Field: c.Step, Planned: Line(c.Argv), Found: "none"}}}
	}
	if c.Step != Stop && c.Step != Start {
		return actions.Fail(actions.ErrUsage, fmt.Sprintf("the plan has a command for a step %q", c.Step), "make a new plan")
	}
	now := command(configured, c.Step)
	if !slices.Equal(now.Argv, c.Argv) || now.Timeout != c.Timeout {
		return &actions.Error{Kind: actions.ErrStale, What: "the configuration has other commands for group " + p.Target.Name + " than the plan", Do: "make a new plan",
			Drift: []actions.Drift{{Ref: ref, Field: c.Step, Planned: Line(c.Argv), Found: Line(now.Argv)}}}
	}
	return nil
}

// Steps is how many steps the App adds.
func (a *App) Steps() int {
	n := 0
	if a != nil && a.stop != nil {
		n++
	}
	if a != nil && a.start != nil {
		n++
	}
	return n
}

// ToStop says that the application is still to be stopped; Stops that the plan does so at all.
func (a *App) ToStop() bool { return a.Stops() && !a.stopped }

// Stops says that the plan stops the application.
func (a *App) Stops() bool { return a != nil && a.stop != nil }

// ToStart says that the application is still to be started.
func (a *App) ToStart() bool { return a != nil && a.start != nil && !a.started }

// StartBegun says that a start was begun, by this process or an earlier one: consumers may be reading.
func (a *App) StartBegun() bool { return a != nil && a.startBegun }

// Started says that the application was started.
func (a *App) Started() bool { return a != nil && a.started }

// Empty is how long to wait for the group to be empty after the stop; 0 without one.
func (a *App) Empty() time.Duration {
	if !a.Stops() {
		return 0
	}
	return a.empty
}

// details is what the intent of a step holds besides its title.
type details struct {
	Argv    []string `json:"argv"`
	Members int      `json:"members"` // of the group before; −1 not known
}

// Step is the step Stop or Start; members are how many the group has now, −1 where that isn't known. That its program isn't here is an ErrGuard.
func (a *App) Step(id string, members, of int) (actions.Step, error) {
	c, verb := a.stop, "stop"
	if id == Start {
		c, verb = a.start, "start"
	}
	if _, err := exec.LookPath(c.Argv[0]); err != nil {
		return actions.Step{}, &actions.Error{Kind: actions.ErrGuard, What: fmt.Sprintf("the application can't be made to %s: %s is not found", verb, c.Argv[0]), Do: "correct the applications of the configuration, then make a new plan", Err: err}
	}
	data, err := json.Marshal(details{c.Argv, members})
	if err != nil {
		return actions.Step{}, &actions.Error{Kind: actions.ErrDefect, What: "a command", Err: err}
	}
	limit := time.Duration(c.Timeout) * time.Second
	return actions.Step{ID: id, Title: fmt.Sprintf("%s the application of group %s: %s", verb, a.group, Line(c.Argv)), Of: of, Data: data, Timeout: limit + 2*lastWords}, nil
}

// Line is a command as a shell would take it.
func Line(argv []string) string {
	words := make([]string, len(argv))
	for i, w := range argv {
		plain := w != "" && strings.IndexFunc(w, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-:@+/,=", r))
		}) < 0
		if words[i] = w; !plain {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
