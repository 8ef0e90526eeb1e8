package claims

import (
	"encoding/json"
	"strings"
	"time"

	"weir/actions/lease"
)

// Entry is one record of the log.
type Entry struct {
	Offset  int64
	At      time.Time // when the broker appended it
	Stamped bool      // whether At is the broker's; what isn't counts for nothing
	Value   []byte
}

type op string

const (
	opClaim   op = "claim"
	opRenew   op = "renew"
	opRelease op = "release"
)

const (
	kind     = "claim/1"
	kindStem = "claim/"
	maxLease = time.Hour // longer ones are nobody's
)

// record is what stands in an entry. A renewal repeats the claim, as the log may have forgotten it.
type record struct {
	Kind      string       `json:"weir"`
	Op        op           `json:"op"`
	ID        string       `json:"id"`
	Token     int64        `json:"token"` // offset of the claim; −1 in the claim itself
	Prev      int64        `json:"prev"`  // offset of the newest record of this claim that its holder saw count; −1 in the claim
	LeaseMS   int64        `json:"lease_ms"`
	Resources []resource   `json:"resources"`
	By        lease.Holder `json:"by"`
}

type resource struct {
	Name   string `json:"name"`
	Shared bool   `json:"shared"`
}

func (r record) lease() time.Duration { return time.Duration(r.LeaseMS) * time.Millisecond }

// decode reads a record. What isn't one is not ok and counts for nothing; newer says that a newer weir wrote it.
func decode(value []byte) (r record, ok, newer bool) {
	if json.Unmarshal(value, &r) != nil || !strings.HasPrefix(r.Kind, kindStem) {
		return record{}, false, false
	}
	if r.Kind != kind {
		return record{}, false, true
	}
	switch {
	case r.ID == "":
		return record{}, false, false
	case r.Op == opRelease:
		return r, true, false
	case r.Op != opClaim && r.Op != opRenew, r.LeaseMS <= 0 || r.LeaseMS > maxLease.Milliseconds(), len(r.Resources) == 0:
		return record{}, false, false
	}
	return r, true, false
}
