package records

import (
	"fmt"
	"time"
)

// Place is a partition.
type Place struct {
	Topic     string
	Partition int32
}

// String is topic:partition.
func (p Place) String() string { return fmt.Sprintf("%s:%d", p.Topic, p.Partition) }

// Clock is whose time a record bears (KIP-32).
type Clock string

// The clocks.
const (
	NoClock    Clock = "none" // message format 0
	CreateTime Clock = "create_time"
	AppendTime Clock = "log_append_time"
)

// Txn is what became of the transaction that a record was written in.
type Txn string

// What a reader of committed records makes of a record.
const (
	Plain     Txn = "none"      // written outside of transactions
	Committed Txn = "committed" //
	Aborted   Txn = "aborted"   // readers of committed records never see it
	Undecided Txn = "undecided" // past the last stable offset, or not known: readers of committed records may not see it yet
)

// Control is what a control record says (KIP-98). Applications never see one.
type Control string

// The control records.
const (
	NoControl    Control = ""
	AbortMarker  Control = "abort"
	CommitMarker Control = "commit"
	OtherControl Control = "control"
)

// Header is a header of a record.
type Header struct {
	Key   string
	Value []byte // nil for null
}

// Record is one record as it stands in the log.
type Record struct {
	Offset        int64
	At            time.Time // zero where the format has none
	Clock         Clock
	Key, Value    []byte // nil for null, which of a value is a tombstone; empty is not nil
	Headers       []Header
	Epoch         int32 // leader epoch it was written in; −1 unknown
	Txn           Txn
	Control       Control
	ProducerID    int64 // −1 for none
	ProducerEpoch int16
	Compression   string // none, gzip, snappy, lz4, zstd
}

// Size is the bytes of key, value and headers, uncompressed.
func (r Record) Size() int {
	n := len(r.Key) + len(r.Value)
	for _, h := range r.Headers {
		n += len(h.Key) + len(h.Value)
	}
	return n
}

// Where tells what stands at the offset that was asked for.
type Where string

// What can stand at an offset.
const (
	Here     Where = "here"     // a record
	Marker   Where = "marker"   // a control record, which applications pass by themselves
	Hole     Where = "hole"     // nothing: compacted away, or the end of a transaction that compaction removed
	Deleted  Where = "deleted"  // it lies below the log start
	Ahead    Where = "ahead"    // it is the log end: the next record will be written there
	Beyond   Where = "beyond"   // it lies past the log end
	Nothing  Where = "nothing"  // the broker has no record from there to the log end
	Unparsed Where = "unparsed" // within a batch that can't be read: see Page.Unread
)

// Bounds are the ends of a partition's log.
type Bounds struct {
	Start  int64 // the log start
	Stable int64 // the last stable offset: how far readers of committed records get
	End    int64 // the high watermark
}

// Unread is a batch that can't be read: too large, damaged, or in a form that weir doesn't know.
type Unread struct {
	First, Last int64 // its offsets
	Bytes       int   // as stored
	Err         error // ErrTooLarge, ErrDamaged
}

// Page is what was read.
type Page struct {
	Place
	Bounds
	From     int64 // as asked for
	Where    Where // what stands at From
	Records  []Record
	Next     int64   // where to read on
	Unread   *Unread // where reading had to stop; nil for none
	Requests int     // what it took
	Fetched  int64   // bytes of record batches that brokers sent
}
