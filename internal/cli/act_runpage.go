package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/text"
	"weir/internal/wire"
)

// mostChanges are how many changes the page of a run tells; -o json tells all, within the entries.
const mostChanges = 100

// runPage is a run as a person reads it: how it stands, what it changed from what to what, and what happened, step by step.
func (a *app) runPage(b *bytes.Buffer, info actions.RunInfo, entries []audit.Entry) error {
	doc := wire.Document{Version: a.sys.Version, At: time.Now(), Complete: true, Table: wire.Runs([]actions.RunInfo{info})}
	if err := wire.Page(b, doc, a.style()); err != nil {
		return err
	}
	past, err := actions.PastOf(entries)
	if err != nil {
		return &actions.Error{Kind: actions.ErrAudit, What: "run " + info.Run, Err: err}
	}
	var changes []actions.Change
	var became []string
	for _, p := range past {
		for _, c := range p.Step.Items {
			changes, became = append(changes, c), append(became, p.Step.ID+": "+outcomeWords[p.Outcome])
		}
	}
	if n := len(changes); n > 0 {
		b.WriteString("\nCHANGES\n")
		a.changeLines(b, changes[:min(n, mostChanges)], "STEP", func(i int) string { return became[i] })
		if n > mostChanges {
			fmt.Fprintf(b, "and %s more: weir run show %s -o json\n", text.Exact(int64(n-mostChanges)), info.Run)
		}
	}
	b.WriteString("\nENTRIES\n")
	a.entryLines(b, entries)
	return nil
}

// entryLines are the entries of a run in aligned columns, with what each tells.
func (a *app) entryLines(b *bytes.Buffer, entries []audit.Entry) {
	now := a.style().Now
	rows := make([][6]string, 0, len(entries)+1)
	if !a.flag.noHeaders {
		rows = append(rows, [6]string{"SEQ", "AT " + text.Zone(now), "STAGE", "STEP", "OUTCOME", "WHAT"})
	}
	g := a.glyphs()
	for _, e := range entries {
		rows = append(rows, [6]string{text.Exact(e.Seq), text.Stamp(e.At, now), string(e.Stage), g.Safe(e.Step), string(e.Outcome), g.Safe(entryWords(e))})
	}
	var widths [5]int
	for _, r := range rows {
		for i := range widths {
			widths[i] = max(widths[i], text.Width(r[i]))
		}
	}
	for _, r := range rows {
		lead := text.PadStart(r[0], widths[0]) + "  "
		for i := 1; i < len(widths); i++ {
			lead += text.PadEnd(r[i], widths[i]) + "  "
		}
		a.hang(b, lead, r[5])
	}
}

// entryWords is what an entry tells, in words: the log's data in the field's terms, and what went wrong.
func entryWords(e audit.Entry) string {
	var d struct {
		Title, Note, Status string
		Resumed             bool
		Consent             actions.Consent
	}
	if len(e.Data) > 0 && json.Unmarshal(e.Data, &d) != nil {
		return e.Error // what it holds is no record of a step; weir audit show has it whole
	}
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if d.Consent.Who != "" {
		s := d.Consent.Who + " consents"
		if d.Resumed {
			s += " to go on"
		}
		if d.Consent.Via != "" {
			s += ", by the " + d.Consent.Via
		}
		if e.Reason != "" {
			s += ": " + e.Reason
		}
		add(s)
	}
	add(d.Title)
	add(d.Status)
	add(d.Note)
	if !strings.Contains(strings.Join(parts, "; "), e.Error) {
		add(e.Error)
	}
	return strings.Join(parts, "; ")
}
