package tui

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"weir/actions"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// planView is a plan, whole: what becomes what, row by row, and all that holds of it.
type planView struct {
	list
	plan  actions.Plan
	made  planSource
	width int
	wait  bool   // it is being made anew
	fault string // why that failed
}

// planSource is how a plan came about, so that it can be made anew.
type planSource struct {
	req     actions.Request
	files   map[string]string
	undoes  string   // the run that it undoes; "" for none
	resumes string   // the run that it is of, which is to go on; "" for none
	shell   []string // the command that makes the same
}

// askPlan asks for a plan. take takes it in, if by is still on top.
type askPlan struct {
	by    view
	req   actions.Request
	files map[string]string
	undo  string // of this run, in place of req
	of    string // that this run carries out, in place of req
	take  func(m *model, p actions.Plan, err error) tea.Cmd
}

func (askPlan) intent() {}

// savePlan asks to keep a plan in a file; name "" is one of weir's own.
type savePlan struct {
	plan actions.Plan
	name string
}

func (savePlan) intent() {}

var planColumns = []column{
	{field: "what", head: "WHAT", width: 12, left: true},
	{field: "before", head: "FROM", width: 14},
	{field: "after", head: "TO", width: 14},
	{field: "change", head: "CHANGE", width: 12, drop: 2},
	{field: "note", head: "HOW", width: 20, left: true, drop: 1, stretch: true},
}

func newPlanView(s *snap, p actions.Plan, made planSource) *planView {
	v := &planView{plan: p, made: made}
	v.list = list{noun: "changes", name: "what", source: func(*snap) wire.Table { return planTable(&v.plan) },
		grid: grid{columns: planColumns, grow: 0, chosen: -1}}
	v.id = func(row cells) string { return row(0).String() + " " + row(2).String() }
	v.dirty = true
	v.sync(s)
	return v
}

func (v *planView) place() place { return atPlan }
func (v *planView) crumbs(s *snap) []string {
	return []string{v.plan.Target.Name, s.acts.verbOf(v.plan.Kind), "plan"}
}
func (v *planView) focus(*snap) []lag.Ref  { return focusOf([]lag.Ref{v.plan.Target}) }
func (v *planView) command(*snap) []string { return v.made.shell }

// sync takes in nothing: a plan is of the moment it was made at.
func (v *planView) sync(s *snap) {
	if v.dirty || v.reader == nil {
		v.reload(s)
		for i := range v.plan.Changes {
			v.measure(s.safe(changedName(v.plan.Changes[i].Ref)))
		}
	}
}

func (v *planView) setFilter(s *snap, expr string) error {
	if err := v.list.setFilter(s, expr); err != nil {
		return err
	}
	v.sync(s)
	return nil
}

func (v *planView) draw(s *snap, w, h int) ([]line, string) {
	v.width = w
	at := stepPlan
	out := []line{pathLine(s, at, "")}
	if h > 30 {
		out = append(out, nil)
	}
	for _, part := range wrap(s.glyphs, planWords(s, &v.plan), w-2, 2) {
		out = append(out, put(strong, " "+part))
	}
	if said := lossWords(v.plan.Totals); said != "" {
		out = append(out, put(plain, "   "+said).fit(s.glyphs, w))
	}
	if said, r := v.standing(s); said != "" {
		for _, part := range wrap(s.glyphs, said, w-4, 2) {
			out = append(out, put(plain, " ").add(r, part))
		}
	}
	if h > 26 {
		out = append(out, nil)
	}
	out = append(out, totalsGrid(s, &v.plan, w)...)
	if h > 30 {
		out = append(out, nil)
	}
	tail := v.tail(s, w, h, h-len(out)-min(len(v.keys), 5)-3)
	fact := joinFacts(text.Exact(int64(len(v.keys)))+" of "+text.Plural(v.total, "change", "changes")+", read "+s.stamp(v.plan.MadeAt), v.narrowed(s))
	out = append(out, rule(s, s.safe(v.changedField()), fact, w))
	room := max(3, h-len(out)-len(tail)-1)
	drawn := v.grid.draw(s.theme, w, min(room, len(v.keys)+1), true, func(i int) []cell { return v.cells(s, i) })
	if len(v.keys) == 0 {
		drawn = emptyPlan(s, v)
	}
	out = append(out, drawn...)
	out = append(out, v.pane(s, w)...)
	return append(out, tail...), v.where()
}

func emptyPlan(s *snap, v *planView) []line {
	if v.expr != "" {
		return []line{put(plain, "   nothing matches "+s.safe(v.expr)+"; Esc clears the filter")}
	}
	return []line{put(plain, "   nothing changes: all stands as it is asked for already")}
}

// standing says what keeps the plan from being applied now; "" when nothing does.
func (v *planView) standing(s *snap) (string, role) {
	_, expired := validWords(s, &v.plan)
	switch {
	case v.wait:
		return "Asking the brokers again; this only reads.", accent
	case v.fault != "":
		return v.fault, warning
	case expired && v.made.resumes == "":
		return "This plan has expired and is not applied any more. Nothing changed. Enter or r makes it anew.", critical
	}
	if asks := s.acts.actor.Policy(v.plan.Target.Cluster).Asks(v.plan, s.now); asks.Refused != nil {
		return failure(asks.Refused), warning
	}
	return readOnlyWords(s), warning
}

// changedField is what all changes are of, where they are of one field.
func (v *planView) changedField() string {
	for i := range v.plan.Changes {
		if v.plan.Changes[i].Field != v.plan.Changes[0].Field {
			return "changes"
		}
	}
	if len(v.plan.Changes) == 0 {
		return "changes"
	}
	return v.plan.Changes[0].Field
}

func (v *planView) cells(s *snap, at int) []cell {
	row := v.reader.Row(v.rows[at])
	out := make([]cell, len(v.columns))
	for i, c := range v.columns {
		val := row[v.table.Column(c.field)]
		switch n, ok := val.Integer(); {
		case c.field == "change" && ok && n > 0:
			out[i] = cell{s: "+" + text.Exact(n)}
		case ok:
			out[i] = cell{s: text.Exact(n)}
		case !val.Known():
			out[i] = cell{s.pick("–", "-"), quiet}
		case c.field == "note":
			out[i] = cell{s.safe(val.String()), quiet}
		default:
			out[i] = cell{s: s.safe(val.String())}
		}
	}
	return out
}

// pane is all of the row under the cursor, where its column cuts it.
func (v *planView) pane(s *snap, w int) []line {
	row := v.under()
	if row == nil {
		return nil
	}
	note := s.safe(row[6].String())
	if note == "" {
		return nil
	}
	return []line{put(quiet, "   "+s.glyphs.CutMiddle(s.safe(row[1].String()), max(12, w/3))+": ").add(plain, note).fit(s.glyphs, w)}
}

// tail are the guards beside what to mind, and what makes and applies the same from a shell; in the rows that the changes
// leave.
func (v *planView) tail(s *snap, w, h, left int) []line {
	guards, mind := v.guards(s, w), v.mind(s, w)
	most := max(2, h/4)
	var out []line
	if w >= 110 {
		half := w / 2
		checked := append([]line{rule(s, "checked before every write", "", half-2)}, v.guards(s, half-2)...)
		minded := append([]line{rule(s, "mind", "", w-half-1)}, v.mind(s, w-half)...)
		out = beside(s.glyphs, checked, minded, half, 1)
		out = cutRows(out, max(most+2, left-4), "d tells all")
	} else {
		if h <= 24 {
			most = 3
		}
		rest := left - 1
		if h > 30 {
			rest -= 3
		}
		checked := max(most, rest-max(most, min(len(mind), rest/2)))
		out = append(out, rule(s, "checked before every write", "", w))
		out = append(out, cutRows(guards, checked, "d tells all")...)
		out = append(out, cutRows(mind, max(most, rest-min(len(guards), checked)), "d tells all")...)
	}
	if h > 30 {
		out = append(append([]line{nil}, out...), nil, put(quiet, " the same from a shell:  ").add(plain, s.safe(shellLine(v.made.shell))).fit(s.glyphs, w))
	}
	return out
}

func (v *planView) guards(s *snap, w int) []line {
	var out []line
	all := slices.Clone(v.plan.Guards) // what fails is never the one that has no room
	slices.SortStableFunc(all, func(a, b actions.Guard) int { return cmp.Compare(yes(a.OK), yes(b.OK)) })
	for _, g := range all {
		mark, r := s.pick("✓", "v"), good
		if !g.OK {
			mark, r = s.pick("✗", "X"), critical
		}
		now := g.Now
		if now != "" {
			now = ": " + now
		}
		want := s.safe(g.Want)
		if l := put(plain, "   ").add(r, mark).add(plain, " "+want).add(quiet, s.safe(now)); l.width() <= w {
			out = append(out, l)
			continue
		}
		for i, part := range wrap(s.glyphs, want+s.safe(now), w-6, 3) {
			l := put(plain, "     ")
			if i == 0 {
				l = put(plain, "   ").add(r, mark).add(plain, " ")
			}
			out = append(out, l.add(plain, part))
		}
	}
	return out
}

func yes(is bool) int {
	if is {
		return 1
	}
	return 0
}

func (v *planView) mind(s *snap, w int) []line {
	var all []string
	for _, c := range v.plan.Commands {
		all = append(all, "Calls on this host, to "+c.Step+": "+shellLine(c.Argv))
	}
	for _, said := range v.plan.Warnings {
		all = append(all, upperFirst(sentence(said)))
	}
	var out []line
	for _, said := range all {
		for i, part := range wrap(s.glyphs, s.safe(said), w-6, 3) {
			l := put(plain, "     ")
			if i == 0 {
				l = put(plain, "   ").add(warning, s.pick("▲", "!")).add(plain, " ")
			}
			out = append(out, l.add(plain, part))
		}
	}
	return out
}

func (v *planView) do(s *snap, verb verb) intent {
	_, expired := validWords(s, &v.plan)
	switch verb {
	case vAgain:
		return v.again()
	case vSave:
		return savePlan{plan: v.plan}
	case vOpen:
		switch {
		case v.wait:
			return say{"the plan is being made anew"}
		case expired && v.made.resumes == "":
			return v.again()
		case len(v.plan.Changes) == 0 && len(v.plan.Commands) == 0:
			return say{"nothing is to be done, so there is nothing to consent to"}
		}
		if how := readOnlyWords(s); how != "" {
			return say{how}
		}
		return openView{newConsent(s, v.plan, v.made)}
	}
	out, _ := v.list.do(s, verb, v.width)
	v.sync(s)
	return out
}

// again makes the plan anew, of the world as it is now.
func (v *planView) again() intent {
	if v.made.resumes != "" {
		return say{"this is the plan of a run that has begun; it goes on as it was shown, or is undone"}
	}
	v.wait, v.fault = true, ""
	return askPlan{by: v, req: v.made.req, files: v.made.files, undo: v.made.undoes, take: v.take}
}

func (v *planView) take(m *model, p actions.Plan, err error) tea.Cmd {
	v.wait = false
	if err != nil {
		v.fault = m.glyphs.Safe(failure(err))
		return nil
	}
	v.plan, v.dirty = p, true
	v.sync(m.snap())
	m.notice = "the plan was made anew: its digest is " + digestWord(p.Digest)
	return nil
}

// describe is the plan as a page, or as the file that weir apply takes, which is what weir plan -o json prints.
func (v *planView) describe(s *snap, raw bool) (string, []string, bool) {
	if !raw {
		return v.plan.ID, planPage(s, &v.plan), true
	}
	var file bytes.Buffer
	if err := v.plan.Write(&file, s.version); err != nil {
		return v.plan.ID, []string{s.safe(err.Error())}, true
	}
	return v.plan.ID, []string{string(wire.AppendSafeJSON(nil, bytes.TrimSpace(file.Bytes())))}, true
}

// markdown is all of the plan: what it is, and every change.
func (v *planView) markdown(s *snap) string {
	return fence(planPage(s, &v.plan)) + "\n" + v.list.markdown(s)
}

// planPage is all of a plan in lines.
func planPage(s *snap, p *actions.Plan) []string {
	valid, _ := validWords(s, p)
	out := []string{planWords(s, p), lossWords(p.Totals), "", "plan     " + p.ID, "kind     " + p.Kind, "target   " + p.Target.String(), "cluster  " + s.safe(p.ClusterID),
		"effect   " + string(p.Effect) + ", " + p.Tier.String(), "undo     " + undoWord(p.Undo), "valid    " + valid, "digest   " + p.Digest}
	for _, part := range []struct {
		head string
		in   map[string]string
	}{{"asked for", p.Params}, {"facts, that must still be so", p.Facts}} {
		if len(part.in) > 0 {
			out = append(out, "", part.head)
		}
		for _, k := range slices.Sorted(maps.Keys(part.in)) {
			out = append(out, "  "+s.safe(k+"  "+strings.ReplaceAll(part.in[k], "\n", " ")))
		}
	}
	if len(p.Commands) > 0 {
		out = append(out, "", "commands, called on this host without a shell")
	}
	for _, c := range p.Commands {
		out = append(out, "  "+s.safe(c.Step+"  "+shellLine(c.Argv)))
	}
	out = append(out, "", "checked again before every write")
	for _, g := range p.Guards {
		out = append(out, "  "+map[bool]string{true: "holds  ", false: "FAILS  "}[g.OK]+s.safe(g.Want+": "+g.Now))
	}
	if len(p.Warnings) > 0 {
		out = append(out, "", "mind")
	}
	for _, w := range p.Warnings {
		out = append(out, "  "+s.safe(w))
	}
	return out
}
