package actions

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"weir/actions/audit"
	"weir/actions/lease"
)

// Executor carries plans out. It is synchronous and the only caller of Run.Do; several may work at the same time, in
// one process or many, on one journal and one directory.
type Executor struct {
	Log      Journal
	Registry *Registry
	Dir      string // the state directory: runs and locks are below it
	Policy   Policy // of the cluster that is acted on
	// Claims is where operators on several hosts claim what they work on; nil: only the locks of this host hold.
	Claims Claims
	// BreakGlass lets a run go on without Claims, where they can't be reached and its consent says so.
	BreakGlass bool
	// Run is the id that the next run has, made by NewRun; "" has one made.
	Run string
	// Patience is for how long it looks again when what became of a step can't be told; 0: it looks once. See
	// DefaultPatience.
	Patience time.Duration
	// Tell hears what happens while it happens; nil for nobody. It must return soon.
	Tell func(Event)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Event is something that happened within a run. The first says nothing but that the run stands in the journal now.
type Event struct {
	Run   string
	Step  Step      // the step it is about; zero before the first
	Done  int       // steps that are done
	What  string    // for a person; may be empty
	Wait  *Wait     // set while a run waits
	Until time.Time // when the waiting ends at the latest; zero when nothing is waited for, or no such time is known
	State Outcome   // of a step that has ended
}

// Report is what became of a run.
type Report struct {
	Run    string
	Status Status
	Done   int // steps
	Total  int // steps in all; 0 when the run can't tell
	Verify Verdict
	// Notes are for a person: what was left open, or could not be tidied up.
	Notes []string
}

func (x *Executor) now() time.Time {
	if x.Now != nil {
		return x.Now()
	}
	return time.Now()
}

func (x *Executor) tell(e Event) {
	if x.Tell != nil {
		x.Tell(e)
	}
}

// Apply carries a plan out: digest, expiry, policy, consent and locks first, then step by step. The report is valid
// with an error too, as far as the run came; its Run is "" if there was none. Cancelling ctx stops between steps.
func (x *Executor) Apply(ctx context.Context, p Plan, c Consent) (rep Report, err error) {
	if err := x.admit(p, c, true); err != nil {
		return Report{}, err
	}
	a, err := x.Registry.Action(p.Kind)
	if err != nil {
		return Report{}, err
	}
	run := x.Run
	if run == "" {
		if run, err = NewRun(x.now()); err != nil {
			return Report{}, err
		}
	}
	held, err := x.lock(ctx, p, run, c)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, x.release(held)) }()
	return x.begin(ctx, a, p, c, held)
}

func (x *Executor) begin(ctx context.Context, a Action, p Plan, c Consent, h *held) (rep Report, err error) {
	run := h.holder.Run
	if err := x.unfinished(ctx, p); err != nil {
		return Report{}, err
	}
	if err := x.spent(ctx, p); err != nil {
		return Report{}, err
	}
	if err := x.outgrown(ctx, p); err != nil {
		return Report{}, err
	}
	if err := x.claim(ctx, h, c); err != nil {
		return Report{}, err
	}
	if err := savePlan(x.runDir(run), p); err != nil {
		return Report{}, err
	}
	if err := x.mark(run); err != nil {
		return Report{}, err
	}
	w := &work{x: x, id: run, plan: p, consent: c, action: a, held: h}
	defer w.edge(ctx, &rep, &err)
	if err := w.open(ctx, false); err != nil {
		return Report{}, err
	}
	return w.drive(ctx, nil)
}

// Check tells whether Apply would begin now, as far as that can be told without locks and the cluster.
func (x *Executor) Check(p Plan, c Consent) error {
	if _, err := x.Registry.Action(p.Kind); err != nil {
		return err
	}
	return x.admit(p, c, true)
}

// admit checks everything that can be checked without the cluster.
func (x *Executor) admit(p Plan, c Consent, fresh bool) error {
	digest, err := p.ComputeDigest()
	if err != nil {
		return &Error{Kind: ErrUsage, What: "the plan", Err: err}
	}
	if digest != p.Digest {
		return Fail(ErrUsage, "the plan was changed after it was made: its digest doesn't fit", "make a new plan")
	}
	now := x.now()
	if fresh && (now.After(p.Expires) || p.Expires.After(now.Add(DefaultExpiry+time.Minute))) {
		return Fail(ErrStale, fmt.Sprintf("the plan was for the time from %s to %s", p.MadeAt.Format(time.RFC3339), p.Expires.Format(time.RFC3339)), "make a new plan")
	}
	if err := x.Policy.Check(p, c, now); err != nil {
		return err
	}
	return c.Check(p)
}

// unfinished refuses a change of what another run left in doubt or half done.
func (x *Executor) unfinished(ctx context.Context, p Plan) error {
	open, err := x.Log.Unfinished(ctx)
	if err != nil {
		return &Error{Kind: ErrAudit, What: "the audit log can't be read", Err: err}
	}
	if err := x.remark(open); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &Error{Kind: ErrAudit, What: "which runs are unfinished can't be noted", Do: "see that " + x.openDir() + " can be read and written", Err: err}
	}
	for _, r := range open {
		var in Intent
		if err := unmarshal(r.First, &in); err != nil {
			return err
		}
		if r.Run != p.Undoes && (in.Target == p.Target.String() || x.overlaps(r, p)) {
			return Fail(ErrUnknown, fmt.Sprintf("run %s on %s is not finished, and may have changed it", r.Run, in.Target),
				"weir run settle "+r.Run+", then go on with it, undo it, or end it with a note")
		}
	}
	return nil
}

// overlaps tells whether an unfinished run works on what a plan changes, whatever either calls it: on one cluster, by a
// lock that both take. Of a run whose plan is not here only its target is known.
func (x *Executor) overlaps(r audit.OpenRun, p Plan) bool {
	q, err := x.loadPlan(r.Run, r.PlanDigest)
	if err != nil || q.ClusterID != p.ClusterID {
		return false
	}
	whole := slices.Contains(p.Locks, WholeCluster) || slices.Contains(q.Locks, WholeCluster)
	return whole || slices.ContainsFunc(p.Locks, func(name string) bool { return slices.Contains(q.Locks, name) })
}

// spent refuses a plan of which another run has changed something: a consent is for once, and what a plan moved may by now
// stand again where it stood.
func (x *Executor) spent(ctx context.Context, p Plan) error {
	runs, err := x.fold(ctx, audit.Filter{Mentions: planID(p)}, func(audit.Entry) {})
	if err != nil {
		return err
	}
	for _, r := range runs {
		_, entries, err := x.Show(ctx, r.Run)
		if err != nil {
			return err
		}
		past, err := PastOf(entries)
		if err != nil {
			return &Error{Kind: ErrAudit, What: "the journal", Err: err}
		}
		for _, s := range past {
			if len(s.Step.Items) > 0 && !s.Step.Held && s.Outcome != OutcomeNot {
				return Fail(ErrStale, "the plan was carried out already, by run "+r.Run, "see weir run show "+r.Run+"; to do it again, make a new plan")
			}
		}
	}
	return nil
}

// outgrown refuses to undo a run that has gone on since the undo was planned: a part of it would stay, and the run count as
// undone.
func (x *Executor) outgrown(ctx context.Context, p Plan) error {
	if p.Undoes == "" {
		return nil
	}
	entries, err := x.Log.Show(ctx, p.Undoes)
	if err != nil {
		return &Error{Kind: ErrAudit, What: "the journal can't be read", Err: err}
	}
	seen, err := strconv.ParseInt(p.Facts[factSeen], 10, 64)
	if err != nil {
		return &Error{Kind: ErrUsage, What: "the plan doesn't say up to where it undoes run " + p.Undoes, Do: "weir run undo " + p.Undoes + " makes a new one", Err: err}
	}
	for _, e := range entries { // by their numbers: a clock may jump
		if e.Stage == audit.StageIntent && e.Seq > seen {
			return Fail(ErrStale, "run "+p.Undoes+" went on after the plan that undoes it was made", "weir run undo "+p.Undoes+" makes a new one")
		}
	}
	return nil
}

// NewRun makes the id of a run that begins now.
func NewRun(now time.Time) (string, error) {
	var b [4]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", &Error{Kind: ErrDefect, What: "no random numbers", Err: err}
	}
	return "r-" + now.UTC().Format("20060102-150405") + "-" + hex.EncodeToString(b[:]), nil
}

// lock takes what the plan names, each below its cluster: the cluster itself is shared, unless the plan wants all of it.
func (x *Executor) lock(ctx context.Context, p Plan, run string, c Consent) (*held, error) {
	var claims []lease.Claim
	whole := false
	for _, name := range p.Locks {
		if name == WholeCluster {
			whole = true
			continue
		}
		claims = append(claims, lease.Claim{Resource: p.ClusterID + "/" + name})
	}
	claims = append(claims, lease.Claim{Resource: p.ClusterID, Shared: !whole})
	by := lease.Holder{Who: c.Who, Why: c.Reason, Run: run, Since: x.now()}.Here()
	l, err := lease.Acquire(ctx, x.locks(), append(claims, lease.Claim{Resource: runResource(run)}), by)
	if err != nil {
		return nil, x.notHeld(ctx, err, "someone else works on it")
	}
	return &held{local: l, claims: claims, holder: by}, nil
}

// notHeld says why a lock wasn't taken: someone has it, or it can't be written, as on a disk that is full.
func (x *Executor) notHeld(ctx context.Context, err error, taken string) error {
	var held *lease.HeldError
	switch {
	case errors.As(err, &held):
		return &Error{Kind: ErrLocked, What: taken, Do: "wait, or speak with them", Err: err}
	case ctx.Err() != nil:
		return Fail(ErrStopped, "stopped before anything was done", "")
	}
	return &Error{Kind: ErrAudit, What: "the locks can't be taken, and nothing was changed", Do: "see that " + x.locks() + " can be written", Err: err}
}

// WholeCluster, among a plan's locks, keeps everyone else off the cluster.
const WholeCluster = "*"

func runResource(run string) string { return "run/" + run }

func (x *Executor) locks() string { return filepath.Join(x.Dir, "locks") }

// record appends an entry of a run. A log that can't be written is ErrAudit.
func (x *Executor) record(ctx context.Context, e audit.Entry) (audit.Receipt, error) {
	r, err := x.Log.Append(ctx, e)
	if err != nil {
		return r, &Error{Kind: ErrAudit, What: fmt.Sprintf("the %s can't be recorded", e.Stage), Do: "nothing is applied that isn't in the audit log", Err: err}
	}
	return r, nil
}
