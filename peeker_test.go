package main

import (
	"reflect"
	"strings"
	"testing"

	"weir/internal/config"
	"weir/internal/kafka/records"
	"weir/internal/wire"
	"weir/tui"
)

// TestPolicyKeepsConsoleFromRecords: where policy says so no connection is used to read records.
func TestPolicyKeepsConsoleFromRecords(t *testing.T) {
	no := false
	p := &peeker{clusters: []config.Cluster{{Name: "a", Brokers: []string{"127.0.0.1:1"}, Policy: config.Changes{Peek: &no}}}}
	defer p.Close()
	if _, err := p.Peek(t.Context(), tui.Peek{Cluster: "a", Topic: "t"}); err == nil || !strings.Contains(err.Error(), "policy of cluster a") {
		t.Errorf("%v", err)
	}
}

// TestConsoleSeesWhatMasksLeave, with the sizes that the records have.
func TestConsoleSeesWhatMasksLeave(t *testing.T) {
	c := config.Cluster{Name: "a", Masks: []config.Mask{{Topic: "t", Value: true, Headers: []string{"h"}}, {Topic: "other", Key: true}}}
	page := records.Page{Place: records.Place{Topic: "t"}, Records: []records.Record{
		{Key: []byte("k"), Value: []byte("value"), Headers: []records.Header{{Key: "H", Value: []byte("x")}, {Key: "n"}}}, {Key: []byte("k")},
	}}
	was, err := hide(c, &page)
	if err != nil {
		t.Fatal(err)
	}
	got := shown("a", page, was)
	want := []wire.Record{
		{Cluster: "a", Topic: "t", Key: []byte("k"), Value: []byte("(hidden)"), Size: 9, Hidden: []string{"value", "header H"},
			Headers: []wire.RecordHeader{{Key: "H", Value: []byte("(hidden)")}, {Key: "n"}}},
		{Cluster: "a", Topic: "t", Key: []byte("k"), Size: 1},
	}
	if !reflect.DeepEqual(got.Records, want) || got.Masked != "value, header H" {
		t.Errorf("%+v, masked %q", got.Records, got.Masked)
	}
}
