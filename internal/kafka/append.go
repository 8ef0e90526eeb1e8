package kafka

import (
	"context"
	"fmt"
	"time"

	"weir/internal/config"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Appender appends records to one partition of one topic, and reads: what weir keeps for itself on a cluster, such as
// checkpoints of its audit log. It signs in with the cluster's Security, never with Act, so that a cluster which is
// read-only gets no acting client by it; its connections refuse all that neither reads nor produces.
type Appender struct {
	*Client
	topic     string
	partition int32
}

// DialAppender builds an Appender; like Dial it connects at the first request.
func DialAppender(ctx context.Context, c config.Cluster, topic string, partition int32, o Options) (*Appender, error) {
	client, err := Dial(ctx, c, appending, o)
	if err != nil {
		return nil, err
	}
	return &Appender{client, topic, partition}, nil
}

// appendOptions are for records that must not be lost, one at a time. Without idempotence a record whose answer was lost
// may stand twice: readers live with that, and the principal needs no right but WRITE on the topic.
func (c *Client) appendOptions() []kgo.Opt {
	return []kgo.Opt{
		kgo.RequiredAcks(kgo.AllISRAcks()), kgo.DisableIdempotentWrite(), kgo.MaxProduceRequestsInflightPerBroker(1),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.ProducerLinger(0),
		kgo.RecordDeliveryTimeout(max(c.cluster.Timeout, time.Second)), kgo.ProduceRequestTimeout(max(c.cluster.Timeout, 100*time.Millisecond)),
		kgo.RecordRetries(retries), kgo.UnknownTopicRetries(0),
	}
}

// Append appends a record and waits until every in-sync replica has it. With an error nobody knows whether the record
// stands in the log or will yet; the topic is never made by it.
func (a *Appender) Append(ctx context.Context, key, value []byte) (offset int64, err error) {
	began := time.Now()
	bounded, cancel := context.WithTimeout(ctx, a.cluster.Timeout)
	defer cancel()
	r, err := a.kgo.ProduceSync(bounded, &kgo.Record{Topic: a.topic, Partition: a.partition, Key: key, Value: value}).First()
	if err != nil {
		return -1, fmt.Errorf("append to %s: %w", a.topic, a.failure(ctx, int16(kmsg.Produce), began, err))
	}
	return r.Offset, nil
}

// Topic is the topic that is appended to.
func (a *Appender) Topic() string { return a.topic }
