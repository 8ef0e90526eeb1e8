package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
)

// Call calls the command of a step.
func (a *App) Call(ctx context.Context, s actions.Step) (actions.Done, error) {
	c := a.stop
	if s.ID == Start {
		c, a.startBegun = a.start, true
	} else {
		a.begun = true
	}
	r, err := a.call(ctx, c.Argv, time.Duration(c.Timeout)*time.Second)
	if err != nil {
		if s.ID == Stop {
			a.begun = false
		}
		return actions.Done{Outcome: actions.OutcomeNot, Note: "not begun"}, &actions.Error{Kind: actions.ErrGuard, What: fmt.Sprintf("%s: %s could not be called", s.ID, c.Argv[0]), Do: a.byHand(s.ID), Err: err}
	}
	data, err := json.Marshal(struct {
		Code int  `json:"exit_code"`
		Late bool `json:"timed_out"`
	}{r.Code, r.Late})
	if err != nil {
		return actions.Done{}, &actions.Error{Kind: actions.ErrDefect, What: "a result", Err: err}
	}
	d := actions.Done{Outcome: actions.OutcomeApplied, Note: "the command " + r.String(), Data: data}
	if r.ok() {
		a.stopped, a.started = a.stopped || s.ID == Stop, a.started || s.ID == Start
		return d, nil
	}
	if r.Tail != "" {
		a.tails = append(a.tails, fmt.Sprintf("%s printed at its end: %s", c.Argv[0], r.Tail))
	}
	d.Outcome = actions.OutcomeMixed
	what := fmt.Sprintf("the command that stops the application %s: whether it is stopped is not known", r)
	if s.ID == Start {
		what = fmt.Sprintf("the command that starts the application %s: whether it runs is not known", r)
	}
	return d, &actions.Error{Kind: actions.ErrPartial, What: what, Do: a.byHand(s.ID)}
}

func (a *App) byHand(step string) string {
	if step == Start {
		return "start it by hand: " + Line(a.start.Argv)
	}
	if a.start == nil {
		return ""
	}
	return "see whether it runs; to start it: " + Line(a.start.Argv)
}

// Settle tells what is known of a step that was cut off, by the group's members: a command leaves no other trace.
func (a *App) Settle(s actions.Step, g cluster.Group) (actions.Done, error) {
	n := len(g.Members)
	a.asked = true
	var d details
	if err := json.Unmarshal(s.Data, &d); err != nil {
		return actions.Done{}, &actions.Error{Kind: actions.ErrAudit, What: "the journal", Err: err}
	}
	return a.settle(s, g, d.Members, n), nil
}

func (a *App) settle(s actions.Step, g cluster.Group, before, n int) actions.Done {
	switch {
	case s.ID == Stop && before > 0 && g.Empty():
		a.stopped = true
		return actions.Done{Outcome: actions.OutcomeApplied, Note: "the " + text.Plural(before, "member has", "members have") + " gone; whether the command had ended is not known. " + a.offer()}
	case s.ID == Start && before == 0 && n > 0:
		a.started = true
		return actions.Done{Outcome: actions.OutcomeApplied, Note: "the group has " + text.Plural(n, "member", "members") + "; whether the command had ended is not known"}
	case s.ID == Stop && n == 0:
		return actions.Done{Outcome: actions.OutcomeMixed, Note: "whether the command was called is not known; the group has no members, and had none before. Going on calls it again. " + a.offer()}
	case s.ID == Stop:
		return actions.Done{Outcome: actions.OutcomeMixed, Note: fmt.Sprintf("whether the command was called is not known; the group has %s: %s. Going on calls it again. %s", text.Plural(n, "member", "members"), g.Who(), a.offer())}
	}
	return actions.Done{Outcome: actions.OutcomeMixed, Note: "whether the command was called is not known; the group has " + text.Plural(n, "member", "members") + ". " + a.offer()}
}

// offer says how the application comes back.
func (a *App) offer() string {
	if a.start == nil {
		return ""
	}
	return "To start it: go on with the run, undo it, or by hand: " + Line(a.start.Argv)
}

// Left tells, at the end of a process, what it leaves behind: an application that stays stopped, and what failed commands
// printed. Nil where there is nothing to tell. It is for the person's eyes only, not for the audit log.
func (a *App) Left() error {
	if a == nil {
		return nil
	}
	var lines []string
	if a.ToStart() && !a.asked && (a.begun || a.stop == nil) {
		lines = append(lines, fmt.Sprintf("THE APPLICATION OF GROUP %s MAY BE STOPPED: weir did not start it. Start it by hand: %s", a.group, Line(a.start.Argv)))
	}
	lines = append(lines, a.tails...)
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}
