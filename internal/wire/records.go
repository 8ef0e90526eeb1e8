package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"weir/lag"
)

// kindRecord is the kind of a record's ref.
const kindRecord = "record"

// Record is one record of a log. What is to be hidden of it is hidden already.
type Record struct {
	Cluster, Topic string
	Partition      int32
	Offset         int64
	At             time.Time // zero: the format has none
	Clock          string    // one of recordClocks
	Key, Value     []byte    // nil: null
	Headers        []RecordHeader
	Size           int   // bytes of key, value and headers before anything was hidden
	Epoch          int32 // −1 unknown
	Txn            string
	Compression    string
	Hidden         []string // what masks hid
}

// RecordHeader is a header of a record; Value is nil for null.
type RecordHeader struct {
	Key   string
	Value []byte
}

// Decoding is how bytes are told as text.
type Decoding string

// The decodings: DecodeAuto takes text where the bytes are printable text, and else hex.
const (
	DecodeAuto Decoding = "auto"
	DecodeText Decoding = "text"
	DecodeJSON Decoding = "json" // compact; what is no JSON as by DecodeAuto
	DecodeHex  Decoding = "hex"
)

// Decodings are all of them.
func Decodings() []string {
	return []string{string(DecodeAuto), string(DecodeText), string(DecodeJSON), string(DecodeHex)}
}

var (
	recordForms  = []string{string(DecodeText), string(DecodeJSON), string(DecodeHex)}
	recordClocks = []string{"none", "create_time", "log_append_time"}
	recordTxns   = []string{"none", "committed", "aborted", "undecided"}
)

const headersSchema = `{"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["name", "value", "value_base64"], "properties": ` +
	`{"name": {"type": "string"}, "value": {"type": ["string", "null"]}, "value_base64": {"type": ["string", "null"]}}}}`

var recordColumns = []Column{
	refColumn, clusterColumn,
	{Name: "topic", Kind: Text, Always: true, Doc: "The topic."},
	{Name: "partition", Kind: Number, Always: true, Head: "P", Doc: "The partition's number."},
	{Name: "offset", Kind: Number, Always: true, Doc: "The record's offset."},
	{Name: "at", Kind: Time, Doc: "Its time; null where the message format has none."},
	{Name: "timestamp_type", Kind: Enum, Always: true, Names: recordClocks, Doc: "Whose time: that of whom wrote it, or the broker's."},
	{Name: "key", Kind: Text, Doc: "The key, decoded; null for none."},
	{Name: "key_form", Kind: Enum, Names: recordForms, Doc: "How the key was decoded."},
	{Name: "key_base64", Kind: Text, Doc: "The key's bytes."},
	{Name: "value", Kind: Text, Doc: "The value, decoded; null for none, which is a tombstone."},
	{Name: "value_form", Kind: Enum, Names: recordForms, Doc: "How the value was decoded."},
	{Name: "value_base64", Kind: Text, Doc: "The value's bytes."},
	{Name: "headers", Kind: Nested, Always: true, Schema: headersSchema, Doc: "The headers, in their order; names may come twice."},
	{Name: "size_bytes", Kind: Bytes, Always: true, Head: "SIZE", Doc: "Key, value and headers, uncompressed, with what is hidden."},
	{Name: "leader_epoch", Kind: Number, Doc: "The leader epoch it was written in."},
	{Name: "transaction", Kind: Enum, Always: true, Names: recordTxns, Doc: "What became of its transaction: readers of committed records see none and committed only."},
	{Name: "compression", Kind: Text, Always: true, Doc: "Of the batch it lies in."},
	{Name: "hidden", Kind: Nested, Always: true, Schema: `{"type": "array", "items": {"type": "string"}}`, Doc: "What masks of the configuration hid: key, value, header NAME."},
}

// Records is the table of records, in their order. cut bounds the characters of keys and values, for tables; 0 doesn't.
func Records(all []Record, d Decoding, cut int) Table {
	return Table{
		Schema: "weir.record/v1", Columns: recordColumns, Len: len(all), Name: "ref",
		Short: []string{"offset", "at", "key", "value", "size_bytes"},
		Wide:  []string{"topic", "partition", "offset", "at", "key", "value", "headers", "size_bytes", "transaction", "compression", "leader_epoch"},
		Drop:  []string{"compression", "leader_epoch", "size_bytes"},
		Fill:  func(row int, dst []Value) { fillCells(dst, recordRow{&all[row], d, cut}.cell) },
	}
}

type recordRow struct {
	*Record
	d   Decoding
	cut int
}

func (r recordRow) cell(col int) Value {
	switch name := recordColumns[col].Name; name {
	case "ref":
		return Word(lag.Ref{Cluster: r.Cluster, Kind: kindRecord, Name: r.Topic, Sub: strconv.Itoa(int(r.Partition)) + "@" + strconv.FormatInt(r.Offset, 10)}.String())
	case "cluster":
		return Word(r.Cluster)
	case "topic":
		return Word(r.Topic)
	case "partition":
		return Int(int64(r.Partition), lag.NotMeasured)
	case "offset":
		return Int(r.Offset, lag.NotMeasured)
	case "at":
		return Moment(r.At, lag.NotApplicable)
	case "timestamp_type":
		return Word(r.Clock)
	case "key", "key_form", "key_base64":
		return r.content(r.Key, strings.TrimPrefix(name, "key"))
	case "value", "value_form", "value_base64":
		return r.content(r.Value, strings.TrimPrefix(name, "value"))
	}
	return r.rest(col)
}

func (r recordRow) rest(col int) Value {
	switch recordColumns[col].Name {
	case "headers":
		return Object(headerList{r.Headers, r.d})
	case "size_bytes":
		return Int(int64(r.Size), lag.NotMeasured)
	case "leader_epoch":
		if r.Epoch < 0 {
			return Missing(lag.NotApplicable)
		}
		return Int(int64(r.Epoch), lag.NotMeasured)
	case "transaction":
		return Word(r.Txn)
	case "compression":
		return Word(r.Compression)
	}
	return Object(list[string](r.Hidden))
}

func (r recordRow) content(b []byte, of string) Value {
	if b == nil {
		return Missing(lag.NotApplicable)
	}
	told, form := r.d.tell(b)
	switch of {
	case "_form":
		return Word(string(form))
	case "_base64":
		return Word(base64.StdEncoding.EncodeToString(b))
	}
	if r.cut > 0 && utf8.RuneCountInString(told) > r.cut {
		told = string([]rune(told)[:r.cut]) + "…"
	}
	return Word(told)
}

// tell decodes bytes, and says how.
func (d Decoding) tell(b []byte) (string, Decoding) {
	switch {
	case d == DecodeText:
		return strings.ToValidUTF8(string(b), "\uFFFD"), DecodeText
	case d == DecodeHex:
		return hex.EncodeToString(b), DecodeHex
	case d == DecodeJSON && json.Valid(b):
		var out bytes.Buffer
		if json.Compact(&out, b) == nil && utf8.Valid(out.Bytes()) {
			return out.String(), DecodeJSON
		}
	}
	if utf8.Valid(b) && !bytes.ContainsFunc(b, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return string(b), DecodeText
	}
	return hex.EncodeToString(b), DecodeHex
}

// headerList is the headers of a record.
type headerList struct {
	all []RecordHeader
	d   Decoding
}

func (l headerList) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, h := range l.all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(append(dst, `{"name":`...), strings.ToValidUTF8(h.Key, "\uFFFD"))
		if h.Value == nil {
			dst = append(dst, `,"value":null,"value_base64":null}`...)
			continue
		}
		told, _ := l.d.tell(h.Value)
		dst = AppendString(append(dst, `,"value":`...), told)
		dst = append(AppendString(append(dst, `,"value_base64":`...), base64.StdEncoding.EncodeToString(h.Value)), '}')
	}
	return append(dst, ']')
}

func (l headerList) AppendText(dst []byte) []byte {
	for i, h := range l.all {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(append(dst, h.Key...), '=')
		if h.Value == nil {
			dst = append(dst, "null"...)
			continue
		}
		told, _ := l.d.tell(h.Value)
		dst = append(dst, told...)
	}
	return dst
}
