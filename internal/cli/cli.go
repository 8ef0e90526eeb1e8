// Package cli is weir in the shell: one command a verb, a file each.
//
// Manners:
//   - data goes to stdout, everything else to stderr; a reader that stops reading (| head) is no error;
//   - nothing from a cluster reaches a terminal before it was made safe for it;
//   - there are no prompts;
//   - an error says in one line what is wrong, where, and what to do, and never shows a stack;
//   - an interrupt is answered at once, whatever is under way;
//   - exit codes are those of [Done] and below, and a defect of weir itself is 70, never Go's 2.
package cli

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/config"
	"weir/internal/wire"
	"weir/probes"
)

// Env is what a command knows of the process it runs in.
type Env struct {
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	IsTTY          func(any) bool // whether one of the three above is a terminal
	Width          int            // cells of a line of the terminal on stdout; 0 when it is none
}

// Systems is what only main knows how to make, so that nothing here knows Kafka.
type Systems struct {
	Version string // of weir
	// Open makes the probe of a cluster. It fails at once on settings that can't work.
	Open func(context.Context, config.Cluster) (probes.Probe, error)
	// Identify asks a cluster who it is.
	Identify func(context.Context, config.Cluster) (config.Identity, error)
	// Diagnose looks at each hop to a cluster, in the order they depend on each other.
	Diagnose func(context.Context, config.Cluster) []wire.Check
	// Peek reads records, without a group.
	Peek func(context.Context, config.Cluster, PeekAt) (Peeked, error)
	// Demo starts the embedded cluster. listen is the first broker's host:port, "" takes a free port.
	Demo func(ctx context.Context, scenario, listen string, seed int64) (cluster config.Cluster, stop func(), err error)
	// CallDemo stops or starts the program behind a group of an embedded cluster, in whatever process that runs.
	CallDemo func(ctx context.Context, socket, verb, group string) error
	// Console draws the screen, and runs the console's engine, until a person leaves it or ctx ends.
	Console func(context.Context, *Console) error
	// Actions are the kinds of change there are, able to reach the clusters given; with none they only describe themselves.
	// Nothing but reads is sent before a plan is applied, and to a read-only cluster nothing else ever.
	Actions func(...config.Cluster) *actions.Registry
	// Again is this very program with other arguments, to be started as a process of its own.
	Again func(args ...string) (*exec.Cmd, error)
	// Anchor and Claims are those of acting.Outside; Topics looks whether the topics they need are there and fit.
	Anchor func(on config.Cluster, topic, origin string) audit.Anchor
	Claims func(on config.Cluster, c config.Claims) actions.Claims
	Topics TopicChecks
	// Scenarios are what the embedded cluster can play, the default first.
	Scenarios func() []Scenario
}

// TopicChecks tell whether topics that weir appends to are there and fit. They only read.
type TopicChecks struct {
	Anchor func(ctx context.Context, on config.Cluster, topic string) []wire.Check
	Claims func(ctx context.Context, on config.Cluster, c config.Claims) []wire.Check
}

// Scenario is a story that the embedded cluster plays.
type Scenario struct {
	Name, Title, Sees string
	Policies          []config.Policy // what the owners of its groups have declared
}

// app is one run.
type app struct {
	Env
	sys  Systems
	flag globals
	// timeoutGiven tells that flag.timeout was set by hand.
	timeoutGiven bool
	done         []func() // what to stop when the command ends, the last first
	// acting is set once the command changes a cluster: it is then waited for.
	acting   atomic.Bool
	reminder *reminder
	saying   sync.Mutex // an interrupt is answered while the command speaks
	// drawing is set while the terminal is not as it was found.
	drawing atomic.Bool
	// busy is set while the console carries out a change: it is then waited for.
	busy atomic.Bool
	// watchesAll is set by the console: without -c it opens on all clusters that are configured.
	watchesAll bool
	// policies are what the configuration says of a cluster's groups.
	policies func(cluster string) []config.Policy
	// declared are, by cluster, what the scenario of an embedded one says of its groups.
	declared map[string][]config.Policy
}

// grace is how long an interrupted command may take to clean up before it is left behind.
const grace = 100 * time.Millisecond

// restoring is the same while there is a screen to take down.
const restoring = 5 * time.Second

// Main runs the command that env.Args name and returns the exit code. It returns soon after ctx is done, with the code of
// its cause: see [Interrupted].
func Main(ctx context.Context, env Env, sys Systems) int {
	a := &app{Env: env, sys: sys}
	ended := make(chan error, 1)
	go func() { ended <- a.run(ctx) }()
	select {
	case err := <-ended:
		return a.finish(ctx, err)
	case <-ctx.Done():
	}
	if a.acting.Load() {
		a.note("interrupted: the step under way is ended first")
		return a.finish(ctx, <-ended)
	}
	if a.busy.Load() { // the console stops it between two steps
		<-ended
		return a.finish(ctx, context.Cause(ctx))
	}
	wait := grace
	if a.drawing.Load() {
		wait = restoring
	}
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C:
	}
	return a.finish(ctx, context.Cause(ctx))
}

// run executes the command; a panic becomes an error.
func (a *app) run(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = defect{what: fmt.Sprint(v), stack: debug.Stack()}
		}
	}()
	defer func() {
		for i := len(a.done) - 1; i >= 0; i-- {
			a.done[i]()
		}
	}()
	root := a.root()
	root.SetArgs(a.Args)
	defer a.endReminder()
	return root.ExecuteContext(ctx)
}
