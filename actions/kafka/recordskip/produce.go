package recordskip

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"weir/internal/kafka/records"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Places in a record batch (Kafka protocol guide, record batch v2): its length counts what follows the field, its CRC
// covers what follows that.
const (
	afterLength = 12
	crcAt       = 17
	afterCRC    = 21
)

// batchOf makes a batch of one record, uncompressed, of a producer without id.
func batchOf(r records.Record, extra []records.Header, now time.Time) []byte {
	rec := kmsg.Record{Key: r.Key, Value: r.Value}
	for _, h := range append(append([]records.Header{}, r.Headers...), extra...) {
		rec.Headers = append(rec.Headers, kmsg.Header{Key: h.Key, Value: h.Value})
	}
	rec.Length = int32(len(rec.AppendTo(nil)) - 1) // without the length itself, of which 0 takes one byte
	b := kmsg.RecordBatch{
		PartitionLeaderEpoch: -1, Magic: 2, FirstTimestamp: now.UnixMilli(), MaxTimestamp: now.UnixMilli(),
		ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1, NumRecords: 1, Records: rec.AppendTo(nil),
	}
	raw := b.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[afterLength-4:], uint32(len(raw)-afterLength))
	binary.BigEndian.PutUint32(raw[crcAt:], crc32.Checksum(raw[afterCRC:], crc32.MakeTable(crc32.Castagnoli)))
	return raw
}

// produce asks for one batch to be written by all replicas in sync. The version isn't set: the client takes the newest
// that the broker knows.
func produce(topic string, id [16]byte, partition int32, raw []byte, limit time.Duration) *kmsg.ProduceRequest {
	req := kmsg.NewPtrProduceRequest()
	req.Acks, req.TimeoutMillis = -1, int32(limit.Milliseconds())
	t := kmsg.NewProduceRequestTopic()
	t.Topic, t.TopicID = topic, id
	p := kmsg.NewProduceRequestTopicPartition()
	p.Partition, p.Records = partition, raw
	t.Partitions = append(t.Partitions, p)
	req.Topics = append(req.Topics, t)
	return req
}
