package tui

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// runPage is one run: while it is driven from here as it goes, and afterwards as the journal tells it.
type runPage struct {
	grid
	run     string
	work    *work // nil: it wasn't started by this console
	info    actions.RunInfo
	entries []audit.Entry
	rows    []stepRow
	isRead  bool
	fault   string
}

func newRunPage(w *work, run string) *runPage {
	return &runPage{run: run, work: w, grid: grid{columns: stepColumns, grow: 0, chosen: -1}}
}

func (p *runPage) place() place           { return atRun }
func (p *runPage) runUnder(*snap) string  { return p.run }
func (p *runPage) command(*snap) []string { return []string{"weir", "run", "show", p.run} }
func (p *runPage) crumbs(*snap) []string {
	if p.run == "" {
		return []string{"runs", "beginning"}
	}
	return []string{"runs", p.run}
}

func (p *runPage) focus(*snap) []lag.Ref {
	target := p.info.Target
	if p.work != nil {
		target = p.work.plan.Target.String()
	}
	if ref, err := lag.ParseRef(target); err == nil {
		return focusOf([]lag.Ref{ref})
	}
	return nil
}

func (p *runPage) opened() intent {
	if p.live() {
		return nil
	}
	return readAnew{v: p}
}

// live reports whether the run is driven from here now.
func (p *runPage) live() bool { return p.work != nil && !p.work.over }

// read takes in what the journal tells.
func (p *runPage) read(m *model, info actions.RunInfo, entries []audit.Entry, err error) {
	p.isRead = true
	if err != nil {
		p.fault = m.glyphs.Safe(failure(err))
		return
	}
	p.fault, p.info, p.entries = "", info, entries
	rows, err := rowsOf(entries)
	if err != nil {
		p.fault = m.glyphs.Safe(err.Error())
		return
	}
	p.rows = rows
}

// rowsOf are the steps that a journal tells of, in the order of their first intents.
func rowsOf(entries []audit.Entry) ([]stepRow, error) {
	past, err := actions.PastOf(entries)
	if err != nil {
		return nil, err
	}
	out := make([]stepRow, len(past))
	at := map[string]int{}
	for i, step := range past {
		out[i] = stepRow{id: step.Step.ID, title: step.Step.Title, outcome: step.Outcome, items: len(step.Step.Items), of: step.Step.Of}
		at[step.Step.ID] = i
	}
	for _, e := range entries {
		i, ok := at[e.Step]
		if !ok {
			continue
		}
		switch e.Stage {
		case audit.StageIntent:
			out[i].began, out[i].ended, out[i].known = e.At, time.Time{}, false
		case audit.StageResult, audit.StageSettle:
			out[i].ended, out[i].known = e.At, e.Outcome != audit.OutcomeUnknown
			var told struct{ Note string }
			if json.Unmarshal(e.Data, &told) == nil {
				out[i].note = told.Note
			}
		}
	}
	return out, nil
}

func (p *runPage) sync(s *snap) {
	if p.work != nil {
		p.run = p.work.run
		if p.live() || !p.isRead {
			p.rows = p.work.rows
		}
	}
	keys := make([]string, len(p.rows))
	for i := range p.rows {
		keys[i] = p.rows[i].id
		p.measure(s.safe(keys[i]))
	}
	follow := p.live() && p.at == len(p.grid.keys)-1
	p.grid.sync(keys, true, s.now)
	if follow {
		p.at = max(0, len(keys)-1)
	}
}

func (p *runPage) draw(s *snap, w, h int) ([]line, string) {
	out := []line{p.path(s)}
	if h > 30 {
		out = append(out, nil)
	}
	out = append(out, p.verdict(s, w)...)
	if p.fault != "" {
		out = append(out, put(plain, " ").add(critical, p.fault).fit(s.glyphs, w))
	}
	out = append(out, p.left(s, w)...)
	out = append(out, nil, rule(s, "steps", p.facts(s), w))
	tail := p.choices(s, w)
	room := h - len(out) - len(tail)
	switch {
	case len(p.rows) > 0:
		steps := min(max(3, room-4), len(p.rows)+1)
		p.columns = stepColumnsFor(w)
		out = append(out, p.grid.draw(s.theme, w, steps, true, func(i int) []cell { return p.cells(s, i) })...)
	case p.live():
		out = append(out, put(plain, "   checking the guards and taking the locks; nothing is written yet"))
	case !p.isRead && p.run != "":
		out = append(out, put(plain, "   reading the journal"))
	default:
		out = append(out, p.moved(s, w, room-1)...)
	}
	out = append(out, p.journal(s, w, h-len(out)-len(tail))...)
	return append(out, tail...), p.position(s)
}

// left is what a run from here leaves to a person when it has ended, such as an application that stays stopped.
func (p *runPage) left(s *snap, w int) []line {
	if p.work == nil || !p.work.over {
		return nil
	}
	var out []line
	for _, note := range p.work.report.Notes {
		for said := range strings.SplitSeq(note, "\n") {
			for _, part := range wrap(s.glyphs, s.safe(said), w-2, 3) {
				out = append(out, put(plain, " ").add(warning, part))
			}
		}
	}
	return out
}

// moved lists what is not as the plan saw it, for a run that was refused for that.
func (p *runPage) moved(s *snap, w, h int) []line {
	e, ok := (*actions.Error)(nil), false
	if p.work != nil {
		e, ok = errors.AsType[*actions.Error](p.work.err)
	}
	if !ok || len(e.Drift) == 0 {
		return []line{put(plain, "   none: it never began")}
	}
	out := []line{put(plain, "   none: it never began. What moved:")}
	for _, d := range e.Drift {
		l := put(plain, "   "+s.safe(changedName(d.Ref)+" "+d.Field)).add(quiet, " was ").add(plain, s.safe(d.Planned)).add(quiet, ", is ").add(warning, s.safe(d.Found))
		out = append(out, l.fit(s.glyphs, w))
	}
	return cutRows(out, max(2, h), "r plans again")
}

// path tells how far the run has come.
func (p *runPage) path(s *snap) line {
	if p.live() {
		done, of := p.work.steps()
		told := itoa(done)
		if of > 0 {
			told += " of " + itoa(of)
		}
		return pathLine(s, stepApply, told)
	}
	switch p.status() {
	case actions.StatusDone, actions.StatusUndone, actions.StatusSettled:
		return pathLine(s, stepUndo, "")
	case actions.StatusUnverified:
		return pathLine(s, stepVerify, s.pick("▲", "^"))
	case actions.StatusUnknown:
		return pathLine(s, stepApply, "?")
	case "":
		return pathLine(s, stepConsent, s.pick("✗", "X"))
	}
	return pathLine(s, stepApply, itoa(p.info.Done))
}

// status is where the run stands; "" when it was refused before it was one.
func (p *runPage) status() actions.Status {
	switch {
	case p.isRead && p.info.Status != "":
		return p.info.Status
	case p.work != nil && p.work.over:
		return p.work.report.Status
	case p.live():
		return actions.StatusRunning
	}
	return ""
}

func (p *runPage) facts(s *snap) string {
	began, by, digest := p.info.StartedAt, p.info.By, p.info.PlanDigest
	if p.work != nil {
		began, by, digest = p.work.began, s.acts.actor.Who(), p.work.plan.Digest
	}
	if began.IsZero() {
		return ""
	}
	return "started " + s.stamp(began) + " " + text.Zone(s.now) + " by " + s.safe(by) + ", plan " + digestWord(digest)
}

// journal are the newest entries of the run.
func (p *runPage) journal(s *snap, w, h int) []line {
	if h < 4 || len(p.entries) == 0 || p.live() {
		return nil
	}
	out := []line{nil, rule(s, "journal", "written before the act; the newest last, "+text.Zone(s.now), w)}
	first := max(0, len(p.entries)-(h-2))
	for _, e := range p.entries[first:] {
		said := e.Step
		if e.Error != "" {
			said = strings.TrimSpace(said + " " + e.Error)
		}
		l := put(quiet, "   "+text.PadStart(text.Exact(e.Seq), 7)+" "+text.PadEnd(s.stamp(e.At), 13)).add(plain, text.PadEnd(string(e.Stage), 9)+text.PadEnd(string(e.Outcome), 8)).add(plain, s.safe(said))
		out = append(out, l.fit(s.glyphs, w))
	}
	return out
}

// choices are what a person can decide about an unfinished run.
func (p *runPage) choices(s *snap, w int) []line {
	if p.live() || !p.info.Unfinished() || s.acts.settlingOf(p.run) != nil {
		return nil
	}
	out := []line{nil, rule(s, "you choose", "", w)}
	if p.info.Status == actions.StatusUnknown {
		out = append(out, put(plain, "   ").add(accent, "s").add(plain, " settle   find out what is true; it only reads").fit(s.glyphs, w))
	}
	for _, c := range [][2]string{{"o", " go on    with what is missing; asks for consent again"}, {"z", " undo     put back what was written, from the journal: a new plan, consent again"},
		{"e", " end      leave it as it is, with a note for the log"}} {
		if c[0] == "z" && !s.acts.canUndo(p.run) {
			continue
		}
		out = append(out, put(plain, "   ").add(accent, c[0]).add(plain, c[1]).fit(s.glyphs, w))
	}
	return out
}

func (p *runPage) position(s *snap) string {
	if p.live() {
		return took(s, p.work.began, time.Time{})
	}
	if len(p.rows) > 0 {
		return "step " + itoa(p.at+1) + " of " + itoa(len(p.rows))
	}
	return ""
}

func (p *runPage) do(s *snap, v verb) intent {
	switch v {
	case vAgain:
		if p.work != nil && p.work.over && p.run == "" {
			return p.planAgain()
		}
		return readAnew{p, true}
	case vSettle, vGoOn, vStop:
		return decide(s, v, p.run)
	case vOpen:
		return runVerb{vDescribe}
	}
	p.move(v)
	return nil
}

// planAgain makes the plan of a run that was refused anew.
func (p *runPage) planAgain() intent {
	made := p.work.made
	return askPlan{by: p, req: made.req, files: made.files, undo: made.undoes, take: func(m *model, plan actions.Plan, err error) tea.Cmd {
		if err != nil {
			m.notice = m.glyphs.Safe(failure(err))
			return nil
		}
		m.open(newPlanView(m.snap(), plan, made))
		return nil
	}}
}

// describe is the run with its entries, field by field or as JSON.
func (p *runPage) describe(s *snap, raw bool) (string, []string, bool) {
	if !p.isRead || p.info.Run == "" {
		return "", nil, false
	}
	table := wire.Runs([]actions.RunInfo{p.info})
	entries := wire.Entries(p.entries)
	entries.Short = []string{"seq", "at", "stage", "step", "outcome", "error"}
	doc := wire.Document{Version: s.version, At: s.now, Complete: true, Table: table, More: []wire.Section{{Key: "entries", Table: entries}}}
	return p.run, pages(s, doc, raw), true
}

// markdown is the run as it is known, and all that its journal tells; what is under way is as it is drawn.
func (p *runPage) markdown(s *snap) string {
	var b strings.Builder
	for _, l := range plainLines(p.verdict(s, copyWidth)) {
		b.WriteString(escapeMarkdown(strings.TrimSpace(l)) + "\n")
	}
	if _, body, ok := p.describe(s, false); ok {
		return b.String() + "\n" + fence(body)
	}
	body, _ := p.draw(s, copyWidth, copyHeight)
	return b.String() + "\n" + fence(plainLines(body))
}
