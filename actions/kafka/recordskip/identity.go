package recordskip

import (
	"encoding/json"
	"fmt"
	"strings"

	"weir/actions"
	"weir/internal/kafka/records"
	"weir/internal/text"
)

// identity tells a record from another one at the same offset, such as one that an unclean election put there, by what
// may stand in an audit log for good: nothing of its contents.
type identity struct {
	Offset  int64  `json:"offset"`
	At      string `json:"at"` // "" where the format has no time
	Epoch   int32  `json:"leader_epoch"`
	Key     *int   `json:"key_bytes"` // null: no key
	Value   *int   `json:"value_bytes"`
	Headers int    `json:"headers"`
	Size    int    `json:"bytes"` // of key, value and headers
}

func identityOf(r records.Record) identity {
	id := identity{Offset: r.Offset, Epoch: r.Epoch, Headers: len(r.Headers), Size: r.Size()}
	if !r.At.IsZero() {
		id.At = r.At.UTC().Format(stampForm)
	}
	if r.Key != nil {
		n := len(r.Key)
		id.Key = &n
	}
	if r.Value != nil {
		n := len(r.Value)
		id.Value = &n
	}
	return id
}

const stampForm = "2006-01-02T15:04:05.000Z"

func (i identity) same(o identity) bool {
	a, aerr := json.Marshal(i)
	b, berr := json.Marshal(o)
	return aerr == nil && berr == nil && string(a) == string(b)
}

// String tells the record for a person, without its contents.
func (i identity) String() string {
	s := "key " + bytesOf(i.Key, "none") + ", value " + bytesOf(i.Value, "none, a tombstone")
	if i.At != "" {
		s += ", of " + i.At
	}
	return s
}

func bytesOf(n *int, none string) string {
	if n == nil {
		return none
	}
	return text.ExactBytes(int64(*n))
}

const (
	maxNames = 10
	maxName  = 60
)

// headerNames lists the names of a record's headers: they were written by others, and may be anything.
func headerNames(r records.Record) string {
	if len(r.Headers) == 0 {
		return "no headers"
	}
	var names []string
	for i, h := range r.Headers {
		if i == maxNames {
			names = append(names, fmt.Sprintf("%d more", len(r.Headers)-maxNames))
			break
		}
		names = append(names, text.Safe(cut(h.Key)))
	}
	return "headers " + strings.Join(names, ", ")
}

func cut(s string) string {
	if len(s) > maxName {
		return strings.ToValidUTF8(s[:maxName], "") + "…"
	}
	return s
}

// fRecord is the fact of a plan that holds the record's identity.
const fRecord = "record"

func (i identity) fact() (string, error) {
	b, err := json.Marshal(i)
	return string(b), err
}

// recordOf gives the record that a plan is about; nil for an undo, which is about none.
func recordOf(p actions.Plan) (*identity, error) {
	fact, some := p.Facts[fRecord]
	if !some {
		if p.Undoes != "" {
			return nil, nil
		}
		return nil, actions.Fail(actions.ErrUsage, "the plan names no record", "make a new plan")
	}
	var id identity
	if err := json.Unmarshal([]byte(fact), &id); err != nil {
		return nil, &actions.Error{Kind: actions.ErrUsage, What: "the plan's record", Err: err}
	}
	return &id, nil
}
