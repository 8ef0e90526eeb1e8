package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"weir/actions"
	"weir/internal/config"
)

// This file has a run go on by itself, in a process of its own session, so that it outlives the terminal it was begun in.
//
//   - Whatever can be refused without the cluster is refused before the second process is begun.
//   - That process is weir again, with the same flags. It says over a pipe that its run stands in the journal; until then the
//     first one waits, and passes on what the second one ends with.
//   - What the run says goes into a file beside its plan. It asks nobody anything.

const (
	detachFlag   = "detach"
	detachedFlag = "detached"
	detachedLog  = "log" // in the run's directory
	begunPipe    = 3     // the first file that a child gets besides its three
)

// detachFlags are those of the commands that can begin a run.
type detachFlags struct {
	on  bool
	run string // set in the second process: the run that the first one has named
}

func (f *detachFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.on, detachFlag, false, "have it go on by itself, whatever becomes of this terminal; weir run watch follows it")
	c.Flags().StringVar(&f.run, detachedFlag, "", "")
	if err := c.Flags().MarkHidden(detachedFlag); err != nil {
		panic(err) // the flag isn't there: a defect that every run would show
	}
	c.MarkFlagsMutuallyExclusive(detachFlag, detachedFlag)
}

// detached tells whether a command is the second process.
func detached(c *cobra.Command) bool {
	f := c.Flags().Lookup(detachedFlag)
	return f != nil && f.Changed
}

// becomeDetached is what the second process does before it works: a dropped line is none of its business, and begun, once
// it is called, tells the first process that the run stands in the journal.
func becomeDetached() (begun func()) {
	signal.Ignore(syscall.SIGHUP)
	pipe := os.NewFile(begunPipe, "begun")
	return func() {
		if pipe != nil {
			_, _ = io.WriteString(pipe, begunWord) // nobody listens any more: the run goes on all the same
			_ = pipe.Close()
			pipe = nil
		}
	}
}

const begunWord = "begun\n"

// tellBegun is a teller that says besides when the run has begun.
func (a *app) tellBegun() func(actions.Event) {
	tell, begun := a.teller(), becomeDetached()
	return func(e actions.Event) {
		begun()
		tell(e)
	}
}

// detach has a run of a cluster begun by a process of its own. words are the command's, stdin is what it reads.
func (a *app) detach(ctx context.Context, c *cobra.Command, cluster config.Cluster, run string, words []string, stdin []byte) error {
	if config.IsDemo(cluster.Name) {
		return usage("the embedded cluster ends with this command, and so nothing on it can be detached; weir demo --serve keeps one up")
	}
	h, err := a.host(cluster)
	if err != nil {
		return err
	}
	path := filepath.Join(h.Dir, "runs", run, detachedLog)
	child, err := a.begin(ctx, path, append(words, again(c.Flags(), run)...), stdin)
	if err != nil {
		return err
	}
	if !child.begun {
		return a.neverBegan(child, path)
	}
	info, _, err := h.Journal().Show(ctx, run)
	if err != nil {
		return acted(err)
	}
	if err := a.printRuns([]actions.RunInfo{info}); err != nil {
		return err
	}
	a.note("it goes on by itself, and says what it does in %s", path)
	a.note("to follow it: weir run watch %s", run)
	return nil
}

// again are the flags of this command for the second process.
func again(flags *pflag.FlagSet, run string) []string {
	out := []string{"--" + detachedFlag + "=" + run}
	flags.Visit(func(f *pflag.Flag) {
		if slices.Contains([]string{detachFlag, "quiet", "no-headers", "output"}, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if many, ok := f.Value.(pflag.SliceValue); ok {
			values = many.GetSlice()
		}
		for _, v := range values {
			out = append(out, "--"+f.Name+"="+v)
		}
	})
	return out
}

// second is the process that carries the run.
type second struct {
	begun bool
	ended error // how it ended without having begun
	from  int64 // where in the file that it writes to its words begin
}

// begin starts the second process and waits until it has begun its run, or ended. An interrupt is passed on to it.
func (a *app) begin(ctx context.Context, path string, args []string, stdin []byte) (second, error) {
	fail := func(err error) (second, error) {
		return second{}, fault{int(actions.ErrAudit), fmt.Errorf("detach: %w", err)}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fail(err)
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fail(err)
	}
	defer log.Close()
	old, err := log.Stat()
	if err != nil {
		return fail(err)
	}
	hear, speak, err := os.Pipe()
	if err != nil {
		return fail(err)
	}
	defer hear.Close()
	cmd, err := a.sys.Again(args...)
	if err != nil {
		return fail(errors.Join(err, speak.Close()))
	}
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = log, log, []*os.File{speak}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err := errors.Join(err, speak.Close()); err != nil {
		return fail(err)
	}
	go func() {
		_, _ = in.Write(stdin) // one that ended before it read all of it says why
		_ = in.Close()
	}()
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer stop()
	word, err := io.ReadAll(io.LimitReader(hear, int64(len(begunWord))))
	if err == nil && string(word) == begunWord {
		return second{begun: true}, cmd.Process.Release()
	}
	return second{ended: cmd.Wait(), from: old.Size()}, nil
}

// neverBegan passes on what the second process said and ended with.
func (a *app) neverBegan(child second, path string) error {
	said, err := os.ReadFile(path)
	if err != nil {
		return fault{Defect, fmt.Errorf("detach: what was refused can't be read: %w", err)}
	}
	for line := range strings.Lines(string(said[min(child.from, int64(len(said))):])) {
		if line, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "weir: "); ok {
			a.say("%s", line)
		}
	}
	if child.from == 0 {
		_ = os.Remove(path)
		_ = os.Remove(filepath.Dir(path)) // unless it is the directory of a run
	}
	var exit *exec.ExitError
	if errors.As(child.ended, &exit) && exit.ExitCode() > 0 {
		return fault{exit.ExitCode(), errSaid}
	}
	return fault{Defect, fmt.Errorf("detach: the second process ended without a word: %v", child.ended)}
}

// checked tells whether an apply would begin, before it is detached: the audit log can be written, the plan is whole, and
// consent is enough.
func (a *app) checked(ctx context.Context, c config.Cluster, p actions.Plan, f consentFlags) error {
	s, err := a.executor(ctx, c, f.arm)
	if err != nil {
		return err
	}
	return acted(s.Check(p, a.consent(f)))
}

// detachedApply begins an apply that goes on by itself.
func (a *app) detachedApply(ctx context.Context, c *cobra.Command, cluster config.Cluster, p actions.Plan, raw []byte, f consentFlags) error {
	if err := a.checked(ctx, cluster, p, f); err != nil {
		return err
	}
	run, err := actions.NewRun(time.Now())
	if err != nil {
		return acted(err)
	}
	return a.detach(ctx, c, cluster, run, []string{"apply", "-"}, bytes.Clone(raw))
}
