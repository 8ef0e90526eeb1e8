package main

import (
	"context"
	"fmt"
	"sync"

	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/kafka/records"
	"weir/tui"
)

// peeker reads records for the console, by the credentials that observe. Its connections are made at the first look.
type peeker struct {
	clusters []config.Cluster

	mu   sync.Mutex
	open map[string]*kafka.Client
}

// Peek reads records around an offset.
func (p *peeker) Peek(ctx context.Context, at tui.Peek) (tui.Records, error) {
	client, err := p.client(ctx, at.Cluster)
	if err != nil {
		return tui.Records{}, err
	}
	place := records.Place{Topic: at.Topic, Partition: at.Partition}
	page, err := records.Around(ctx, records.Over(client), place, at.Offset, at.Before, at.After, records.Limits{})
	if err != nil {
		return tui.Records{}, err
	}
	return shown(page), nil
}

// client returns the connection to a cluster.
func (p *peeker) client(ctx context.Context, name string) (*kafka.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.open[name]; c != nil {
		return c, nil
	}
	for _, c := range p.clusters {
		if c.Name != name {
			continue
		}
		client, err := kafka.Dial(ctx, c, kafka.Seeing, kafka.Options{Version: version()})
		if err != nil {
			return nil, err
		}
		if p.open == nil {
			p.open = map[string]*kafka.Client{}
		}
		p.open[name] = client
		return client, nil
	}
	return nil, fmt.Errorf("no cluster %q is at hand", name)
}

// Close ends the connections.
func (p *peeker) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.open {
		c.Close()
	}
}

var standing = map[records.Where]string{
	records.Here: "", records.Marker: "the end of a transaction stands there, which readers pass by themselves",
	records.Hole: "nothing stands there: compacted away, or the end of a transaction that is gone", records.Deleted: "deleted, it lies below the begin of the log",
	records.Ahead: "the end of the log, the next record will be written there", records.Beyond: "past the end of the log",
	records.Nothing: "the broker has no record from there on", records.Unparsed: "it lies in a batch that can't be read",
}

var clocks = map[records.Clock]string{
	records.NoClock: "none", records.CreateTime: "of whom wrote it (CreateTime)", records.AppendTime: "of the broker (LogAppendTime)",
}

// shown is what the console draws of a page.
func shown(page records.Page) tui.Records {
	out := tui.Records{From: page.From, Stands: standing[page.Where], Start: page.Start, Stable: page.Stable, End: page.End,
		Requests: page.Requests, Fetched: page.Fetched}
	for _, r := range page.Records {
		rec := tui.Record{Offset: r.Offset, At: r.At, Clock: clocks[r.Clock], Key: r.Key, Value: r.Value, Size: r.Size(), Compression: r.Compression}
		if r.Txn != records.Plain {
			rec.Txn = string(r.Txn)
		}
		for _, h := range r.Headers {
			rec.Headers = append(rec.Headers, tui.Header{Key: h.Key, Value: h.Value})
		}
		out.Records = append(out.Records, rec)
	}
	if u := page.Unread; u != nil {
		out.Unread = fmt.Sprintf("What stands from %d to %d can't be read: %v.", u.First, u.Last, u.Err)
	}
	return out
}
