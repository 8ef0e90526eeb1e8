package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/kafka/records"
	"weir/internal/mask"
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
	c, client, err := p.client(ctx, at.Cluster)
	if err != nil {
		return tui.Records{}, err
	}
	if why := noPeek(c); why != "" {
		return tui.Records{}, errors.New(why)
	}
	place := records.Place{Topic: at.Topic, Partition: at.Partition}
	page, err := records.Around(ctx, records.Over(client), place, at.Offset, at.Before, at.After, records.Limits{})
	if err != nil {
		return tui.Records{}, err
	}
	opener := openerOf(ctx, records.Over(client), &page)
	was, err := hide(c, &page)
	if err != nil {
		return tui.Records{}, err
	}
	out := shown(c.Name, page, was)
	out.Opener = opener
	return out, nil
}

// openerOf says who wrote in the oldest transaction that is open: the record at the last stable offset is its first. ""
// where none is open, or that record was not read.
func openerOf(ctx context.Context, c records.Conn, page *records.Page) string {
	if page.Stable < 0 || page.Stable >= page.End {
		return ""
	}
	at := slices.IndexFunc(page.Records, func(r records.Record) bool { return r.Offset == page.Stable && r.ProducerID >= 0 })
	if at < 0 {
		return ""
	}
	r := &page.Records[at]
	said := fmt.Sprintf("producer %d, epoch %d", r.ProducerID, r.ProducerEpoch)
	switch id, err := records.TransactionalID(ctx, c, r.ProducerID); {
	case err != nil:
		return said + "; its transactional id is not told: " + err.Error()
	case id != "":
		return "transactional id " + id + ", " + said
	}
	return said
}

// noPeek is why the records of a cluster may not be looked at; "" when they may.
func noPeek(c config.Cluster) string {
	if c.MayPeek() {
		return ""
	}
	return "policy of cluster " + c.Name + " doesn't allow to show what is in records (peek = false)"
}

// unmasked is what is told of a record beside what masks leave of it.
type unmasked struct {
	size   int      // as it was
	hidden []string // what masks hid
}

// hide masks a page in place, and tells of each record what it was.
func hide(c config.Cluster, page *records.Page) ([]unmasked, error) {
	masks, err := mask.For(c.Masks, page.Topic)
	if err != nil {
		return nil, err
	}
	was := make([]unmasked, len(page.Records))
	for i := range page.Records {
		r := &page.Records[i]
		was[i].size = r.Size()
		in := mask.Record{Key: r.Key, Value: r.Value}
		for _, h := range r.Headers {
			in.Headers = append(in.Headers, mask.Header(h))
		}
		in, was[i].hidden = masks.Apply(in)
		r.Key, r.Value, r.Headers = in.Key, in.Value, nil
		for _, h := range in.Headers {
			r.Headers = append(r.Headers, records.Header(h))
		}
	}
	return was, nil
}

// client returns a cluster and the connection to it.
func (p *peeker) client(ctx context.Context, name string) (config.Cluster, *kafka.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.clusters {
		if c.Name != name {
			continue
		}
		if open := p.open[name]; open != nil {
			return c, open, nil
		}
		client, err := kafka.Dial(ctx, c, kafka.Seeing, kafka.Options{Version: version()})
		if err != nil {
			return c, nil, err
		}
		if p.open == nil {
			p.open = map[string]*kafka.Client{}
		}
		p.open[name] = client
		return c, client, nil
	}
	return config.Cluster{}, nil, fmt.Errorf("no cluster %q is at hand", name)
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

// shown is what the console draws of a page.
func shown(cluster string, page records.Page, was []unmasked) tui.Records {
	out := tui.Records{From: page.From, Stands: standing[page.Where], Start: page.Start, Stable: page.Stable, End: page.End,
		Requests: page.Requests, Fetched: page.Fetched}
	var masked []string
	for i, r := range page.Records {
		for _, what := range was[i].hidden {
			if !slices.Contains(masked, what) {
				masked = append(masked, what)
			}
		}
		out.Records = append(out.Records, wireRecord(cluster, page.Place, r, was[i]))
	}
	out.Masked = strings.Join(masked, ", ")
	if u := page.Unread; u != nil {
		out.Unread = fmt.Sprintf("What stands from %d to %d can't be read: %v.", u.First, u.Last, u.Err)
	}
	return out
}
