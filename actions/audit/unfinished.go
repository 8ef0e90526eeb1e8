package audit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// OpenRun is a run that began and of which the log doesn't tell the end. It
// may be one that another weir is at work on: its lock tells.
type OpenRun struct {
	Run        string
	Kind       string
	PlanDigest string
	First      Entry // its first intent, or pause
	Last       Entry
	// Pending holds, for each step whose outcome is unknown, its last intent:
	// no result follows it, or one with the outcome unknown. Empty for a run
	// that ended between two steps.
	Pending []Entry
}

// InDoubt says whether something may have been done that the log doesn't know.
func (r OpenRun) InDoubt() bool { return len(r.Pending) > 0 || r.Last.Outcome == OutcomeUnknown }

// PauseStep is the step that a progress entry names where a run was paused.
const PauseStep = "pause"

// Unfinished lists the runs without an end, oldest first. A run begins with an
// intent, or with a pause before its first one, and ends with a verdict, or a settle entry without Step. A result, or
// a settle entry with Step, clears up that step. The outcome unknown ends and
// clears up nothing.
func (r *Reader) Unfinished(ctx context.Context) ([]OpenRun, error) {
	segs, err := r.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	j := journal{}
	if _, err := r.scan(ctx, segs, j.take); err != nil {
		return nil, err
	}
	return j.open()
}

// Unfinished is that of Reader, from what opening the log and appending to it
// have read already: only what others have appended since is read.
func (l *Log) Unfinished(ctx context.Context) ([]OpenRun, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead != nil {
		return l.Reader.Unfinished(ctx)
	}
	unlock, err := shared(ctx, l.d, l.dir)
	if err != nil {
		return nil, err
	}
	_, err = l.catchUp(ctx)
	if err := errors.Join(err, unlock()); err != nil {
		return nil, err
	}
	return l.runs.open()
}

// journal follows the runs of a log by the heads of their entries; only open
// runs stay in it, and only their entries are decoded whole.
type journal map[string]*openRun

type openRun struct {
	first, last []byte
	pending     []pendingStep
}

type pendingStep struct {
	step   string
	intent []byte
}

// head is what stands in a line before the authors: the keys are in this order
// in every line that weir writes.
type head struct {
	Seq     int64   `json:"seq"`
	Run     string  `json:"run"`
	Stage   Stage   `json:"stage"`
	Step    string  `json:"step"`
	Outcome Outcome `json:"outcome"`
}

// readHead decodes the beginning of a line: this runs at every start of weir.
// Quotation marks in a value are escaped, so the cut can't be in one.
func readHead(line []byte) (h head, err error) {
	if i := bytes.Index(line, []byte(`,"claimed":`)); i > 0 {
		if json.Unmarshal(append(bytes.Clone(line[:i]), '}'), &h) == nil && h.Stage != "" {
			return h, nil
		}
	}
	return h, json.Unmarshal(line, &h)
}

func (j journal) take(rec record) error {
	h, err := readHead(rec.bytes)
	if err != nil {
		return notAnEntry(rec, err)
	}
	j.follow(h, rec.bytes)
	return nil
}

func (j journal) follow(h head, line []byte) {
	r := j[h.Run]
	if r == nil {
		if h.Stage != StageIntent && (h.Stage != StageProgress || h.Step != PauseStep) {
			return
		}
		r = &openRun{first: bytes.Clone(line)}
		j[h.Run] = r
	}
	r.last = append(r.last[:0], line...)
	switch {
	case h.Stage == StageIntent:
		r.clear(h.Step)
		r.pending = append(r.pending, pendingStep{h.Step, bytes.Clone(line)})
	case h.Outcome == OutcomeUnknown:
	case h.Stage == StageVerdict, h.Stage == StageSettle && h.Step == "":
		delete(j, h.Run)
	case h.Stage == StageResult, h.Stage == StageSettle:
		r.clear(h.Step)
	}
}

func (r *openRun) clear(step string) {
	r.pending = slices.DeleteFunc(r.pending, func(p pendingStep) bool { return p.step == step })
}

func (j journal) open() ([]OpenRun, error) {
	out := make([]OpenRun, 0, len(j))
	for run, r := range j {
		o := OpenRun{Run: run}
		if err := errors.Join(json.Unmarshal(r.first, &o.First), json.Unmarshal(r.last, &o.Last)); err != nil {
			return nil, fmt.Errorf("unfinished: run %q: %w", run, err)
		}
		o.Kind, o.PlanDigest = o.First.Kind, o.First.PlanDigest
		for _, p := range r.pending {
			var e Entry
			if err := json.Unmarshal(p.intent, &e); err != nil {
				return nil, fmt.Errorf("unfinished: run %q: %w", run, err)
			}
			o.Pending = append(o.Pending, e)
		}
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b OpenRun) int { return cmp.Compare(a.First.Seq, b.First.Seq) })
	return out, nil
}
