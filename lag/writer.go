package lag

import (
	"slices"
	"time"
)

// Writers is who was seen to write a topic, as the leaders of its partitions told when they were asked (KIP-664). A
// producer that is neither idempotent nor transactional leaves no trace there, and one that was silent for
// producer.id.expiration.ms (a day, by Kafka's default) is forgotten.
type Writers struct {
	At      time.Time // when they were asked
	Asked   int       // partitions that were asked about, from the first on
	Written map[PartitionIx]Written
	Gaps    []Gap // what could not be seen of it; they are no gaps of the reading, which doesn't rest on it
}

// Written is what the leader of a partition tells of its producers.
type Written struct {
	Count     int        // producers there are
	Producers []Producer // of them at most MostProducers: those in a transaction first, the oldest first; then who wrote last
	At        time.Time  // when the leader answered
}

// foldWriters notes the logs that hold the markers of transactions, by who writes them. Of few topics that is known.
func (h *History) foldWriters(r *Reading) {
	for _, ws := range r.Writers {
		for p, w := range ws.Written {
			if int(p) < len(h.ends) && slices.ContainsFunc(w.Producers, func(by Producer) bool { return by.Transactional }) {
				h.ends[p].Markers = true
			}
		}
	}
}

// MostProducers bounds how many producers of a partition are kept.
const MostProducers = 20

// Producer is one idempotent or transactional producer, as the leader of a partition knows it.
type Producer struct {
	ID    int64
	Epoch int32
	// Sequence is that of its last batch; −1 when there is none.
	Sequence int32
	// Wrote is the time that its last batch bears, by the clock of the producer, or of the broker where the topic has it
	// so; zero when there is none.
	Wrote time.Time
	// TxnStart is the first offset of its open transaction; None without one.
	TxnStart int64
	// Transactional reports whether it ever was in a transaction here. TxnID is the id of that; "" without one, and where
	// it can't be seen, for the reason in a gap or in silence: brokers leave out those that the principal may not describe.
	Transactional bool
	TxnID         string
	// TxnState and TxnSince are what the coordinator says of that id: Ongoing, PrepareCommit …, and since when; "" and zero
	// when that was not told, or none is open.
	TxnState string
	TxnSince time.Time
}
