package records

import (
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// verdicts tells what became of transactions, from the list of aborted ones that a broker sends along with records for
// readers of committed ones. The list names where a producer's aborted transaction began; it ends with its marker.
type verdicts struct {
	decided bool // false: the records are at or past the last stable offset
	aborted map[int64][]int64
}

func decidedBy(list []kmsg.FetchResponseTopicPartitionAbortedTransaction) verdicts {
	v := verdicts{decided: true, aborted: map[int64][]int64{}}
	for _, a := range list {
		v.aborted[a.ProducerID] = append(v.aborted[a.ProducerID], a.FirstOffset)
	}
	for _, firsts := range v.aborted {
		slices.Sort(firsts)
	}
	return v
}

// of judges a record. Records are given in the order of the log.
func (v verdicts) of(r *kgo.Record) Txn {
	switch {
	case !r.Attrs.IsTransactional():
		return Plain
	case !v.decided:
		return Undecided
	}
	firsts := v.aborted[r.ProducerID]
	if len(firsts) == 0 || r.Offset < firsts[0] {
		return Committed
	}
	if r.Attrs.IsControl() && controlOf(r.Key) == AbortMarker {
		v.aborted[r.ProducerID] = firsts[1:]
	}
	return Aborted
}
