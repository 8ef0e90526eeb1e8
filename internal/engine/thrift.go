package engine

import "time"

// idleShare is the share of a core that the sweeps of a cluster may take while nobody touches anything. The screen takes less
// than half as much again.
const idleShare = 0.005

// effort is what a sweep takes weir itself, from its begin until its reading is published.
type effort struct {
	begun time.Duration // what the process had used when the sweep began
	mean  time.Duration // over about the last eight; 0: not known
	first bool          // the sweep is the first, which reads everything and says nothing of those after it
	every time.Duration // how far apart sweeps keep to the share
}

// take takes in one sweep.
func (e *effort) take(used time.Duration) {
	if used <= 0 {
		return
	}
	if e.mean == 0 {
		e.mean = used
	}
	e.mean += (used - e.mean) / 8
	want := min(time.Duration(float64(e.mean)/idleShare).Truncate(time.Second)+time.Second, awayMost)
	if want > e.every || want < e.every*3/4 { // a pace that goes up and down by a second tells nobody anything
		e.every = want
	}
}

// used is the time of the processor that this process has taken; 0 where that is not known.
func (e *Engine) used() time.Duration {
	if e.opts.Used == nil {
		return 0
	}
	return e.opts.Used()
}
