package tui

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/actions"
)

// This file builds the commands that act: they call the Actor, and bring back what it said.

type (
	// answerMsg brings what a job found to whoever asked for it.
	answerMsg func(*model) tea.Cmd
	// heardMsg is what a run did.
	heardMsg []actions.Event
)

// jobs is what is under way outside of Update: the console ends only once it has ended.
type jobs struct {
	mu     sync.Mutex
	ctx    context.Context
	cancel context.CancelCauseFunc
	all    sync.WaitGroup
	closed bool

	heard  []actions.Event
	signal chan struct{}

	report *actions.Report // of the run that ended last
}

func newJobs(ctx context.Context) *jobs {
	j := &jobs{signal: make(chan struct{}, 1)}
	j.ctx, j.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	return j
}

// begin counts a job in; false when the console is ending.
func (j *jobs) begin() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.closed {
		j.all.Add(1)
	}
	return !j.closed
}

// close has every job end as soon as it safely can, for that cause, and waits for it.
func (j *jobs) close(cause error) {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.cancel(cause)
	j.all.Wait()
}

// tell takes what a run did, and never waits.
func (j *jobs) tell(e actions.Event) {
	j.mu.Lock()
	j.heard = append(j.heard, e)
	j.mu.Unlock()
	select {
	case j.signal <- struct{}{}:
	default:
	}
}

// ended keeps what a run came to: when the console has ended, nobody takes it as a message.
func (j *jobs) ended(rep actions.Report) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.report = &rep
}

func (j *jobs) told() []actions.Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := j.heard
	j.heard = nil
	return out
}

// job makes a command of what takes long, and what stops it. Where commands are collected, as in tests, it is put there.
func (o *outside) job(do func(context.Context) answerMsg) (tea.Cmd, func()) {
	if o.jobs == nil {
		return nil, func() {}
	}
	ctx, stop := context.WithCancel(o.jobs.ctx)
	cmd := func() tea.Msg {
		defer stop()
		if !o.jobs.begin() {
			return nil
		}
		defer o.jobs.all.Done()
		return do(ctx)
	}
	if o.collect != nil {
		o.collect(cmd)
		return nil, stop
	}
	return cmd, stop
}

// nextHeard waits for the next words of a run.
func (o *outside) nextHeard() tea.Cmd {
	if o.jobs == nil || o.collect != nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case <-o.jobs.signal:
			return heardMsg(o.jobs.told())
		case <-o.done:
			return nil
		}
	}
}

// after brings a message when time has passed.
func (o *outside) after(d time.Duration, msg tea.Msg) tea.Cmd {
	if o.later != nil {
		o.later(d, msg)
		return nil
	}
	return func() tea.Msg {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return msg
		case <-o.done:
			return nil
		}
	}
}

// plan makes a plan as it is asked for.
func (o *outside) plan(a Actor, i askPlan) (tea.Cmd, func()) {
	return o.job(func(ctx context.Context) answerMsg {
		var p actions.Plan
		var err error
		switch {
		case i.undo != "":
			p, err = a.UndoPlan(ctx, i.undo)
		case i.of != "":
			p, err = a.PlanOf(ctx, i.of)
		default:
			p, err = a.Plan(ctx, i.req, i.files)
		}
		return func(m *model) tea.Cmd { return m.planned(i, p, err) }
	})
}

// carry applies a plan, or goes on with a run.
func (o *outside) carry(a Actor, i applyNow) (tea.Cmd, func()) {
	return o.job(func(ctx context.Context) answerMsg {
		var rep actions.Report
		var err error
		if i.resumes != "" {
			rep, err = a.Resume(ctx, i.resumes, i.plan, i.consent, o.jobs.tell)
		} else {
			rep, err = a.Apply(ctx, i.plan, i.consent, o.jobs.tell)
		}
		o.jobs.ended(rep)
		return func(m *model) tea.Cmd { return m.ended(rep, err) }
	})
}

// readRuns reads what the journal tells of all runs.
func (o *outside) readRuns(a Actor) tea.Cmd {
	cmd, _ := o.job(func(ctx context.Context) answerMsg {
		all, err := a.Runs(ctx)
		return func(m *model) tea.Cmd { return m.readRuns(all, err) }
	})
	return cmd
}

// readRun reads one run with its entries.
func (o *outside) readRun(a Actor, v *runPage, run string) tea.Cmd {
	cmd, _ := o.job(func(ctx context.Context) answerMsg {
		info, entries, err := a.Show(ctx, run)
		return func(m *model) tea.Cmd { v.read(m, info, entries, err); return nil }
	})
	return cmd
}

// mostEntries is how many of the newest entries of the audit log are listed.
const mostEntries = 5000

func (o *outside) readAudit(a Actor, v *auditView) tea.Cmd {
	cmd, _ := o.job(func(ctx context.Context) answerMsg {
		all, err := a.Entries(ctx, mostEntries)
		return func(*model) tea.Cmd { v.read(all, err); return nil }
	})
	return cmd
}

func (o *outside) verifyAudit(a Actor, v *auditView) tea.Cmd {
	cmd, _ := o.job(func(ctx context.Context) answerMsg {
		rep, err := a.Verify(ctx)
		return func(m *model) tea.Cmd { v.verified(m, rep, err); return nil }
	})
	return cmd
}

// settle finds out what became of a run's steps in doubt.
func (o *outside) settle(a Actor, run string) (tea.Cmd, func()) {
	return o.job(func(ctx context.Context) answerMsg {
		found, err := a.Settle(ctx, run, o.jobs.tell)
		return func(m *model) tea.Cmd { return m.settled(run, found, err) }
	})
}

// dismiss ends a run as it is.
func (o *outside) dismiss(a Actor, run, note string) tea.Cmd {
	return o.thenIn(func(ctx context.Context) (string, error) {
		return "run " + run + " is ended as it is; the note stands in the audit log", a.Dismiss(ctx, run, note)
	})
}

// then does something and says what came of it; runs are read anew after it.
func (o *outside) then(do func() (string, error)) tea.Cmd {
	return o.thenIn(func(context.Context) (string, error) { return do() })
}

func (o *outside) thenIn(do func(context.Context) (string, error)) tea.Cmd {
	cmd, _ := o.job(func(ctx context.Context) answerMsg {
		said, err := do(ctx)
		return func(m *model) tea.Cmd {
			if m.notice = m.glyphs.Safe(said); err != nil {
				m.notice = m.glyphs.Safe(failure(err))
			}
			return tea.Batch(m.refreshRuns(), m.readFor(m.top()))
		}
	})
	return cmd
}

// arm lifts read-only, or ends that when d is 0.
func (o *outside) arm(a Actor, cluster string, d time.Duration, reason string) tea.Cmd {
	cmd, _ := o.job(func(ctx context.Context) answerMsg {
		if d == 0 {
			err := a.Disarm(ctx, cluster)
			return func(m *model) tea.Cmd { m.disarmed(cluster, err); return nil }
		}
		until, err := a.Arm(ctx, cluster, d, reason)
		return func(m *model) tea.Cmd { m.armedUntil(cluster, until, reason, err); return nil }
	})
	return cmd
}
