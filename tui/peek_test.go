package tui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"weir/internal/engine"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// peekerFunc is a Peeker.
type peekerFunc func(Peek) (Records, error)

func (f peekerFunc) Peek(_ context.Context, p Peek) (Records, error) { return f(p) }

func (c *console) looking(f peekerFunc) { c.m.out.peeker = f }

const whole = `{"id":"pm_9f31c","type":"captured","amount":1290,"note":"Kaf\u00e9"}`

// poisoned is a log of whole records, one of which is cut in the middle of a string.
func poisoned(p Peek) (Records, error) {
	out := Records{From: p.Offset, Start: 7_000_000, Stable: 38_914_050, End: 38_914_050, Requests: 1, Fetched: 64_000}
	for i := -p.Before; i < p.After; i++ {
		value := []byte(whole)
		if i == 0 {
			value = value[:len(value)-20]
		}
		out.Records = append(out.Records, wire.Record{Cluster: p.Cluster, Topic: p.Topic, Partition: p.Partition, Offset: p.Offset + int64(i), At: night.Add(time.Duration(i)*time.Second - 23*time.Minute), Clock: "create_time", Epoch: 3, Txn: "none",
			Key: []byte("acct-5517-0093"), Value: value, Size: 211, Compression: "zstd",
			Headers: []wire.RecordHeader{{Key: "content-type", Value: []byte("application/json")}, {Key: "trace\x1b[31m", Value: []byte{0, 1, 2}}, {Key: "none"}}})
	}
	out.Records[2].Value, out.Records[3].Value = nil, []byte{0xff, 0xfe, 0, 1, 0x1b, '[', '3', '1', 'm'}
	return out, nil
}

// peekOf is a look at the record that a stalled partition stands on.
func peekOf(c *console) *peek {
	return newPeek(c.m.snap(), "payments-settle", "payments.events", 7, 38_841_214)
}

func TestThePoisonRecordIsFoundFromTheGroupsPage(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	var asked []Peek
	c.looking(func(p Peek) (Records, error) {
		asked = append(asked, p)
		return poisoned(p)
	})
	c.press("j", "enter").run(keyMsg("r"))
	c.reads("prod-eu ▸ groups ▸ payments-settle ▸ peek", "The value is not whole JSON: unexpected end of JSON input, at byte 48.", "It is that of payments.events p7 at 38,841,214, the committed offset of payments-settle.",
		"Looking joins no group and commits nothing", "1 request, 64.0 kB fetched", "38,841,213", "null: a tombstone", "0xfffe00011b5b33316d", "value, as text")
	if got := c.under(); !strings.Contains(got, "38,841,214") {
		t.Errorf("the record is not under the cursor: %q", got)
	}
	want := Peek{"prod-eu", "payments.events", 7, 38_841_214, peekBefore, peekAfter}
	if len(asked) != 1 || asked[0] != want {
		t.Errorf("asked for %+v", asked)
	}
	c.press("j").reads("value, as JSON", `"type": "captured",`)
	c.press("k", "tab").reads("not JSON: unexpected end").press("tab").reads("value, as hex", "00000000  7b 22 69 64").press("tab").reads("3 headers", "content-type", `trace\x1b[31m`, "0x000102", "null", "CreateTime", "zstd")
	c.press("@").reads("weir peek payments.events:7@38841214 -c prod-eu")
	c.press("y").reads("JSON of payments.events p7 at 38,841,214", `"schema": "weir.record/v1"`, `"offset": 38841214`, `"value_base64": "`, `"trace\u001b[31m"`).press("esc")
	c.press("d").reads("all fields of payments.events p7 at 38,841,214", "timestamp_type  create_time", "size_bytes      211 B", "value, as text", whole[:len(whole)-20]).press("esc")
	c.run(keyMsg("right"))
	c.reads("payments.events p7 at 38,841,234").lacks("the committed offset of")
	if len(asked) != 2 || asked[1].Offset != 38_841_234 || asked[1].Before != 0 {
		t.Errorf("further on: %+v", asked[len(asked)-1])
	}
	c.run(keyMsg("ctrl+r"))
	if len(asked) != 3 || asked[2] != asked[1] {
		t.Errorf("again: %+v", asked)
	}
	c.press("[").reads("committed offset of payments-settle")
}

func TestPeekFromPartitionsAndTopics(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.looking(poisoned)
	c.m.open(newPositions("fraud-shadow"))
	c.m.sync()
	c.run(keyMsg("r"))
	c.reads("its committed offset is not known")
	c.looking(func(p Peek) (Records, error) {
		out, err := poisoned(p)
		out.Records[p.Before].Value, out.Records[p.Before+6].Value = []byte(whole), []byte("[1,")
		return out, err
	})
	c.m.root(newTopicPage("orders.v2", 4))
	c.m.sync()
	c.run(keyMsg("enter"))
	c.reads("topics ▸ orders.v2 ▸ peek", "A record stands at orders.v2 p4 at 38,914,027", "The first one from there on that is not whole JSON is 38,914,033: unexpected end")
	if c.press("n"); !strings.Contains(c.under(), "38,914,033") {
		t.Errorf("n leads to %q", c.under())
	}
	c.press("n").reads("none of those shown below is broken JSON")
	c.press("2", "r").reads("records are read from a group, its partitions, or a topic")
}

func TestPeekSaysWhatCannotBeShown(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.m.open(peekOf(c))
	c.run(nil)
	c.reads("is not shown", "records can't be read here")
	c.looking(func(Peek) (Records, error) { return Records{}, errors.New("not authorized: Read on topic \x1b[31mpay") })
	c.m.root(peekOf(c))
	c.run(nil)
	c.reads(`not authorized: Read on topic \x1b[31mpay`)
	c.looking(func(p Peek) (Records, error) {
		return Records{From: p.Offset, Start: 9, Stable: 12, End: 20, Stands: "deleted", Opener: "transactional id pay\x1b[31m, producer 4003", Unread: "A batch is damaged.", Masked: "key, header H"}, nil
	})
	c.m.root(peekOf(c))
	c.run(nil)
	c.reads("deleted.", "The log holds 9 to 20; transactions are open from 12 on, the first of\n   transactional id pay\\x1b[31m, producer 4003", "A batch is damaged.", "Masks of the configuration hide all or parts of: key, header H.", "none")
	sound(t, c)
	c.press("right").reads("no record is shown to go on from")
}

func TestPeekIsOffWherePolicySaysSo(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.looking(func(Peek) (Records, error) { t.Error("read although policy forbids it"); return Records{}, nil })
	c.m.clusters[0].NoPeek = "policy of this cluster switches it off"
	c.m.open(peekOf(c))
	c.run(nil)
	c.run(keyMsg("enter")).run(keyMsg("ctrl+r"))
	c.reads("is not shown: policy of this cluster switches it off")
}

func TestATieredTopicIsReadOnAWordOnly(t *testing.T) {
	read := 0
	c := open(t, nil, 80, 24, 1, func(at time.Time) engine.Cluster {
		out := troubled(at)
		out.Reading.Topics[1].Settings.Changed = append(out.Reading.Topics[1].Settings.Changed, lag.Setting{Name: "remote.storage.enable", Value: "true", Default: "false"})
		return out
	})
	c.looking(func(p Peek) (Records, error) { read++; return poisoned(p) })
	c.m.open(peekOf(c))
	c.run(nil)
	if c.reads("the topic is tiered", "may be billed", "Enter reads it"); read != 0 {
		t.Error("read before a word was given")
	}
	c.run(keyMsg("enter"))
	if c.reads("not whole JSON"); read != 1 {
		t.Errorf("read %d times", read)
	}
}

func TestAnAnswerThatComesAfterTheViewIsLeftHarmsNothing(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	p := peekOf(c)
	c.m.root(p)
	c.press("2")
	got, _ := poisoned(p.want)
	c.send(peekedMsg{p.want, got, nil})
	c.reads("BEHIND")
}

func TestFormsOfBytes(t *testing.T) {
	s := &snap{}
	for _, c := range []struct {
		in   string
		want form
	}{{"{}", asJSON}, {"[1,2]", asJSON}, {"{", asText}, {"plain", asText}, {"", asText}, {"\x00\x01", asHex}, {"tab\tnl\n", asText}, {"Kafé", asText}, {"\xff\xfe\xfd\xfc\xfb", asHex}} {
		if got := bestForm(&wire.Record{Value: []byte(c.in)}); got != c.want {
			t.Errorf("%q is shown as %s", c.in, formNames[got])
		}
	}
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	if got := formed(s, &wire.Record{Value: []byte(deep)}, asJSON, 80); len(got) != 1 || !strings.Contains(got[0], "nested too deep") {
		t.Errorf("9,000 levels become %d lines", len(got))
	}
	long := strings.Repeat("x", 3*mostShown)
	if got := formed(s, &wire.Record{Value: []byte(long)}, asText, 100); !strings.HasPrefix(got[len(got)-1], "the first 65.5 kB of 197 kB") {
		t.Errorf("a long value ends with %q", got[len(got)-1])
	}
	if got := wholeness([]byte(`{"a":}`)); !strings.Contains(got, "at byte 6") {
		t.Errorf("wholeness: %q", got)
	}
}

func FuzzFormsSteerNothing(f *testing.F) {
	f.Add([]byte(whole), 40)
	f.Add([]byte("\x1b]52;c;aGk=\x07\u202e\xff"), 20)
	f.Fuzz(func(t *testing.T, b []byte, w int) {
		w = 20 + max(0, w)%200
		s := &snap{theme: theme{}}
		for i := range numForms {
			for _, l := range formed(s, &wire.Record{Value: b, Key: b, Headers: []wire.RecordHeader{{Key: string(b), Value: b}}}, i, w) {
				if text.Width(l) > max(w, 80) || !utf8.ValidString(l) || strings.ContainsAny(l, "\x1b\x07\u202e\n") {
					t.Errorf("%s: %q", formNames[i], l)
				}
			}
		}
		_ = wholeness(b)
		if g := glance(s, b); strings.ContainsAny(g, "\x1b\x07\u202e\n") {
			t.Errorf("glance: %q", g)
		}
	})
}
