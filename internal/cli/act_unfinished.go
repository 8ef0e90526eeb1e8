package cli

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/acting"
)

const (
	// atOnce is how long a command waits for the audit log before it begins: time enough for some thousand entries.
	atOnce = 30 * time.Millisecond
	// atEnd is how long it waits for it after its own work.
	atEnd = 250 * time.Millisecond
)

// reminder finds out, beside a command, whether runs wait for a person.
type reminder struct {
	found  chan string // one line, "" for none
	cancel context.CancelFunc
	host   acting.Host
}

// silent are the commands that say nothing but what they are for.
var silent = []string{"completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd, "man", "version", "help"}

// remind begins to look for unfinished runs, and names them in one line. Where nothing was ever changed there is no log,
// and nothing is looked at.
func (a *app) remind(c *cobra.Command) {
	verb := c
	for verb.HasParent() && verb.Parent().HasParent() {
		verb = verb.Parent()
	}
	h, err := a.host()
	if a.flag.quiet || err != nil || detached(c) || slices.Contains(silent, verb.Name()) || !exists(h.AuditDir()) {
		return
	}
	ctx, cancel := context.WithCancel(c.Context())
	r := &reminder{found: make(chan string, 1), cancel: cancel, host: h}
	go func() { r.found <- a.unfinishedLine(ctx, h) }()
	if !r.tell(a, atOnce) {
		a.reminder = r
	}
}

// tell waits so long for the line and says it; false when it isn't there yet.
func (r *reminder) tell(a *app, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case line := <-r.found:
		r.cancel()
		if line != "" {
			a.note("%s", line)
		}
		return true
	case <-t.C:
		return false
	}
}

// endReminder says at a command's end what was found meanwhile.
func (a *app) endReminder() {
	if a.reminder == nil {
		return
	}
	if !a.reminder.tell(a, atEnd) {
		a.reminder.cancel()
		names := "runs"
		if maybe, ok := a.reminder.host.Journal().MaybeUnfinished(); ok {
			names = strings.Join(maybe, ", ")
		}
		a.note("perhaps unfinished: %s; the audit log takes long to read, weir run list --unfinished tells", names)
	}
}

// unfinishedLine names the unfinished runs; "" when there is none.
func (a *app) unfinishedLine(ctx context.Context, h acting.Host) (line string) {
	defer func() {
		if v := recover(); v != nil {
			line = fmt.Sprintf("a defect in weir: reading the audit log: %v", v)
			if a.flag.verbose {
				line += "\n" + string(debug.Stack())
			}
		}
	}()
	open, err := h.Journal().Unfinished(ctx)
	switch {
	case ctx.Err() != nil:
		return ""
	case err != nil:
		return "whether runs are unfinished is not known: " + err.Error()
	}
	var names []string
	for _, r := range open {
		names = append(names, fmt.Sprintf("%s (%s on %s)", r.Run, r.Status, r.Target))
	}
	if len(names) == 0 {
		return ""
	}
	return "unfinished: " + strings.Join(names, ", ") + "; weir run show RUN tells what to do"
}
