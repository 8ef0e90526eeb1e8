package wire

import (
	"encoding/json"
	"math"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"weir/lag"
)

// checkString holds a JSON string against what encoding/json reads in it, and against what a terminal would do with it.
func checkString(t interface{ Errorf(string, ...any) }, s string) {
	out := AppendString(nil, s)
	var back string
	if err := json.Unmarshal(out, &back); err != nil {
		t.Errorf("%q: %v", out, err)
		return
	}
	if want := string([]rune(s)); back != want {
		t.Errorf("%q reads back as %q", want, back)
	}
	if !utf8.Valid(out) {
		t.Errorf("%q is no UTF-8", out)
	}
	for _, r := range string(out) {
		if r < ' ' || r == 0x7f || steers(r) {
			t.Errorf("%q holds %U", out, r)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", hostile, "\x9b31m", "\u009b", "\xff\xfe", "a\u2028b", "日本", "\\\"", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkString(t, s) })
}

func TestAppendString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkString(t, rapid.String().Draw(t, "s")) })
	if got := string(AppendString(nil, "a\x1b\u202e\"b")); got != `"a\u001b\u202e\"b"` {
		t.Errorf("got %s", got)
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		v    Value
		json string
		why  lag.Reason
	}{
		{Value{}, "null", lag.NotMeasured},
		{Int(-7, 0), "-7", 0},
		{Int(lag.Unknown, lag.Timeout), "null", lag.Timeout},
		{Int(lag.None, lag.Timeout), "null", lag.NoCommit},
		{Int(math.MinInt64+2, 0), "-9223372036854775806", 0},
		{Float(0.1), "0.1", 0},
		{Float(1e21), "1000000000000000000000", 0},
		{Float(math.NaN()), "null", lag.NotMeasured},
		{Float(math.Inf(1)), "null", lag.NotMeasured},
		{Word(""), `""`, 0},
		{Doubtful("unknown", 0), `"unknown"`, lag.NotMeasured},
		{Truth(true), "true", 0},
		{Truth(false), "false", 0},
		{Moment(night, 0), `"2026-11-21T03:00:00.123Z"`, 0},
		{Moment(night.In(time.FixedZone("CET", 3600)), 0), `"2026-11-21T03:00:00.123Z"`, 0},
		{Moment(time.Time{}, lag.Gone), "null", lag.Gone},
		{never, "null", lag.NotApplicable},
		{Object(list[int32]{1, 2}), "[1,2]", 0},
		{Object(list[string](nil)), "[]", 0},
	} {
		if got := string(appendJSON(nil, &c.v)); got != c.json || c.v.Reason() != c.why {
			t.Errorf("got %s, %s; want %s, %s", got, c.v.Reason(), c.json, c.why)
		}
		if c.v.Known() == (c.json == "null") {
			t.Errorf("%s: known is %t", c.json, c.v.Known())
		}
	}
}

func TestNestedText(t *testing.T) {
	for want, n := range map[string]Nest{
		"1 2": list[int32]{1, 2}, "orders:7": worst{"orders", 7, 5}, "2 stalled, 1 idle": counts{1: 1, 14: 2},
		"4 in 30s": basis{Window: 30e9, Samples: 4}, "0.5ms/?": latency{5e5, -1}, "12ms/1000ms": latency{12e6, 1e9},
	} {
		if got := string(n.AppendText(nil)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if out := n.AppendJSON(nil); !json.Valid(out) {
			t.Errorf("%s is no JSON", out)
		}
	}
}
