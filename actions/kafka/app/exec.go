package app

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"weir/internal/text"
)

const (
	tailBytes = 4 << 10 // of what a command printed is kept
	tailLines = 5       // of it are told when the command failed
	lastWords = 2 * time.Second
)

// Result is what became of a command that was called.
type Result struct {
	Code int    // its exit code; −1 when it has none, as it was ended
	Tail string // the end of what it printed, which belongs into no log
	Late bool   // it took longer than it may, and was ended
}

// Exec calls a program without a shell, in a process group of its own, so that a key pressed in the terminal doesn't
// reach it, with nothing to read and the environment of this process. An error says that it was not begun.
func Exec(ctx context.Context, argv []string, limit time.Duration) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out := &tail{}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = lastWords // what it left running may keep its output open
	alone(cmd)
	if err := cmd.Start(); err != nil {
		return Result{}, err
	}
	err := cmd.Wait()
	r := Result{Code: cmd.ProcessState.ExitCode(), Tail: out.String(), Late: ctx.Err() != nil}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) && !r.Late {
		return r, fmt.Errorf("wait for %s: %w", argv[0], err)
	}
	return r, nil
}

// ok says that the command did what it is for, as far as it says so itself.
func (r Result) ok() bool { return r.Code == 0 && !r.Late }

func (r Result) String() string {
	switch {
	case r.Late:
		return "took too long and was ended"
	case r.Code < 0:
		return "was killed"
	}
	return fmt.Sprintf("ended with exit code %d", r.Code)
}

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

// Write takes all of it. The exec package calls it from one goroutine.
func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if over := len(t.b) - tailBytes; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}

// String is the last lines, fit for a terminal, in one line.
func (t *tail) String() string {
	lines := strings.Split(strings.TrimSpace(string(t.b)), "\n")
	lines = lines[max(0, len(lines)-tailLines):]
	for i := range lines {
		lines[i] = text.Safe(strings.TrimSpace(lines[i]))
	}
	return strings.Join(lines, " / ")
}
