package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"weir/actions"
	"weir/internal/engine"
)

// Options are what the console runs on.
type Options struct {
	Engine   *engine.Engine                                       // made, not running: Run runs it
	Clusters []Cluster                                            // those of the engine, in its order
	Progress *ProgressBox                                         // of the first read; nil: none is told
	Notebook Notebook                                             // marks; nil: there are none, and none can be set
	Peeker   Peeker                                               // reads records; nil: they can't be read
	Settings Settings                                             // as kept
	Keep     func([]byte) error                                   // keeps settings; nil: they can't be kept
	Past     []string                                             // what : took in earlier sessions, oldest first
	KeepPast func(line string) error                              // keeps a line of it; nil: none is kept
	Write    func(name string, b []byte) (path string, err error) // writes a file that is not there yet; nil: none can be
	Said     string                                               // a word to begin with, such as what was wrong with the settings
	In, Out  *os.File
	Getenv   func(string) string
	Version  string // of weir, as raw JSON tells it
	UTC      bool   // times in UTC from the start
	Actor    Actor  // nil: nothing can be changed
	Unacting error  // why there is no Actor; may be nil
	// Waiting is called when the console has left the terminal and a run still ends its step; nil for nobody.
	Waiting func(run string)
	// Left is called when that run has ended, with what it came to and what it leaves to a person; nil for nobody.
	Left func(actions.Report)
}

// Progress is a word on the first read of a cluster.
type Progress struct {
	Cluster, Reading string
	Done, Of         int // brokers that answered, of those asked
}

// ProgressBox takes words on the first read, and keeps the latest: whoever tells never waits.
type ProgressBox struct{ ch chan Progress }

// NewProgressBox makes one.
func NewProgressBox() *ProgressBox { return &ProgressBox{make(chan Progress, 1)} }

// Tell puts in a word; it never waits, and may be called by several goroutines.
func (b *ProgressBox) Tell(p Progress) {
	select {
	case <-b.ch:
	default:
	}
	select {
	case b.ch <- p:
	default:
	}
}

// ErrNoTerminal is a console without a terminal that can show it.
var ErrNoTerminal = errors.New("tui: open the console: no terminal that can show it")

// Hangup is the end of a console by a signal.
type Hangup struct{ Signal os.Signal }

// Error tells which.
func (h Hangup) Error() string { return "tui: ended by " + h.Signal.String() }

// Defect is a panic in the console, caught after the terminal was restored.
type Defect struct {
	Value any
	Stack []byte
}

// Error tells the panic's value.
func (d *Defect) Error() string { return fmt.Sprintf("tui: a defect: %v", d.Value) }

// Run shows the console until a person leaves it or the context ends. It runs the engine and waits for it, and restores
// the terminal whatever happens. It returns nil when a person left, the context's cause when that ended, a [Hangup], a
// [*Defect], or [ErrNoTerminal] before anything was drawn.
func Run(ctx context.Context, o Options) error {
	if !usable(o) {
		return ErrNoTerminal
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.Engine.Run(ctx)
	}()
	out := outside{states: o.Engine.States(), focus: o.Engine.Focus, setPace: o.Engine.SetPace, readNow: o.Engine.ReadNow, notebook: o.Notebook, peeker: o.Peeker, keep: o.Keep, keepPast: o.KeepPast, write: o.Write}
	if o.Progress != nil {
		out.progress = o.Progress.ch
	}
	out.jobs = newJobs(ctx)
	m := newModel(o, out)
	m.shell = shellAbove()
	err := show(ctx, m, o.In, o.Out, o.Getenv)
	stop(nil)
	leave(m, o, err)
	<-ended
	return err
}

// leave has a run that is still under way end as soon as it safely can, and tells what becomes of it.
func leave(m *model, o Options, why error) {
	under := m.acts.under()
	if under && o.Waiting != nil {
		o.Waiting(m.acts.work.run)
	}
	m.out.jobs.close(leaving(why))
	if under && o.Left != nil && m.out.jobs.report != nil {
		o.Left(*m.out.jobs.report)
	}
}

// leaving is what a run under way is told when the console ends: that its person left, or was cut off.
func leaving(err error) error {
	if err == nil {
		return context.Canceled
	}
	return fmt.Errorf("%w: %w", actions.ErrDropped, err)
}

// usable reports whether the console can be drawn: on a terminal, and one that knows more than lines.
func usable(o Options) bool {
	term_ := o.Getenv("TERM")
	return term_ != "dumb" && term_ != "" && o.In != nil && o.Out != nil && term.IsTerminal(int(o.In.Fd())) && term.IsTerminal(int(o.Out.Fd()))
}

// show runs the program on a terminal.
func show(ctx context.Context, m *model, in *os.File, out io.Writer, getenv func(string) string) error {
	g := &guard{model: m}
	ctx, finish := context.WithCancelCause(ctx)
	defer finish(nil)
	m.out.done = ctx.Done()
	gone := make(chan struct{})
	keys := &keyboard{File: in, escapes: escapes{follows: follows}, gone: func() { close(gone) }}
	p := tea.NewProgram(g, tea.WithInput(keys), tea.WithOutput(out), tea.WithEnvironment(environment(getenv)), tea.WithoutSignalHandler())
	g.pulse = &pulse{layer: p}
	defer g.pulse.stop()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM)
	over := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case s := <-signals:
			p.Send(endMsg{Hangup{s}})
		case <-gone:
			p.Send(endMsg{Hangup{syscall.SIGHUP}})
		case <-ctx.Done():
			p.Send(endMsg{context.Cause(ctx)})
		case <-over:
		}
	}()
	_, err := p.Run()
	close(over)
	<-watched
	signal.Stop(signals)
	switch {
	case g.defect != nil:
		return g.defect
	case m.end != nil:
		return m.end
	case err != nil:
		return fmt.Errorf("tui: run the console: %w", err)
	}
	return nil
}

// environment is what the terminal layer looks at.
func environment(getenv func(string) string) []string {
	var out []string
	for _, name := range []string{"TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE",
		"SSH_TTY", "WT_SESSION", "TMUX", "STY", "LANG", "LC_ALL", "LC_CTYPE"} {
		if v := getenv(name); v != "" {
			out = append(out, name+"="+v)
		}
	}
	return out
}

// guard turns a panic of the console into its end: the terminal is restored by the way out, and the report is the
// caller's.
type guard struct {
	model  *model
	defect *Defect
	pulse  *pulse
}

// Init asks for what comes in.
func (g *guard) Init() tea.Cmd { return g.model.Init() }

// Update takes in one message.
func (g *guard) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	if g.defect != nil {
		return g, tea.Quit
	}
	defer func() {
		if v := recover(); v != nil {
			g.defect = &Defect{v, debug.Stack()}
			cmd = tea.Quit
		}
	}()
	_, cmd = g.model.Update(msg)
	return g, cmd
}

// View draws the screen.
func (g *guard) View() (v tea.View) {
	defer func() {
		if p := recover(); p != nil && g.defect == nil {
			g.defect = &Defect{p, debug.Stack()}
		}
		if g.pulse != nil {
			g.pulse.beat()
		}
	}()
	return g.model.View()
}
