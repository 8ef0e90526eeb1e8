package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"weir/internal/text"
	"weir/probes"
)

// patience is how long a read may take before its progress is shown.
const patience = time.Second

// progress shows on a terminal how far a long read is.
type progress struct {
	mu    sync.Mutex
	out   io.Writer // nil: nothing is shown
	begin time.Time
	shown bool
	ended bool
}

func (a *app) progress() *progress {
	p := &progress{begin: time.Now()}
	if !a.flag.quiet && a.IsTTY(a.Stderr) {
		p.out = a.Stderr
	}
	return p
}

// tell takes a probe's progress. Names don't occur in it, so there is nothing to make safe.
func (p *progress) tell(now probes.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil || p.ended || time.Since(p.begin) < patience {
		return
	}
	p.shown = true
	_, _ = fmt.Fprintf(p.out, "\rreading %s: %d of %s, %s, %s\x1b[K", now.Reading, now.Done, text.Plural(now.Of, "broker", "brokers"),
		text.Plural(now.Groups, "group", "groups"), text.Plural(now.Partitions, "partition", "partitions"))
}

// end takes the line away.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	if p.shown {
		_, _ = io.WriteString(p.out, "\r\x1b[K")
	}
}
