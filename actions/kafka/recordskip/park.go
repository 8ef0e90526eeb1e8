package recordskip

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/kafka/records"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// park keeps the copy in a topic.
type park struct {
	to      cluster.Place
	topicID string // hex
	offset  int64  // of the record
}

// parkData is what the change of a plan says besides the place.
type parkData struct {
	TopicID string `json:"topic_id"`
	Offset  int64  `json:"offset"`
}

func parkOf(c actions.Change, to string) (keeper, error) {
	var d parkData
	if err := json.Unmarshal(c.Data, &d); err != nil {
		return nil, &actions.Error{Kind: actions.ErrUsage, What: "change of " + c.Ref, Err: err}
	}
	place, offset, err := parseSub(to)
	if err != nil || offset >= 0 {
		return nil, &actions.Error{Kind: actions.ErrUsage, What: "change of " + c.Ref + " parks nowhere", Err: err}
	}
	return park{to: place, topicID: d.TopicID, offset: d.Offset}, nil
}

func (k park) describe() string { return "append the record to " + k.to.String() }

// parkFrom is where settling looks for a copy.
type parkFrom struct {
	From int64 `json:"from"`
}

// begin notes the end of the topic, so that settling needn't read all of it, and that the topic is still the one seen.
func (k park) begin(ctx context.Context, r *run) (json.RawMessage, error) {
	if _, err := k.leader(ctx, r.seeing); err != nil {
		return nil, err
	}
	ends, err := records.Ends(ctx, r.seeing, records.Place(k.to))
	if err != nil {
		return nil, cluster.Unseen("the end of "+k.to.String(), err)
	}
	return json.Marshal(parkFrom{ends.End})
}

func (k park) leader(ctx context.Context, c cluster.Conn) (int32, error) {
	topics, err := cluster.ReadTopics(ctx, c, []string{k.to.Topic})
	if err != nil {
		return 0, err
	}
	t, there := topics[k.to.Topic]
	if !there || hex.EncodeToString(t.ID[:]) != k.topicID || int(k.to.Partition) >= len(t.Leaders) {
		return 0, actions.Stale([]actions.Drift{{Ref: k.to.String(), Field: "topic_id", Planned: k.topicID, Found: "gone or made anew"}})
	}
	if t.Leaders[k.to.Partition] < 0 {
		return 0, actions.Fail(actions.ErrGuard, k.to.String()+" has no leader", "wait for it, or park elsewhere")
	}
	return t.Leaders[k.to.Partition], nil
}

const produceLimit = 15 * time.Second // for the replicas to acknowledge

// keep appends the copy by one request, sent once.
func (k park) keep(ctx context.Context, r *run, o origin, rec records.Record) (actions.Done, error) {
	not := actions.Done{Outcome: actions.OutcomeNot}
	if err := r.connect(ctx); err != nil {
		return not, err
	}
	broker, err := k.leader(ctx, r.acting)
	if err != nil {
		return not, err
	}
	var id [16]byte
	if _, err := hex.Decode(id[:], []byte(k.topicID)); err != nil {
		return not, &actions.Error{Kind: actions.ErrUsage, What: "topic id of " + k.to.String(), Err: err}
	}
	raw := batchOf(rec, o.provenance(rec), r.a.now())
	resp, err := cluster.Once[*kmsg.ProduceResponse](ctx, r.acting, broker, produce(k.to.Topic, id, k.to.Partition, raw, produceLimit))
	if err != nil {
		return actions.Done{}, &actions.Retriable{Err: err} // asks Settle
	}
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return actions.Done{}, fmt.Errorf("park in %s: the broker didn't answer for it", k.to)
	}
	p := resp.Topics[0].Partitions[0]
	return k.outcome(p.ErrorCode, p.BaseOffset)
}

func (k park) outcome(code int16, offset int64) (actions.Done, error) {
	not := actions.Done{Outcome: actions.OutcomeNot}
	err := kerr.ErrorForCode(code)
	refused := func(do string) (actions.Done, error) {
		return not, &actions.Error{Kind: actions.ErrGuard, What: "the record can't be parked in " + k.to.String(), Do: do, Err: err}
	}
	switch {
	case code == 0:
		return actions.Done{Outcome: actions.OutcomeApplied, Note: fmt.Sprintf("parked at %s@%d", k.to, offset)}, nil
	case errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed):
		return not, &actions.Error{Kind: actions.ErrUnseen, What: "the acting principal may not write to " + k.to.Topic, Do: "grant Write on the topic", Err: err}
	case errors.Is(err, kerr.MessageTooLarge), errors.Is(err, kerr.RecordListTooLarge):
		return refused("raise its max.message.bytes, or use --" + pFile)
	case errors.Is(err, kerr.InvalidRecord), errors.Is(err, kerr.CorruptMessage), errors.Is(err, kerr.InvalidTimestamp), errors.Is(err, kerr.PolicyViolation):
		return refused("a compacted topic takes no record without a key; use another topic, or --" + pFile)
	case errors.Is(err, kerr.NotEnoughReplicas): // refused before the append, unlike the one after it
		return refused("wait until enough replicas are in sync")
	case errors.Is(err, kerr.NotLeaderForPartition): // before the append, or after it, while it waited for the replicas
		return actions.Done{}, &actions.Retriable{Err: err}
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.UnknownTopicID), errors.Is(err, kerr.LeaderNotAvailable):
		return not, &actions.Retriable{Err: err}
	}
	return actions.Done{}, err // it may have been written
}

// scan bounds one look for a copy.
const (
	scanRecords = 1000
	scanBytes   = 4 << 20
)

// look searches what was appended since the step was begun for the run's own record.
func (k park) look(ctx context.Context, r *run, o origin, data json.RawMessage) (actions.Done, error) {
	var from parkFrom
	if err := json.Unmarshal(data, &from); err != nil {
		return actions.Done{}, &actions.Error{Kind: actions.ErrAudit, What: "where the parked record is to be looked for", Err: err}
	}
	if _, err := k.leader(ctx, r.seeing); err != nil {
		return actions.Done{}, err
	}
	for at := from.From; ; {
		page, err := records.Forward(ctx, r.seeing, records.Place(k.to), at, records.Limits{Records: scanRecords, Bytes: scanBytes})
		if err != nil {
			return actions.Done{}, cluster.Unseen("look for the record in "+k.to.String(), err)
		}
		for _, rec := range page.Records {
			if isCopy(rec, o.Run, k.offset) {
				return actions.Done{Outcome: actions.OutcomeApplied, Note: fmt.Sprintf("parked at %s@%d", k.to, rec.Offset)}, nil
			}
		}
		if at = page.Next; page.Unread != nil { // another producer's; ours is a plain one
			at = page.Unread.Last + 1
		}
		if at >= page.End {
			return actions.Done{Outcome: actions.OutcomeNot, Note: fmt.Sprintf("no record of this run in %s from %d to %d", k.to, from.From, page.End)}, nil
		}
	}
}
