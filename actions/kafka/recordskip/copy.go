package recordskip

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/kafka/records"
	"weir/internal/text"
	"weir/lag"
)

// origin is where a copy came from.
type origin struct {
	ClusterID string
	Place     cluster.Place
	Group     string
	Run       string
}

// keeper keeps a copy of the record, in one of the two ways there are.
type keeper interface {
	// describe is what the step says it does.
	describe() string
	// begin gives what settling needs to know from before the copy was made; nil for nothing.
	begin(context.Context, *run) (json.RawMessage, error)
	// keep makes the copy.
	keep(context.Context, *run, origin, records.Record) (actions.Done, error)
	// look finds out whether the copy is there; data is what begin gave.
	look(ctx context.Context, r *run, o origin, data json.RawMessage) (actions.Done, error)
}

// Fields of the changes by which a copy is made.
const (
	fieldSaved  = "saved"
	fieldParked = "parked"
)

// keeperOf decodes the change of a plan that makes a copy.
func keeperOf(c actions.Change, want identity) (keeper, error) {
	var to string
	if err := json.Unmarshal(c.After, &to); err != nil || to == "" {
		return nil, &actions.Error{Kind: actions.ErrUsage, What: "change of " + c.Ref + " says no place for the copy", Err: err}
	}
	switch c.Field {
	case fieldSaved:
		return file{path: to, want: want}, nil
	case fieldParked:
		return parkOf(c, to)
	}
	return nil, actions.Fail(actions.ErrUsage, "change of "+c.Ref+" is of an unknown field "+text.Safe(c.Field), "make a new plan")
}

// copyChange is the change that makes a copy.
func copyChange(target lag.Ref, p cluster.Place, field, to, note string, data any) (actions.Change, error) {
	after, err := json.Marshal(to)
	if err != nil {
		return actions.Change{}, err
	}
	raw, err := json.Marshal(data)
	ref := lag.Ref{Cluster: target.Cluster, Kind: lag.KindPosition, Name: target.Name, Sub: p.String()}
	return actions.Change{Ref: ref.String(), Field: field, After: after, Note: note, Data: raw}, err
}

// saved is a record as a line of JSON.
type saved struct {
	Schema    string        `json:"schema"`
	ClusterID string        `json:"cluster_id"`
	Topic     string        `json:"topic"`
	Partition int32         `json:"partition"`
	Offset    int64         `json:"offset"`
	Epoch     int32         `json:"leader_epoch"`
	At        *string       `json:"timestamp"`
	Clock     string        `json:"timestamp_type"`
	Key       *string       `json:"key_base64"` // null: no key
	Value     *string       `json:"value_base64"`
	Headers   []savedHeader `json:"headers"`
	Group     string        `json:"group"`
	Run       string        `json:"run"`
}

type savedHeader struct {
	Name  string  `json:"name"` // for a person; the key as it is stands beside it
	Key   string  `json:"key_base64"`
	Value *string `json:"value_base64"`
}

const savedSchema = "weir.saved-record/v1"

// line writes a record with where it came from, the same for the same record.
func line(o origin, r records.Record) ([]byte, error) {
	s := saved{
		Schema: savedSchema, ClusterID: o.ClusterID, Topic: o.Place.Topic, Partition: o.Place.Partition, Offset: r.Offset, Epoch: r.Epoch,
		Clock: string(r.Clock), Key: encoded(r.Key), Value: encoded(r.Value), Headers: []savedHeader{}, Group: o.Group, Run: o.Run,
	}
	if !r.At.IsZero() {
		at := r.At.UTC().Format(stampForm)
		s.At = &at
	}
	for _, h := range r.Headers {
		s.Headers = append(s.Headers, savedHeader{text.Safe(h.Key), base64.StdEncoding.EncodeToString([]byte(h.Key)), encoded(h.Value)})
	}
	b, err := json.Marshal(s)
	return append(b, '\n'), err
}

func encoded(b []byte) *string {
	if b == nil {
		return nil
	}
	s := base64.StdEncoding.EncodeToString(b)
	return &s
}

// provenance are the headers that tell where a parked record came from.
func (o origin) provenance(r records.Record) []records.Header {
	out := []records.Header{
		{Key: headRun, Value: []byte(o.Run)},
		{Key: "weir.group", Value: []byte(o.Group)},
		{Key: "weir.origin.cluster", Value: []byte(o.ClusterID)},
		{Key: "weir.origin.topic", Value: []byte(o.Place.Topic)},
		{Key: "weir.origin.partition", Value: strconv.AppendInt(nil, int64(o.Place.Partition), 10)},
		{Key: headOffset, Value: strconv.AppendInt(nil, r.Offset, 10)},
		{Key: "weir.origin.leader-epoch", Value: strconv.AppendInt(nil, int64(r.Epoch), 10)},
	}
	if !r.At.IsZero() {
		out = append(out, records.Header{Key: "weir.origin.timestamp", Value: []byte(r.At.UTC().Format(stampForm))},
			records.Header{Key: "weir.origin.timestamp-type", Value: []byte(r.Clock)})
	}
	return out
}

// Headers by which a parked record is found again.
const (
	headRun    = "weir.run"
	headOffset = "weir.origin.offset"
)

// isCopy tells a record that a run parked.
func isCopy(r records.Record, run string, offset int64) bool {
	var of, at bool
	for _, h := range r.Headers {
		of = of || h.Key == headRun && string(h.Value) == run
		at = at || h.Key == headOffset && string(h.Value) == fmt.Sprint(offset)
	}
	return of && at
}
