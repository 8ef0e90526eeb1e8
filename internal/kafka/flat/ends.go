package flat

import (
	"encoding/binary"

	"github.com/twmb/franz-go/pkg/kmsg"
)

const listOffsetsKey = 2

// MinListOffsets is the oldest version of ListOffsets that is read here (flexible encoding, Kafka 2.7).
const MinListOffsets = 6

// What ListOffsets can be asked for besides a time in milliseconds.
const (
	Latest   int64 = -1
	Earliest int64 = -2
)

// Isolation chooses between the high watermark and the last stable offset as a partition's end.
type Isolation int8

// The isolation levels.
const (
	ReadUncommitted Isolation = 0
	ReadCommitted   Isolation = 1
)

// ListOffsets asks one leader for an offset of many partitions.
type ListOffsets struct {
	version int16
	body    []byte
}

// TopicPartitions names partitions of one topic and what to ask for each: a timestamp in milliseconds, [Latest] or
// [Earliest]. At is one value for all, or one for each.
type TopicPartitions struct {
	Topic      string
	Partitions []int32
	At         []int64
}

// NewListOffsets makes the request. Each sending takes a copy: the client writes the version into what
// it sends.
func NewListOffsets(level Isolation, topics []TopicPartitions) *ListOffsets {
	size := 16
	for _, t := range topics {
		size += len(t.Topic) + 8 + 17*len(t.Partitions)
	}
	b := make([]byte, 0, size)
	b = append(b, 0xff, 0xff, 0xff, 0xff, byte(level)) // no replica
	b = binary.AppendUvarint(b, uint64(len(topics))+1)
	for _, t := range topics {
		b = appendString(b, t.Topic)
		b = binary.AppendUvarint(b, uint64(len(t.Partitions))+1)
		for i, p := range t.Partitions {
			b = binary.BigEndian.AppendUint32(b, uint32(p))
			b = append(b, 0xff, 0xff, 0xff, 0xff) // any leader epoch
			b = binary.BigEndian.AppendUint64(b, uint64(t.At[min(i, len(t.At)-1)]))
			b = append(b, 0)
		}
		b = append(b, 0)
	}
	return &ListOffsets{body: append(b, 0)}
}

// Key returns the API key.
func (*ListOffsets) Key() int16 { return listOffsetsKey }

// MaxVersion returns the newest version spoken here.
func (*ListOffsets) MaxVersion() int16 { return 7 }

// SetVersion sets the version to send.
func (l *ListOffsets) SetVersion(v int16) { l.version = v }

// GetVersion returns the version to send.
func (l *ListOffsets) GetVersion() int16 { return l.version }

// IsFlexible reports the encoding of the header (KIP-482).
func (l *ListOffsets) IsFlexible() bool { return l.version >= 6 }

// AppendTo appends the request.
func (l *ListOffsets) AppendTo(b []byte) []byte { return append(b, l.body...) }

// ReadFrom exists for the interface; requests are only written here.
func (*ListOffsets) ReadFrom([]byte) error { return errWriteOnly }

// ResponseKind returns an empty reply.
func (l *ListOffsets) ResponseKind() kmsg.Response {
	return &Offsets{reply{key: listOffsetsKey, max: 7, version: l.version}}
}

// Offsets is the reply to [ListOffsets].
type Offsets struct{ reply }

// RequestKind returns an empty request of the same version.
func (o *Offsets) RequestKind() kmsg.Request { return &ListOffsets{version: o.version} }

// OffsetSink takes the values of a reply as they are met. Names are valid during the call only.
type OffsetSink interface {
	// Topic begins a topic.
	Topic(name []byte)
	// Offset is one partition's answer. at is the timestamp of the record found by a look-up by time in milliseconds, −1
	// where there is none; offset is −1 when no record is as young as asked. code is not 0 when it could not be read.
	Offset(partition int32, offset, at int64, code int16)
}

// Walk decodes the reply into the sink, which sees nothing of a reply that is damaged.
func (o *Offsets) Walk(sink OffsetSink) error {
	if err := o.walk(blind{}); err != nil {
		return err
	}
	return o.walk(sink)
}

func (o *Offsets) walk(sink OffsetSink) error {
	r := reader{b: o.body}
	r.int32("throttle time")
	for n := r.count("topics", 3); n > 0 && r.bad == ""; n-- {
		sink.Topic(r.bytes("a topic's name"))
		for p := r.count("partitions", 27); p > 0 && r.bad == ""; p-- {
			o.partition(&r, sink)
		}
		r.tags()
	}
	r.tags()
	return r.err("list offsets")
}

// smallest partition: index 4, error 2, timestamp 8, offset 8, epoch 4, tags 1.
func (o *Offsets) partition(r *reader, sink OffsetSink) {
	if b := r.b; len(b) >= 27 && b[26] == 0 { // no tags: nearly all of them
		sink.Offset(int32(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint64(b[14:])), int64(binary.BigEndian.Uint64(b[6:])), int16(binary.BigEndian.Uint16(b[4:])))
		r.b = b[27:]
		return
	}
	num, code := r.int32("a partition"), r.int16("an error")
	at, offset := r.int64("a timestamp"), r.int64("an offset")
	r.int32("a leader epoch")
	r.tags()
	if r.bad == "" {
		sink.Offset(num, offset, at, code)
	}
}
