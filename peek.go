package main

import (
	"context"
	"errors"
	"fmt"

	"weir/internal/cli"
	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/kafka/records"
	"weir/internal/wire"
	"weir/lag"
)

// peek reads records for the shell, by the credentials that observe.
func peek(ctx context.Context, c config.Cluster, at cli.PeekAt) (cli.Peeked, error) {
	client, err := kafka.Dial(ctx, c, kafka.Seeing, kafka.Options{Version: version()})
	if err != nil {
		return cli.Peeked{}, peekError(err)
	}
	defer client.Close()
	conn, place := records.Over(client), records.Place{Topic: at.Topic, Partition: at.Partition}
	var out cli.Peeked
	var page records.Page
	if at.Offset < 0 {
		page, err = newest(ctx, conn, place, at.N)
	} else {
		out.Notes = tierNote(ctx, conn, place, at.Offset)
		page, err = records.Forward(ctx, conn, place, at.Offset, records.Limits{Records: at.N, Bytes: peekBytes})
	}
	if err != nil {
		return cli.Peeked{}, peekError(err)
	}
	was, err := hide(c, &page)
	if err != nil {
		return cli.Peeked{}, err
	}
	for i, r := range page.Records {
		out.Records = append(out.Records, wireRecord(c.Name, place, r, was[i]))
	}
	out.Past = at.Offset >= 0 && page.Where == records.Beyond
	out.Notes = append(out.Notes, pageNotes(page, at)...)
	return out, nil
}

const peekBytes = 16 << 20 // of keys, values and headers in one look

func newest(ctx context.Context, conn records.Conn, place records.Place, n int) (records.Page, error) {
	ends, err := records.Ends(ctx, conn, place)
	if err != nil {
		return records.Page{}, err
	}
	return records.Around(ctx, conn, place, ends.End, n, 0, records.Limits{Bytes: peekBytes})
}

// tierNote says that a read costs, where the brokers tell so.
func tierNote(ctx context.Context, conn records.Conn, place records.Place, offset int64) []string {
	local, err := records.LocalStart(ctx, conn, place)
	if err != nil || offset >= local {
		return nil
	}
	ends, err := records.Ends(ctx, conn, place)
	if err != nil || offset < ends.Start && local <= ends.Start {
		return nil
	}
	return []string{fmt.Sprintf("what lies below offset %d of %s is in tiered storage only, and reading it costs a fetch from there", local, place)}
}

// pageNotes tell what isn't a record.
func pageNotes(page records.Page, at cli.PeekAt) []string {
	var out []string
	if at.Offset >= 0 && page.Where != records.Here {
		s := fmt.Sprintf("%s@%d: %s (log start %d, end %d)", page.Place, at.Offset, standing[page.Where], page.Start, page.End)
		if len(page.Records) > 0 {
			s += fmt.Sprintf("; the next record is at %d", page.Records[0].Offset)
		}
		out = append(out, s)
	}
	if at.Offset < 0 && len(page.Records) == 0 {
		out = append(out, fmt.Sprintf("%s holds no record (log start %d, end %d)", page.Place, page.Start, page.End))
	}
	if u := page.Unread; u != nil {
		out = append(out, fmt.Sprintf("offsets %d to %d can't be read: %v", u.First, u.Last, u.Err))
	}
	return out
}

func wireRecord(cluster string, p records.Place, r records.Record, was unmasked) wire.Record {
	out := wire.Record{
		Cluster: cluster, Topic: p.Topic, Partition: p.Partition, Offset: r.Offset, At: r.At, Clock: string(r.Clock), Key: r.Key, Value: r.Value,
		Size: was.size, Epoch: r.Epoch, Txn: string(r.Txn), Compression: r.Compression, Hidden: was.hidden,
	}
	for _, h := range r.Headers {
		out.Headers = append(out.Headers, wire.RecordHeader(h))
	}
	return out
}

// peekError tells why nothing was read.
func peekError(err error) error {
	switch {
	case errors.Is(err, records.ErrNoTopic), errors.Is(err, records.ErrNoPartition):
		return &cli.PeekError{Reason: lag.Gone, Err: err}
	case errors.Is(err, records.ErrNoLeader):
		return &cli.PeekError{Reason: lag.NoLeader, Err: err}
	}
	p := kafka.Explain(err)
	told := p.Sentence
	if p.Hint != "" {
		told += " (" + p.Hint + ")"
	}
	return &cli.PeekError{Reason: p.Reason, Err: errors.New(told)}
}
