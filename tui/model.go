package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/internal/engine"
	"weir/lag"
)

// model is the console. It holds what came in and which views are open; all that happens goes out as commands.
type model struct {
	theme
	out      outside
	version  string // of weir
	clusters []Cluster
	utc      bool
	local    *time.Location
	w, h     int

	state   engine.State // the latest
	shown   engine.State // what is looked at: the latest, or what was when the screen was frozen
	frozen  time.Time    // when the screen was frozen; zero: it is not
	now     time.Time
	hist    map[string]*clusterHistory
	told    theme    // what the terminal is like; theme is what was chosen on top of it
	set     Settings // as chosen
	saved   Settings // as kept
	saving  bool
	clicked clicked // by the mouse
	current int     // index of the cluster looked at
	first   map[string]reading

	stack []view // from the root; the last one is drawn
	visited
	prompt  *prompt
	past    map[byte][]string // what was typed into prompts, by kind
	notice  string            // in place of the keys, until the next one
	looked  []lag.Ref
	pace    engine.Pace
	touched time.Time // when somebody last looked anew, or touched anything
	notes   notes
	feed    feed
	arrived view                // the view on top, once it was asked what it needs
	sums    map[string]*counted // by cluster
	lapsed  map[string]*lapses  // by cluster
	acts    acts
	asking  *asking // a plan that is being made
	shell   bool    // one waits below, and takes the terminal when the console is suspended
	leaving bool    // q was pressed once while a run is under way
	end     error
}

// counted is what is counted of a cluster, worked out once for each reading.
type counted struct {
	*counts
	health health
	once   *atOnce // what the overview alone counts, once it has
}

func (c *counted) count(s *snap) {
	if c.counts == nil || s.read() == nil || s.read() != c.of {
		c.counts = s.hist.count(s.c)
		c.health, c.once = healthOf(s, c.laid), nil
	}
}

// sum is what is counted of a cluster now.
func (m *model) sum(s *snap) *counted {
	c := m.sums[s.conf.Name]
	if c == nil {
		c = &counted{}
		m.sums[s.conf.Name] = c
	}
	c.count(s)
	return c
}

func newModel(o Options, out outside) *model {
	m := &model{told: newTheme(o.Getenv), set: o.Settings, saved: o.Settings, out: out, version: o.Version, clusters: o.Clusters,
		utc: o.UTC || o.Settings.UTC, local: time.Local,
		hist: map[string]*clusterHistory{}, first: map[string]reading{}, sums: map[string]*counted{}, lapsed: map[string]*lapses{}, past: map[byte][]string{}}
	m.past[':'] = o.Past
	m.wear()
	m.notice = m.glyphs.Safe(o.Said)
	m.stack = []view{newOverview()}
	m.acts.actor, m.acts.unacting = o.Actor, "this console can't change anything"
	if o.Unacting != nil {
		m.acts.unacting += ": " + m.glyphs.Safe(o.Unacting.Error())
	}
	return m
}

// Init asks for what comes in.
func (m *model) Init() tea.Cmd {
	return tea.Batch(m.out.nextState(), m.out.nextProgress(), m.out.nextTick(m.step()), m.out.nextMarks(0), m.out.nextHeard(), m.refreshRuns(), synchronize, tea.RequestBackgroundColor)
}

// Update takes in one message.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case stateMsg:
		m.take(engine.State(msg))
		cmd = m.out.nextState()
	case tickMsg:
		m.pass(time.Time(msg))
		cmd = tea.Batch(m.rest(), m.out.nextTick(m.step()), m.keepRuns())
	case marksMsg:
		m.notes.take(msg)
		cmd = m.out.nextMarks(marksEvery)
	case peekedMsg:
		m.peeked(msg)
	case markedMsg:
		m.marked(msg)
	case progressMsg:
		m.first[msg.Cluster] = reading{msg.Reading, msg.Done, msg.Of}
		cmd = m.out.nextProgress()
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.told.back = backLight
		if msg.IsDark() {
			m.told.back = backDark
		}
		m.wear()
	case tea.FocusMsg:
		cmd = m.attend(true)
	case tea.BlurMsg:
		cmd = m.attend(false)
	case tea.KeyPressMsg:
		cmd = tea.Batch(m.attend(true), m.key(msg))
	case tea.MouseClickMsg:
		cmd = tea.Batch(m.attend(true), m.click(msg.Mouse()))
	case tea.MouseWheelMsg:
		cmd = tea.Batch(m.attend(true), m.wheel(msg.Mouse()))
	case keptMsg:
		m.keptAway(msg)
	case tea.PasteMsg:
		cmd = tea.Batch(m.attend(true), m.paste(msg.Content))
	case answerMsg:
		cmd = msg(m)
	case heardMsg:
		m.heard(msg)
		cmd = m.out.nextHeard()
	case quietMsg:
		msg.of.woken(msg)
	case beatMsg:
		msg.of.woken(msg)
	case endMsg:
		m.end = msg.why
		return m, tea.Quit
	}
	if m.asking != nil && m.asking.by != m.top() {
		m.dropPlan()
	}
	m.sync()
	m.choose()
	return m, tea.Batch(cmd, m.look(), m.arrive(), m.fetch(), m.keep())
}

// arrive lets a view that has just come on top ask for what it shows.
func (m *model) arrive() tea.Cmd {
	v := m.top()
	if v == m.arrived {
		return nil
	}
	m.arrived = v
	if a, ok := v.(interface{ opened() intent }); ok && m.acts.actor != nil {
		return m.obey(a.opened())
	}
	return nil
}

// pass moves the clock on; it never goes back.
func (m *model) pass(now time.Time) {
	if now.After(m.now) {
		m.now = now
	}
}

// take takes in a state: into what is remembered, and onto the screen unless that is frozen.
func (m *model) take(s engine.State) {
	m.state = s
	m.pass(s.At)
	for i := range s.Clusters {
		c := &s.Clusters[i]
		h := m.hist[c.Name]
		if h == nil {
			h = newHistory()
			m.hist[c.Name] = h
		}
		h.fold(c)
	}
	if m.frozen.IsZero() {
		m.shown = s
		return
	}
	m.shown = closer(m.shown, s)
}

// closer is a frozen state with what was worked out since of its very readings, because something else is looked at.
func closer(frozen, s engine.State) engine.State {
	frozen.Clusters = slices.Clone(frozen.Clusters)
	for i := range frozen.Clusters {
		if i < len(s.Clusters) && frozen.Clusters[i].Reading == s.Clusters[i].Reading {
			frozen.Clusters[i] = s.Clusters[i]
		}
	}
	return frozen
}

func (m *model) top() view { return m.stack[len(m.stack)-1] }

// snap is what the screen shows at this moment.
func (m *model) snap() *snap {
	s := m.snapOf(m.current)
	s.noted, s.mine = &m.notes, m.set.Mine
	s.changes = m.feed.changes(s, &m.notes)
	s.fleet, s.sum = m.fleet, m.sum
	return s
}

// fleet are all clusters at this moment, in their order; without what was noted of them.
func (m *model) fleet() []*snap {
	out := make([]*snap, len(m.clusters))
	for i := range m.clusters {
		out[i] = m.snapOf(i)
	}
	return out
}

// snapOf is one cluster at this moment.
func (m *model) snapOf(i int) *snap {
	zone := m.local
	if m.utc {
		zone = time.UTC
	}
	s := &snap{theme: m.theme, version: m.version, now: m.now.In(zone), judged: m.now.In(zone), frozen: !m.frozen.IsZero(), acts: &m.acts}
	if s.frozen {
		s.judged = m.frozen.In(zone)
	}
	if i < len(m.clusters) {
		s.conf = m.clusters[i]
	}
	for i := range m.shown.Clusters {
		if m.shown.Clusters[i].Name == s.conf.Name && !m.shown.Clusters[i].Reading.Tick.IsZero() { // else it was not asked yet
			s.c = &m.shown.Clusters[i]
		}
	}
	s.hist = m.hist[s.conf.Name]
	if s.hist == nil {
		s.hist = newHistory()
	}
	s.reading = m.first[s.conf.Name]
	if m.lapsed[s.conf.Name] == nil {
		m.lapsed[s.conf.Name] = &lapses{}
	}
	m.lapsed[s.conf.Name].look(s.read())
	s.lapses = *m.lapsed[s.conf.Name]
	s.judge()
	return s
}

// sync lets the view on top take in what may have changed.
func (m *model) sync() {
	if len(m.shown.Clusters) > 0 {
		m.top().sync(m.snap())
	}
}

// look tells the engine what is on the screen, when that has changed.
func (m *model) look() tea.Cmd {
	want := m.top().focus(m.snap())
	if sameRefs(want, m.looked) {
		return nil
	}
	m.looked = want
	return m.out.lookAt(want)
}

func sameRefs(a, b []lag.Ref) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// View draws the screen.
func (m *model) View() tea.View {
	v := tea.NewView(m.paint(m.frame(), m.w))
	v.AltScreen, v.WindowTitle, v.ReportFocus = true, "weir", true
	if m.set.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}
