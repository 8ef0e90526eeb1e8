package actions

import (
	"context"
	"errors"
	"time"
)

// This file is how a run, and the settling of one, look again by themselves while it can't be told yet what became of a
// step: a group's coordinator moves within seconds of its broker's death, and the next one knows. It only looks, for a
// bounded time, and whoever stops it is left with what they had without it.

// DefaultPatience is how long that is. A broker that died is missed after 9 s (broker.session.timeout.ms), and its
// coordinators are at work elsewhere soon after.
const DefaultPatience = 30 * time.Second

const lookPause = 2 * time.Second

// patiently looks until there is nothing more to wait for, or the Executor's patience is over. look tells what is waited
// for, in words that stay the same while nothing changes; "" for nothing.
func (w *work) patiently(ctx context.Context, look func() string) {
	begun := time.Now()
	for {
		what := look()
		if what == "" || time.Since(begun) >= w.x.Patience || ctx.Err() != nil {
			return
		}
		w.x.tell(Event{Run: w.id, Done: w.done, What: what, Wait: &Wait{For: what, Again: lookPause, Left: w.x.Patience}, Until: w.x.now().Add(w.x.Patience - time.Since(begun))})
		w.waitsFor(what)
		if w.pause(ctx, lookPause) != nil {
			return
		}
	}
}

// looksAgain says what is waited for after an error that may pass by itself; "" after one that won't.
func (w *work) looksAgain(what string, err error) string {
	if err == nil {
		return ""
	}
	for _, k := range []Kind{ErrUsage, ErrRefused, ErrAudit, ErrDefect, ErrStopped} {
		if errors.Is(err, k) {
			return ""
		}
	}
	return what + " can't be told yet, it is looked again for up to " + w.x.Patience.String() + ": " + err.Error()
}

// foundOut looks what became of a step in doubt, with which the steps ended, as long as that may still show. When it took
// effect that is recorded, and the run goes on; else the cause is given back.
func (w *work) foundOut(ctx context.Context, cause error) (bool, error) {
	if w.doubt == nil || w.x.Patience <= 0 || ctx.Err() != nil || errors.Is(cause, ErrAudit) || errors.Is(cause, ErrDefect) || errors.Is(cause, ErrStopped) {
		return false, cause
	}
	s, d := *w.doubt, Done{}
	w.patiently(ctx, func() string {
		if w.x.asked(w.id, cancelName) {
			return ""
		}
		lctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultStepTimeout)
		defer cancel()
		var err error
		if d, err = w.run.Settle(lctx, s); err == nil && d.Outcome == OutcomeUnknown {
			err = errors.New(d.Note)
		}
		return w.looksAgain("what became of step "+s.ID, err)
	})
	w.waitsFor("")
	if d.Outcome != OutcomeApplied {
		return false, cause
	}
	err := w.took(ctx, s, d)
	return err == nil, err
}
