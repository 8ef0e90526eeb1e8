package wire

import (
	"encoding/json"
	"strconv"

	"weir/actions/audit"
	"weir/lag"
)

// kindEntry is the kind of an entry's ref.
const kindEntry = "entry"

var auditStages = []string{
	string(audit.StageIntent), string(audit.StageProgress), string(audit.StageResult), string(audit.StageVerdict),
	string(audit.StageSettle), string(audit.StageRepair),
}

var auditOutcomes = []string{
	string(audit.OutcomeOK), string(audit.OutcomeFailed), string(audit.OutcomeMixed), string(audit.OutcomeUnknown),
}

var entryColumns = []Column{
	refColumn,
	{Name: "cluster", Kind: Text, Doc: "Where the run acts; null when none of the entries shown tells."},
	{Name: "seq", Kind: Number, Always: true, Doc: "Number of the entry, from 1, without holes."},
	{Name: "at", Kind: Time, Doc: "When it was written, by the host's clock."},
	{Name: "run", Kind: Text, Doc: "The run; null in a repair."},
	{Name: "stage", Kind: Enum, Always: true, Names: auditStages, Doc: "What the entry tells of its run."},
	{Name: "kind", Kind: Text, Always: true, Doc: "The action; empty in a repair."},
	{Name: "plan_digest", Kind: Text, Doc: "Of the plan; null in a repair."},
	{Name: "step", Kind: Text, Doc: "The step within the run; null when it is about the run."},
	{Name: "outcome", Kind: Enum, Names: auditOutcomes, Doc: "How the step or the run ended; null before that."},
	{Name: "claimed", Kind: Nested, Schema: `{"type": "object", "additionalProperties": {"type": "string"}}`, Doc: "What environment and connection say of the author; anyone can set it."},
	{Name: "verified", Kind: Nested, Schema: `{"type": "object"}`, Doc: "What the kernel says of the author."},
	{Name: "reason", Kind: Text, Doc: "Why; null when none was given."},
	{Name: "ticket", Kind: Text, Doc: "For which ticket; null when none was given."},
	{Name: "error", Kind: Text, Doc: "What went wrong; null when nothing did."},
	{Name: "data", Kind: Nested, Schema: anyJSON, Doc: "Values before and after, and what undoing needs; null for none."},
	{Name: "prev_root", Kind: Text, Always: true, Doc: "Root of the log's tree before this entry, base64."},
}

// Entries is the table of entries of an audit log, in the order given.
func Entries(all []audit.Entry) Table {
	clusters := clustersOf(all)
	return Table{
		Schema: "weir.audit/v1", Columns: entryColumns, Len: len(all), Name: "seq", Words: []string{"run", "step", "reason"},
		Short: []string{"seq", "at", "run", "stage", "step", "outcome", "reason", "error"},
		Wide:  []string{"seq", "at", "run", "stage", "kind", "step", "outcome", "claimed", "verified", "reason", "ticket", "error", "plan_digest"},
		Drop:  []string{"reason", "error"},
		Fill: func(row int, dst []Value) {
			e := entryRow{&all[row], clusters[all[row].Run]}
			fillCells(dst, e.cell)
		},
	}
}

// clustersOf tells where runs act, as far as their entries say a target.
func clustersOf(all []audit.Entry) map[string]string {
	out := map[string]string{}
	for i := range all {
		e := &all[i]
		if e.Run == "" || out[e.Run] != "" || len(e.Data) == 0 {
			continue
		}
		var told struct {
			Target string `json:"target"`
		}
		if json.Unmarshal(e.Data, &told) != nil {
			continue
		}
		if ref, err := lag.ParseRef(told.Target); err == nil {
			out[e.Run] = ref.Cluster
		}
	}
	return out
}

type entryRow struct {
	*audit.Entry
	cluster string
}

// given is a word, or that nothing was given.
func given(s string) Value {
	if s == "" {
		return Missing(lag.NotApplicable)
	}
	return Word(s)
}

func (e entryRow) cell(col int) Value {
	switch entryColumns[col].Name {
	case "ref":
		return Word(lag.Ref{Cluster: e.cluster, Kind: kindEntry, Name: strconv.FormatInt(e.Seq, 10)}.String())
	case "cluster":
		return given(e.cluster)
	case "seq":
		return Int(e.Seq, lag.NotMeasured)
	case "at":
		return Moment(e.At, lag.NotMeasured)
	case "run":
		return given(e.Run)
	case "stage":
		return Word(string(e.Stage))
	case "kind":
		return Word(e.Kind)
	case "plan_digest":
		return given(e.PlanDigest)
	case "step":
		return given(e.Step)
	case "outcome":
		return given(string(e.Outcome))
	}
	return e.rest(entryColumns[col].Name)
}

func (e entryRow) rest(column string) Value {
	switch column {
	case "claimed":
		if e.Claimed == nil {
			return Object(raw("{}"))
		}
		return nestedJSON(e.Claimed)
	case "verified":
		return nestedJSON(e.Verified)
	case "reason":
		return given(e.Reason)
	case "ticket":
		return given(e.Ticket)
	case "error":
		return given(e.Error)
	case "data":
		return valueOf(e.Data)
	}
	return Word(e.PrevRoot)
}

// nestedJSON is a value as its own JSON has it.
func nestedJSON(v any) Value {
	b, err := json.Marshal(v)
	if err != nil {
		return Missing(lag.NotMeasured)
	}
	return Object(raw(b))
}
