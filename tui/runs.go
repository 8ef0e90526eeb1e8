package tui

import (
	"strings"
	"time"

	"weir/actions"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// runs lists what was carried out on this host, the newest first.
type runs struct {
	list
	width int
	of    *actions.RunInfo // the first of those listed last: tells whether they were read anew
	n     int
}

var runsColumns = []column{
	{field: "run", head: "RUN", width: 24, left: true},
	{field: "status", head: "  STATUS", width: 18, left: true},
	{field: "kind", head: "WHAT", width: 16, left: true, drop: 1},
	{field: "target", head: "TARGET", width: 20, left: true},
	{field: "by", head: "BY", width: 10, left: true, drop: 4},
	{field: "started_at", head: "STARTED", width: 13, drop: 3},
	{field: "steps_done", head: "STEPS", width: 9, drop: 2},
	{field: "undo", head: "UNDO", width: 8, left: true, drop: 5},
	{field: "reason", head: "WHY", width: 20, left: true, drop: 6, from: 140, stretch: true},
}

func newRuns() *runs {
	r := &runs{}
	r.list = list{noun: "runs", name: "run", source: func(s *snap) wire.Table { return wire.Runs(newestFirst(s.acts.runs)) },
		grid: grid{columns: runsColumns, grow: 0, chosen: -1}}
	r.bad = func(row cells) bool {
		switch actions.Status(row(r.table.Column("status")).String()) {
		case actions.StatusUnknown, actions.StatusPaused, actions.StatusUnverified, actions.StatusFailed:
			return true
		}
		return false
	}
	return r
}

func newestFirst(all []actions.RunInfo) []actions.RunInfo {
	out := make([]actions.RunInfo, len(all))
	for i, r := range all {
		out[len(all)-1-i] = r
	}
	return out
}

func (r *runs) place() place           { return atRuns }
func (r *runs) crumbs(*snap) []string  { return []string{"runs"} }
func (r *runs) focus(*snap) []lag.Ref  { return nil }
func (r *runs) opened() intent         { return readAnew{v: r} }
func (r *runs) command(*snap) []string { return []string{"weir", "run", "list"} }

// runUnder is the run under the cursor; "" without one.
func (r *runs) runUnder(*snap) string { return r.word("run") }

func (r *runs) sync(s *snap) {
	var of *actions.RunInfo
	if len(s.acts.runs) > 0 {
		of = &s.acts.runs[0]
	}
	if r.reader != nil && !r.dirty && of == r.of && len(s.acts.runs) == r.n {
		return
	}
	if of != r.of || len(s.acts.runs) != r.n {
		r.synced = false // newest first, always
	}
	r.of, r.n = of, len(s.acts.runs)
	r.reload(s)
}

func (r *runs) setFilter(s *snap, expr string) error {
	err := r.list.setFilter(s, expr)
	if err == nil {
		r.sync(s)
	}
	return err
}

func (r *runs) draw(s *snap, w, h int) ([]line, string) {
	r.width = w
	out := []line{nil}
	out = append(out, unfinishedLines(s, w)...)
	if s.acts.runsErr != nil {
		for _, said := range wrap(s.glyphs, s.safe(failure(s.acts.runsErr)), w-4, 3) {
			out = append(out, put(plain, " ").add(critical, said))
		}
	}
	if len(out) > 1 {
		out = append(out, nil)
	}
	fact := joinFacts(text.Plural(len(s.acts.runs), "run", "runs")+" in the log; newest first", r.narrowed(s))
	out = append(out, rule(s, "runs", fact, w))
	switch {
	case s.acts.runsAt.IsZero():
		return append(out, put(plain, "   reading the journal")), ""
	case len(r.keys) == 0 && r.expr == "" && !r.onlyBad:
		return append(out, put(plain, "   nothing was changed from this host yet; a acts on what is selected")), "none"
	case len(r.keys) == 0:
		return append(out, put(plain, "   nothing matches; Esc shows all")), r.where()
	}
	room := max(3, h-len(out)-2)
	out = append(out, r.grid.draw(s.theme, w, room, true, func(at int) []cell { return r.cells(s, at) })...)
	return append(out, r.pane(s, w)...), r.where()
}

// pane tells the run under the cursor: why it was done, or what went wrong.
func (r *runs) pane(s *snap, w int) []line {
	row := r.under()
	if row == nil {
		return nil
	}
	said := row[r.table.Column("reason")].String()
	if e := row[r.table.Column("error")].String(); e != "" {
		said = e
	}
	if said == "" {
		said = "no reason was given"
	}
	if n := s.acts.settlingOf(r.runUnder(s)); n != nil {
		out := []line{rule(s, "", "", w)}
		return append(out, sentences(s, s.safe(n.words(s)), w, 3)...)
	}
	return []line{rule(s, "", "", w), put(plain, "   "+s.safe(upperFirst(sentence(said)))).fit(s.glyphs, w)}
}

func (r *runs) cells(s *snap, at int) []cell {
	row := r.reader.Row(r.rows[at])
	out := make([]cell, len(r.columns))
	for i, c := range r.columns {
		v := row[r.table.Column(c.field)]
		switch c.field {
		case "status":
			out[i] = statusCell(s, actions.Status(v.String()))
		case "kind":
			out[i] = cell{s: s.safe(s.acts.verbOf(v.String()))}
		case "target":
			out[i] = cell{s: s.safe(targetWord(s, v.String()))}
		case "started_at":
			out[i] = absentCell(s, v)
			if t, ok := v.Time(); ok {
				out[i] = cell{s: s.stamp(t)}
			}
		case "steps_done":
			of := row[r.table.Column("steps_total")]
			total := "?"
			if of.Known() {
				total = of.String()
			}
			out[i] = cell{s: v.String() + " of " + total}
		case "undo":
			out[i] = cell{v.String(), quiet}
			if by := row[r.table.Column("undone_by")].String(); by != "" {
				out[i].s = "done"
			}
		default:
			out[i] = cell{s: s.safe(v.String())}
		}
	}
	return out
}

// targetWord is what a run is about, without the cluster when that is the one looked at.
func targetWord(s *snap, target string) string {
	ref, err := lag.ParseRef(target)
	if err != nil {
		return target
	}
	name := ref.Name
	if ref.Sub != "" {
		name += " " + ref.Sub
	}
	if ref.Cluster != s.conf.Name {
		name += " on " + ref.Cluster
	}
	return name
}

var statusLooks = map[actions.Status]struct {
	word, unicode, ascii string
	role                 role
}{
	actions.StatusRunning:    {"running", "•", "*", accent},
	actions.StatusPaused:     {"paused", "◦", "o", warning},
	actions.StatusDone:       {"done, verified", "✓", "v", good},
	actions.StatusUnverified: {"not verified", "▲", "^", warning},
	actions.StatusFailed:     {"failed", "✗", "X", critical},
	actions.StatusCancelled:  {"cancelled", "–", "-", plain},
	actions.StatusUndone:     {"undone", "✓", "v", plain},
	actions.StatusUnknown:    {"outcome unknown", "?", "?", critical},
	actions.StatusSettled:    {"settled", "✓", "v", plain},
}

func statusWord(st actions.Status) string {
	if l, ok := statusLooks[st]; ok {
		return l.word
	}
	if st == "" {
		return "refused, nothing changed"
	}
	return string(st)
}

func statusCell(s *snap, st actions.Status) cell {
	l, ok := statusLooks[st]
	if !ok {
		return cell{"? " + s.safe(string(st)), warning}
	}
	return cell{s.pick(l.unicode, l.ascii) + " " + l.word, l.role}
}

// unfinishedLines name the runs that wait for a person, and what to do; none when there is none.
func unfinishedLines(s *snap, w int) []line {
	if s.acts == nil {
		return nil
	}
	var out []line
	for i, r := range s.acts.unfinished() {
		if i == 2 {
			return append(out, put(plain, " ").add(warning, "and "+itoa(len(s.acts.unfinished())-2)+" more unfinished: 8 lists them"))
		}
		c := statusCell(s, r.Status)
		said := s.safe(c.s + ": " + s.acts.verbOf(r.Kind) + " of " + targetWord(s, r.Target) + ". ")
		tail := "8 opens it."
		for _, t := range unfinishedTails(s, r) {
			if text.Width(said)+text.Width(t) < w {
				tail = t
				break
			}
		}
		said = s.glyphs.CutEnd(said, w-1-text.Width(tail)) + tail
		out = append(out, put(plain, " ").add(c.role, said))
	}
	return out
}

// unfinishedTails say what an unfinished run waits for, the fullest first.
func unfinishedTails(s *snap, r actions.RunInfo) []string {
	n := s.acts.settlingOf(r.Run)
	switch {
	case n != nil && !n.until.IsZero():
		return []string{"It is being settled, until " + s.stamp(n.until) + " at the longest.", "Being settled until " + s.stamp(n.until) + ".", "Being settled."}
	case n != nil:
		return []string{"It is being settled.", "Being settled."}
	case r.Status == actions.StatusUnknown:
		return []string{"8 opens it; settling only reads."}
	}
	stopped := "It stopped after " + text.Plural(r.Done, "step", "steps") + "; 8 opens it"
	return []string{stopped + ", to go on, undo or end it.", stopped + "."}
}

func (r *runs) do(s *snap, v verb) intent {
	run := r.runUnder(s)
	switch v {
	case vOpen:
		if run == "" {
			return say{"there is nothing here to open"}
		}
		if s.acts.work != nil && s.acts.work.run == run {
			return openView{newRunPage(s.acts.work, run)}
		}
		return openView{newRunPage(nil, run)}
	case vSettle, vGoOn, vStop:
		return decide(s, v, run)
	case vAgain:
		return readAnew{r, true}
	}
	out, _ := r.list.do(s, v, r.width)
	r.sync(s)
	return out
}

// decide asks for what a person decides about a run, if that is possible as it stands.
func decide(s *snap, v verb, run string) intent {
	for _, r := range s.acts.runs {
		if r.Run != run {
			continue
		}
		n := s.acts.settlingOf(run)
		switch {
		case n != nil && v == vStop:
			return runDo{verb: v, run: run}
		case n != nil:
			return say{"run " + s.safe(run) + " is being settled; x stops that"}
		case v == vSettle && r.Status != actions.StatusUnknown:
			return say{"no step of run " + s.safe(run) + " is in doubt: it is " + statusWord(r.Status)}
		case (v == vGoOn || v == vLeave) && !r.Unfinished():
			return say{"run " + s.safe(run) + " is not unfinished: it is " + statusWord(r.Status)}
		case v == vStop && r.Status != actions.StatusRunning:
			return say{"run " + s.safe(run) + " is not at work: it is " + statusWord(r.Status)}
		}
		return runDo{verb: v, run: run}
	}
	if s.acts.work != nil && s.acts.work.run == run && v == vStop && !s.acts.work.over {
		return runDo{verb: v, run: run}
	}
	return say{"no run is under the cursor"}
}

// offers reports whether a key of runs does something for the one under the cursor.
func (r *runs) offers(s *snap, v verb) bool { return runOffers(s, v, r.runUnder(s)) }

func (p *runPage) offers(s *snap, v verb) bool { return runOffers(s, v, p.run) }

func runOffers(s *snap, v verb, run string) bool {
	if v == vUndo {
		return s.acts.canUndo(run)
	}
	if v != vSettle && v != vGoOn && v != vLeave && v != vStop {
		return true
	}
	_, no := decide(s, v, run).(say)
	return !no
}

// settledWords tell what was found out about steps in doubt.
func settledWords(found []actions.Settled) string {
	if len(found) == 0 {
		return "no step is in doubt"
	}
	var out []string
	for _, f := range found {
		said := "step " + f.Step + ": " + outcomeWord(f.Outcome)
		if f.Note != "" {
			said += ", " + f.Note
		}
		out = append(out, said)
	}
	return strings.Join(out, "; ")
}

func outcomeWord(o actions.Outcome) string {
	switch o {
	case actions.OutcomeApplied:
		return "it took effect"
	case actions.OutcomeNot:
		return "it did not take effect"
	case actions.OutcomeMixed:
		return "it took effect in part"
	}
	return "it can't be told whether it took effect"
}

// took is how long a run took, or has taken.
func took(s *snap, began, ended time.Time) string {
	if ended.IsZero() {
		ended = s.now
	}
	return text.Duration(max(0, ended.Sub(began)))
}
