package actions

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"weir/actions/audit"
	"weir/actions/lease"
	"weir/lag"
)

// Status is where a run stands.
type Status string

// The statuses of the contract.
const (
	StatusRunning    Status = "running"
	StatusPaused     Status = "paused" // ended between two steps without a verdict: nothing is in doubt, it can go on
	StatusDone       Status = "done"
	StatusUnverified Status = "unverified"
	StatusFailed     Status = "failed"
	StatusCancelled  Status = "cancelled"
	StatusUndone     Status = "undone"
	StatusUnknown    Status = "unknown" // a step's outcome is in doubt: settle it
	StatusSettled    Status = "settled" // ended by a person, as it was
)

// RunInfo is a run as the journal tells it.
type RunInfo struct {
	Run        string
	PlanDigest string
	Kind       string
	Target     string // a lag.Ref in words
	By         string
	Reason     string
	StartedAt  time.Time
	EndedAt    time.Time // zero while it hasn't
	Status     Status
	Done       int
	Total      *int // nil: not known
	Undo       UndoKind
	Undoes     string // the run that this one undoes
	UndoneBy   string
	Error      string
	Pending    []string // steps in doubt
	Exit       int      // the exit code it ended with; of one that hasn't ended, that of how it stands
	steps      map[string]audit.Outcome
	paused     bool  // asked to, after its last step
	first      int64 // number of its first entry
}

// Unfinished says whether a person has to decide something.
func (r RunInfo) Unfinished() bool { return r.Status == StatusUnknown || r.Status == StatusPaused }

// Runs gives every run in the journal, oldest first.
func (x *Executor) Runs(ctx context.Context) ([]RunInfo, error) {
	runs, err := x.fold(ctx, audit.Filter{}, func(audit.Entry) {})
	if err != nil {
		return nil, err
	}
	byID := map[string]int{}
	for i := range runs {
		byID[runs[i].Run] = i
	}
	for _, r := range slices.Backward(runs) { // an undo that was itself undone since undoes nothing
		if i, ok := byID[r.Undoes]; ok && r.Status == StatusDone {
			runs[i].Status, runs[i].UndoneBy = StatusUndone, r.Run
		}
	}
	return runs, nil
}

// Show gives one run and its entries; ErrUnseen if there is none.
func (x *Executor) Show(ctx context.Context, run string) (RunInfo, []audit.Entry, error) {
	if !validRun(run) {
		return RunInfo{}, nil, noSuchRun(run)
	}
	var entries []audit.Entry
	near, err := x.fold(ctx, audit.Filter{Mentions: run}, func(e audit.Entry) {
		if e.Run == run {
			entries = append(entries, e)
		}
	})
	if err != nil {
		return RunInfo{}, nil, err
	}
	i := slices.IndexFunc(near, func(r RunInfo) bool { return r.Run == run })
	if i < 0 {
		return RunInfo{}, nil, noSuchRun(run)
	}
	info := near[i]
	for _, r := range near {
		if r.Undoes != run || r.first <= info.first {
			continue
		}
		by, _, err := x.Show(ctx, r.Run) // it may itself be undone
		if err != nil {
			return RunInfo{}, nil, err
		}
		if by.Status == StatusDone {
			info.Status, info.UndoneBy = StatusUndone, by.Run
		}
	}
	return info, entries, nil
}

// some gives the runs of these names, oldest first, without those that the journal doesn't tell of.
func (x *Executor) some(ctx context.Context, names []string) ([]RunInfo, error) {
	var out []RunInfo
	for _, run := range names {
		info, _, err := x.Show(ctx, run)
		switch {
		case errors.Is(err, ErrUnseen):
		case err != nil:
			return nil, err
		default:
			out = append(out, info)
		}
	}
	slices.SortFunc(out, func(a, b RunInfo) int { return cmp.Compare(a.first, b.first) })
	return out, nil
}

// fold makes runs of the entries that the filter takes; each sees all of them.
func (x *Executor) fold(ctx context.Context, f audit.Filter, each func(audit.Entry)) ([]RunInfo, error) {
	var out []*RunInfo
	at := map[string]*RunInfo{}
	for e, err := range x.Log.Entries(ctx, f) {
		if err != nil {
			return nil, &Error{Kind: ErrAudit, What: "the journal can't be read", Err: err}
		}
		if e.Run == "" || e.Kind == KindArm {
			continue
		}
		each(e)
		r := at[e.Run]
		if r == nil {
			r = &RunInfo{Run: e.Run, Kind: e.Kind, PlanDigest: e.PlanDigest, StartedAt: e.At, first: e.Seq, steps: map[string]audit.Outcome{}}
			at[e.Run], out = r, append(out, r)
		}
		if err := r.take(e); err != nil {
			return nil, err
		}
	}
	runs := make([]RunInfo, len(out))
	for i, r := range out {
		if err := x.stand(r); err != nil {
			return nil, err
		}
		runs[i] = *r
	}
	return runs, nil
}

// take follows one entry.
func (r *RunInfo) take(e audit.Entry) error {
	switch e.Stage {
	case audit.StageProgress:
		if e.Step == audit.PauseStep {
			var p pausing
			if err := unmarshal(e, &p); err != nil {
				return err
			}
			r.paused, r.Exit = true, p.Kind
		}
		if e.Step != consentStep {
			return nil
		}
		r.paused = false
		var o opening
		if err := unmarshal(e, &o); err != nil {
			return err
		}
		r.By, r.Reason, r.Target, r.Undo, r.Undoes = o.Consent.Who, e.Reason, o.Target, UndoKind(o.Undo), o.Undoes
	case audit.StageIntent:
		var in Intent
		if err := unmarshal(e, &in); err != nil {
			return err
		}
		if in.Of > 0 {
			r.Total = &in.Of
		}
		r.steps[e.Step] = audit.OutcomeUnknown
	case audit.StageResult:
		r.steps[e.Step] = e.Outcome
	case audit.StageVerdict, audit.StageSettle:
		return r.ended(e)
	}
	return nil
}

func (r *RunInfo) ended(e audit.Entry) error {
	if e.Stage == audit.StageSettle && e.Step != "" {
		r.steps[e.Step] = e.Outcome
		return nil
	}
	var end ending
	if err := unmarshal(e, &end); err != nil {
		return err
	}
	r.Status, r.Error, r.EndedAt, r.Exit = end.Status, e.Error, e.At, end.Kind
	return nil
}

// count is how many steps are done.
func (r *RunInfo) count() int {
	n := 0
	for _, o := range r.steps {
		if o == audit.OutcomeOK {
			n++
		}
	}
	return n
}

// stand works out the status of a run without an end: whether someone is at work on it, or what it left.
func (x *Executor) stand(r *RunInfo) error {
	for step, o := range r.steps {
		if o == audit.OutcomeUnknown {
			r.Pending = append(r.Pending, step)
		}
	}
	r.Done = r.count()
	slices.Sort(r.Pending)
	if r.Status != "" {
		r.Pending = nil
		return nil
	}
	_, held, err := lease.Look(x.locks(), runResource(r.Run))
	switch {
	case err != nil:
		return &Error{Kind: ErrLocked, What: "whether run " + r.Run + " is at work can't be seen", Err: err}
	case held:
		r.Status = StatusRunning
	case len(r.Pending) > 0:
		r.Status, r.Exit = StatusUnknown, int(ErrUnknown)
	case r.paused:
		r.Status = StatusPaused
	case len(r.steps) == 0:
		r.Status, r.Exit = StatusCancelled, int(ErrStopped) // it never began
	default:
		r.Status, r.Exit = StatusPaused, int(ErrPartial)
	}
	return nil
}

// MarshalJSON gives the run as an item of weir.run/v1.
func (r RunInfo) MarshalJSON() ([]byte, error) {
	unknown := map[string]string{}
	if r.Total == nil {
		unknown["steps_total"] = "not_measured"
	}
	var ended *stamp
	if !r.EndedAt.IsZero() {
		s := stamp(r.EndedAt)
		ended = &s
	} else {
		unknown["ended_at"] = "not_applicable"
	}
	var cluster string
	if ref, err := lag.ParseRef(r.Target); err == nil {
		cluster = ref.Cluster
	}
	return json.Marshal(struct {
		Ref        string            `json:"ref"`
		Cluster    string            `json:"cluster"`
		Run        string            `json:"run"`
		PlanDigest string            `json:"plan_digest"`
		Kind       string            `json:"kind"`
		Target     string            `json:"target"`
		By         string            `json:"by"`
		Reason     string            `json:"reason"`
		StartedAt  stamp             `json:"started_at"`
		EndedAt    *stamp            `json:"ended_at"`
		Status     Status            `json:"status"`
		Done       int               `json:"steps_done"`
		Total      *int              `json:"steps_total"`
		Undo       UndoKind          `json:"undo"`
		Undoes     string            `json:"undoes"`
		UndoneBy   string            `json:"undone_by"`
		Pending    []string          `json:"pending"`
		Error      string            `json:"error"`
		Unknown    map[string]string `json:"unknown"`
	}{
		cluster + "/run/" + r.Run, cluster, r.Run, r.PlanDigest, r.Kind, r.Target, r.By, r.Reason, stamp(r.StartedAt), ended, r.Status, r.Done, r.Total,
		r.Undo, r.Undoes, r.UndoneBy, filled(r.Pending), r.Error, unknown,
	})
}
