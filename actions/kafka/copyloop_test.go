package kafka_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// copyLoop copies the records of a partition into another topic, a transaction a batch, with its cursor committed in the
// same transaction for a group of its own. It stands for actions whose steps can't be counted beforehand and whose
// effect is visible all at once or not at all.
type copyLoop struct {
	w     *kafkatest.World
	batch int64
}

const copyKind = "test.copy"

type cursor struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

func (copyLoop) Spec() actions.Spec {
	return actions.Spec{Kind: copyKind, Verb: "copy", Effect: actions.Mutate, Tier: actions.T2, On: []string{lag.KindTopic}, Target: "TOPIC",
		Params: []actions.Param{{Name: "to", Type: actions.String}}}
}

func (copyLoop) Offers(lag.Ref, *lag.Reading) actions.Offer { return actions.Offer{Possible: true} }

// Plan takes the end of the log as it is: what is written later is another plan's.
func (a copyLoop) Plan(ctx context.Context, req actions.Request) (actions.Plan, error) {
	c, err := a.w.Connect().Seeing(ctx, req.Target.Cluster)
	if err != nil {
		return actions.Plan{}, err
	}
	defer c.Close()
	id, err := cluster.ID(ctx, c)
	if err != nil {
		return actions.Plan{}, err
	}
	at := cluster.Place{Topic: req.Target.Name}
	ends, err := cluster.ReadOffsets(ctx, c, map[cluster.Place]int64{at: cluster.End})
	if err != nil {
		return actions.Plan{}, err
	}
	end := strconv.FormatInt(ends[at].Offset, 10)
	return actions.Plan{ClusterID: id, Effect: actions.Mutate, Tier: actions.T2, Undo: actions.UndoNone, Locks: []string{"topic/" + req.Target.Name},
		Changes: []actions.Change{{Ref: req.Target.String(), Field: "copied", Before: json.RawMessage("0"), After: json.RawMessage(end)}}}, nil
}

func (a copyLoop) Open(ctx context.Context, p actions.Plan, entries []audit.Entry) (actions.Run, error) {
	r := &copying{a: a, from: p.Target.Name, to: p.Params["to"]}
	if err := json.Unmarshal(p.Changes[0].After, &r.end); err != nil {
		return nil, err
	}
	past, err := actions.PastOf(entries)
	if err != nil {
		return nil, err
	}
	for _, s := range past { // the cursor is that of the newest batch that is known to be there
		var c cursor
		if s.Outcome == actions.OutcomeApplied {
			if err := json.Unmarshal(s.Data, &c); err != nil {
				return nil, err
			}
			r.next = max(r.next, c.To)
		}
	}
	r.seeing, err = a.w.Connect().Seeing(ctx, p.Target.Cluster)
	return r, err
}

type copying struct {
	a         copyLoop
	from, to  string
	next, end int64
	seeing    cluster.Conn
	acting    *kgo.Client // nil until a step, or until one is to be settled
}

// group keeps the cursor in the cluster, and is the transactional id by which only one process can write at a time.
func (r *copying) group() string { return "copy-" + r.to }

func (r *copying) Next(context.Context) (actions.Step, error) {
	if r.next >= r.end {
		return actions.Step{}, io.EOF
	}
	c := cursor{r.next, min(r.next+r.a.batch, r.end)}
	data, err := json.Marshal(c)
	return actions.Step{ID: fmt.Sprintf("copy-%d", c.From), Title: fmt.Sprintf("copy %d records", c.To-c.From), Data: data, Idempotent: true}, err
}

func (r *copying) connect() (err error) {
	if r.acting == nil {
		r.acting, err = kgo.NewClient(kgo.SeedBrokers(r.a.w.Seeds...), kgo.TransactionalID(r.group()), kgo.DefaultProduceTopic(r.to), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	}
	return err
}

func (r *copying) Do(ctx context.Context, rec actions.Recorded) (actions.Done, error) {
	not := actions.Done{Outcome: actions.OutcomeNot}
	s, err := rec.Step()
	if err != nil {
		return not, err
	}
	var c cursor
	if err := json.Unmarshal(s.Data, &c); err != nil {
		return not, err
	}
	records, err := r.read(ctx, c)
	if err != nil {
		return not, err
	}
	if err := r.connect(); err != nil {
		return not, err
	}
	if err := r.acting.BeginTransaction(); err != nil {
		return not, err
	}
	crash := r.a.w.Crash
	if err := crash.Pass("copy produce", func() error { return r.acting.ProduceSync(ctx, records...).FirstErr() }); err != nil {
		return actions.Done{}, err
	}
	if err := crash.Pass("copy cursor", func() error { return r.commit(ctx, c.To) }); err != nil {
		return actions.Done{}, err
	}
	if err := crash.Pass("copy end", func() error { return r.acting.EndTransaction(ctx, kgo.TryCommit) }); err != nil {
		return actions.Done{}, err
	}
	r.next = c.To
	return actions.Done{Outcome: actions.OutcomeApplied, Data: s.Data}, nil
}

func (r *copying) read(ctx context.Context, c cursor) ([]*kgo.Record, error) {
	cl, err := kgo.NewClient(kgo.SeedBrokers(r.a.w.Seeds...), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{r.from: {0: kgo.NewOffset().At(c.From)}}))
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	var out []*kgo.Record
	for int64(len(out)) < c.To-c.From {
		f := cl.PollFetches(ctx)
		if err := f.Err(); err != nil {
			return nil, err
		}
		for _, rec := range f.Records() {
			if rec.Offset < c.To {
				out = append(out, &kgo.Record{Value: rec.Value})
			}
		}
	}
	return out, nil
}

// commit puts the cursor into the transaction.
func (r *copying) commit(ctx context.Context, to int64) error {
	id, epoch, err := r.acting.ProducerID(ctx)
	if err != nil {
		return err
	}
	topics, err := cluster.ReadTopics(ctx, r.seeing, []string{r.from})
	if err != nil {
		return err
	}
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.Group, req.ProducerID, req.ProducerEpoch = r.group(), r.group(), id, epoch
	t := kmsg.NewTxnOffsetCommitRequestTopic()
	t.Topic, t.TopicID = r.from, topics[r.from].ID
	p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	p.Offset = to
	t.Partitions = append(t.Partitions, p)
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(ctx, r.acting)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(resp.Topics[0].Partitions[0].ErrorCode)
}

// Settle ends what an earlier process may have left open, a transaction of the run's own that would end by itself: only
// then nothing of it can be on its way any more. The cursor in the cluster tells the rest.
func (r *copying) Settle(ctx context.Context, s actions.Step) (actions.Done, error) {
	var c cursor
	if err := json.Unmarshal(s.Data, &c); err != nil {
		return actions.Done{}, err
	}
	if r.acting != nil { // of a step that failed: its transaction is as lost as another process's
		r.acting.Close()
		r.acting = nil
	}
	if err := r.connect(); err != nil {
		return actions.Done{}, err
	}
	if err := r.a.w.Crash.Pass("copy fence", func() error { _, _, err := r.acting.ProducerID(ctx); return err }); err != nil {
		return actions.Done{}, err
	}
	at, err := r.cursor(ctx)
	switch {
	case err != nil:
		return actions.Done{}, err
	case at == c.To:
		r.next = c.To
		return actions.Done{Outcome: actions.OutcomeApplied, Data: s.Data, Note: "its transaction was committed"}, nil
	case at == c.From:
		return actions.Done{Outcome: actions.OutcomeNot, Note: "its transaction was not committed"}, nil
	}
	return actions.Done{Outcome: actions.OutcomeMixed, Note: fmt.Sprintf("the cursor is at %d", at)}, nil
}

// cursor is where the group stands; 0 without a commit.
func (r *copying) cursor(ctx context.Context) (int64, error) {
	broker, err := cluster.Coordinator(ctx, r.seeing, r.group())
	if err != nil {
		return 0, err
	}
	// A transaction's end is answered before its marker is in the group's partition: until then the broker gives no commit.
	for tries := 100; ; tries-- {
		commits, err := cluster.ReadCommits(ctx, r.seeing, r.group(), broker, nil)
		if err == nil || tries == 0 || actions.ExitCode(err) != int(actions.ErrGuard) {
			return commits[cluster.Place{Topic: r.from}].Offset, err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (r *copying) Verify(ctx context.Context) (actions.Verdict, error) {
	at, err := r.cursor(ctx)
	return actions.Verdict{OK: at == r.end, Note: fmt.Sprintf("the cursor is at %d of %d", at, r.end)}, err
}

// Close leaves an open transaction behind, as a kill does: it ends by itself, or by the next Settle.
func (r *copying) Close(context.Context) error {
	if r.acting != nil {
		r.acting.Close()
	}
	r.seeing.Close()
	return nil
}

// copied gives the committed records of a topic.
func copied(ctx context.Context, seeds []string, topic string, want int) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cl, err := kgo.NewClient(kgo.SeedBrokers(seeds...), kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	var out []string
	for len(out) < want {
		f := cl.PollFetches(ctx)
		if err := f.Err(); err != nil {
			return out, err
		}
		for _, rec := range f.Records() {
			out = append(out, string(rec.Value))
		}
	}
	return out, nil
}
