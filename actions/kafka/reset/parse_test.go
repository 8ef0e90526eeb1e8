package reset

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"

	"pgregory.net/rapid"
)

func TestParseScope(t *testing.T) {
	for in, want := range map[string]scope{
		"":                   {},
		"a":                  {"a": nil},
		"a:0":                {"a": {0}},
		"a:2,1,2":            {"a": {2, 1}},
		"a:0\nb\n":           {"a": {0}, "b": nil},
		"a:0\na:1":           {"a": {0, 1}},
		"a\na:1":             {"a": nil},
		"a:1\na":             {"a": nil},
		"a.b_c-d:2147483647": {"a.b_c-d": {2147483647}},
		":0":                 nil, "a:": nil, "a:-1": nil, "a:x": nil, "a:1,": nil, "a:+1": nil, "a:2147483648": nil,
	} {
		got, err := parseScope(in)
		if (err == nil) != (want != nil) || want != nil && !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

// TestMove holds the counts of a change against counting the offsets one by one.
func TestMove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Int64Range(0, 20).Draw(t, "start")
		it := item{start: start, end: start + rapid.Int64Range(0, 20).Draw(t, "size")}
		it.after = &cluster.Commit{Offset: rapid.Int64Range(-5, 50).Draw(t, "to")}
		from := it.start
		if rapid.Bool().Draw(t, "committed") {
			from = rapid.Int64Range(-5, 50).Draw(t, "from")
			it.before = &cluster.Commit{Offset: from}
		}
		var reread, skipped, gone int64
		for n := int64(-5); n < 50; n++ {
			readable := n >= it.start && n < it.end
			switch {
			case n >= it.after.Offset && n < from && readable:
				reread++
			case n >= from && n < it.after.Offset && readable:
				skipped++
			case n >= from && n < it.after.Offset && n < it.start:
				gone++
			}
		}
		if r, s, g := it.move(); r != reread || s != skipped || g != gone {
			t.Fatalf("counted %d, %d, %d, told %d, %d, %d", reread, skipped, gone, r, s, g)
		}
	})
}

// TestChange reads back what was written, whatever the names and numbers are.
func TestChange(t *testing.T) {
	commit := rapid.Ptr(rapid.Custom(func(t *rapid.T) cluster.Commit {
		return cluster.Commit{Offset: rapid.Int64().Draw(t, "offset"), Epoch: rapid.Int32().Draw(t, "epoch"), Metadata: rapid.String().Draw(t, "metadata")}
	}), true)
	rapid.Check(t, func(t *rapid.T) {
		it := item{
			place:   cluster.Place{Topic: rapid.StringMatching(`[a-zA-Z0-9._-]{1,20}`).Draw(t, "topic"), Partition: rapid.Int32Range(0, 1<<30).Draw(t, "partition")},
			topicID: "00", start: rapid.Int64().Draw(t, "start"), end: rapid.Int64().Draw(t, "end"), before: commit.Draw(t, "before"), after: commit.Draw(t, "after"),
		}
		c, err := it.encode("c", rapid.String().Draw(t, "group"), "", details{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(c)
		if err != nil || got.place != it.place || got.start != it.start || got.end != it.end || !same(got.before, it.before) || !same(got.after, it.after) {
			t.Fatalf("%+v, %v, wrote %+v", got, err, it)
		}
	})
	for _, c := range []actions.Change{{}, {Ref: "c/position/g/t:0", Field: field}, {Ref: "c/position/g/t", Field: field, Data: []byte("{}")}, {Ref: "c/position/g/t:0", Field: field, After: []byte("1"), Data: []byte("{}")}} {
		if _, err := decode(c); err == nil {
			t.Errorf("took %+v", c)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add("t,0,1\nt,1,2\n")
	f.Add("g,t,0,1\nother,t,0,2\n")
	f.Add(`{"partitions":[{"topic":"t","partition":0,"offset":1}],"version":1}`)
	f.Add("t,0,\"1\n")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := parseFile(in, "g")
		if err == nil && len(got) == 0 {
			t.Error("an empty file was taken")
		}
		for p := range got {
			if p.Topic == "" || p.Partition < 0 || strings.TrimSpace(p.Topic) != p.Topic {
				t.Errorf("%q gave %+v", in, p)
			}
		}
	})
}

func FuzzParseTo(f *testing.F) {
	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	for _, s := range []string{"earliest", "12", "-5", "2026-11-20T02:00:00Z", "2026-11-20T02:00:00", "9223372036854775808"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := parseTo(s, now)
		if err != nil && actions.ExitCode(err) != 2 {
			t.Errorf("%q: %v", s, err)
		}
		if err == nil && m.kind == byTime && (m.at.After(now) || m.at.UnixMilli() < 0) {
			t.Errorf("%q is %v", s, m.at)
		}
	})
}
