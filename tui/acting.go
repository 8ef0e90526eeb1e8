package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/actions"
	"weir/internal/text"
)

// This file is what the console does when a view asks to change something.

// react does what a view asks for; nil when it is none of this file's.
func (m *model) react(i intent) tea.Cmd {
	switch i := i.(type) {
	case askPlan:
		return m.startPlan(i)
	case applyNow:
		return m.start(i)
	case wakeLater:
		return m.wake(i.of)
	case savePlan:
		return m.out.then(func() (string, error) {
			path, err := m.acts.actor.Save(i.plan, i.name)
			return "kept in " + path + "; weir apply " + path + " carries it out until it expires", err
		})
	case runDo:
		return m.runDo(i)
	case verifyLog:
		m.notice = "checking every record and signature"
		return m.out.verifyAudit(m.acts.actor, i.v)
	case readAnew:
		if i.asked {
			m.notice = "the journal is read again"
		}
		return m.readFor(i.v)
	}
	return nil
}

// actOn opens what can be done to what is selected.
func (m *model) actOn() tea.Cmd {
	v, ok := m.top().(selecting)
	switch {
	case m.acts.actor == nil:
		m.notice = m.acts.unacting
		return nil
	case !ok:
		m.notice = "there is nothing here to act on"
		return nil
	}
	of, ok := v.selected(m.snap())
	if !ok {
		m.notice = "there is nothing under the cursor"
		return nil
	}
	m.open(newActMenu(of))
	return nil
}

// startPlan has a plan made. Leaving the page that asked for it stops that.
func (m *model) startPlan(i askPlan) tea.Cmd {
	m.dropPlan()
	cmd, stop := m.out.plan(m.acts.actor, i)
	m.asking = &asking{by: i.by, stop: stop}
	return cmd
}

// asking is a plan that is being made for a view.
type asking struct {
	by   view
	stop func()
}

// dropPlan stops making a plan that nobody waits for any more.
func (m *model) dropPlan() {
	if m.asking != nil {
		m.asking.stop()
		m.asking = nil
	}
}

// planned brings a plan to the view that asked for it, if it is still looked at.
func (m *model) planned(i askPlan, p actions.Plan, err error) tea.Cmd {
	if m.asking == nil || m.asking.by != i.by || m.top() != i.by {
		return nil
	}
	m.asking = nil
	return i.take(m, p, err)
}

// wake asks for the messages by which a consent knows that time has passed.
func (m *model) wake(c *consent) tea.Cmd {
	cmds := []tea.Cmd{m.out.after(quietFor, quietMsg{c, c.keys})}
	if c.inBeat == 1 {
		cmds = append(cmds, m.out.after(beat, beatMsg{c}))
	}
	return tea.Batch(cmds...)
}

// start carries a plan out. The run's page takes the place of form, plan and consent: going back leads to where the
// person came from.
func (m *model) start(i applyNow) tea.Cmd {
	if m.acts.under() {
		m.notice = "run " + m.acts.work.run + " is still under way; it is ended or stopped first (8 runs)"
		if c, ok := m.top().(*consent); ok {
			c.sent = false
		}
		return nil
	}
	w := &work{plan: i.plan, made: i.made, run: i.resumes, began: m.now}
	var cmd tea.Cmd
	cmd, w.stop = m.out.carry(m.acts.actor, i)
	m.acts.work = w
	kept := m.stack[:1:1]
	for _, v := range m.stack[1:] {
		if p := v.place(); p&(atMenu|atForm|atPlan|atConsent) == 0 {
			kept = append(kept, v)
		}
	}
	m.show(append(kept, newRunPage(w, i.resumes)))
	return cmd
}

// heard takes in what the run under way did.
func (m *model) heard(all []actions.Event) {
	for _, e := range all {
		if n := m.acts.settling; n != nil && n.run == e.Run {
			n.heard(e)
			continue
		}
		if w := m.acts.work; w != nil && (w.run == "" || w.run == e.Run) {
			w.heard(e, m.now)
		}
	}
}

// ended takes in that the run has ended.
func (m *model) ended(rep actions.Report, err error) tea.Cmd {
	w := m.acts.work
	w.over, w.report, w.err, w.waiting = true, rep, err, ""
	if rep.Run != "" {
		w.run = rep.Run
	}
	p, looking := m.top().(*runPage)
	if !looking || p.work != w {
		m.notice = m.glyphs.Safe(strings.TrimSpace(m.acts.verbOf(w.plan.Kind) + " of " + w.plan.Target.Name + ": " + statusWord(rep.Status)))
	}
	cmds := []tea.Cmd{m.refreshRuns()}
	for _, v := range m.stack {
		if p, ok := v.(*runPage); ok && p.work == w && w.run != "" {
			p.run = w.run
			cmds = append(cmds, m.out.readRun(m.acts.actor, p, w.run))
		}
	}
	return tea.Batch(cmds...)
}

// refreshRuns reads the journal again.
func (m *model) refreshRuns() tea.Cmd {
	if m.acts.actor == nil {
		return nil
	}
	return m.out.readRuns(m.acts.actor)
}

// keepRuns reads the journal again now and then while runs are looked at: other consoles and shells act, too.
func (m *model) keepRuns() tea.Cmd {
	const now = 30 * time.Second
	if m.top().place() != atRuns || m.acts.runsAt.IsZero() || m.now.Sub(m.acts.runsAt) < now {
		return nil
	}
	m.acts.runsAt = m.now
	return m.refreshRuns()
}

func (m *model) readRuns(all []actions.RunInfo, err error) tea.Cmd {
	m.acts.runs, m.acts.runsErr, m.acts.runsAt = all, err, m.now
	return nil
}

// readFor reads what a view shows of the journal.
func (m *model) readFor(v view) tea.Cmd {
	switch v := v.(type) {
	case *runPage:
		if v.run != "" {
			return tea.Batch(m.refreshRuns(), m.out.readRun(m.acts.actor, v, v.run))
		}
	case *runs:
		return m.refreshRuns()
	case *auditView:
		return m.out.readAudit(m.acts.actor, v)
	}
	return nil
}

// undoLast makes the plan that undoes a run: that under the cursor, or the newest that can be undone.
func (m *model) undoLast() tea.Cmd {
	if m.acts.actor == nil {
		m.notice = m.acts.unacting
		return nil
	}
	s := m.snap()
	run := m.acts.undoable(s.conf.Name)
	if v, ok := m.top().(interface{ runUnder(*snap) string }); ok {
		run = v.runUnder(s)
	}
	switch {
	case m.acts.under():
		m.notice = "a run is under way; it is undone once it has ended"
	case m.acts.runsAt.IsZero():
		m.notice = "the runs are not read yet"
	case m.acts.runsErr != nil:
		m.notice = m.glyphs.Safe(failure(m.acts.runsErr))
	case run == "":
		m.notice = "there is no run on " + s.safe(s.conf.Name) + " that can be undone"
	default:
		m.notice = "making the plan that undoes run " + m.glyphs.Safe(run) + "; this only reads"
		top := m.top()
		return m.startPlan(askPlan{by: top, undo: run, take: func(m *model, p actions.Plan, err error) tea.Cmd {
			if m.notice = ""; err != nil {
				m.notice = m.glyphs.Safe(failure(err))
				return nil
			}
			m.open(newPlanView(m.snap(), p, planSource{undoes: run, shell: withCluster(m.snap(), "weir", "run", "undo", run)}))
			return nil
		}})
	}
	return nil
}

// runDo is what a person decides about a run.
type runDo struct {
	verb verb
	run  string
	note string
}

func (runDo) intent() {}

// readAnew asks for what a view shows to be read again.
type readAnew struct {
	v     view
	asked bool // by a key
}

func (readAnew) intent() {}

func (m *model) runDo(i runDo) tea.Cmd {
	a := m.acts.actor
	switch i.verb {
	case vStop:
		if w := m.acts.work; m.acts.under() && w.run == i.run {
			m.stopWork()
			return nil
		}
		if n := m.acts.settling; n != nil && n.run == i.run {
			n.stop()
			m.notice = "asked to stop looking; the run stays as it is"
			return nil
		}
		return m.out.then(func() (string, error) {
			return "run " + i.run + " was asked to stop; it ends the step it is at first", a.Cancel(i.run)
		})
	case vSettle:
		return m.settle(i.run)
	case vLeave:
		if strings.TrimSpace(i.note) == "" {
			m.notice = "ending a run as it is needs a note"
			return nil
		}
		return m.out.dismiss(a, i.run, i.note)
	case vGoOn:
		top := m.top()
		return m.startPlan(askPlan{by: top, of: i.run, take: func(m *model, p actions.Plan, err error) tea.Cmd {
			if err != nil {
				m.notice = m.glyphs.Safe(failure(err))
				return nil
			}
			m.open(newPlanView(m.snap(), p, planSource{resumes: i.run, shell: withCluster(m.snap(), "weir", "run", "resume", i.run)}))
			return nil
		}})
	}
	return nil
}

// stopWork has the run under way end after the step in hand.
func (m *model) stopWork() {
	m.acts.work.stopping = true
	m.acts.work.stop()
	m.notice = "asked to stop: the step in hand is ended first"
}

// goTo of what acts: arm and disarm.
func (m *model) armingWord(rest string) tea.Cmd {
	span, reason, _ := strings.Cut(rest, " ")
	d, err := text.ParseDuration(span)
	reason = strings.TrimSpace(reason)
	cluster := m.snap().conf.Name
	const longest = 8 * time.Hour
	switch {
	case m.acts.actor == nil:
		m.notice = m.acts.unacting
	case !m.acts.actor.Policy(cluster).ReadOnly:
		m.notice = m.glyphs.Safe(cluster) + " is not read-only: every plan asks for consent, and nothing needs arming"
	case m.acts.actor.Policy(cluster).NoArming:
		m.notice = m.glyphs.Safe(cluster) + " is read-only, and that can't be lifted here"
	case err != nil || d <= 0 || d > longest || reason == "":
		m.notice = "write :arm 15m REASON: for how long, at most 8h, and why; it stands in the audit log"
	default:
		return m.out.arm(m.acts.actor, cluster, d, reason)
	}
	return nil
}

func (m *model) disarmWord() tea.Cmd {
	cluster := m.snap().conf.Name
	if _, ok := m.acts.armedOn(cluster, m.now); !ok {
		m.notice = m.glyphs.Safe(cluster) + " is not armed"
		return nil
	}
	return m.out.arm(m.acts.actor, cluster, 0, "")
}

func (m *model) armedUntil(cluster string, until time.Time, reason string, err error) {
	if err != nil {
		m.notice = m.glyphs.Safe(failure(err))
		return
	}
	if m.acts.armed == nil {
		m.acts.armed = map[string]arming{}
	}
	m.acts.armed[cluster] = arming{until, reason}
	m.notice = m.glyphs.Safe(cluster) + " is armed until " + m.snap().stamp(until) + "; it ends by itself, or with :disarm"
}

func (m *model) disarmed(cluster string, err error) {
	delete(m.acts.armed, cluster)
	m.notice = m.glyphs.Safe(cluster) + " is read-only again"
	if err != nil {
		m.notice += ", but that could not be recorded: " + m.glyphs.Safe(err.Error())
	}
}

// askNote asks why an unfinished run is well as it is.
func (m *model) askNote() {
	v, ok := m.top().(interface{ runUnder(*snap) string })
	if !ok {
		return
	}
	if no, refused := decide(m.snap(), vLeave, v.runUnder(m.snap())).(say); refused {
		m.notice = no.why
		return
	}
	m.ask('n', "")
}

// note takes the note that ends a run as it is.
func (m *model) note(input string) tea.Cmd {
	if v, ok := m.top().(interface{ runUnder(*snap) string }); ok {
		if run := v.runUnder(m.snap()); run != "" {
			return m.runDo(runDo{verb: vLeave, run: run, note: input})
		}
	}
	m.notice = "no run is under the cursor"
	return nil
}

// saveAs keeps the plan that is looked at in a file of that name.
func (m *model) saveAs(name string) tea.Cmd {
	v, ok := m.top().(*planView)
	if !ok {
		m.notice = "a plan is saved from its page"
		return nil
	}
	return m.react(savePlan{plan: v.plan, name: name})
}

// toWork goes back to the run that this console drives, or drove last.
func (m *model) toWork() tea.Cmd {
	w := m.acts.work
	if w == nil {
		m.notice = "no run was started here; 8 lists those in the journal"
		return nil
	}
	if p, ok := m.top().(*runPage); !ok || p.work != w {
		m.open(newRunPage(w, w.run))
	}
	return nil
}
