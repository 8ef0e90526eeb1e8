package cluster

import (
	"flag"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Nothing more is done here with -all, which is given to all packages of actions at once.
var _ = flag.Bool("all", false, "changes nothing here")

func FuzzParseBatch(f *testing.F) {
	b := kmsg.RecordBatch{FirstOffset: 40, PartitionLeaderEpoch: 3, Magic: 2, LastOffsetDelta: 2, FirstTimestamp: 1000, MaxTimestamp: 2000, NumRecords: 3}
	f.Add(b.AppendTo(nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got, ok := parseBatch(raw); ok && (got.First < 0 || got.Last < got.First) {
			t.Errorf("%+v", got)
		}
	})
	if got, ok := parseBatch(b.AppendTo(nil)); !ok || got != (Batch{First: 40, Last: 42, Epoch: 3, From: 1000, Until: 2000}) {
		f.Errorf("%+v, %v", got, ok)
	}
}
