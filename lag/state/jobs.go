package state

import "weir/lag"

// jobs tells groups that come and go by design, scheduled jobs and looks, from services that went away.
type jobs struct {
	isJob      bool
	runs       int        // in a row that were shorter than the absence before them
	came, left lag.Moment // of the last run
	every      lag.Moment // between the begins of the last two runs; 0: not known
	atEase     bool       // the last run ended with nothing left to read
	recalled   bool       // the last run is known of an earlier watch: others may have been since
}

// follow takes in that the group got or lost its members.
func (b *jobs) follow(l *limits, gt *lag.GroupTrack, now lag.Moment) {
	if gt.Came == now {
		if b.came != lag.Never && !b.recalled {
			b.every = now - b.came
		}
		b.came, b.recalled = now, false
	}
	if gt.Phase != lag.Memberless || gt.Since != now || gt.Lived == lag.Never {
		return
	}
	b.left = now
	first := gt.Away == lag.Never
	if first || gt.Lived < gt.Away {
		b.runs++
	} else {
		b.runs = 0
	}
	if !first && b.every == 0 {
		b.every = gt.Away + gt.Lived
	}
	b.isJob = b.runs >= 2 || b.runs == 1 && gt.Lived <= l.visit
}

// away reports whether the group is a job between two runs, and not overdue.
func (b *jobs) away(p *Policy, now lag.Moment) bool {
	if p != nil && p.Cron > 0 {
		return b.came == lag.Never || now-b.came <= lag.Moments(p.Cron)*3/2
	}
	if !b.isJob || b.left == lag.Never || !b.atEase {
		return false
	}
	return b.every == 0 || now-b.came <= b.every*3/2
}
