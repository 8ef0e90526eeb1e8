package wire

import (
	"strings"

	"weir/actions"
	"weir/lag"
)

// kindRun is the kind of a run's ref.
const kindRun = "run"

var runStatuses = []string{
	string(actions.StatusRunning), string(actions.StatusPaused), string(actions.StatusDone), string(actions.StatusUnverified),
	string(actions.StatusFailed), string(actions.StatusCancelled), string(actions.StatusUndone), string(actions.StatusUnknown),
	string(actions.StatusSettled),
}

var runColumns = []Column{
	refColumn, clusterColumn,
	{Name: "run", Kind: Text, Always: true, Doc: "The run."},
	{Name: "plan_digest", Kind: Text, Always: true, Doc: "Of the plan it carries out."},
	{Name: "kind", Kind: Text, Always: true, Doc: "The action."},
	{Name: "target", Kind: Text, Always: true, Doc: "What it changes, as a ref."},
	{Name: "by", Kind: Text, Always: true, Doc: "Who consented, as claimed; the audit log adds what the kernel says."},
	{Name: "reason", Kind: Text, Always: true, Doc: "Why; empty when none was given."},
	{Name: "started_at", Kind: Time, Head: "STARTED", Doc: "When it was consented to."},
	{Name: "ended_at", Kind: Time, Head: "ENDED", Doc: "When its verdict was written; null while it has none."},
	{Name: "status", Kind: Enum, Always: true, Names: runStatuses, Doc: "Where it stands: unknown and paused wait for a person."},
	{Name: "steps_done", Kind: Count, Always: true, Head: "DONE", Doc: "Steps that took effect."},
	{Name: "steps_total", Kind: Count, Head: "STEPS", Doc: "Steps in all; null when it is not known."},
	{Name: "undo", Kind: Text, Always: true, Doc: "How much of it can be undone: full, partial or none; empty when the journal doesn't tell."},
	{Name: "undoes", Kind: Text, Always: true, Doc: "The run that it undoes; empty for none."},
	{Name: "undone_by", Kind: Text, Always: true, Doc: "The run that undid it; empty for none."},
	{Name: "pending", Kind: Nested, Schema: `{"type": "array", "items": {"type": "string"}}`, Doc: "Steps of which nobody knows whether they took effect."},
	{Name: "error", Kind: Text, Always: true, Doc: "Why it ended before its end; empty when it didn't."},
}

// Runs is the table of runs, in the order given.
func Runs(all []actions.RunInfo) Table {
	return Table{
		Schema: "weir.run/v1", Columns: runColumns, Len: len(all), Name: "run", Words: []string{"run", "target"},
		Short: []string{"run", "kind", "target", "status", "steps_done", "steps_total", "started_at", "by"},
		Wide: []string{"run", "kind", "target", "status", "steps_done", "steps_total", "started_at", "ended_at", "by", "reason", "undo",
			"undoes", "undone_by", "error"},
		Drop: []string{"by", "steps_total", "steps_done", "kind"},
		Fill: func(row int, dst []Value) {
			r := runRow{&all[row]}
			fillCells(dst, r.cell)
		},
	}
}

type runRow struct{ *actions.RunInfo }

func (r runRow) cluster() string {
	ref, err := lag.ParseRef(r.Target)
	if err != nil {
		return ""
	}
	return ref.Cluster
}

func (r runRow) cell(col int) Value {
	switch runColumns[col].Name {
	case "ref":
		return Word(r.cluster() + "/" + kindRun + "/" + r.Run)
	case "cluster":
		return Word(r.cluster())
	case "run":
		return Word(r.Run)
	case "plan_digest":
		return Word(r.PlanDigest)
	case "kind":
		return Word(r.Kind)
	case "target":
		return Word(r.Target)
	case "by":
		return Word(r.By)
	case "reason":
		return Word(r.Reason)
	case "started_at":
		return Moment(r.StartedAt, lag.NotMeasured)
	case "ended_at":
		return Moment(r.EndedAt, lag.NotApplicable)
	case "status":
		return Word(string(r.Status))
	case "steps_done":
		return Int(int64(r.Done), lag.NotMeasured)
	case "steps_total":
		if r.Total == nil {
			return Missing(lag.NotMeasured)
		}
		return Int(int64(*r.Total), lag.NotMeasured)
	}
	return r.rest(runColumns[col].Name)
}

func (r runRow) rest(column string) Value {
	switch column {
	case "undo":
		return Word(string(r.Undo))
	case "undoes":
		return Word(r.Undoes)
	case "undone_by":
		return Word(r.UndoneBy)
	case "pending":
		return Object(wordList(r.Pending))
	}
	return Word(r.Error)
}

// wordList is a list of words.
type wordList []string

// AppendJSON appends a list of strings.
func (l wordList) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, w := range l {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, w)
	}
	return append(dst, ']')
}

// AppendText appends the words with commas between them.
func (l wordList) AppendText(dst []byte) []byte { return append(dst, strings.Join(l, ", ")...) }
