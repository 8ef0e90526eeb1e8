package kafkatest

import (
	"encoding/binary"
	"hash/crc32"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// AppendTime is a topic of one partition on a cluster in memory whose records bear the time at which the broker appended
// them, as with message.timestamp.type set to LogAppendTime. The cluster itself doesn't do that; so the topic is kept here.
type AppendTime struct {
	mu      sync.Mutex
	topic   string
	id      [16]byte
	batches [][]byte // of one record each, as they are fetched; the first has offset start
	start   int64
	Now     func() time.Time // the broker's clock
}

// NewAppendTime takes over a topic that the cluster has.
func NewAppendTime(t testing.TB, c *kfake.Cluster, topic string) *AppendTime {
	t.Helper()
	info := c.TopicInfo(topic)
	if info == nil {
		t.Fatalf("no topic %s", topic)
	}
	a := &AppendTime{topic: topic, id: info.TopicID, Now: time.Now}
	for key, answer := range map[kmsg.Key]func(kmsg.Request) kmsg.Response{kmsg.Produce: a.produce, kmsg.Fetch: a.fetch, kmsg.ListOffsets: a.list} {
		c.ControlKey(int16(key), func(req kmsg.Request) (kmsg.Response, error, bool) {
			c.KeepControl()
			resp := answer(req)
			return resp, nil, resp != nil
		})
	}
	return a
}

// DropBefore removes what lies below an offset, as retention does.
func (a *AppendTime) DropBefore(offset int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if offset > a.start {
		a.batches, a.start = a.batches[offset-a.start:], offset
	}
}

// End is the offset of the next record.
func (a *AppendTime) End() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.end()
}

func (a *AppendTime) end() int64 { return a.start + int64(len(a.batches)) }

func (a *AppendTime) produce(kreq kmsg.Request) kmsg.Response {
	req := kreq.(*kmsg.ProduceRequest)
	if len(req.Topics) != 1 || req.Topics[0].Topic != a.topic && req.Topics[0].TopicID != a.id {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	p := kmsg.NewProduceResponseTopicPartition()
	p.BaseOffset = a.end()
	for _, in := range req.Topics[0].Partitions {
		a.batches = append(a.batches, stamped(in.Records, a.end(), a.Now()))
	}
	t := kmsg.NewProduceResponseTopic()
	t.Topic, t.TopicID, t.Partitions = req.Topics[0].Topic, req.Topics[0].TopicID, append(t.Partitions, p)
	resp := req.ResponseKind().(*kmsg.ProduceResponse)
	resp.Topics = append(resp.Topics, t)
	return resp
}

// stamped is a record batch (v2) as a broker stores it: with its offset, and its own time on all of it.
func stamped(raw []byte, offset int64, at time.Time) []byte {
	const crc, attributes, first, most = 17, 21, 27, 35
	b := append([]byte(nil), raw...)
	binary.BigEndian.PutUint64(b, uint64(offset))
	b[attributes+1] |= 0x08
	binary.BigEndian.PutUint64(b[first:], uint64(at.UnixMilli()))
	binary.BigEndian.PutUint64(b[most:], uint64(at.UnixMilli()))
	binary.BigEndian.PutUint32(b[crc:], crc32.Checksum(b[attributes:], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

func (a *AppendTime) fetch(kreq kmsg.Request) kmsg.Response {
	req := kreq.(*kmsg.FetchRequest)
	if len(req.Topics) != 1 || req.Topics[0].Topic != a.topic && req.Topics[0].TopicID != a.id {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	p := kmsg.NewFetchResponseTopicPartition()
	p.HighWatermark, p.LastStableOffset, p.LogStartOffset = a.end(), a.end(), a.start
	from := req.Topics[0].Partitions[0].FetchOffset
	if from < a.start || from > a.end() {
		p.ErrorCode, p.HighWatermark = kerr.OffsetOutOfRange.Code, -1
	} else {
		for _, b := range a.batches[from-a.start:] {
			p.RecordBatches = append(p.RecordBatches, b...)
		}
	}
	t := kmsg.NewFetchResponseTopic()
	t.Topic, t.TopicID, t.Partitions = req.Topics[0].Topic, req.Topics[0].TopicID, append(t.Partitions, p)
	resp := req.ResponseKind().(*kmsg.FetchResponse)
	resp.Topics = append(resp.Topics, t)
	return resp
}

func (a *AppendTime) list(kreq kmsg.Request) kmsg.Response {
	req := kreq.(*kmsg.ListOffsetsRequest)
	if len(req.Topics) != 1 || req.Topics[0].Topic != a.topic {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	p := kmsg.NewListOffsetsResponseTopicPartition()
	if p.Offset = a.end(); req.Topics[0].Partitions[0].Timestamp == -2 {
		p.Offset = a.start
	}
	t := kmsg.NewListOffsetsResponseTopic()
	t.Topic, t.Partitions = a.topic, append(t.Partitions, p)
	resp := req.ResponseKind().(*kmsg.ListOffsetsResponse)
	resp.Topics = append(resp.Topics, t)
	return resp
}
