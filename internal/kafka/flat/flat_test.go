package flat

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// lines records what a walk met, a line each.
type lines []string

func (l *lines) Group(n []byte) { *l = append(*l, fmt.Sprintf("group %q", n)) }
func (l *lines) Topic(n []byte) { *l = append(*l, fmt.Sprintf("topic %q", n)) }
func (l *lines) Commit(p int32, o int64, c int16) {
	*l = append(*l, fmt.Sprintf("commit %d %d %d", p, o, c))
}
func (l *lines) EndGroup(c int16) { *l = append(*l, fmt.Sprintf("end %d", c)) }
func (l *lines) Offset(p int32, o, at int64, c int16) {
	*l = append(*l, fmt.Sprintf("offset %d %d %d %d", p, o, at, c))
}

var (
	names  = rapid.StringN(0, 12, 200)
	nums   = rapid.Int32()
	longs  = rapid.Int64()
	shorts = rapid.Int16()
	metas  = rapid.OneOf(rapid.Just(""), rapid.StringN(1, 20, 300))
)

func drawTags(t *rapid.T) kmsg.Tags {
	var tags kmsg.Tags
	if rapid.IntRange(0, 9).Draw(t, "tagged") == 0 {
		tags.Set(uint32(rapid.IntRange(100, 1000).Draw(t, "tag")), []byte(names.Draw(t, "tag value")))
	}
	return tags
}

func drawCommits(t *rapid.T) (*kmsg.OffsetFetchResponse, lines) {
	resp, want := kmsg.NewPtrOffsetFetchResponse(), lines{}
	resp.SetVersion(int16(rapid.IntRange(8, 9).Draw(t, "version")))
	for range rapid.IntRange(0, 4).Draw(t, "groups") {
		g := kmsg.NewOffsetFetchResponseGroup()
		g.Group, g.ErrorCode, g.UnknownTags = names.Draw(t, "group"), shorts.Draw(t, "code"), drawTags(t)
		want = append(want, fmt.Sprintf("group %q", g.Group))
		for range rapid.IntRange(0, 3).Draw(t, "topics") {
			tp := kmsg.NewOffsetFetchResponseGroupTopic()
			tp.Topic, tp.UnknownTags = names.Draw(t, "topic"), drawTags(t)
			want = append(want, fmt.Sprintf("topic %q", tp.Topic))
			for range rapid.IntRange(0, 5).Draw(t, "partitions") {
				p := kmsg.NewOffsetFetchResponseGroupTopicPartition()
				p.Partition, p.Offset, p.LeaderEpoch, p.ErrorCode = nums.Draw(t, "p"), longs.Draw(t, "o"), nums.Draw(t, "e"), shorts.Draw(t, "c")
				p.UnknownTags = drawTags(t)
				if rapid.Bool().Draw(t, "has metadata") {
					m := metas.Draw(t, "metadata")
					p.Metadata = &m
				}
				tp.Partitions = append(tp.Partitions, p)
				want = append(want, fmt.Sprintf("commit %d %d %d", p.Partition, p.Offset, p.ErrorCode))
			}
			g.Topics = append(g.Topics, tp)
		}
		resp.Groups = append(resp.Groups, g)
		want = append(want, fmt.Sprintf("end %d", g.ErrorCode))
	}
	return resp, want
}

func TestCommitsAreWhatTheProtocolLibraryWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resp, want := drawCommits(t)
		body := resp.AppendTo(nil)
		c, got := &Commits{}, lines{}
		if err := c.ReadFrom(body); err != nil {
			t.Fatal(err)
		}
		if err := c.Walk(&got); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
		if len(body) > 0 {
			cut := Commits{reply{body: body[:rapid.IntRange(0, len(body)-1).Draw(t, "cut")]}}
			var met lines
			if err := cut.Walk(&met); !errors.Is(err, ErrMalformed) || len(met) > 0 {
				t.Fatalf("a reply cut to %d of %d bytes: %v, and the sink met %v", len(cut.body), len(body), err, met)
			}
		}
		long := Commits{reply{body: append(slices.Clone(body), 0)}}
		if err := long.Walk(&lines{}); !errors.Is(err, ErrMalformed) {
			t.Fatalf("a byte too many: %v", err)
		}
	})
}

func TestOffsetsAreWhatTheProtocolLibraryWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resp, want := kmsg.NewPtrListOffsetsResponse(), lines{}
		resp.SetVersion(int16(rapid.IntRange(6, 7).Draw(t, "version")))
		for range rapid.IntRange(0, 3).Draw(t, "topics") {
			tp := kmsg.NewListOffsetsResponseTopic()
			tp.Topic = names.Draw(t, "topic")
			want = append(want, fmt.Sprintf("topic %q", tp.Topic))
			for range rapid.IntRange(0, 5).Draw(t, "partitions") {
				p := kmsg.NewListOffsetsResponseTopicPartition()
				p.Partition, p.Offset, p.Timestamp, p.ErrorCode = nums.Draw(t, "p"), longs.Draw(t, "o"), longs.Draw(t, "at"), shorts.Draw(t, "c")
				tp.Partitions = append(tp.Partitions, p)
				want = append(want, fmt.Sprintf("offset %d %d %d %d", p.Partition, p.Offset, p.Timestamp, p.ErrorCode))
			}
			resp.Topics = append(resp.Topics, tp)
		}
		o, got := &Offsets{reply{body: resp.AppendTo(nil)}}, lines{}
		if err := o.Walk(&got); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
		cut := Offsets{reply{body: o.body[:rapid.IntRange(0, len(o.body)-1).Draw(t, "cut")]}}
		var met lines
		if err := cut.Walk(&met); !errors.Is(err, ErrMalformed) || len(met) > 0 {
			t.Fatalf("cut reply: %v, and the sink met %v", err, met)
		}
	})
}

func TestRequestsAreWhatTheProtocolLibraryReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.SliceOf(names).Draw(t, "groups")
		f := NewOffsetFetch(groups)
		f.SetVersion(int16(rapid.IntRange(8, 9).Draw(t, "version")))
		read := kmsg.NewPtrOffsetFetchRequest()
		read.SetVersion(f.GetVersion())
		if err := read.ReadFrom(f.AppendTo(nil)); err != nil {
			t.Fatal(err)
		}
		if len(read.Groups) != len(groups) || read.RequireStable {
			t.Fatalf("read %d groups, want %d; stable %v", len(read.Groups), len(groups), read.RequireStable)
		}
		for i, g := range read.Groups {
			if g.Group != groups[i] || g.Topics != nil || (f.version == 9 && g.MemberEpoch != -1) {
				t.Fatalf("group %d: %+v, want %q with all topics", i, g, groups[i])
			}
		}
		l := NewListOffsets(ReadCommitted, []TopicPartitions{{"t", []int32{3, 4}, []int64{Latest}}, {"u", []int32{0, 1}, []int64{7, Earliest}}})
		l.SetVersion(7)
		lo := kmsg.NewPtrListOffsetsRequest()
		lo.SetVersion(7)
		if err := lo.ReadFrom(l.AppendTo(nil)); err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(lo.ReplicaID, lo.IsolationLevel)
		for _, tp := range lo.Topics {
			for _, p := range tp.Partitions {
				got += fmt.Sprint(" ", tp.Topic, p.Partition, p.CurrentLeaderEpoch, p.Timestamp)
			}
		}
		if want := "-1 1 t3 -1 -1 t4 -1 -1 u0 -1 7 u1 -1 -2"; got != want {
			t.Fatalf("got %q want %q", got, want)
		}
	})
}

func FuzzWalk(f *testing.F) {
	resp := kmsg.NewPtrOffsetFetchResponse()
	resp.SetVersion(8)
	resp.Groups = []kmsg.OffsetFetchResponseGroup{{Group: "g", Topics: []kmsg.OffsetFetchResponseGroupTopic{{Topic: "t", Partitions: []kmsg.OffsetFetchResponseGroupTopicPartition{{Offset: 5}}}}}}
	f.Add(resp.AppendTo(nil))
	f.Add([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add([]byte{0, 0, 0, 0, 2, 2, 'g', 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, walk := range []func(*lines) error{
			func(l *lines) error { return (&Commits{reply{body: b}}).Walk(l) },
			func(l *lines) error { return (&Offsets{reply{body: b}}).Walk(l) },
		} {
			var l lines
			err := walk(&l)
			if len(l) > len(b) {
				t.Fatalf("%d values out of %d bytes", len(l), len(b))
			}
			if err != nil && !errors.Is(err, ErrMalformed) {
				t.Fatalf("an error of another kind: %v", err)
			}
		}
	})
}
