package tui

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"weir/internal/text"
	"weir/internal/wire"
)

// mostShown is how many bytes of a value are drawn.
const mostShown = 64 << 10

// glance is the begin of bytes on one line: as text, or as hex where they are none.
func glance(s *snap, b []byte) string {
	const most = 200
	if b == nil {
		return "null"
	}
	head := b[:min(len(b), most)]
	if !isText(b) {
		return "0x" + hex.EncodeToString(head[:min(len(head), 24)])
	}
	for len(head) > 0 && !utf8.Valid(head) {
		head = head[:len(head)-1] // a character that was cut
	}
	return s.safe(string(head))
}

// isText reports whether bytes are text that a person reads.
func isText(b []byte) bool {
	head := b[:min(len(b), mostShown)]
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 && len(head) >= utf8.UTFMax || r < ' ' && r != '\n' && r != '\t' && r != '\r' {
			return false
		}
		head = head[n:]
	}
	return true
}

// bestForm is the form a record is shown in before a person chooses.
func bestForm(r *wire.Record) form {
	switch {
	case !isText(r.Value):
		return asHex
	case len(r.Value) > 0 && (r.Value[0] == '{' || r.Value[0] == '[') && json.Valid(r.Value):
		return asJSON
	}
	return asText
}

// wholeness says what is wrong with a value that begins as JSON; "" when nothing is, or it does not.
func wholeness(b []byte) string {
	head := bytes.TrimLeft(b, " \t\r\n")
	if len(head) == 0 || head[0] != '{' && head[0] != '[' || json.Valid(b) {
		return ""
	}
	var any json.RawMessage
	err := json.Unmarshal(b, &any)
	if bad, ok := errors.AsType[*json.SyntaxError](err); ok {
		return bad.Error() + ", at byte " + text.Exact(bad.Offset)
	}
	return "it can't be read"
}

// formed are the lines of a record in a form.
func formed(s *snap, r *wire.Record, f form, w int) []string {
	return formedUpTo(s, r, f, w, mostShown)
}

// formedUpTo is the same with as many bytes of the value.
func formedUpTo(s *snap, r *wire.Record, f form, w, mostBytes int) []string {
	if f == asHeaders {
		return headerLines(s, r, w)
	}
	value := r.Value
	if value == nil {
		return []string{"null: a tombstone"}
	}
	if f == asJSON {
		var why string
		if value, why = spread(value); why != "" {
			return []string{s.safe(why)}
		}
	}
	more := ""
	if len(value) > mostBytes {
		more = "the first " + text.Bytes(int64(mostBytes)) + " of " + text.Bytes(int64(len(value)))
		value = value[:mostBytes]
	}
	out := textLines(s, value, w)
	if f == asHex {
		out = hexLines(s, value, w)
	}
	if more != "" {
		out = append(out, more)
	}
	return out
}

// deepest is how far JSON may be nested to be spread over lines: the room that indents take grows with its square.
const deepest = 64

// spread is JSON over lines, or why it can't be.
func spread(value []byte) (out []byte, why string) {
	depth, most := 0, 0
	for _, c := range value {
		switch c {
		case '{', '[':
			depth++
			most = max(most, depth)
		case '}', ']':
			depth--
		}
	}
	if most > deepest {
		return nil, "nested too deep to be shown as JSON; Tab shows it as text"
	}
	var b bytes.Buffer
	if err := json.Indent(&b, value, "", "  "); err != nil {
		return nil, "not JSON: " + err.Error()
	}
	return b.Bytes(), ""
}

// textLines breaks text at its own ends of line, and where it is too wide.
func textLines(s *snap, b []byte, w int) []string {
	var out []string
	for part := range bytes.SplitSeq(b, []byte("\n")) {
		out = append(out, fold(s.safe(strings.TrimSuffix(string(part), "\r")), w)...)
	}
	return out
}

// dumpCells is how wide a line of 16 bytes is in hex, with what of them is text beside.
const dumpCells = 78

// hexLines are 16 bytes a line, with what of them is text beside; 8 where that has no room.
func hexLines(s *snap, b []byte, w int) []string {
	var out []string
	if w >= dumpCells {
		for l := range strings.Lines(strings.TrimRight(hex.Dump(b), "\n")) {
			out = append(out, s.safe(strings.TrimRight(l, "\n")))
		}
		return out
	}
	for at, part := range slices.Collect(slices.Chunk(b, 8)) {
		l := strings.TrimRight(hex.Dump(part), "\n") // 8 digits of offset, two blanks, the bytes
		bytes, read, _ := strings.Cut(l[10:], "|")
		out = append(out, s.safe(fmt.Sprintf("%08x  %s  |%s", at*8, text.PadEnd(strings.TrimRight(bytes, " "), 3*8-1), read)))
	}
	return out
}

// clockWords say whose time a record bears.
var clockWords = map[string]string{"create_time": ", of whom wrote it (CreateTime)", "log_append_time": ", of the broker (LogAppendTime)"}

// headerLines are the headers, and what else a record bears.
func headerLines(s *snap, r *wire.Record, w int) []string {
	var out []string
	for _, h := range r.Headers {
		out = append(out, fold(text.PadEnd(s.safe(h.Key), 24)+"  "+glance(s, h.Value), w)...)
	}
	if len(r.Headers) == 0 {
		out = append(out, "none")
	}
	written := "not known"
	if !r.At.IsZero() {
		written = r.At.In(s.now.Location()).Format("2006-01-02 15:04:05.000 ") + text.Zone(r.At.In(s.now.Location())) + clockWords[r.Clock]
	}
	out = append(out, "", text.PadEnd("time", 24)+"  "+written, text.PadEnd("transaction", 24)+"  "+r.Txn, text.PadEnd("compression", 24)+"  "+r.Compression,
		text.PadEnd("key", 24)+"  "+text.Plural(len(r.Key), "byte", "bytes"), text.PadEnd("value", 24)+"  "+text.Plural(len(r.Value), "byte", "bytes"))
	if r.Key == nil {
		return append(out, "", "the key is null")
	}
	key := r.Key[:min(len(r.Key), mostShown)]
	if !utf8.Valid(key) && len(key) == len(r.Key) {
		return append(append(out, "", "the key, as hex"), hexLines(s, key, w)...)
	}
	return append(append(out, "", "the key, as text"), textLines(s, key, w)...)
}

// sentencesIn are sentences in a role, on three lines at most.
func sentencesIn(s *snap, r role, said string, w int) []line {
	var out []line
	for _, part := range wrap(s.glyphs, said, w-2, 3) {
		out = append(out, put(plain, " ").add(r, part))
	}
	return out
}
