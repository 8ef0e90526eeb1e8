// Package anchor keeps the checkpoints of the audit log in a topic, best on another cluster than those that are changed.
//
// This is the audit, and no change of a cluster: it goes past the Executor, which needs it for every intent. What sends the
// records can append to that one topic and do nothing else (kafka.Appender), and never makes the topic.
package anchor

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"weir/actions/audit"
	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/kafka/records"
)

// Anchor is an audit.History in partition 0 of a topic: a record a checkpoint, keyed by the log's origin, so that many logs
// share one topic. It connects at its first use and is safe for concurrent use.
type Anchor struct {
	cluster config.Cluster
	topic   string
	origin  string
	options kafka.Options

	mu     sync.Mutex
	client *kafka.Appender
	others map[string]bool // origins of other logs of this host
}

// New makes an anchor for the log of an origin; an empty one is for looking only.
func New(c config.Cluster, topic, origin string, o kafka.Options) *Anchor {
	return &Anchor{cluster: c, topic: topic, origin: origin, options: o, others: map[string]bool{}}
}

// Name is "kafka:", the cluster and the topic.
func (a *Anchor) Name() string { return "kafka:" + a.cluster.Name + "/" + a.topic }

// Close ends the connections.
func (a *Anchor) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.client != nil {
		a.client.Close()
		a.client = nil
	}
	return nil
}

func (a *Anchor) dialled(ctx context.Context) (*kafka.Appender, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.client == nil {
		c, err := kafka.DialAppender(ctx, a.cluster, a.topic, 0, a.options)
		if err != nil {
			return nil, err
		}
		a.client = c
	}
	return a.client, nil
}

// Put appends the checkpoint and returns when every in-sync replica has it.
func (a *Anchor) Put(ctx context.Context, checkpoint []byte) error {
	c, err := a.dialled(ctx)
	if err == nil {
		_, err = c.Append(ctx, []byte(a.origin), checkpoint)
	}
	return told(err)
}

// told is an error for a person, with the cause kept.
func told(err error) error {
	if err == nil {
		return nil
	}
	p := kafka.Explain(err)
	if p.Hint != "" {
		return fmt.Errorf("%w (%s)", p, p.Hint)
	}
	return p
}

// lookBack is how many records Newest reads at first from the end; then four times as many, and so on.
const lookBack = 256

// Newest finds the checkpoint of the largest tree among the last ones of this log; nil if the topic holds none.
func (a *Anchor) Newest(ctx context.Context) ([]byte, error) {
	c, err := a.dialled(ctx)
	if err != nil {
		return nil, told(err)
	}
	ends, err := records.Ends(ctx, records.Over(c.Client), a.place())
	if err != nil {
		return nil, told(err)
	}
	until, n := ends.End, int64(lookBack)
	for until > ends.Start {
		from := max(ends.Start, until-n)
		var newest []byte
		for cp, err := range a.read(ctx, c, from, until) {
			if err != nil {
				return nil, err
			}
			if newest == nil || audit.StatedSize(cp) > audit.StatedSize(newest) {
				newest = cp
			}
		}
		if newest != nil {
			return newest, nil
		}
		until, n = from, 4*n
	}
	return nil, nil
}

// Checkpoints gives every checkpoint of this log that the topic holds, in the order they came.
func (a *Anchor) Checkpoints(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		c, err := a.dialled(ctx)
		if err != nil {
			yield(nil, told(err))
			return
		}
		ends, err := records.Ends(ctx, records.Over(c.Client), a.place())
		if err != nil {
			yield(nil, told(err))
			return
		}
		a.read(ctx, c, ends.Start, ends.End)(yield)
	}
}

// Others names other logs of this host that the topic holds, as far as it was read: a log that was replaced is among them.
func (a *Anchor) Others() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Sorted(maps.Keys(a.others))
}

func (a *Anchor) place() records.Place { return records.Place{Topic: a.topic} }

const pageRecords = 1000

// read gives this log's checkpoints from one offset up to another.
func (a *Anchor) read(ctx context.Context, c *kafka.Appender, from, until int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for from < until {
			page, err := records.Forward(ctx, records.Over(c.Client), a.place(), from, records.Limits{Records: pageRecords})
			if err == nil && page.Unread != nil {
				err = fmt.Errorf("%s: offsets %d to %d: %w", a.Name(), page.Unread.First, page.Unread.Last, page.Unread.Err)
			}
			if err != nil {
				yield(nil, told(err))
				return
			}
			for _, r := range page.Records {
				if r.Offset >= until {
					return
				}
				if a.mine(r.Key) && !yield(bytes.Clone(r.Value), nil) {
					return
				}
			}
			if page.Next <= from {
				yield(nil, fmt.Errorf("%s: reading stands still at offset %d", a.Name(), from))
				return
			}
			from = page.Next
		}
	}
}

// mine tells this log's records, and notes those of other logs of its host.
func (a *Anchor) mine(key []byte) bool {
	if string(key) == a.origin && a.origin != "" {
		return true
	}
	if host := audit.HostOf(a.origin); strings.HasPrefix(string(key), host) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.others[string(key)] = true
	}
	return false
}
