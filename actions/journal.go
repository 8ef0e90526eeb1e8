package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"weir/actions/audit"
	"weir/lag"
)

// Journal is what the Executor needs of the audit log; *audit.Log is one.
type Journal interface {
	Append(context.Context, audit.Entry) (audit.Receipt, error)
	Show(ctx context.Context, run string) ([]audit.Entry, error)
	Entries(context.Context, audit.Filter) iter.Seq2[audit.Entry, error]
	Unfinished(context.Context) ([]audit.OpenRun, error)
	Tail(audit.Filter) *audit.Tail
}

// consentStep names the entry that opens a run: it isn't a step, and changes nothing.
const consentStep = "consent"

// pausing is the data of the entry of a run that was paused.
type pausing struct {
	Target string `json:"target"`
	Done   int    `json:"steps_done"`
	Kind   int    `json:"exit_code"`
}

// opening is the data of the entry that opens or resumes a run.
type opening struct {
	Consent   Consent `json:"consent"`
	Plan      string  `json:"plan"` // its id, which two plans of one digest don't share
	Target    string  `json:"target"`
	ClusterID string  `json:"cluster_id"`
	Tier      string  `json:"tier"`
	Undo      string  `json:"undo"`
	Undoes    string  `json:"undoes,omitempty"`
	Totals    Totals  `json:"totals"`
	Resumed   bool    `json:"resumed,omitempty"`
	// Claim is nil where no claim log is configured, or it could not be reached: then an entry of step break-glass follows.
	Claim *ClaimInfo `json:"claim,omitempty"`
}

// ClusterOf is the name of the cluster with this id, by the entry that opens a run on it; "" for any other entry.
func ClusterOf(e audit.Entry, id string) string {
	var o opening
	if e.Step != consentStep || json.Unmarshal(e.Data, &o) != nil || o.ClusterID != id {
		return ""
	}
	ref, err := lag.ParseRef(o.Target)
	if err != nil {
		return ""
	}
	return ref.Cluster
}

// Intent is the data of an intent: the step with the values before and after, from which it can be settled and undone.
type Intent struct {
	Title  string          `json:"title"`
	Target string          `json:"target"`
	Of     int             `json:"of"` // 0: not known
	Held   bool            `json:"held,omitempty"`
	Items  []Change        `json:"items"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// result is the data of a result or of what was settled.
type result struct {
	Outcome Outcome         `json:"outcome"`
	Note    string          `json:"note,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// ending is the data of a verdict or of the entry that dismisses a run.
type ending struct {
	Status Status          `json:"status"`
	Done   int             `json:"steps_done"`
	Total  *int            `json:"steps_total"`
	Note   string          `json:"note,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
	Kind   int             `json:"exit_code"`
}

// StepOf reads a step back from its intent.
func StepOf(e audit.Entry) (Step, error) {
	var in Intent
	if err := json.Unmarshal(e.Data, &in); err != nil {
		return Step{}, fmt.Errorf("journal: entry %d: %w", e.Seq, err)
	}
	return Step{ID: e.Step, Title: in.Title, Of: in.Of, Held: in.Held, Items: in.Items, Data: in.Data}, nil
}

// Past is what a journal tells about one step of a run.
type Past struct {
	Step    Step
	Outcome Outcome         // of the newest try; OutcomeUnknown also while it is in doubt
	Data    json.RawMessage // of its result
	Tries   int
}

// PastOf gives the steps that the entries of a run tell of, in the order of their first intents.
func PastOf(entries []audit.Entry) ([]Past, error) {
	var out []Past
	at := map[string]int{}
	for _, e := range entries {
		switch {
		case e.Stage == audit.StageIntent:
			step, err := StepOf(e)
			if err != nil {
				return nil, err
			}
			i, seen := at[e.Step]
			if !seen {
				i = len(out)
				at[e.Step], out = i, append(out, Past{})
			}
			out[i] = Past{Step: step, Tries: out[i].Tries + 1}
		case e.Step != "" && (e.Stage == audit.StageResult || e.Stage == audit.StageSettle):
			i, seen := at[e.Step]
			if !seen {
				continue
			}
			var r result
			if err := json.Unmarshal(e.Data, &r); err != nil {
				return nil, fmt.Errorf("journal: entry %d: %w", e.Seq, err)
			}
			out[i].Outcome, out[i].Data = r.Outcome, r.Data
		}
	}
	return out, nil
}

// outcomeOf is a step's outcome as the audit log names it.
func outcomeOf(o Outcome) audit.Outcome {
	switch o {
	case OutcomeApplied:
		return audit.OutcomeOK
	case OutcomeNot:
		return audit.OutcomeFailed
	case OutcomeMixed:
		return audit.OutcomeMixed
	}
	return audit.OutcomeUnknown
}
