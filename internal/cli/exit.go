package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"weir/internal/config"
	"weir/internal/text"
)

// Exit codes. The others of docs/exit-codes.md belong to commands that change a cluster: see actions.Kind.
const (
	Done      = 0
	Found     = 1  // check: a group is in trouble
	Usage     = 2  // the command line or the configuration is wrong
	Unseen    = 3  // nothing that was asked for could be seen: unreachable, refused, no such group or topic
	TimedOut  = 12 // the same, for want of time
	Defect    = 70 // an error in weir itself
	hangUp    = 129
	interrupt = 130
	terminate = 143
)

// Interrupted is the cause with which main cancels the context of [Main] on a signal.
type Interrupted struct{ Signal os.Signal }

// Error names the signal.
func (i Interrupted) Error() string { return "interrupted by " + i.Signal.String() }

// code is 128 and the signal's number.
func (i Interrupted) code() int {
	switch i.Signal {
	case syscall.SIGTERM:
		return terminate
	case syscall.SIGHUP:
		return hangUp
	}
	return interrupt
}

// fault is an error with its exit code. What it says may have several lines; an empty one was said already.
type fault struct {
	code int
	err  error
}

func (f fault) Error() string { return f.err.Error() }
func (f fault) Unwrap() error { return f.err }

func usage(format string, args ...any) error { return fault{Usage, fmt.Errorf(format, args...)} }

func unseen(format string, args ...any) error { return fault{Unseen, fmt.Errorf(format, args...)} }

// errSaid is an error about which everything was said.
var errSaid = errors.New("")

// defect is a panic.
type defect struct {
	what   string
	stack  []byte
	report string // where all of it is kept; "" nowhere
}

func (d defect) Error() string { return d.what }

// finish tells an error and returns the exit code.
func (a *app) finish(ctx context.Context, err error) int {
	if err == nil {
		return Done
	}
	if a.acting.Load() {
		return a.finishActing(ctx, err)
	}
	var cause Interrupted
	if errors.As(err, &cause) || errors.As(context.Cause(ctx), &cause) {
		return cause.code()
	}
	var panicked defect
	if errors.As(err, &panicked) {
		if panicked.report != "" {
			a.say("a defect in weir: %s; the terminal is as it was, please report what %s holds; what was changed stands in the audit log", panicked.what, panicked.report)
			return Defect
		}
		a.say("a defect in weir, nothing was changed: %s; please report it with the output of the same command and -v", panicked.what)
		if a.flag.verbose {
			_, _ = a.Stderr.Write(panicked.stack)
		}
		return Defect
	}
	if errors.Is(err, syscall.EPIPE) {
		return Done
	}
	f := fault{code: Usage, err: err} // cobra's own errors are all about the command line
	errors.As(err, &f)
	var problems config.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			a.say("%s", p.Error())
		}
		return f.code
	}
	if msg := err.Error(); msg != "" {
		a.say("%s", msg)
	}
	return f.code
}

// say writes to stderr, line by line and safe for a terminal, after the program's name.
func (a *app) say(format string, args ...any) {
	a.saying.Lock()
	defer a.saying.Unlock()
	for line := range strings.SplitSeq(strings.TrimRight(fmt.Sprintf(format, args...), "\n"), "\n") {
		_, _ = fmt.Fprintln(a.Stderr, "weir: "+a.glyphs().Safe(line))
	}
}

// note is say for what one may not want to hear: -q silences it.
func (a *app) note(format string, args ...any) {
	if !a.flag.quiet {
		a.say(format, args...)
	}
}

// glyphs are what the locale can show: ASCII unless it is UTF-8, on the Linux console, and where some characters are
// drawn wide.
func (a *app) glyphs() text.Glyphs {
	locale := a.Getenv("LC_ALL")
	if locale == "" {
		locale = a.Getenv("LC_CTYPE")
	}
	if locale == "" {
		locale = a.Getenv("LANG")
	}
	lower := strings.ToLower(locale)
	utf8 := strings.Contains(lower, "utf-8") || strings.Contains(lower, "utf8")
	if !utf8 || a.Getenv("TERM") == "linux" {
		return text.ASCII
	}
	for _, wide := range []string{"zh", "ja", "ko"} {
		if strings.HasPrefix(lower, wide) {
			return text.ASCII
		}
	}
	return text.Unicode
}
