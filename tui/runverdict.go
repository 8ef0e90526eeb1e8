package tui

import (
	"strings"
	"time"

	"weir/actions"
	"weir/internal/text"
)

// verdict says how the run stands, and what to do.
func (p *runPage) verdict(s *snap, w int) []line {
	what := p.what(s)
	say := func(r role, head string, rest ...string) []line {
		out := []line{put(plain, " ").add(r, s.glyphs.CutEnd(s.safe(head), w-2))}
		for _, said := range rest {
			out = append(out, sentences(s, s.safe(said), w, 3)...)
		}
		return out
	}
	if p.live() {
		return p.going(s, say)
	}
	var failed string
	switch {
	case p.work != nil && p.work.err != nil:
		failed = failure(p.work.err)
	case p.info.Error != "":
		failed = upperFirst(sentence(p.info.Error))
	}
	switch st := p.status(); st {
	case actions.StatusDone:
		note := "Every step is done, and was read back."
		if p.work != nil && p.work.report.Verify.Note != "" {
			note = upperFirst(sentence(p.work.report.Verify.Note))
		}
		return say(strong, what+": done and verified.", note, p.undoSentence())
	case actions.StatusUnknown:
		next := "next: s settles: it asks the cluster what is true, and writes nothing there"
		if n := s.acts.settlingOf(p.run); n != nil {
			next = n.words(s)
		}
		return say(critical, "? OUTCOME UNKNOWN  "+what+": it was cut off after a step was announced and before its answer was heard.",
			strings.TrimSpace("In doubt: "+strings.Join(p.info.Pending, ", ")+". What stands as done below is done, for certain. Nothing runs, and nothing is retried by itself."), next)
	case actions.StatusPaused:
		return say(warning, what+": it stopped between two steps, after "+text.Plural(p.info.Done, "step", "steps")+". Nothing is in doubt.", failed)
	case "":
		if p.work != nil && p.work.err != nil {
			return say(warning, what+": refused.", failed, "next: r makes the plan anew, of the world as it is now; it only reads")
		}
		return say(plain, what)
	default:
		r := plain
		if st == actions.StatusFailed || st == actions.StatusUnverified {
			r = critical
		}
		return say(r, what+": "+statusWord(st)+".", failed, p.undoSentence())
	}
}

// going tells a run that is under way.
func (p *runPage) going(s *snap, say func(role, string, ...string) []line) []line {
	done, of := p.work.steps()
	far := text.Plural(done, "step", "steps") + " done"
	if of > 0 {
		far = itoa(done) + " of " + itoa(of) + " steps done"
	}
	head := p.what(s) + ": " + far + ", for " + took(s, p.work.began, time.Time{}) + "."
	rest := "Leaving this page does not stop it; :run comes back. If the line drops it stops after the step in hand, and the journal says so."
	switch {
	case p.work.stopping:
		return say(warning, head, "It was asked to stop, and ends the step in hand first.")
	case p.work.waiting != "":
		return say(strong, head, upperFirst(waitWords(s, p.work.waiting, p.work.until)), rest)
	}
	return say(strong, head, rest)
}

func (p *runPage) what(s *snap) string {
	kind, target := p.info.Kind, p.info.Target
	if p.work != nil {
		kind, target = p.work.plan.Kind, p.work.plan.Target.String()
	}
	return strings.TrimSpace(s.acts.verbOf(kind) + " of " + targetWord(s, target))
}

func (p *runPage) undoSentence() string {
	undo := p.info.Undo
	if p.work != nil {
		undo = p.work.plan.Undo
	}
	switch {
	case p.info.UndoneBy != "":
		return "Undone by run " + p.info.UndoneBy + "."
	case p.status() == actions.StatusCancelled && p.info.Done == 0:
		return "Nothing changed."
	case p.info.Undoes != "":
		return "It undid run " + p.info.Undoes + "."
	case undo == actions.UndoNone:
		return "There is no undo."
	case undo == "" || p.status() == actions.StatusSettled:
		return ""
	}
	return "z makes the plan that undoes it, as long as nobody moved on since."
}
