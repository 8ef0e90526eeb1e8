package tui

import (
	"encoding/json"
	"errors"
	"strings"

	"weir/actions/audit"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// auditView lists the newest entries of the audit log, the newest first.
type auditView struct {
	list
	width   int
	entries []audit.Entry
	isRead  bool
	fresh   bool // entries were read that the table doesn't have yet
	fault   string
	checked string // what the verification found; "" before one
	whole   bool
}

var auditColumns = []column{
	{field: "seq", head: "SEQ", width: 8},
	{field: "at", head: "AT", width: 13},
	{field: "run", head: "RUN", width: 26, left: true, drop: 3},
	{field: "stage", head: "STAGE", width: 9, left: true},
	{field: "kind", head: "WHAT", width: 16, left: true, drop: 2},
	{field: "step", head: "STEP", width: 12, left: true},
	{field: "outcome", head: "OUTCOME", width: 8, left: true},
	{field: "claimed", head: "WHO", width: 12, left: true, drop: 1},
	{field: "error", head: "WHY, ERROR", width: 20, left: true, drop: 4, stretch: true},
}

func newAudit() *auditView {
	a := &auditView{}
	a.list = list{noun: "audit", name: "run", source: func(*snap) wire.Table { return wire.Entries(a.entries) },
		grid: grid{columns: auditColumns, grow: 0, chosen: -1}}
	return a
}

func (a *auditView) place() place           { return atAudit }
func (a *auditView) crumbs(*snap) []string  { return []string{"audit"} }
func (a *auditView) focus(*snap) []lag.Ref  { return nil }
func (a *auditView) opened() intent         { return readAnew{v: a} }
func (a *auditView) command(*snap) []string { return []string{"weir", "audit", "list"} }

// runUnder is the run that the entry under the cursor tells of; "" for none.
func (a *auditView) runUnder(*snap) string {
	if row := a.under(); row != nil && row[a.table.Column("run")].Known() {
		return row[a.table.Column("run")].String()
	}
	return ""
}

// read takes in the newest entries, oldest first.
func (a *auditView) read(all []audit.Entry, err error) {
	a.isRead, a.fault = true, ""
	if err != nil {
		a.fault = failure(err)
		return
	}
	a.entries = make([]audit.Entry, len(all))
	for i := range all {
		a.entries[len(all)-1-i] = all[i]
	}
	a.fresh = true
}

func (a *auditView) verified(m *model, rep audit.Report, err error) {
	m.notice = ""
	switch {
	case err != nil:
		a.checked, a.whole = failure(err), false
	case !rep.OK():
		a.checked, a.whole = "The log does not verify: "+rep.Breaks[0].Error()+"; "+rep.Breaks[0].Do, false
	default:
		a.whole = true
		a.checked = "Every record and signature is whole, checked " + m.snap().stamp(m.now) + "; " + text.Exact(rep.Anchored()) + " of " + text.Exact(rep.Size) + " are confirmed by an anchor." + unread(rep)
	}
}

// unread names the anchors that could not be asked; "" for none.
func unread(rep audit.Report) string {
	var names []string
	for _, r := range rep.Anchors {
		if r.Err != nil && !errors.Is(r.Err, audit.ErrWriteOnly) {
			names = append(names, r.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " Not asked, as it could not be read: " + strings.Join(names, ", ") + "."
}

func (a *auditView) sync(s *snap) {
	if a.reader != nil && !a.dirty && !a.fresh {
		return
	}
	if a.fresh {
		a.fresh, a.synced = false, false
	}
	a.reload(s)
}

func (a *auditView) setFilter(s *snap, expr string) error {
	err := a.list.setFilter(s, expr)
	if err == nil {
		a.sync(s)
	}
	return err
}

func (a *auditView) draw(s *snap, w, h int) ([]line, string) {
	a.width = w
	out := []line{nil}
	said, r := a.checked, good
	if !a.whole {
		r = critical
	}
	if a.fault != "" {
		said, r = a.fault, critical
	}
	if said == "" {
		said, r = "What was done, by whom and why, written before it was done. V checks every record and signature.", plain
	}
	for _, part := range wrap(s.glyphs, s.safe(said), w-2, 3) {
		out = append(out, put(plain, " ").add(r, part))
	}
	fact := joinFacts(a.newest(), "newest first, "+text.Zone(s.now), a.narrowed(s))
	out = append(out, nil, rule(s, "audit log", fact, w))
	switch {
	case !a.isRead:
		return append(out, put(plain, "   reading the log")), ""
	case len(a.keys) == 0:
		why := "no entry: nothing was changed from this host yet"
		if a.expr != "" {
			why = "nothing matches " + s.safe(a.expr) + "; Esc clears the filter"
		} else if a.fault != "" {
			why = "not known: the log could not be read"
		}
		return append(out, put(plain, "   "+why)), "none"
	}
	out = append(out, a.grid.draw(s.theme, w, h-len(out)-2, true, func(i int) []cell { return a.cells(s, i) })...)
	return append(padded(out, h-2), a.pane(s, w)...), a.where()
}

// pane tells the entry under the cursor: what went wrong, what was found, or why it was done.
func (a *auditView) pane(s *snap, w int) []line {
	row := a.under()
	if row == nil {
		return nil
	}
	at, _ := a.grid.under()
	e := &a.entries[a.rows[at]]
	var data struct{ Title, Note string }
	if json.Unmarshal(e.Data, &data) != nil {
		data.Title = ""
	}
	said := joinFacts(e.Error, data.Title, data.Note)
	if e.Reason != "" {
		said = joinFacts(said, "why: "+e.Reason)
	}
	if said == "" {
		said = "no reason was given"
	}
	return []line{rule(s, "entry "+text.Exact(e.Seq), "", w), put(plain, "   "+s.safe(upperFirst(said))).fit(s.glyphs, w)}
}

func (a *auditView) newest() string {
	if len(a.entries) >= mostEntries {
		return "the newest " + text.Exact(mostEntries) + " entries"
	}
	return text.Plural(len(a.entries), "entry", "entries")
}

func (a *auditView) cells(s *snap, at int) []cell {
	row := a.reader.Row(a.rows[at])
	out := make([]cell, len(a.columns))
	for i, c := range a.columns {
		v := row[a.table.Column(c.field)]
		t, isTime := v.Time()
		n, isCount := v.Integer()
		switch {
		case isTime:
			out[i] = cell{s: s.stamp(t)}
		case isCount:
			out[i] = cell{s: text.Exact(n)}
		case c.field == "claimed":
			out[i] = cell{s: s.safe(whoOf(&a.entries[a.rows[at]]))}
		case c.field == "error":
			out[i] = cell{s: s.safe(orWord(known(v), known(row[a.table.Column("reason")])))}
			if v.Known() {
				out[i].role = warning
			}
		case c.field == "kind":
			out[i] = cell{s: s.safe(s.acts.verbOf(known(v)))}
		case !v.Known():
			out[i] = cell{s.pick("–", "-"), quiet}
		default:
			out[i] = cell{s: s.safe(v.String())}
		}
		if c.field == "outcome" && v.Known() && v.String() != string(audit.OutcomeOK) {
			out[i].role = critical
		}
	}
	return out
}

// known is a value's text; "" when there is none.
func known(v wire.Value) string {
	if !v.Known() {
		return ""
	}
	return v.String()
}

// whoOf names the author of an entry, as claimed, and where: what the kernel says is on its page.
func whoOf(e *audit.Entry) string {
	who := e.Claimed["sudo_user"]
	if who == "" {
		who = e.Claimed["user"]
	}
	if who == "" {
		who = "uid " + itoa(e.Verified.UID)
	}
	if e.Verified.TTY != nil && *e.Verified.TTY != "none" {
		who += " " + *e.Verified.TTY
	}
	return strings.TrimSpace(who)
}

func (a *auditView) do(s *snap, v verb) intent {
	switch v {
	case vOpen:
		return runVerb{vDescribe}
	case vAgain:
		return readAnew{a, true}
	case vVerify:
		return verifyLog{a}
	}
	out, _ := a.list.do(s, v, a.width)
	a.sync(s)
	return out
}

// verifyLog asks for the whole log to be checked.
type verifyLog struct{ v *auditView }

func (verifyLog) intent() {}
