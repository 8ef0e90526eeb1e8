package flat

import (
	"encoding/binary"

	"github.com/twmb/franz-go/pkg/kmsg"
)

const offsetFetchKey = 9

// MinOffsetFetch is the oldest version of OffsetFetch that asks for many groups at once (KIP-709, Kafka 3.0). Brokers
// that don't speak it can't be read by this package.
const MinOffsetFetch = 8

// OffsetFetch asks one coordinator for all committed offsets of many groups, whatever topics they are on. Version 9 is
// the newest that names topics by name, which is what tells a deleted topic from a hidden one.
type OffsetFetch struct {
	version int16
	v8, v9  []byte
}

// NewOffsetFetch makes the request for the groups. Each sending takes a copy: the client writes the version into what
// it sends.
func NewOffsetFetch(groups []string) *OffsetFetch {
	return &OffsetFetch{v8: appendFetch(nil, groups, 8), v9: appendFetch(nil, groups, 9)}
}

func appendFetch(b []byte, groups []string, version int16) []byte {
	b = binary.AppendUvarint(b, uint64(len(groups))+1)
	for _, g := range groups {
		b = appendString(b, g)
		if version >= 9 {
			b = append(b, 0)                      // no member id
			b = append(b, 0xff, 0xff, 0xff, 0xff) // member epoch −1
		}
		b = append(b, 0, 0) // all topics; no tags
	}
	return append(b, 0, 0) // commits of open transactions don't hold the reply up; no tags
}

// Key returns the API key.
func (*OffsetFetch) Key() int16 { return offsetFetchKey }

// MaxVersion returns the newest version spoken here.
func (*OffsetFetch) MaxVersion() int16 { return 9 }

// SetVersion sets the version to send.
func (f *OffsetFetch) SetVersion(v int16) { f.version = v }

// GetVersion returns the version to send.
func (f *OffsetFetch) GetVersion() int16 { return f.version }

// IsFlexible reports the encoding of the header (KIP-482).
func (f *OffsetFetch) IsFlexible() bool { return f.version >= 6 }

// AppendTo appends the request.
func (f *OffsetFetch) AppendTo(b []byte) []byte {
	if f.version >= 9 {
		return append(b, f.v9...)
	}
	return append(b, f.v8...)
}

// ReadFrom exists for the interface; requests are only written here.
func (*OffsetFetch) ReadFrom([]byte) error { return errWriteOnly }

// ResponseKind returns an empty reply.
func (f *OffsetFetch) ResponseKind() kmsg.Response {
	return &Commits{reply{key: offsetFetchKey, max: 9, version: f.version}}
}

// Commits is the reply to [OffsetFetch].
type Commits struct{ reply }

// RequestKind returns an empty request of the same version.
func (c *Commits) RequestKind() kmsg.Request { return &OffsetFetch{version: c.version} }

// CommitSink takes the values of a reply as they are met. Names are valid during the call only.
type CommitSink interface {
	// Group begins a group.
	Group(name []byte)
	// Topic begins a topic of the group.
	Topic(name []byte)
	// Commit is one partition's offset: as the broker gave it, −1 for none. code is not 0 when it could not be read.
	Commit(partition int32, offset int64, code int16)
	// EndGroup ends the group; with a code that is not 0 nothing of the group was read.
	EndGroup(code int16)
}

// Walk decodes the reply into the sink, which sees nothing of a reply that is damaged.
func (c *Commits) Walk(sink CommitSink) error {
	if err := c.walk(blind{}); err != nil {
		return err
	}
	return c.walk(sink)
}

func (c *Commits) walk(sink CommitSink) error {
	r := reader{b: c.body}
	r.int32("throttle time")
	for n := r.count("groups", 5); n > 0 && r.bad == ""; n-- {
		sink.Group(r.bytes("a group's name"))
		for t := r.count("topics", 3); t > 0 && r.bad == ""; t-- {
			sink.Topic(r.bytes("a topic's name"))
			for p := r.count("partitions", 20); p > 0 && r.bad == ""; p-- {
				c.partition(&r, sink)
			}
			r.tags()
		}
		code := r.int16("a group's error")
		r.tags()
		if r.bad == "" {
			sink.EndGroup(code)
		}
	}
	r.tags()
	return r.err("offset fetch")
}

// smallest partition: index 4, offset 8, epoch 4, metadata 1, error 2, tags 1.
func (c *Commits) partition(r *reader, sink CommitSink) {
	if b := r.b; len(b) >= 20 && b[16] <= 1 && b[19] == 0 { // empty metadata, no tags: nearly all of them
		sink.Commit(int32(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint64(b[4:])), int16(binary.BigEndian.Uint16(b[17:])))
		r.b = b[20:]
		return
	}
	num, offset := r.int32("a partition"), r.int64("an offset")
	r.int32("a leader epoch")
	r.bytes("metadata")
	code := r.int16("an error")
	r.tags()
	if r.bad == "" {
		sink.Commit(num, offset, code)
	}
}
