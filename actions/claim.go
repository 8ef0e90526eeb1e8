package actions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"weir/actions/audit"
	"weir/actions/lease"
)

// Claims keeps operators on different hosts apart, as the locks of package lease keep those of one host apart: by a log
// that all of them reach.
type Claims interface {
	// Name tells people which log this is.
	Name() string
	// Acquire takes all resources or none, and doesn't wait. A *lease.HeldError says that someone else has one of them;
	// any other error, that the log can't be reached or used.
	Acquire(context.Context, []lease.Claim, lease.Holder) (Claim, error)
}

// Claim is a set of resources held in a claim log. It is renewed until it is released, and safe for concurrent use.
type Claim interface {
	// Check asks the log whether the claim stands now. An error says that it was lost, or that this can't be told.
	Check(context.Context) error
	// Bind gives a context that ends when the claim can no longer be relied on, with the reason as its cause.
	Bind(context.Context) (context.Context, context.CancelFunc)
	// Info tells how the claim was come by.
	Info() ClaimInfo
	// Release gives the resources back. Without it they are free when the lease has run out.
	Release(context.Context) error
}

// ClaimInfo is what the audit log keeps of a claim.
type ClaimInfo struct {
	Log   string  `json:"log"`           // Claims.Name
	Token int64   `json:"token"`         // grows with each claim in the log: of two claims on one resource the later has the larger
	Lease float64 `json:"lease_seconds"` // how long it holds without renewal
	// TookOver are the holders before this one who never gave back what they had: their leases ran out.
	TookOver []lease.Holder `json:"took_over"`
}

// breakStep names the entry of a run that went on without its claim log: it isn't a step.
const breakStep = "break-glass"

// broken is the data of that entry.
type broken struct {
	Log    string `json:"log"`
	Reason string `json:"reason"`
	Error  string `json:"error"`
}

// held is what a run holds while it is driven.
type held struct {
	local  *lease.Lease
	claims []lease.Claim // of the cluster's resources, for the claim log
	holder lease.Holder
	claim  Claim // nil: there is no claim log, it isn't needed, or it can't be reached
	broken *broken
}

// releaseLimit bounds giving a claim back: it ends by itself.
const releaseLimit = 10 * time.Second

// claim takes in the claim log what is held on this host already.
func (x *Executor) claim(ctx context.Context, h *held, c Consent) error {
	if err := x.mayBreak(c); err != nil || x.Claims == nil {
		return err
	}
	claim, err := x.Claims.Acquire(ctx, h.claims, h.holder)
	var taken *lease.HeldError
	switch {
	case err == nil:
		h.claim = claim
		return nil
	case ctx.Err() != nil:
		return Fail(ErrStopped, "stopped before anything was done", "")
	case errors.As(err, &taken):
		return &Error{Kind: ErrLocked, What: "someone else works on it", Do: waiting(taken, h.holder), Err: err}
	case c.BreakGlass:
		h.broken = &broken{Log: x.Claims.Name(), Reason: c.Reason, Error: err.Error()}
		return nil
	}
	do := "without it nobody knows whether someone else is at work; policy allows no --break-glass here"
	if x.BreakGlass {
		do = "when it can't wait and you know that nobody else is at work: --break-glass --reason R"
	}
	return &Error{Kind: ErrUnseen, What: "the claim log " + x.Claims.Name() + " can't be used, and nothing was changed", Do: do, Err: err}
}

// mayBreak refuses to break the glass where policy doesn't allow it, or nobody says why.
func (x *Executor) mayBreak(c Consent) error {
	switch {
	case !c.BreakGlass:
		return nil
	case x.Claims == nil:
		return Fail(ErrUsage, "there is no claim log for this cluster, and so no glass to break", "leave out --break-glass")
	case !x.BreakGlass:
		return Fail(ErrRefused, "policy doesn't allow to go on without the claim log "+x.Claims.Name(), "break_glass in the cluster's claims would")
	case strings.TrimSpace(c.Reason) == "":
		return Fail(ErrRefused, "going on without the claim log needs a reason", "give --reason")
	}
	return nil
}

// waiting says what to do about a holder. What this very run holds there was left by a process that ended: the locks of
// this host were free.
func waiting(taken *lease.HeldError, mine lease.Holder) string {
	if taken.By.Run != "" && taken.By.Run == mine.Run {
		return "that is this run's own process, which is gone: wait until its lease has run out"
	}
	return "wait, or speak with them"
}

// tellClaim says what everyone should know of how the claim was come by, and puts a broken glass into the audit log.
func (w *work) tellClaim(ctx context.Context) error {
	h := w.held
	if h == nil {
		return nil
	}
	if h.claim != nil {
		for _, by := range h.claim.Info().TookOver {
			w.loud(fmt.Sprintf("taken over from %s: the lease had run out, and it was not given back", by))
		}
	}
	if h.broken == nil {
		return nil
	}
	e, err := w.entry(audit.StageProgress, breakStep, "", h.broken)
	if err != nil {
		return err
	}
	if _, err := w.x.record(ctx, e); err != nil {
		return err
	}
	w.loud(fmt.Sprintf("BREAK GLASS: the claim log %s can't be used, and someone else may be at work: %s", h.broken.Log, h.broken.Error))
	return nil
}

// loud says something at once and once more with the report.
func (w *work) loud(what string) {
	w.notes = append(w.notes, what)
	w.x.tell(Event{Run: w.id, Done: w.done, What: what})
}

// check asks whether what the run holds is still its own.
func (h *held) check(ctx context.Context) error {
	if h == nil || h.claim == nil {
		return nil
	}
	if err := h.claim.Check(ctx); err != nil {
		return &Error{Kind: ErrLocked, What: "what this run works on is no longer its own, or that can't be told", Do: "see who holds it, then make a new plan", Err: err}
	}
	return nil
}

// bind ends a step's context when the claim can't be relied on any more.
func (h *held) bind(ctx context.Context) (context.Context, context.CancelFunc) {
	if h == nil || h.claim == nil {
		return context.WithCancel(ctx)
	}
	return h.claim.Bind(ctx)
}

// info is what the entry that opens a run says of its claim; nil without one.
func (h *held) info() *ClaimInfo {
	if h == nil || h.claim == nil {
		return nil
	}
	i := h.claim.Info()
	i.TookOver = filled(i.TookOver)
	return &i
}

// release gives everything back, the claim first.
func (x *Executor) release(h *held) error {
	var errs []error
	if h.claim != nil {
		ctx, cancel := context.WithTimeout(context.Background(), releaseLimit)
		defer cancel()
		if err := h.claim.Release(ctx); err != nil {
			x.tell(Event{Run: h.holder.Run, What: fmt.Sprintf("the claim in %s was not given back, and runs out by itself: %s", h.claim.Info().Log, err)})
		}
	}
	if err := h.local.Release(); err != nil {
		errs = append(errs, &Error{Kind: ErrLocked, What: "a lock was not given back; it ends with this process", Err: err})
	}
	return errors.Join(errs...)
}
