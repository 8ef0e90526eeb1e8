package records

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	readCommitted int8 = 1
	maxFetch           = 1 << 20 // bytes one request asks for; a batch that is larger comes whole all the same (KIP-74)
	fetchWait          = 500     // milliseconds; only reads of tiered storage use it, and reads that find nothing below the log end
)

// reader reads one partition.
type reader struct {
	conn  Conn
	page  Page
	limit inflater
	lead  leader
	found bool // whether lead is known
	moved bool // whether the leader was looked up anew already
}

// exchange asks the leader. One that isn't it any more, or doesn't answer, is looked up anew, once.
func (r *reader) exchange(ctx context.Context, ask func(leader) (code int16, err error)) error {
	for {
		if err := r.find(ctx); err != nil {
			return err
		}
		r.page.Requests++
		code, err := ask(r.lead)
		if err == nil && !elsewhere(code) {
			return kerr.ErrorForCode(code)
		}
		if r.moved || ctx.Err() != nil {
			return errors.Join(err, kerr.ErrorForCode(code))
		}
		old := r.lead
		r.found, r.moved = false, true
		if ferr := r.find(ctx); ferr != nil {
			return errors.Join(err, kerr.ErrorForCode(code), ferr)
		}
		if err != nil && r.lead == old {
			return err
		}
	}
}

func (r *reader) find(ctx context.Context) (err error) {
	if r.found {
		return nil
	}
	r.page.Requests++
	r.lead, err = findLeader(ctx, r.conn, r.page.Place)
	r.found = err == nil
	return err
}

// fetch asks for batches from an offset on: those up to the last stable offset with what became of their transactions,
// or all.
func (r *reader) fetch(ctx context.Context, from int64, isolation int8, bytes int) (out kmsg.FetchResponseTopicPartition, err error) {
	err = r.exchange(ctx, func(l leader) (int16, error) {
		resp, err := answer[*kmsg.FetchResponse](r.conn.Once(ctx, l.broker, r.request(l, from, isolation, bytes)))
		if err != nil {
			return 0, err
		}
		if resp.ErrorCode != 0 {
			return resp.ErrorCode, nil
		}
		if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 || resp.Topics[0].Partitions[0].Partition != r.page.Partition {
			return 0, fmt.Errorf("the broker didn't answer for %s", r.page.Place)
		}
		out = resp.Topics[0].Partitions[0]
		return out.ErrorCode, nil
	})
	r.page.Fetched += int64(len(out.RecordBatches))
	return out, err
}

func (r *reader) request(l leader, from int64, isolation int8, bytes int) *kmsg.FetchRequest {
	req := kmsg.NewPtrFetchRequest()
	req.MaxBytes, req.MinBytes, req.MaxWaitMillis, req.SessionEpoch, req.IsolationLevel = int32(bytes), 0, fetchWait, -1, isolation
	if isolation != readCommitted {
		req.MinBytes = 1 // there should be something: where the broker has nothing at hand it may look for so long
	}
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = r.page.Topic, l.topic
	p := kmsg.NewFetchRequestTopicPartition()
	p.Partition, p.FetchOffset, p.PartitionMaxBytes = r.page.Partition, from, int32(bytes)
	t.Partitions = append(t.Partitions, p)
	req.Topics = append(req.Topics, t)
	return req
}

// What ListOffsets is asked for besides a time.
const (
	logEnd   int64 = -1
	logStart int64 = -2
)

// bounds asks for the ends of the log.
func (r *reader) bounds(ctx context.Context) error {
	for _, b := range []struct {
		at        int64
		isolation int8
		into      *int64
	}{{logStart, 0, &r.page.Start}, {logEnd, readCommitted, &r.page.Stable}, {logEnd, 0, &r.page.End}} {
		if err := r.list(ctx, b.at, b.isolation, b.into); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) list(ctx context.Context, at int64, isolation int8, into *int64) error {
	return r.exchange(ctx, func(l leader) (int16, error) {
		req := kmsg.NewPtrListOffsetsRequest()
		req.ReplicaID, req.IsolationLevel = -1, isolation
		t := kmsg.NewListOffsetsRequestTopic()
		t.Topic = r.page.Topic
		p := kmsg.NewListOffsetsRequestTopicPartition()
		p.Partition, p.Timestamp, p.CurrentLeaderEpoch = r.page.Partition, at, -1
		t.Partitions = append(t.Partitions, p)
		req.Topics = append(req.Topics, t)
		resp, err := answer[*kmsg.ListOffsetsResponse](r.conn.Once(ctx, l.broker, req))
		if err != nil {
			return 0, err
		}
		if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
			return 0, fmt.Errorf("the broker didn't answer for %s", r.page.Place)
		}
		*into = resp.Topics[0].Partitions[0].Offset
		return resp.Topics[0].Partitions[0].ErrorCode, nil
	})
}

// localStart is where the records begin that the leader's own disk holds (KIP-405).
const localStart int64 = -4

// LocalStart gives the first offset that isn't in tiered storage alone: what lies below costs a read from there. It is the
// log start where nothing is tiered; brokers that know no tiered storage may answer −1 or with an error.
func LocalStart(ctx context.Context, c Conn, p Place) (int64, error) {
	r := newReader(c, p, 0, Limits{})
	var at int64
	if err := r.list(ctx, localStart, 0, &at); err != nil {
		return -1, fmt.Errorf("local log start of %s: %w", p, err)
	}
	return at, nil
}
