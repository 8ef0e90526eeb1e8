package tui

import (
	"slices"
	"time"

	"weir/internal/engine"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

// Cluster is what the console must know of a cluster beside what the engine sees.
type Cluster struct {
	Name        string
	Environment string         // free text; "prod" gets a badge of its own
	NoPeek      string         // why no record of it may be looked at; "" when they may
	Policies    state.Policies // what owners declare of its groups
	ReadOnly    bool           // plans only, until it is armed
	// Flags bring a shell to it beside its name, such as --config FILE. Unnamed says that no configuration names it: they
	// alone bring a shell there.
	Flags   []string
	Unnamed bool
}

// snap is what views draw: one state, looked at from one moment. It is made anew at every message and is not kept.
type snap struct {
	theme
	c       *engine.Cluster // the cluster looked at; nil before the first state
	conf    Cluster
	now     time.Time // the moment of looking, in the zone of the reader
	judged  time.Time // the moment ages are taken at: now, or when the screen was frozen
	asOf    time.Time // when the newest data was read; zero: nothing was
	late    lateness
	hist    *clusterHistory
	frozen  bool
	noted   *notes
	mine    string   // pattern of the owners whose groups are one's own
	version string   // of weir
	changes []change // what was seen and noted, oldest first
	acts    *acts
	fleet   func() []*snap // all clusters; nil for none but this
	sum     func(*snap) *counted
	lapses  lapses
	reading
}

// reading is the progress of the first read.
type reading struct {
	what     string
	done, of int
}

// lateness says how far the data can be trusted to be of now.
type lateness uint8

const (
	live lateness = iota
	late
	unanswered
)

// read returns the reading; nil before the first state.
func (s *snap) read() *lag.Reading {
	if s.c == nil {
		return nil
	}
	return s.c.Reading
}

// seen reports whether anything of the cluster was ever seen.
func (s *snap) seen() bool { return s.c != nil && s.c.Reading != nil && s.c.Seen }

func (s *snap) verdict(g lag.GroupIx) *state.Verdict {
	if s.c == nil || s.c.Verdicts == nil {
		return nil
	}
	return s.c.Verdicts.Of(g)
}

// wire returns the cluster as the tables of the public contract want it.
func (s *snap) wire() []wire.Cluster {
	if s.c == nil || s.c.Reading == nil {
		return nil
	}
	w := wire.Cluster{Name: s.c.Name, Environment: s.c.Environment, Seen: s.c.Seen, Reading: s.c.Reading, Verdicts: s.c.Verdicts, Produce: s.c.Produce, Refresh: s.refresh()}
	if s.hist != nil {
		w.Begun = s.hist.begun
	}
	return []wire.Cluster{w}
}

// asOfReading returns when the newest of a cluster's numbers were read; zero when none were.
func asOfReading(c *engine.Cluster) time.Time {
	var newest time.Time
	r := c.Reading
	if r == nil {
		return newest
	}
	for _, at := range [][]lag.ShardTime{r.EndAt, r.CommittedAt, r.StartAt} {
		for _, s := range at {
			if s.Answered.After(newest) {
				newest = s.Answered
			}
		}
	}
	if newest.IsZero() && c.Seen && c.Failed == 0 {
		newest = r.Tick // a cluster without partitions has nothing else to read
	}
	return newest
}

// lateBy is the age from which data is late: two refreshes were missed, with half of one for the answer to come.
func lateBy(c *engine.Cluster) time.Duration {
	refresh := c.Refresh
	if refresh <= 0 {
		refresh = engine.DefaultRefresh
	}
	return 2*refresh + refresh/2
}

// judge sets what follows from the cluster and the moment.
func (s *snap) judge() {
	if s.c == nil {
		return
	}
	s.asOf = asOfReading(s.c)
	age := since(s.judged, s.asOf)
	switch {
	case s.asOf.IsZero(), s.c.Failed >= 2, s.c.Failed == 1 && age > lateBy(s.c):
		s.late = unanswered
	case age > lateBy(s.c), s.c.Failed == 1 && age > s.c.Refresh, s.overdue() && age > s.c.Refresh*9/5:
		s.late = late
	}
}

// youngFor is how long a cluster is watched before it is said that its groups keep up: what stands still is told by its
// silence, and that takes a while. It is what weir check allows for.
const youngFor = 30 * time.Second

// young reports whether a cluster has not been watched for long enough to call it calm.
func (s *snap) young() bool {
	return s.hist == nil || s.hist.begun.IsZero() || s.judged.Sub(s.hist.begun) < youngFor
}

// overdue reports whether a sweep is under way that should have ended: its answers are not just coming, so that two
// refreshes are late, and not half of one more.
func (s *snap) overdue() bool {
	r := s.c.Reading
	return !s.c.Swept.IsZero() && r.Cost.Requests == 0 && r.Tick.After(s.c.Swept) &&
		slices.ContainsFunc(r.Gaps, func(g lag.Gap) bool { return g.Ref.Kind == lag.KindCluster })
}

// oldShard reports whether a broker's last answer is too old to stand for now.
func (s *snap) oldShard(at lag.ShardTime) bool {
	return s.late != live || at.IsZero() || since(s.judged, at.Answered) > lateBy(s.c)
}

// since returns how long ago t was, by whichever clock says more: that of the process stands still while the machine
// sleeps, that of the wall can be set back. What is old never looks fresh, whatever clocks do.
func since(now, t time.Time) time.Duration { return max(now.Sub(t), now.Round(0).Sub(t.Round(0))) }

// oldGroup reports whether a group's commits are older than two refreshes, or were asked for in vain since, and when they
// were read. A coordinator that answers may yet not tell of this group, as one that has just started does: then the commits
// have stamps of their own.
func (s *snap) oldGroup(g lag.GroupIx) (time.Time, bool) {
	const looked = 100 // positions; what fails most often fails for all of a group
	r := s.read()
	if len(r.LateCommit) > 0 {
		all := r.Groups[g].Positions
		for _, i := range all[:min(len(all), looked)] {
			if at, late := r.LateCommit[i]; late && s.oldShard(at) {
				return at.Answered, true
			}
		}
	}
	n := r.Groups[g].Coordinator
	if n < 0 || int(n) >= len(r.CommittedAt) || r.CommittedAt[n].IsZero() {
		return time.Time{}, s.late != live
	}
	return r.CommittedAt[n].Answered, s.oldShard(r.CommittedAt[n]) || s.missed(n, r.CommittedAt[n])
}

// node returns a broker's name as it stands in every sentence: b3.
func (s *snap) node(n lag.NodeIx) string {
	if r := s.read(); n >= 0 && int(n) < len(r.Nodes) {
		return "b" + itoa(int(r.Nodes[n].ID))
	}
	return "?"
}

// safe makes a name that came from outside fit for the screen.
func (s *snap) safe(name string) string { return s.glyphs.Safe(name) }

// quoted is safe with a name that is empty made visible.
func (s *snap) quoted(name string) string {
	if name == "" {
		return `""`
	}
	return s.safe(name)
}

// stamp returns a time of day in the reader's zone.
func (s *snap) stamp(t time.Time) string { return text.Stamp(t, s.now) }

// fromStart reports whether a moment is that at which weir began to watch: what is so since then may be so for longer.
func (s *snap) fromStart(t time.Time) bool {
	of := wire.Cluster{Begun: s.hist.begun, Refresh: s.refresh()}
	return of.FromStart(t)
}

// lasting returns how long something has been so, as a bound where it was so from the start.
func (s *snap) lasting(t time.Time) string {
	if s.fromStart(t) {
		return s.glyphs.Bounded(s.ago(t), text.AtLeast)
	}
	return s.ago(t)
}

// ago returns how long ago t was, coarsely; "?" when that is not known.
func (s *snap) ago(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return text.CoarseDuration(max(0, since(s.judged, t)))
}
