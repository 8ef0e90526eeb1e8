package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

const timeFormat = "2006-01-02T15:04:05.000Z"

// wireEntry is the entry as it stands in a line: every key is there, what
// isn't given is null. Seq comes first, so a torn line can be recognised.
type wireEntry struct {
	Seq        int64           `json:"seq"`
	At         string          `json:"at"`
	Run        *string         `json:"run"`
	Stage      Stage           `json:"stage"`
	Kind       string          `json:"kind"`
	PlanDigest *string         `json:"plan_digest"`
	Step       *string         `json:"step"`
	Outcome    *Outcome        `json:"outcome"`
	Claimed    Claimed         `json:"claimed"`
	Verified   Verified        `json:"verified"`
	Reason     *string         `json:"reason"`
	Ticket     *string         `json:"ticket"`
	Error      *string         `json:"error"`
	Data       json.RawMessage `json:"data"`
	PrevRoot   string          `json:"prev_root"`
}

// MarshalJSON writes the entry with the keys of CONTRACT.md and data.
func (e Entry) MarshalJSON() ([]byte, error) {
	w := wireEntry{
		Seq: e.Seq, At: e.At.UTC().Format(timeFormat),
		Run: orNull(e.Run), Stage: e.Stage, Kind: e.Kind,
		PlanDigest: orNull(e.PlanDigest), Step: orNull(e.Step), Outcome: orNull(e.Outcome),
		Claimed: e.Claimed, Verified: e.Verified,
		Reason: orNull(e.Reason), Ticket: orNull(e.Ticket), Error: orNull(e.Error),
		Data: e.Data, PrevRoot: e.PrevRoot,
	}
	if w.Claimed == nil {
		w.Claimed = Claimed{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// UnmarshalJSON reads an entry. Keys it doesn't know are left alone: a newer
// weir may add some.
func (e *Entry) UnmarshalJSON(b []byte) error {
	var w wireEntry
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	at, err := time.Parse(timeFormat, w.At)
	if err != nil {
		return fmt.Errorf("entry time: %w", err)
	}
	if w.Seq < 1 || w.Stage == "" {
		return fmt.Errorf("entry without seq or stage")
	}
	if bytes.Equal(w.Data, []byte("null")) {
		w.Data = nil
	}
	*e = Entry{
		Seq: w.Seq, At: at, Run: orEmpty(w.Run), Stage: w.Stage, Kind: w.Kind,
		PlanDigest: orEmpty(w.PlanDigest), Step: orEmpty(w.Step), Outcome: orEmpty(w.Outcome),
		Claimed: w.Claimed, Verified: w.Verified,
		Reason: orEmpty(w.Reason), Ticket: orEmpty(w.Ticket), Error: orEmpty(w.Error),
		Data: w.Data, PrevRoot: w.PrevRoot,
	}
	return nil
}

func orNull[S ~string](s S) *S {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty[S ~string](p *S) S {
	if p == nil {
		return ""
	}
	return *p
}

// encodeLine gives the record: one line without its newline.
func encodeLine(e Entry) ([]byte, error) {
	b, err := e.MarshalJSON()
	if err != nil {
		return nil, err
	}
	if len(b) > MaxEntryBytes {
		return nil, fmt.Errorf("%d bytes, at most %d are taken", len(b), MaxEntryBytes)
	}
	return b, nil
}
