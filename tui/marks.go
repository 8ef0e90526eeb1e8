package tui

import (
	"slices"
	"time"

	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

// Mark is a moment that somebody noted, such as a deploy.
type Mark struct {
	At       time.Time
	Text, By string // By is "" when that isn't known
	Cluster  string // "" for all
}

// Notebook keeps marks. Its methods are called outside of Update, and may take their time.
type Notebook interface {
	Since(time.Time) ([]Mark, error) // by time
	// Set notes this moment on a cluster.
	Set(cluster, text string) (Mark, error)
}

// marksSpan is how far back marks are told, and marksEvery how often they are looked for.
const (
	marksSpan  = 24 * time.Hour
	marksEvery = 5 * time.Second
)

// marksMsg is what the notebook holds, or why it could not be read.
type marksMsg struct {
	marks []Mark
	err   error
}

// markedMsg is what became of a mark that was set here.
type markedMsg struct {
	mark Mark
	err  error
}

// notes are the marks as they were read last.
type notes struct {
	marks []Mark
	fault string // why they can't be read; "" when they can
	gen   int    // grows with each change
}

func (n *notes) take(msg marksMsg) {
	n.fault = ""
	if msg.err != nil {
		n.fault = msg.err.Error() // those of before stay
		return
	}
	if !slices.Equal(n.marks, msg.marks) {
		n.marks, n.gen = msg.marks, n.gen+1
	}
}

// marked tells what became of a mark that was set here.
func (m *model) marked(msg markedMsg) {
	if msg.err != nil {
		m.notice = "not marked: " + m.glyphs.Safe(msg.err.Error())
		return
	}
	s := m.snap()
	m.notice = "marked " + s.stamp(msg.mark.At) + ": " + s.safe(msg.mark.Text)
	m.notes.marks, m.notes.gen = append(slices.Clip(m.notes.marks), msg.mark), m.notes.gen+1
}

// change is one line of the change feed: what a reading told, or a mark.
type change struct {
	lag.Event
	mark bool
	by   string
}

// feed is the change feed of the cluster that is looked at, put together once for a reading and the marks.
type feed struct {
	of  *lag.Reading
	gen int
	all []change
}

// changes are the events and the marks of a cluster, oldest first.
func (f *feed) changes(s *snap, n *notes) []change {
	if s.c == nil {
		return nil
	}
	if f.of == s.c.Reading && f.gen == n.gen && f.of != nil {
		return f.all
	}
	f.of, f.gen = s.c.Reading, n.gen
	f.all = make([]change, 0, len(s.c.Events)+len(n.marks))
	for _, e := range s.c.Events {
		f.all = append(f.all, change{Event: e})
	}
	here := lag.Ref{Cluster: s.conf.Name, Kind: lag.KindCluster}
	for _, k := range n.marks {
		if k.Cluster == "" || k.Cluster == s.conf.Name {
			f.all = append(f.all, change{lag.Event{At: k.At, Subject: here, After: k.Text}, true, k.By})
		}
	}
	slices.SortStableFunc(f.all, func(a, b change) int { return a.At.Compare(b.At) })
	return f.all
}

// kind is the name that the shell gives a change.
func (c *change) kind() string {
	if c.mark {
		return wire.KindMark
	}
	return c.Kind.String()
}

// role is how a change is drawn.
func (c *change) role() role {
	switch {
	case c.mark:
		return accent
	case c.Kind.Disturbs():
		return warning
	case c.Kind == lag.StateChanged:
		if now, known := state.Parse(c.After); known && now >= state.NotVisible {
			return roleOf(now, worstOf(now))
		}
	}
	return plain
}

// changeWords tells a change in a few words, without its subject.
func changeWords(s *snap, c *change) string {
	if !c.mark {
		return eventWords(s, &c.Event)
	}
	out := s.pick("“", `"`) + s.safe(c.After) + s.pick("”", `"`)
	if c.by != "" {
		out += " by " + s.safe(c.by)
	}
	return out
}

// changeSubject names what a change is about.
func changeSubject(s *snap, c *change) string {
	if c.mark {
		return "mark"
	}
	return subjectOf(s, &c.Event)
}
