package tui

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weir/internal/text"
	"weir/internal/wire"
)

// TestHexFits: every byte is told once, in order, on lines that fit, whatever the width.
func TestHexFits(t *testing.T) {
	s := &snap{}
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "bytes")
		w := rapid.SampledFrom([]int{76, 77, 78, 116}).Draw(t, "w")
		told := ""
		for _, l := range hexLines(s, b, w) {
			if text.Width(l) > w {
				t.Fatalf("%q is wider than %d", l, w)
			}
			hexed, _, ok := strings.Cut(l[10:], "|")
			if !ok || !strings.HasSuffix(l, "|") {
				t.Fatalf("%q", l)
			}
			told += strings.ReplaceAll(hexed, " ", "")
		}
		if told != hex.EncodeToString(b) {
			t.Fatalf("%x is told as %s", b, told)
		}
	})
	if got := hexLines(s, []byte("0123456789"), 76); got[0] != "00000000  30 31 32 33 34 35 36 37  |01234567|" || got[1] != "00000008  38 39                    |89|" {
		t.Errorf("%q", got)
	}
}

// TestWhatARecordBears: when it was written, with its zone, and the whole key, also where the table has no room for them.
func TestWhatARecordBears(t *testing.T) {
	s := &snap{now: night}
	all := func(r wire.Record) string { return strings.Join(headerLines(s, &r, 76), "\n") }
	long := strings.Repeat("acct-", 60)
	for want, r := range map[string]wire.Record{
		"time                      2026-11-21 03:14:08.007 CET, of whom wrote it (CreateTime)": {At: night.Add(7 * time.Millisecond).UTC(), Clock: "create_time"},
		"time                      not known":                                                  {Key: []byte("k")},
		"the key is null":                                                                      {},
		"the key, as text\na\\x1bb":                                                            {Key: []byte("a\x1bb")},
		"the key, as hex\n00000000  ff 00":                                                     {Key: []byte{0xff, 0}},
	} {
		if got := all(r); !strings.Contains(got+"\n", want) {
			t.Errorf("it doesn't hold %q:\n%s", want, got)
		}
	}
	if got := all(wire.Record{Key: []byte(long)}); strings.Count(strings.Join(strings.Fields(got), ""), "acct-") != 60 {
		t.Errorf("the key is cut:\n%s", got)
	}
}
