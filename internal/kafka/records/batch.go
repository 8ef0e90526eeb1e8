package records

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Reasons why a batch can't be read.
var (
	ErrTooLarge = errors.New("the batch decompresses to more than weir reads")
	ErrDamaged  = errors.New("the batch is damaged")
)

// Places in the header of a batch; the first five are the same in every format.
const (
	offsetAt    = 0
	lengthAt    = 8
	lengthEnd   = 12
	magicAt     = 16
	lastDeltaAt = 23
	countAt     = 57
	shortest    = 17
	headerV2    = 61
)

// maxCount is how many records weir takes from one batch; a broker's default for a whole batch is a million bytes.
const maxCount = 1 << 20

// stored is one batch as it stands in the log.
type stored struct {
	raw         []byte
	first, last int64
}

// split takes the first whole batch off; ok is false where the rest is cut off, as brokers do at the end of an answer.
func split(raw []byte) (b stored, rest []byte, ok bool, err error) {
	if len(raw) < shortest {
		return b, nil, false, nil
	}
	size := int64(int32(binary.BigEndian.Uint32(raw[lengthAt:]))) + lengthEnd
	if size < shortest {
		return b, nil, false, fmt.Errorf("%w: its length is %d", ErrDamaged, size)
	}
	if size > int64(len(raw)) {
		return b, nil, false, nil
	}
	b = stored{raw: raw[:size], first: int64(binary.BigEndian.Uint64(raw[offsetAt:]))}
	b.last = b.first
	if raw[magicAt] == 2 {
		if size < headerV2 {
			return b, nil, false, fmt.Errorf("%w: it is shorter than its header", ErrDamaged)
		}
		b.last += int64(int32(binary.BigEndian.Uint32(raw[lastDeltaAt:])))
	}
	if b.first < 0 || b.last < b.first {
		return b, nil, false, fmt.Errorf("%w: it says offsets %d to %d", ErrDamaged, b.first, b.last)
	}
	return b, raw[size:], true, nil
}

// parse gives the records of a batch from an offset on, and where the next one begins.
func (b stored) parse(p Place, from int64, limit inflater) ([]*kgo.Record, int64, error) {
	if b.raw[magicAt] == 2 && binary.BigEndian.Uint32(b.raw[countAt:]) > maxCount {
		return nil, 0, ErrTooLarge // what is set aside for records goes by this count
	}
	o := kgo.ProcessFetchPartitionOpts{KeepControlRecords: true, Offset: from, Topic: p.Topic, Partition: p.Partition, IsolationLevel: kgo.ReadUncommitted()}
	in := kmsg.NewFetchResponseTopicPartition()
	in.Partition, in.RecordBatches = p.Partition, b.raw
	fp, next := kgo.ProcessFetchPartition(o, &in, limit, nil)
	switch {
	case errors.Is(fp.Err, kgo.ErrMaxDecompress), asTooLarge(fp.Err):
		return nil, 0, ErrTooLarge
	case fp.Err != nil:
		return nil, 0, fmt.Errorf("%w: %w", ErrDamaged, fp.Err)
	}
	if b.raw[magicAt] == 2 && (next <= b.last || !within(b, fp.Records)) {
		return nil, 0, fmt.Errorf("%w: it doesn't hold the records that it says", ErrDamaged)
	}
	return fp.Records, max(next, b.last+1), nil
}

func asTooLarge(err error) bool {
	_, ok := errors.AsType[*kgo.ErrDecompressTooLarge](err)
	return ok
}

func within(b stored, got []*kgo.Record) bool {
	for _, r := range got {
		if r.Offset < b.first || r.Offset > b.last {
			return false
		}
	}
	return true
}

// record copies what franz-go parsed, so that the batch it lies in can be let go.
func record(r *kgo.Record, txn Txn) Record {
	out := Record{
		Offset: r.Offset, At: r.Timestamp, Clock: clockOf(r.Attrs.TimestampType()), Key: bytes.Clone(r.Key), Value: bytes.Clone(r.Value),
		Epoch: r.LeaderEpoch, Txn: txn, ProducerID: r.ProducerID, ProducerEpoch: r.ProducerEpoch, Compression: codecName(r.Attrs.CompressionType()),
	}
	if out.Clock == NoClock {
		out.At = time.Time{}
	}
	if r.Attrs.IsControl() {
		out.Control = controlOf(r.Key)
	}
	for _, h := range r.Headers {
		out.Headers = append(out.Headers, Header{h.Key, bytes.Clone(h.Value)})
	}
	return out
}

func clockOf(n int8) Clock {
	switch n {
	case 0:
		return CreateTime
	case 1:
		return AppendTime
	}
	return NoClock
}

// controlOf reads the key of a control record: its version and its type, two bytes each.
func controlOf(key []byte) Control {
	if len(key) < 4 {
		return OtherControl
	}
	switch binary.BigEndian.Uint16(key[2:]) {
	case 0:
		return AbortMarker
	case 1:
		return CommitMarker
	}
	return OtherControl
}
