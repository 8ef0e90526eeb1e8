package wire

import (
	"strings"
	"testing"
)

func someRecords() []Record {
	return []Record{
		{Cluster: "prod", Topic: "orders", Partition: 3, Offset: 17, At: night, Clock: "create_time", Key: []byte("k\x1b[2J"), Value: []byte(`{"a": 1}`), Size: 30, Epoch: 4, Txn: "none", Compression: "zstd",
			Headers: []RecordHeader{{"trace", []byte("\x00\xff")}, {"trace", nil}, {"bad\xff", []byte{}}}, Hidden: []string{"header x"}},
		{Cluster: "prod", Topic: "orders", Partition: 3, Offset: 18, Clock: "none", Value: nil, Key: []byte{}, Epoch: -1, Txn: "aborted", Compression: "none"},
	}
}

// TestRecordsAreTold tells null from empty, text from what is none, and gives the bytes as they are beside it.
func TestRecordsAreTold(t *testing.T) {
	out := written(t, New("0.1.0", night, nil, Records(someRecords(), DecodeAuto, 0)), JSONL, Style{})
	for _, want := range []string{
		`"ref":"prod/record/orders/3@17"`, `"key":"6b1b5b324a","key_form":"hex","key_base64":"axtbMko="`, `"value":"{\"a\": 1}","value_form":"text"`,
		`{"name":"trace","value":"00ff","value_base64":"AP8="},{"name":"trace","value":null,"value_base64":null},`, `"hidden":["header x"]`,
		`"key":"","key_form":"text","key_base64":"","value":null,"value_form":null,"value_base64":null,"headers":[]`, `"transaction":"aborted"`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
	for d, want := range map[Decoding]string{DecodeJSON: `"value":"{\"a\":1}","value_form":"json"`, DecodeHex: `"value":"7b2261223a20317d","value_form":"hex"`, DecodeText: `"value_form":"text"`} {
		if out := written(t, New("0.1.0", night, nil, Records(someRecords(), d, 0)), JSONL, Style{}); !strings.Contains(out, want) {
			t.Errorf("%s: %s is not in\n%s", d, want, out)
		}
	}
	if out := written(t, New("0.1.0", night, nil, Records(someRecords(), DecodeText, 3)), Short, Style{}); strings.Contains(out, "\x1b") || !strings.Contains(out, `{"a…`) {
		t.Errorf("table:\n%q", out)
	}
}
