package audit

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// MaxEntryBytes is the largest entry, as JSON, that the log takes. Undo data of
// more than this belongs into several progress entries.
const MaxEntryBytes = 8 << 20

// Stage says what an entry tells about its run.
type Stage string

// The stages of CONTRACT.md. A repair is written by the log itself, never by a
// caller.
const (
	StageIntent   Stage = "intent"   // the step is about to be done; fsynced before it
	StageProgress Stage = "progress" // something happened within a step, such as a batch
	StageResult   Stage = "result"   // the step was done, failed, or its reply was lost
	StageVerdict  Stage = "verdict"  // the run ended, verified or not
	StageSettle   Stage = "settle"   // what was found out about a step (Step set) or a run
	StageRepair   Stage = "repair"   // torn bytes of a crash were found
)

// Outcome is how a step or a run ended; empty (null in JSON) where the stage
// has none.
type Outcome string

// The outcomes of CONTRACT.md.
const (
	OutcomeOK      Outcome = "ok"
	OutcomeFailed  Outcome = "failed"
	OutcomeMixed   Outcome = "mixed"
	OutcomeUnknown Outcome = "unknown"
)

// Entry is one record of the log. The caller gives Run to Data; Seq, At,
// Claimed, Verified and PrevRoot are filled in by Append, whatever they hold.
// Text fields are empty (null in JSON) where nothing was given.
type Entry struct {
	Seq        int64     // from 1, without holes: the size of the tree that ends with this entry
	At         time.Time // by this host's clock, to the millisecond; may go backwards when the clock does
	Run        string    // the run; empty only in a repair
	Stage      Stage
	Kind       string // the action, such as kafka.offset-reset
	PlanDigest string
	Step       string // the step within the run
	Outcome    Outcome
	Claimed    Claimed
	Verified   Verified
	Reason     string
	Ticket     string
	Error      string // what went wrong, for a person
	// Data holds before, after and undo values as JSON, nil for none. It is
	// stored in clear, signed, and can never be removed: no secrets, no keys,
	// values or headers of Kafka records.
	Data     json.RawMessage
	PrevRoot string // root of the tree before this entry, base64
}

// check says why an entry of a caller isn't valid.
func (e Entry) check() error {
	switch e.Stage {
	case StageIntent, StageProgress:
		if e.Outcome != "" {
			return fmt.Errorf("a %s has no outcome, got %q", e.Stage, e.Outcome)
		}
	case StageResult, StageVerdict, StageSettle:
		if e.Outcome == "" {
			return fmt.Errorf("a %s needs an outcome", e.Stage)
		}
	case StageRepair:
		return fmt.Errorf("a repair is written by the log only")
	default:
		return fmt.Errorf("unknown stage %q", e.Stage)
	}
	switch e.Outcome {
	case "", OutcomeOK, OutcomeFailed, OutcomeMixed, OutcomeUnknown:
	default:
		return fmt.Errorf("unknown outcome %q", e.Outcome)
	}
	if e.Run == "" || e.Kind == "" {
		return fmt.Errorf("run and kind are needed, got run %q, kind %q", e.Run, e.Kind)
	}
	for _, s := range []string{e.Run, e.Kind, e.PlanDigest, e.Step} {
		if !utf8.ValidString(s) {
			return fmt.Errorf("not UTF-8: %q", s)
		}
	}
	if e.Data != nil && !json.Valid(e.Data) {
		return fmt.Errorf("data isn't valid JSON")
	}
	return nil
}
